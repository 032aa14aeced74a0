"""Small question marks beside words that a newcomer may not know."""

from __future__ import annotations

import anywidget
import traitlets

from widgets.glossary.terms import TERMS
from widgets.toolkit.scripts import script

PLACES: list[tuple[str, tuple[str, ...]]] = [
    (".eo-sec:has(> .eo-place) > .eo-h > .widget-html-content", ("hectare", "pixel")),
    (".eo-image > .eo-h > .widget-html-content", ("scene", "composite")),
    (".eo-cloud > label", ("cloud",)),
    (".eo-k > label", ("cluster", "k-means")),
    (".eo-look-at > label", ("features", "band", "index")),
    (".eo-opacity > label", ("opacity",)),
    (".eo-scene .eo-date", ("clear", "masked")),
    (".eo-areas > .eo-pad > .eo-tools > .eo-all", ("cluster", "ndvi")),
    (".eo-total .widget-html-content > span", ("hectare",)),
    (".eo-click-hint > .widget-html-content", ("reflectance", "band")),
    (".eo-scenes-head p:last-child", ("scene", "cloud", "tile")),
    (".eo-of-grouping > b", ("stability",)),
    (".eo-of-names > b", ("agreement",)),
    (".eo-of-land > b", ("overall", "interval")),
    (".eo-of-border", ("border",)),
    (".eo-check-proposal > .eo-field > label", ("overall", "interval")),
    (".eo-of-scatter > .widget-html-content", ("scatter",)),
    (".eo-of-compactness > .widget-html-content", ("calinski",)),
    (".eo-patch > label", ("mapping-unit",)),
    (".eo-second > .eo-muted p", ("change", "season")),
    (".eo-change .eo-matrix caption", ("from-to",)),
    (".eo-saved-model p", ("model",)),
]
"""CSS selector of what gets a question mark -> the terms that it explains."""


class Questions(anywidget.AnyWidget):
    """Puts the question marks on the page; mouse, finger or key open their card, and readers hear it."""

    _esm = script("glossary/questions.js")
    places: traitlets.List[list[object]] = traitlets.List().tag(sync=True)
    """Selector and keys of terms."""
    terms: traitlets.Dict[str, list[str]] = traitlets.Dict().tag(sync=True)
    """Title and text by key."""

    def __init__(self) -> None:
        super().__init__(
            places=[[selector, list(keys)] for selector, keys in PLACES],
            terms={key: [term.title, term.text] for key, term in TERMS.items()},
        )

"""What a newcomer should know about a first result: shown once in a browser, above the legend."""

from __future__ import annotations

import anywidget
import traitlets

from widgets.toolkit.scripts import script

CANNOT_KNOW = (
    "A cluster knows colours, not use: a vineyard or an orchard can fall in with grass, "
    "a greenhouse with roofs."
)
PARAGRAPHS = (
    (
        "Each colour is a cluster:",
        "pixels that look alike from space. Its name is a guess from its spectrum.",
    ),
    ("What it cannot know.", CANNOT_KNOW),
    ("What to do.", "Edit classes renames, merges and splits; Check it, in Quality, tells how right it is."),
)


class HowToRead(anywidget.AnyWidget):
    """A card that the browser shows with the first result of its life, until it is closed."""

    _esm = script("glossary/how_to_read.js")
    paragraphs: traitlets.List[list[str]] = traitlets.List().tag(sync=True)
    """First words and the rest of each, as plain text."""

    def __init__(self) -> None:
        super().__init__(paragraphs=[list(paragraph) for paragraph in PARAGRAPHS])
        self.add_class("eo-how-to-read")

"""Why a cluster has the name it has: the figures of its centre and the rule they meet, in words.

The rules themselves are `surface_types.KINDS`; nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from pipeline.clustering.surface_types import KINDS, Spectrum, Suggestion


@dataclass(frozen=True)
class Rule:
    """One of the rules for names."""

    position: int
    """Place in the order they are tried, from 1; the first that applies gives the name."""
    kind: str
    rule: str
    """In words, with its thresholds."""


@dataclass(frozen=True)
class Reason:
    """Why one cluster was given its name."""

    cluster: int
    """From 1."""
    name: str
    kind: str
    rule: str
    """The rule that applied, in words."""
    figures: tuple[tuple[str, str], ...]
    """What the rules look at, as (label, value): NDVI, NDWI, mean of the visible bands, near infrared."""
    sentence: str
    """All of it in plain text."""


def rules() -> tuple[Rule, ...]:
    """Return the rules in the order they are tried."""
    return tuple(Rule(n, kind.name, kind.rule) for n, kind in enumerate(KINDS, start=1))


def reasons(centres: ArrayLike, suggestions: Sequence[Suggestion]) -> tuple[Reason, ...]:
    """Return why each cluster was given its name.

    Parameters
    ----------
    centres : array_like
        Reflectance ``(k, 4)``: blue, green, red, near infrared; ``ClusterModel.centres``.
    suggestions : sequence of Suggestion
        What `surface_types.suggest` made of the same centres.
    """
    spectra = [Spectrum(*map(float, centre)) for centre in np.asarray(centres)]
    return tuple(
        _reason(n, spectrum, suggestion)
        for n, (spectrum, suggestion) in enumerate(zip(spectra, suggestions, strict=True), start=1)
    )


def _reason(cluster: int, spectrum: Spectrum, suggestion: Suggestion) -> Reason:
    position, kind = next((i, k) for i, k in enumerate(KINDS) if k.name == suggestion.kind)
    figures = tuple(
        (label, f"{value:.2f}".replace("-", "−"))
        for label, value in (
            ("NDVI", spectrum.ndvi),
            ("NDWI", spectrum.ndwi),
            ("visible", spectrum.visible),
            ("NIR", spectrum.infrared),
        )
    )
    sentence = f"{suggestion.reason}: {kind.rule}."
    if position and kind is not KINDS[-1]:
        before = " or ".join(f"“{k.name}”" for k in KINDS[:position])
        sentence += f" It did not meet the rule for {before}, tried before."
    shade = suggestion.name.removeprefix(kind.name).removeprefix(", ")
    if shade and shade != suggestion.name:
        sentence += f" “{shade}” tells it from the other clusters of this name by its brightness."
    return Reason(cluster, suggestion.name, kind.name, kind.rule, figures, sentence)

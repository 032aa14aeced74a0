"""Why a cluster has its name: the figures of its centre and the rule they meet, in words.

The rules themselves are `surface_types.KINDS`; nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from pipeline.clustering.surface_types import (
    INFRARED,
    KINDS,
    MIXED,
    NDVI,
    NDWI,
    UNKNOWN,
    VISIBLE_MEAN,
    Spectrum,
    Suggestion,
    kind_of,
    spectra_of,
)
from pipeline.sentinel2.bands import BANDS

ALWAYS_TOLD = (NDVI, NDWI, VISIBLE_MEAN, INFRARED)
"""Figures that are given for every cluster."""


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


def reasons(
    spectra: ArrayLike, suggestions: Sequence[Suggestion], bands: Sequence[str] = BANDS
) -> tuple[Reason, ...]:
    """Return why each cluster was given its name.

    Parameters
    ----------
    spectra : array_like
        Mean reflectance ``(k, band)``; ``Analysis.spectra``.
    suggestions : sequence of Suggestion
        What `surface_types.suggest` made of the same spectra.
    bands : sequence of str
        Key of each column.
    """
    return tuple(
        _reason(n, spectrum, suggestion)
        for n, (spectrum, suggestion) in enumerate(
            zip(spectra_of(np.asarray(spectra), bands), suggestions, strict=True), start=1
        )
    )


def _reason(cluster: int, spectrum: Spectrum, suggestion: Suggestion) -> Reason:
    if suggestion.kind == UNKNOWN.name:
        return Reason(cluster, suggestion.name, UNKNOWN.name, UNKNOWN.rule, (), f"{UNKNOWN.rule}.")
    tried = [kind for kind in KINDS if spectrum.has(kind.bands)]
    kind = kind_of(spectrum)
    position = tried.index(kind)
    told = {figure.label: figure for figure in (*ALWAYS_TOLD, kind.figure, *kind.uses)}
    figures = tuple(
        (label, f"{figure.value(spectrum):.2f}".replace("-", "−")) for label, figure in told.items()
    )
    figure = kind.figure.words(spectrum)
    sentence = f"{figure}: {kind.rule}."
    if position and kind is not KINDS[-1]:
        before = " or ".join(f"“{k.name}”" for k in tried[:position])
        sentence += f" It did not meet the rule for {before}, tried before."
    if suggestion.kind == MIXED and suggestion.name.startswith(MIXED):
        said = suggestion.name.removeprefix(f"{MIXED}: ")
        sentence += f" By the spectrum it would be “{kind.name}”; {said} speaks against that."
    elif suggestion.kind != kind.name:
        sentence += f" By the spectrum it would be “{kind.name}”; another map has given the name."
    elif suggestion.name.startswith(f"{kind.name} "):
        sentence += f" Clusters of this name are numbered by their {kind.figure.label}."
    return Reason(cluster, suggestion.name, kind.name, kind.rule, figures, sentence)

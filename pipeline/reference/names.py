"""Names from a reference map: the class that covers most of a cluster, else the classes it mixes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.clustering.palette import colours
from pipeline.clustering.surface_types import Suggestion
from pipeline.reference.agreement import Agreement
from pipeline.sentinel2.scene_classes import (
    NOT_VEGETATED,
    SCENE_CLASSES,
    SNOW,
    UNCLASSIFIED,
    VEGETATION,
    WATER,
)

if TYPE_CHECKING:
    from pipeline.result import Analysis

CLEAR_MAJORITY = 0.6
"""Share of a class from which on a cluster has its name."""
MAJORITY = 0.5
"""Share that speaks against a name from which on it is not shown."""
MIXED = "Mixed"
_SILENT = {2, UNCLASSIFIED}
"""Scene classes that speak neither for nor against a name."""
_EXPECTED: Mapping[str, set[int]] = {
    "Snow or ice": {SNOW},
    "Very bright": {NOT_VEGETATED, SNOW},
    "Water": {WATER},
    "Burnt": {NOT_VEGETATED},
    "Dark or shadow": {WATER, NOT_VEGETATED, VEGETATION},
    "Wet ground": {WATER, NOT_VEGETATED, VEGETATION},
    "Dense vegetation": {VEGETATION},
    "Crops or grass": {VEGETATION},
    "Bare or built-up": {NOT_VEGETATED},
}
"""Scene classes that go with a kind of surface (surface_types.KINDS)."""


def doubts(agreement: Agreement, suggestions: Sequence[Suggestion]) -> dict[int, str]:
    """Return where the scene classification contradicts names: cluster -> ``71 % not vegetated``.

    Parameters
    ----------
    agreement : Agreement
        With the scene classification.
    suggestions : sequence of Suggestion
        Names of clusters 1..k.
    """
    found = {}
    for cluster, suggestion in enumerate(suggestions, start=1):
        expected = _EXPECTED.get(suggestion.kind)
        shares = {agreement.values[name]: share for name, share in agreement.shares(cluster)}
        against = {v: s for v, s in shares.items() if expected and v not in expected | _SILENT}
        if sum(against.values()) > MAJORITY:
            value = max(against, key=against.__getitem__)
            found[cluster] = f"{100 * against[value]:.0f} % {SCENE_CLASSES[value].lower()}"
    return found


def named(agreement: Agreement, suggestions: Sequence[Suggestion]) -> tuple[Suggestion, ...]:
    """Return names for clusters 1..k from a reference map.

    A cluster has the name of a class that holds at least `CLEAR_MAJORITY` of it; else its two largest classes
    are told, ``mixed: crops 54 %, grass 31 %``.

    Parameters
    ----------
    agreement : Agreement
        With the map.
    suggestions : sequence of Suggestion
        The names so far.
    """
    mains = [_main(agreement, cluster) for cluster in range(1, len(suggestions) + 1)]
    unnamed = "other" if agreement.reference.families else ""
    of_value = agreement.reference.families
    families = [of_value.get(agreement.values.get(name, -1), unnamed) for name in mains]
    numbers = [mains[: n + 1].count(name) for n, name in enumerate(mains)]
    known = [n for n, family in enumerate(families) if family]
    order = [families[: n + 1].count(families[n]) for n in known]
    chosen = dict(zip(known, colours([families[n] for n in known], order), strict=True))
    made = []
    for n, (given, name, number) in enumerate(zip(suggestions, mains, numbers, strict=True)):
        shares = agreement.sentence(n + 1)
        title = name or f"mixed: {_two(agreement, n + 1)}"
        if name and mains.count(name) > 1:
            title = f"{name} {number} ({_figure(given)})"
        color = chosen.get(n, given.color)
        made.append(Suggestion(title, name or MIXED, f"{_figure(given)}, {shares}", color))
    return tuple(made)


def checked(agreement: Agreement, suggestions: Sequence[Suggestion]) -> tuple[Suggestion, ...]:
    """Return the names, with those changed that the scene classification contradicts.

    They become ``Mixed: 71 % not vegetated``; what is mostly snow is called so.

    Parameters
    ----------
    agreement : Agreement
        With the scene classification.
    suggestions : sequence of Suggestion
        Names from the spectra.
    """
    against = doubts(agreement, suggestions)
    made = []
    for cluster, given in enumerate(suggestions, start=1):
        shares = dict(agreement.shares(cluster))
        snow = shares.get(SCENE_CLASSES[SNOW], 0.0)
        if snow >= CLEAR_MAJORITY:
            reason = f"{_figure(given)}, {100 * snow:.0f} % snow or ice"
            made.append(Suggestion("Snow or ice", "Snow or ice", reason, given.color))
        elif cluster in against:
            reason = f"{_figure(given)}, {against[cluster]}"
            made.append(Suggestion(f"{MIXED}: {against[cluster]}", MIXED, reason, given.color))
        else:
            made.append(given)
    return tuple(made)


def _figure(suggestion: Suggestion) -> str:
    """Return the figure of the spectrum alone, without what another map has added to it."""
    return suggestion.reason.partition(", ")[0]


def with_names(analysis: Analysis, agreement: Agreement) -> Analysis:
    """Return the analysis with the names that a reference map gives (`named`)."""
    return _renamed(analysis, named(agreement, analysis.suggestions), agreement.reference.title)


def with_checked_names(analysis: Analysis) -> Analysis:
    """Return the analysis, names changed that its scene classification speaks against (`checked`).

    Raises
    ------
    InvalidRequest
        When the image has no scene classification here.
    """
    agreement = analysis.compare("scl")
    title = f"the spectra, checked by the {agreement.reference.title.lower()}"
    return _renamed(analysis, checked(agreement, analysis.suggestions), title)


def _renamed(analysis: Analysis, names: Sequence[Suggestion], names_from: str) -> Analysis:
    made = analysis.with_classes(range(len(analysis.areas)), names)
    return replace(made, names_from=names_from)


def _main(agreement: Agreement, cluster: int) -> str:
    """Return the class that has a clear majority of a cluster; empty where none has."""
    shares = agreement.shares(cluster)
    return shares[0][0] if shares and shares[0][1] >= CLEAR_MAJORITY else ""


def _two(agreement: Agreement, cluster: int) -> str:
    shown = agreement.shares(cluster)[:2]
    return ", ".join(f"{name.lower()} {100 * share:.0f} %" for name, share in shown) or "no class here"

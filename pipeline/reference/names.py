"""Names that a reference map gives: its class where most of a cluster is of it, else what it is mixed of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.clustering.palette import colours
from pipeline.clustering.surface_types import Suggestion
from pipeline.reference.agreement import Agreement
from pipeline.reference.profiles import SCENE_CLASSIFICATION
from pipeline.sentinel2.scene_classes import (
    NOT_VEGETATED,
    SCENE_CLASSES,
    SNOW,
    UNCLASSIFIED,
    VEGETATION,
    WATER,
)

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
    """Return what the scene classification has against names: cluster -> ``71 % not vegetated``.

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
    """Return names for clusters 1..k after a reference map.

    Of the scene classification, whose classes are few, only doubts are taken: a name that the majority speaks
    against becomes ``Mixed: 71 % not vegetated``, and what is mostly snow is called so. Any other map gives
    the name of its class where that has `CLEAR_MAJORITY`.

    Parameters
    ----------
    agreement : Agreement
        With the map.
    suggestions : sequence of Suggestion
        The names so far.
    """
    if agreement.reference.name == SCENE_CLASSIFICATION.name:
        return _doubted(agreement, suggestions)
    return _renamed(agreement, suggestions)


def _doubted(agreement: Agreement, suggestions: Sequence[Suggestion]) -> tuple[Suggestion, ...]:
    against = doubts(agreement, suggestions)
    made = []
    for cluster, given in enumerate(suggestions, start=1):
        shares = dict(agreement.shares(cluster))
        snow = shares.get(SCENE_CLASSES[SNOW], 0.0)
        if snow >= CLEAR_MAJORITY:
            reason = f"{given.reason}, {100 * snow:.0f} % snow or ice"
            made.append(Suggestion("Snow or ice", "Snow or ice", reason, given.color))
        elif cluster in against:
            reason = f"{given.reason}, {against[cluster]}"
            made.append(Suggestion(f"{MIXED}: {against[cluster]}", MIXED, reason, given.color))
        else:
            made.append(given)
    return tuple(made)


def _renamed(agreement: Agreement, suggestions: Sequence[Suggestion]) -> tuple[Suggestion, ...]:
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
            title = f"{name} {number} ({given.reason})"
        color = chosen.get(n, given.color)
        made.append(Suggestion(title, name or MIXED, f"{given.reason}, {shares}", color))
    return tuple(made)


def _main(agreement: Agreement, cluster: int) -> str:
    """Return the class that has a clear majority of a cluster; empty where none has."""
    shares = agreement.shares(cluster)
    return shares[0][0] if shares and shares[0][1] >= CLEAR_MAJORITY else ""


def _two(agreement: Agreement, cluster: int) -> str:
    shown = agreement.shares(cluster)[:2]
    return ", ".join(f"{name.lower()} {100 * share:.0f} %" for name, share in shown) or "no class here"

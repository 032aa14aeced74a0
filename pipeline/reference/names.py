"""Names from a reference map: the class that covers most of a cluster, else the classes it mixes."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.clustering.palette import colours
from pipeline.clustering.refinements import WaterApart
from pipeline.clustering.surface_types import MIXED as MIXED
from pipeline.clustering.surface_types import Suggestion, suggest
from pipeline.errors import InvalidRequest
from pipeline.explore.classes import Classes
from pipeline.progress import IsCancelled
from pipeline.reference.agreement import NO_CLASS_NAME, Agreement
from pipeline.reference.profiles import SCENE_CLASSIFICATION
from pipeline.sentinel2.scene_classes import (
    NOT_VEGETATED,
    SCENE_CLASSES,
    SNOW,
    UNCLASSIFIED,
    VEGETATION,
    WATER,
)

if TYPE_CHECKING:
    from pipeline.clustering.model import ClusterModel
    from pipeline.result import Analysis

CLEAR_MAJORITY = 0.6
"""Share of a class from which on a cluster has its name."""
MAJORITY = 0.5
"""Share that speaks against a name from which on it is not shown."""
CHECKED_BY = f"the spectra, checked by the {SCENE_CLASSIFICATION.title.lower()}"
"""Where names come from that the scene classification was held against."""
_SILENT = {2, UNCLASSIFIED}
"""Scene classes that speak neither for nor against a name."""
_SNOW = "Snow or ice"
_EXPECTED: Mapping[str, set[int]] = {
    _SNOW: {SNOW},
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

    A name that a person or another map gave is nobody's suggestion, so nothing is held against it.

    Parameters
    ----------
    agreement : Agreement
        With the scene classification.
    suggestions : sequence of Suggestion
        Names of clusters 1..k.
    """
    found = {}
    for cluster, suggestion in enumerate(suggestions, start=1):
        agreeing, against = _votes(agreement, cluster, suggestion)
        if sum(against.values()) > agreeing:
            value = max(against, key=against.__getitem__)
            found[cluster] = f"{100 * against[value]:.0f} % {SCENE_CLASSES[value].lower()}"
    return found


def agreeing_ha(agreement: Agreement, suggestions: Sequence[Suggestion]) -> tuple[float, float]:
    """Return how many hectares have a scene class that goes with their name, of how many that can be told.

    It cannot be told of land whose name says no kind (a mixed one, a person's own), nor of scene classes that
    tell nothing of the ground.
    """
    yes = no = 0.0
    for cluster, suggestion in enumerate(suggestions, start=1):
        agreeing, against = _votes(agreement, cluster, suggestion)
        hectares = float(agreement.table.iloc[cluster - 1].sum())
        yes, no = yes + agreeing * hectares, no + sum(against.values()) * hectares
    return yes, yes + no


def _votes(agreement: Agreement, cluster: int, suggestion: Suggestion) -> tuple[float, dict[int, float]]:
    """Return the share of a cluster whose scene class goes with its name, and the others' shares by class.

    Both are nothing for a name that is not that of its kind, perhaps with a number.
    """
    if not _is_suggested(suggestion):
        return 0.0, {}
    expected = _EXPECTED[suggestion.kind]
    shares = {agreement.values[name]: share for name, share in agreement.shares(cluster)}
    agreeing = sum(share for value, share in shares.items() if value in expected)
    return agreeing, {v: share for v, share in shares.items() if v not in expected | _SILENT}


def _is_suggested(suggestion: Suggestion) -> bool:
    """Tell whether a name is that of its kind, perhaps with a number."""
    return suggestion.kind in _EXPECTED and suggestion.name.startswith(suggestion.kind)


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


def told_share(agreement: Agreement) -> float:
    """Return how much of the land with a class in a map has one that the map's names (`named`) tell, 0..1."""
    told = total = 0.0
    for cluster, row in enumerate(agreement.table.drop(columns=NO_CLASS_NAME, errors="ignore").to_numpy(), 1):
        shares = [share for _, share in agreement.shares(cluster)]
        n_told = 1 if _main(agreement, cluster) else 2
        told, total = told + float(row.sum()) * sum(shares[:n_told]), total + float(row.sum())
    return told / total if total else 0.0


def checked(
    agreement: Agreement, suggestions: Sequence[Suggestion], wanted: Container[str] = ()
) -> tuple[Suggestion, ...]:
    """Return the names so far, with those changed that the scene classification contradicts.

    They become ``Mixed: 71 % not vegetated``; what is mostly snow is called so.

    Parameters
    ----------
    agreement : Agreement
        With the scene classification.
    suggestions : sequence of Suggestion
        Names from the spectra.
    wanted : container of str
        Kinds that a person asked for (`asked_for`): their names stay, whatever is against them.
    """
    against = doubts(agreement, suggestions)
    snow = {
        cluster: dict(agreement.shares(cluster)).get(SCENE_CLASSES[SNOW], 0.0)
        for cluster, given in enumerate(suggestions, start=1)
        if _is_suggested(given) and given.kind != _SNOW
    }
    snowy = [cluster for cluster, share in snow.items() if share >= CLEAR_MAJORITY]
    pale = dict(zip(snowy, colours(["snow"] * len(snowy), range(len(snowy))), strict=True))
    made = []
    for cluster, given in enumerate(suggestions, start=1):
        if cluster in pale:
            reason = f"{_figure(given)}, {100 * snow[cluster]:.0f} % snow or ice"
            made.append(Suggestion(_SNOW, _SNOW, reason, pale[cluster]))
        elif cluster in against and given.kind not in wanted:
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
    names = checked(analysis.compare("scl"), analysis.suggestions, asked_for(analysis.model))
    return _renamed(analysis, names, CHECKED_BY)


def believable(analysis: Analysis, cancelled: IsCancelled | None = None) -> Analysis:
    """Return the analysis as the page shows it first: with names that its own classification bears out.

    As `with_checked_names`, but these names are suggestions: a model or a link does not carry them, and on
    another date they are made anew. Without a scene classification, and of a preview, all stays as it is.
    """
    if analysis.preview:
        return analysis
    try:
        agreement = analysis.compare("scl", cancelled=cancelled)
    except InvalidRequest:
        return analysis
    names = checked(agreement, analysis.suggestions, asked_for(analysis.model))
    return analysis.with_suggestions(names, CHECKED_BY)


def asked_for(model: ClusterModel) -> set[str]:
    """Return the kinds that a person had set apart by a rule of their own: water, where that was done."""
    return {"Water"} if any(isinstance(r, WaterApart) for r in model.refinements) else set()


def from_spectra(analysis: Analysis) -> tuple[Suggestion, ...]:
    """Return what the spectra alone suggest for the clusters; names that a given model carries stay."""
    if analysis.edits is not None:
        return analysis.suggestions
    return suggest(analysis.spectra, analysis.bands)


def _renamed(analysis: Analysis, names: Sequence[Suggestion], names_from: str) -> Analysis:
    made = analysis.with_classes(range(len(analysis.areas)), names)
    classes = Classes.from_json(made.model.classes).given()
    return replace(made, names_from=names_from, model=replace(made.model, classes=classes.to_json()))


def _main(agreement: Agreement, cluster: int) -> str:
    """Return the class that has a clear majority of a cluster; empty where none has."""
    shares = agreement.shares(cluster)
    return shares[0][0] if shares and shares[0][1] >= CLEAR_MAJORITY else ""


def _two(agreement: Agreement, cluster: int) -> str:
    shown = agreement.shares(cluster)[:2]
    return ", ".join(f"{name.lower()} {100 * share:.0f} %" for name, share in shown) or "no class here"

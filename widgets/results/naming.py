"""Edits that take longer than a click: names from another map, a cluster split, water set apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.errors import InvalidRequest, ReadFailed
from pipeline.explore.classes import LONGEST_NAME, Classes, History
from pipeline.progress import IsCancelled

if TYPE_CHECKING:
    from pipeline.clustering.surface_types import Suggestion
    from pipeline.reference.agreement import Agreement
    from pipeline.result import Analysis

SPECTRA, CHECKED, SCENE_CLASSES, WORLDCOVER = "spectra", "checked", "scl", "worldcover"
"""Where names can come from; anything else is the path of a classified GeoTIFF."""
THE_SPECTRA = "the spectra"
"""`History.names_from` where a person wants the names of the spectra, whatever speaks against them."""


@dataclass(frozen=True)
class Source:
    """Where names are to come from."""

    key: str
    classes: Mapping[int, str] | None = None
    """Name of each value of a GeoTIFF, where the file does not tell."""


def named(
    refined: Analysis, history: History, source: Source, cancelled: IsCancelled
) -> tuple[History, Agreement | None]:
    """Return the classes with names from a source, and its map's agreement.

    Parameters
    ----------
    refined : Analysis
        The result before its classes were edited.
    history : History
        The classes, as they are merged.
    source : Source
        Where the names come from.
    cancelled : callable
        Returns True when the names are no longer needed.

    Raises
    ------
    AnalysisError
        As `Analysis.compare`.
    """
    from pipeline.reference import names

    classes = _as_suggested(history.present, names.from_spectra(refined))
    if source.key == SPECTRA:
        return history.anew(classes, names_from=THE_SPECTRA), None
    shown = refined.with_classes(classes.lut(), classes.suggestions())
    if source.key == CHECKED:
        agreement = shown.compare(SCENE_CLASSES, cancelled=cancelled)
        wanted = names.asked_for(refined.model)
        made, title = names.checked(agreement, shown.suggestions, wanted), names.CHECKED_BY
    else:
        agreement = shown.compare(source.key, source.classes, cancelled)
        made = names.named(agreement, shown.suggestions)
        title = agreement.reference.title
    return history.anew(_renamed(classes, made), names_from=title), agreement


Step = Callable[["Analysis", History, "Agreement | None", IsCancelled], "tuple[History, Agreement | None]"]
"""A refinement: gets the refined result, the classes, what the map says that names were last taken from, and
whether to stop; returns the classes with one more, and what that map says of them."""


def split(
    number: int, refined: Analysis, history: History, named_by: Agreement | None, cancelled: IsCancelled
) -> tuple[History, Agreement | None]:
    """Return the classes after one of them was split in two (explore.regroup.split); see `Step`.

    Raises
    ------
    InvalidRequest
        For a merged class, or one that cannot be split.
    """
    from pipeline.explore import regroup
    from pipeline.reference.names import believable

    (cluster, *others) = history.present[number].members
    if others:
        raise regroup.merged_class()
    made = believable(regroup.split(refined, cluster, cancelled), cancelled)
    after = _with_new(history, refined, made, cluster, f"s{cluster}", is_split=True)
    return _named_again(history, after, made, named_by, cancelled)


def water_apart(
    refined: Analysis, history: History, named_by: Agreement | None, cancelled: IsCancelled
) -> tuple[History, Agreement | None]:
    """Return the classes with open water as one of its own (explore.regroup.water_apart); see `Step`.

    Raises
    ------
    InvalidRequest
        When water is apart already.
    """
    from pipeline.explore import regroup
    from pipeline.reference.names import believable

    made = believable(regroup.water_apart(refined, cancelled), cancelled)
    after = _with_new(history, refined, made, len(refined.suggestions), "w", is_split=False)
    return _named_again(history, after, made, named_by, cancelled)


def _named_again(
    before: History, after: History, made: Analysis, named_by: Agreement | None, cancelled: IsCancelled
) -> tuple[History, Agreement | None]:
    """Return the classes after a step with names of the map that named them before.

    They stay where a person has changed a name since, where the map cannot be had any more, and where a
    person asked for the kind.
    """
    from pipeline.reference import names
    from pipeline.reference.agreement import compare

    classes = before.present
    if (
        named_by is None
        or before.names_from != named_by.reference.title
        or len(named_by.table) != len(classes)
    ):
        return after, named_by
    old = names.named(named_by, classes.suggestions())
    if [_short(s.name) for s in old] != [c.name for c in classes]:
        return after, named_by
    shown = made.with_classes(after.present.lut(), after.present.suggestions())
    try:
        agreement = compare(shown, named_by.reference, cancelled=cancelled)
    except (InvalidRequest, ReadFailed):
        return after, named_by
    wanted = names.asked_for(made.model)
    told = _renamed(after.present, names.named(agreement, shown.suggestions))
    kept = (old if old.kind in wanted else new for old, new in zip(after.present, told, strict=True))
    return replace(after, present=Classes(tuple(kept))), agreement


def _with_new(
    history: History, refined: Analysis, made: Analysis, after: int, step: str, *, is_split: bool
) -> History:
    """Return the classes with one more cluster; those without edits get new names among all."""
    from pipeline.explore.regroup import with_new_cluster

    classes = with_new_cluster(history.present, made.suggestions, after, is_split=is_split)
    untouched = {c.members for c in Classes.of(refined.suggestions) if c in history.present.classes}
    moved = {(m + (m > after),) for (m,) in untouched}
    fresh = Classes.of(made.suggestions)
    named_anew = tuple(fresh[c.members[0]] if c.members in moved else c for c in classes)
    return history.anew(Classes(named_anew), steps=f"{history.steps}.{step}".lstrip("."))


def _as_suggested(classes: Classes, suggestions: Sequence[Suggestion]) -> Classes:
    """Return classes with the names of their first clusters."""
    return _renamed(classes, [suggestions[c.members[0] - 1] for c in classes])


def _renamed(classes: Classes, suggestions: Sequence[Suggestion]) -> Classes:
    return Classes(
        tuple(
            replace(c, name=_short(s.name), color=s.color, kind=s.kind, reason=s.reason)
            for c, s in zip(classes, suggestions, strict=True)
        )
    )


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"

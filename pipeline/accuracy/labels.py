"""The classes found at the points: checked, counted, with notes where the sample is not quite random."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.accuracy.tally import Tally
from pipeline.errors import InvalidRequest

if TYPE_CHECKING:
    from pipeline.accuracy.design import SamplingDesign

Label = str | None
"""Name of a class; None: the labeller was unsure."""
LONGEST_NAME = 60
MOST_CLASSES = 100


def clean_name(name: Any) -> str:
    """Return the name of a class: white space joined, without control characters.

    Raises
    ------
    InvalidRequest
        For one that is no text, empty or too long.
    """
    if not isinstance(name, str):
        raise InvalidRequest(f"The name of a class is text, not {name!r:.60}.", "labels")
    plain = "".join(c for c in " ".join(name.split()) if unicodedata.category(c) not in ("Cc", "Cs"))
    if not plain or len(plain) > LONGEST_NAME:
        raise InvalidRequest(
            f"The name of a class has 1 to {LONGEST_NAME} characters, not {len(plain)}.", "labels"
        )
    return plain


def clean_labels(labels: Mapping[Any, Any], known: set[int]) -> dict[int, Label]:
    """Return labels by id of the point, in order of the ids.

    Raises
    ------
    InvalidRequest
        For no mapping, for ids that are not `known`, for bad names, and for more than 100 classes.
    """
    if not isinstance(labels, Mapping):
        raise InvalidRequest("Labels are given by the id of their point.", "labels")
    strange = [n for n in labels if isinstance(n, bool) or not isinstance(n, Integral) or int(n) not in known]
    if strange:
        raise InvalidRequest(
            f"{_labels(len(strange))} of points that are not in this sample, such as {strange[0]!r:.40}. "
            "Points added by hand are no random sample: leave them out.",
            "labels",
        )
    given = {int(n): None if name is None else clean_name(name) for n, name in labels.items()}
    classes = {name for name in given.values() if name is not None}
    if len(classes) > MOST_CLASSES:
        raise InvalidRequest(
            f"The labels have {len(classes)} classes, at most {MOST_CLASSES}. Use fewer names.", "labels"
        )
    return dict(sorted(given.items()))


def tally(
    design: SamplingDesign,
    labels: Mapping[int, Label],
    classes: Mapping[str, str] | None,
    mapped: Mapping[int, str] | None,
) -> Tally:
    """Count labelled points per stratum, class of the map and class found.

    Parameters
    ----------
    design : SamplingDesign
        Points and strata.
    labels : mapping
        By id; None is not counted.
    classes : mapping, optional
        The class each stratum is in now.
    mapped : mapping, optional
        The class that another map shows at each labelled point.

    Raises
    ------
    InvalidRequest
        When `classes` or `mapped` lack a stratum or point.
    """
    strata = [s.name for s in design.strata]
    now = dict(zip(strata, strata, strict=True)) if classes is None else _now(strata, classes)
    used = {n: now.get(name, name) for n, name in labels.items() if name is not None}
    stratum_of = {p.id: p.stratum for p in design.drawn}
    if mapped is None:
        map_class = {n: now[stratum_of[n]] for n in used}
        shown = list(dict.fromkeys(now.values()))
    else:
        map_class = {n: _at(mapped, n) for n in used}
        shown = list(dict.fromkeys(map_class[n] for n in sorted(map_class)))
    names = list(dict.fromkeys([*shown, *sorted(set(used.values()))]))
    number, row = ({name: k for k, name in enumerate(of)} for of in (names, strata))
    cells = np.zeros((len(strata), len(names) + 1, len(names)), np.int64)
    possible = np.zeros((len(strata), len(names) + 1), bool)
    for n, found in used.items():
        cells[row[stratum_of[n]], number[map_class[n]], number[found]] += 1
        possible[row[stratum_of[n]], number[map_class[n]]] = True
    if mapped is None:
        for name in strata:
            possible[row[name], number[now[name]]] = True
    hectares = np.array([s.hectares for s in design.strata])
    pixels = np.array([s.pixels for s in design.strata], np.int64)
    return Tally(tuple(strata), tuple(names), cells, possible, hectares, pixels)


def notes_on(design: SamplingDesign, labels: Mapping[int, Label]) -> list[str]:
    """Return notes on how the labels differ from a plain random sample."""
    total, said = len(design.drawn), []
    unsure = sum(name is None for name in labels.values())
    if unsure:
        said.append(
            f"{unsure} of {total} points {'is' if unsure == 1 else 'are'} unsure and not used: "
            "the estimate takes them to be like the others of their class."
        )
    left = total - len(labels)
    order = [p.id in labels for p in design.drawn]
    last = max((k for k, done in enumerate(order) if done), default=-1)
    skipped = order[: last + 1].count(False)
    if skipped:
        said.append(
            f"{skipped} point{'s were' if skipped > 1 else ' was'} passed over before the last one that was "
            "labelled. If the easy ones were chosen, the estimate is biased: label the others too."
        )
    if left:
        said.append(f"{left} of {total} points {'has' if left == 1 else 'have'} no label yet.")
    return said


def _labels(count: int) -> str:
    return "1 label is" if count == 1 else f"{count} labels are"


def _now(strata: list[str], classes: Mapping[str, str]) -> dict[str, str]:
    missing = [name for name in strata if name not in classes]
    if missing:
        raise InvalidRequest(f"The class that “{missing[0]}” is in now is missing.", "classes")
    return {name: clean_name(classes[name]) for name in strata}


def _at(mapped: Mapping[int, str], point: int) -> str:
    if point not in mapped:
        raise InvalidRequest(f"The map's class at point {point} is missing.", "mapped")
    return clean_name(mapped[point])

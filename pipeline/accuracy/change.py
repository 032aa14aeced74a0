"""Change until a second date, checked: strata of what the land was and became, and hectares with intervals.

As Olofsson et al. 2014 (doi:10.1016/j.rse.2014.02.015) recommend, the strata are classes of change and
classes that stayed, and each class of change gets 50 points or more, however rare it is. Small strata are put
together, so that the points of all of them can be labelled in an hour.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from pipeline.accuracy.allocation import LEAST
from pipeline.accuracy.design import SamplingDesign
from pipeline.accuracy.drawing import Strata, classes_now
from pipeline.accuracy.labels import LONGEST_NAME
from pipeline.accuracy.result import AreaEstimate
from pipeline.errors import InvalidRequest
from pipeline.text import about_hectares

if TYPE_CHECKING:
    import xarray as xr

    from pipeline.explore.change import Change, SecondDate
    from pipeline.outcome.values import Outcome

    Compared = TypeVar("Compared", bound=Outcome)

BECAME, SAME = " → ", ", the same"
"""In names of strata, and of what is found at a point: "Crops → Bare", "Crops, the same"."""
OTHER_CHANGE, OTHER_SAME = "Other change", f"Other land{SAME}"
LEAST_OF_CHANGE = 50
"""Points of a stratum of change."""
MOST_CHANGES = 3
"""Strata of change with a name of their own: the largest."""
SMALL_CHANGE, SMALL_SAME = 0.005, 0.02
"""Share of the compared land below which a stratum is put together with others."""
LONGEST_CLASS = (LONGEST_NAME - len(BECAME)) // 2
"""Characters of a class in the name of a stratum."""
CHANGED, STAYED = "Changed", "The same"


class Interval(NamedTuple):
    """Hectares with the ends of their interval; NaN where the points are too few."""

    hectares: float
    low: float
    high: float


@dataclass(frozen=True)
class CheckedChange:
    """A labelled sample of change, and what follows from it."""

    design: SamplingDesign
    """Points and labels."""
    classes: Mapping[str, str] = field(repr=False)
    """What each stratum is called now."""
    estimate: AreaEstimate
    """Hectares of each change and of what stayed."""
    changed: Interval
    """All land that has changed."""
    mapped_ha: float
    """Hectares that the two maps show as changed."""

    def sentence(self) -> str:
        """Return how much has changed by the points, and by the maps."""
        hectares, low, high = self.changed
        said = f"{self.estimate.points:,} random points were checked"
        if hectares != hectares:
            return f"{said}: too few to say how much of the land has changed."
        ends = "" if low != low else f" ({about_hectares(low)} to {about_hectares(high)} ha)"
        mapped = f"the two maps show {self.mapped_ha:,.1f} ha"
        return f"{said}: {about_hectares(hectares)} ha{ends} have changed; {mapped}."


def is_change(name: str) -> bool:
    """Return whether a stratum, or what was found at a point, is change."""
    return not name.endswith(SAME)


def strata_of_change(analysis: Outcome) -> Strata:
    """Return the strata of an analysis with a second date: changes first, the largest first of all.

    Classes of the same name are one. Pixels that are masked on either date are in no stratum.

    Raises
    ------
    InvalidRequest
        Without a second date, or where the two dates have no clear pixel in common.
    """
    second = _second_of(analysis)
    change = second.change
    titles = _titles(change)
    counts = np.rint(change.matrix.to_numpy() / (analysis.resolution_m**2 / 10_000)).astype(np.int64)
    if not counts.sum():
        raise InvalidRequest(change.sentence, "of")
    names: dict[tuple[int, int], str] = {}
    pixels: dict[str, int] = {}
    for first, was in enumerate(titles):
        for then, became in enumerate(titles):
            name = f"{was}{SAME}" if was == became else f"{was}{BECAME}{became}"
            names[first, then] = name
            pixels[name] = pixels.get(name, 0) + int(counts[first, then])
    kept = _kept(pixels)
    order = {name: n for n, name in enumerate(dict.fromkeys(kept.values()))}
    size = len(titles) + 1
    lut = np.full(size**2, -1)
    totals = [0] * len(order)
    for (first, then), name in names.items():
        if name in kept:
            stratum = order[kept[name]]
            lut[(first + 1) * size + then + 1] = stratum
            totals[stratum] += int(counts[first, then])
    least = [LEAST_OF_CHANGE if is_change(name) else LEAST for name in order]

    def raster() -> xr.DataArray:
        before, after = analysis.labels, second.analysis.labels
        return before.copy(data=before.data.astype(np.uint16) * np.uint16(size) + after.data)

    return Strata(tuple(order), lut.tolist(), totals, raster, least, of_change=True)


def check_change(analysis: Outcome, design: SamplingDesign) -> CheckedChange:
    """Return what a labelled sample says about the change to the second date of an analysis.

    Raises
    ------
    InvalidRequest
        When the sample is of other maps or of classes, and when no point has a label.
    """
    from pipeline.accuracy.estimation import stratified_estimate

    classes = classes_now(design, analysis, "change")
    estimate = design.estimate(classes=classes)
    strata = {s.name: s.hectares for s in design.strata}
    found = {name: [0, 0] for name in strata}
    of_point = {p.id: p.stratum for p in design.drawn}
    for point, label in design.labels.items():
        if label is not None:
            found[of_point[point]][not is_change(classes.get(label, label))] += 1
    import pandas as pd

    matrix = pd.DataFrame.from_dict(found, orient="index", columns=[CHANGED, STAYED])
    table = stratified_estimate(matrix, strata).areas
    mapped = sum(ha for name, ha in strata.items() if is_change(classes[name]))
    ends = Interval(*(float(table[name][CHANGED]) for name in ("hectares", "low_ha", "high_ha")))
    return CheckedChange(design, classes, estimate, ends, mapped)


def with_change_sample(analysis: Compared, design: SamplingDesign) -> Compared:
    """Return the analysis whose second date has a labelled sample of the change (`SecondDate.checked`).

    Raises
    ------
    InvalidRequest
        As `check_change`.
    """
    second = _second_of(analysis)
    return replace(analysis, second=replace(second, checked=check_change(analysis, design)))


def _second_of(analysis: Outcome) -> SecondDate:
    if analysis.second is None:
        raise InvalidRequest("There is no second date to compare with. Choose one first.", "of")
    return analysis.second


def _titles(change: Change) -> list[str]:
    """Return the name of each class, short enough for two of them in one name; the same for the same name.

    The figure that a suggested name ends in, "(NDVI 0.82)", is left out.
    """
    titles: dict[str, str] = {}
    for number, name in change.clusters["name"].items():
        if name in titles:
            continue
        plain = re.sub(r" \([^()]*\)$", "", name)
        title = plain if len(plain) <= LONGEST_CLASS else f"{plain[: LONGEST_CLASS - 1]}…"
        if title in titles.values():
            title = f"{plain[: LONGEST_CLASS - 5]}… {number}"
        titles[name] = title
    return [titles[name] for name in change.clusters["name"]]


def _kept(pixels: Mapping[str, int]) -> dict[str, str]:
    """Return the stratum of each change and each class that stayed: its own, or one for all small ones."""
    total = sum(pixels.values())
    there = {name: n for name, n in pixels.items() if n}
    changes = sorted((name for name in there if is_change(name)), key=lambda name: -there[name])
    stayed = [name for name in there if not is_change(name)]
    own = [name for name in changes[:MOST_CHANGES] if there[name] >= SMALL_CHANGE * total]
    few = [name for name in stayed if there[name] < SMALL_SAME * total]
    made = {name: name for name in own}
    made |= _together([name for name in changes if name not in own], OTHER_CHANGE)
    made |= {name: name for name in stayed if name not in few}
    return made | _together(few, OTHER_SAME)


def _together(names: list[str], title: str) -> dict[str, str]:
    """Return one stratum for some names; a single one keeps its name."""
    return {names[0]: names[0]} if len(names) == 1 else dict.fromkeys(names, title)

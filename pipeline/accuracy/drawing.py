"""A random sample of a map's pixels: a number of each class, without replacement, in random order.

The only module in this folder that uses an `Analysis`, through public members alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from pipeline.accuracy.allocation import allocate, points_for
from pipeline.accuracy.checks import is_whole
from pipeline.accuracy.design import PixelGrid, Point, SamplingDesign, Stratum
from pipeline.errors import InvalidRequest

if TYPE_CHECKING:
    import xarray as xr

    from pipeline.outcome.values import Outcome

Of = Literal["classes", "change"]
"""What a sample is of."""
BAND_ROWS = 256
"""Rows that are looked at together: 22 MB of pixel numbers for a whole tile."""


@dataclass(frozen=True)
class Strata:
    """What points are drawn from."""

    names: Sequence[str]
    lut: Sequence[int]
    """Stratum of each value of the raster, -1 for none."""
    pixels: Sequence[int]
    """Of each stratum."""
    raster: Callable[[], xr.DataArray]
    """Makes the raster: unsigned whole numbers ``(y, x)``."""
    least: Sequence[int] | None = None
    """Points that each stratum gets at least; `LEAST` by default."""
    of_change: bool = False


def sampling_design(
    analysis: Outcome, n: int | None = None, margin: float = 0.05, seed: int = 0, *, of: Of = "classes"
) -> SamplingDesign:
    """Draw points to be checked: a stratified random sample of the clear pixels, classes being the strata.

    Parameters
    ----------
    analysis : Analysis
        The map; its classes as they are shown now. Classes of the same name are one.
    n : int, optional
        How many points; by default as many as `margin` needs.
    margin : float
        Wanted half width of the overall accuracy's 95 % interval, 0.01 to 0.5.
    seed : int
        Another seed, another sample.
    of : str
        "classes", or "change": what the land was and became until the second date (accuracy.change).

    Raises
    ------
    InvalidRequest
        For a preview, for values out of range, and for change without a second date.
    """
    if analysis.preview:
        raise InvalidRequest("This is a preview of coarser pixels. Wait for the full image, then sample.")
    if not is_whole(seed, 0, 2**63 - 1):
        raise InvalidRequest(f"The seed is {seed!r}, not a whole number from 0 on.", "seed")
    strata = strata_of(analysis, of)
    names, pixels = strata.names, strata.pixels
    wanted = points_for(margin, pixels, strata.least) if n is None else n
    drawn = draw(strata.raster(), strata.lut, pixels, allocate(wanted, pixels, strata.least), seed)
    grid = PixelGrid.of(analysis.grid)
    pixel_ha = analysis.resolution_m**2 / 10_000
    counted = tuple(
        Stratum(name, size, round(size * pixel_ha, 4)) for name, size in zip(names, pixels, strict=True)
    )
    longitudes, latitudes = grid.degrees(drawn.rows, drawn.columns)
    values = zip(drawn.stratum, drawn.rows, drawn.columns, longitudes, latitudes, strict=True)
    points = tuple(
        Point(number, names[s], int(row), int(column), float(longitude), float(latitude))
        for number, (s, row, column, longitude, latitude) in enumerate(values, start=1)
    )
    return SamplingDesign(counted, points, grid, drawn.fingerprint, seed, of_change=strata.of_change)


def points_needed(analysis: Outcome, margin: float, of: Of = "classes") -> tuple[int, int]:
    """Return how many points `sampling_design` draws for a margin, and in how many strata."""
    strata = strata_of(analysis, of)
    return points_for(margin, strata.pixels, strata.least), len(strata.names)


def strata_of(analysis: Outcome, of: Of) -> Strata:
    """Return what points are drawn from.

    Raises
    ------
    InvalidRequest
        For change without a second date, and for anything else than classes or change.
    """
    if of == "classes":
        names, lut, pixels = _strata(analysis)
        return Strata(names, lut, pixels, lambda: analysis.labels)
    if of == "change":
        from pipeline.accuracy.change import strata_of_change

        return strata_of_change(analysis)
    raise InvalidRequest(f"There is no sample of {of!r:.40}. Choose “classes” or “change”.", "of")


def classes_now(design: SamplingDesign, analysis: Outcome, of: Of = "classes") -> dict[str, str]:
    """Return the class that each stratum of a design is in now: after merges and new names.

    Raises
    ------
    InvalidRequest
        When the map is not the one the design was drawn on, or its classes cut through a stratum; for a
        sample of change where one of classes is asked for, and the other way round.
    """
    other = InvalidRequest(
        "These points were drawn on another map: their labels say nothing about this one. "
        "Draw new points, or go back to the map they belong to."
    )
    if PixelGrid.of(analysis.grid) != design.grid or design.of_change != (of == "change"):
        raise other
    strata = strata_of(analysis, of)
    names = strata.names
    found: dict[str, set[int]] = {}
    rows, columns = [p.row for p in design.drawn], [p.column for p in design.drawn]
    at = _at(strata.raster(), strata.lut, rows, columns)
    for point, number in zip(design.drawn, at.tolist(), strict=True):
        found.setdefault(point.stratum, set()).add(number)
    within = dict.fromkeys(range(len(names)), 0)
    for stratum in design.strata:
        numbers = found.get(stratum.name, set())
        if len(numbers) != 1 or -1 in numbers:
            raise other
        within[next(iter(numbers))] += stratum.pixels
    if list(within.values()) != list(strata.pixels):
        raise other
    return {s.name: names[next(iter(found[s.name]))] for s in design.strata}


@dataclass(frozen=True)
class Drawn:
    """Pixels of a sample in random order, with a fingerprint of the map they were drawn from."""

    stratum: np.ndarray
    """int ``(n,)``: number of the stratum, from 0."""
    rows: np.ndarray
    columns: np.ndarray
    fingerprint: str
    """Of the strata's pixels; the strata's names do not matter."""


def draw(
    labels: xr.DataArray, lut: Sequence[int], pixels: Sequence[int], sizes: Sequence[int], seed: int
) -> Drawn:
    """Draw pixels of each stratum without replacement, band by band: a lazy raster is never loaded whole.

    Parameters
    ----------
    labels : xarray.DataArray
        uint8 ``(y, x)``.
    lut : sequence of int
        Stratum of each label, -1 for none.
    pixels, sizes : sequence of int
        Pixels of each stratum, and how many of them to draw.
    seed : int
        Same labels and seed, same pixels, however the labels are cut into blocks.
    """
    random = np.random.default_rng(seed)
    ranks = [
        np.sort(random.choice(total, size, replace=False)) for total, size in zip(pixels, sizes, strict=True)
    ]
    table, passed = np.asarray(lut, np.int16), np.zeros(len(pixels), np.int64)
    digest = hashlib.sha256(f"{labels.shape}".encode())
    found: list[list[np.ndarray]] = [[] for _ in pixels]
    for first, band in _bands(labels):
        strata = table[band]
        digest.update((strata + 1).astype(np.uint8).tobytes())
        for s, wanted in enumerate(ranks):
            flat = np.flatnonzero(strata == s)
            here = wanted[(wanted >= passed[s]) & (wanted < passed[s] + flat.size)] - passed[s]
            passed[s] += flat.size
            found[s].append(flat[here] + first * band.shape[1])
    if passed.tolist() != list(pixels):
        raise InvalidRequest(
            f"The classes have {passed.tolist()} pixels in the labels, but {list(pixels)} in the table. "
            "Calculate the analysis again."
        )
    order = random.permutation(sum(sizes))
    stratum = np.repeat(np.arange(len(sizes)), sizes)[order]
    flat = np.concatenate([np.concatenate(parts) for parts in found])[order]
    rows, columns = np.divmod(flat, labels.shape[1])
    return Drawn(stratum, rows, columns, digest.hexdigest()[:32])


def _strata(analysis: Outcome) -> tuple[list[str], list[int], list[int]]:
    """Return names of the strata, the stratum of each label (-1: none), and the strata's pixels."""
    table = analysis.areas
    names: list[str] = []
    lut, pixels = [-1], []
    for name, count in zip(table["name"].iloc[1:], table["pixels"].iloc[1:], strict=True):
        if count == 0:
            lut.append(-1)
            continue
        if name not in names:
            names.append(str(name))
            pixels.append(0)
        lut.append(names.index(name))
        pixels[names.index(name)] += int(count)
    return names, lut, pixels


def _bands(labels: xr.DataArray) -> Iterator[tuple[int, np.ndarray]]:
    """Give strips of rows and their first row; a lazy raster's own blocks are computed once."""
    heights = labels.chunks[0] if labels.chunks else (labels.shape[0],)
    first = 0
    for height in heights:
        loaded = labels[first : first + height].to_numpy()
        for start in range(0, height, BAND_ROWS):
            yield first + start, loaded[start : start + BAND_ROWS]
        first += height


def _at(labels: xr.DataArray, lut: Sequence[int], rows: Sequence[int], columns: Sequence[int]) -> np.ndarray:
    """Return the stratum of single pixels: int ``(n,)``, -1 for none."""
    row, column = np.asarray(rows), np.asarray(columns)
    found = np.full(len(row), -1)
    table = np.asarray(lut, np.int16)
    for first, band in _bands(labels):
        here = (row >= first) & (row < first + len(band))
        found[here] = table[band[row[here] - first, column[here]]]
    return found

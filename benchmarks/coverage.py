"""Do the intervals hold the truth? ``python -m benchmarks.coverage`` draws 1,000 samples of known lands.

For each land, all pixels of which are known by cluster and true class, points are drawn as
`pipeline.accuracy` does, and the true hectares of each class are looked for in the 95 % interval. To reach:
at least 93 % of samples for every class, and a bias of at most 1 % of a class above 2 % of the area.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

import demo
from benchmarks.truth import cross_table, demo_truth, on_grid
from pipeline import Analysis, AnalysisRequest, AreaOfInterest, analyse
from pipeline.accuracy.allocation import allocate, points_for
from pipeline.accuracy.matrices import nested
from pipeline.accuracy.posterior import posterior_interval
from pipeline.accuracy.textbook import normal_interval
from tests.support.servers import SHARED, file_server, real_items, stac_api

COVERED, BIAS, LARGE = 0.93, 0.01, 0.02
LEVEL = 0.95
DRAWS = 600
"""From each posterior: fewer than the page takes, for the sake of a thousand samples."""
BIAS_SAMPLES = 200_000
"""A thousand would not tell a bias of 1 % from chance."""


@dataclass(frozen=True)
class Land:
    """A land whose every pixel is known."""

    name: str
    classes: tuple[str, ...]
    pixels: np.ndarray
    """int64 ``(stratum, class)``."""


@dataclass(frozen=True)
class Covered:
    """How often the interval of a class held the truth."""

    land: str
    points: int
    name: str
    share: float
    """Of the class in the area, 0..1."""
    bayes: float
    normal: float
    width: float
    """Mean width of the interval, part of the area."""
    bias: float
    """Of the estimated hectares, part of the class."""

    @property
    def met(self) -> bool:
        return self.bayes >= COVERED and (self.share < LARGE or abs(self.bias) <= BIAS)


def coverage(land: Land, points: int, samples: int = 1000, draws: int = DRAWS) -> list[Covered]:
    """Return the coverage of every class that the land has, for samples of `points` points."""
    random = np.random.default_rng(1)
    strata = land.pixels.sum(axis=1)
    sizes = allocate(points, strata.tolist())
    drawn = _samples(random, land.pixels, sizes, samples)
    many = _samples(random, land.pixels, sizes, BIAS_SAMPLES)
    means = (strata[:, None] * many.mean(axis=0) / np.array(sizes)[:, None]).sum(axis=0)
    names = [f"{n}" for n in range(len(strata))]
    found = []
    for k in np.flatnonzero(land.pixels.sum(axis=0)):
        true = float(land.pixels[:, k].sum() / strata.sum())
        on_land = np.zeros((len(land.classes) + 1, len(land.classes)), bool)
        on_land[:, k] = True
        hits, width = np.zeros(2), 0.0
        for counts in drawn:
            tally = nested(names, land.classes, counts, strata / 100, ["" for _ in names], strata)
            ratio = tally.ratio(on_land, ~on_land)
            ends = posterior_interval(ratio, LEVEL, draws), normal_interval(ratio, LEVEL)
            hits += [low <= true + 1e-12 and true - 1e-12 <= high for low, high in ends]
            width += ends[0][1] - ends[0][0]
        bias = float(means[k] / land.pixels[:, k].sum() - 1)
        held = hits / samples
        found.append(
            Covered(
                land.name,
                sum(sizes),
                land.classes[k],
                true,
                float(held[0]),
                float(held[1]),
                width / samples,
                bias,
            )
        )
    return found


def _samples(
    random: np.random.Generator, pixels: np.ndarray, sizes: Sequence[int], samples: int
) -> np.ndarray:
    """Return counts of samples drawn without replacement: int ``(sample, stratum, class)``."""
    return np.stack(
        [
            random.multivariate_hypergeometric(row, n, samples, method="marginals")
            for row, n in zip(pixels, sizes, strict=True)
        ],
        axis=1,
    )


def made_up() -> tuple[Land, ...]:
    """Return lands that are hard in one way each."""
    near_perfect = np.array([[49_950, 50, 0], [300, 599_400, 300], [0, 700, 349_300]])
    rare = np.array([[9_000, 1_000, 0, 0], [10_000, 475_000, 10_000, 5_000], [900, 18_000, 427_500, 3_600]])
    lost = np.array([[600_000, 30_000, 2_000], [50_000, 318_000, 0]])
    return (
        Land("near-perfect", ("water", "crops", "trees"), near_perfect),
        Land("a rare class half missed", ("water", "crops", "trees", "town"), rare),
        Land("a class the map lacks", ("crops", "trees", "orchard"), lost),
    )


def demo_lands(sizes: Sequence[int] = (4, 6, 10)) -> Iterator[Land]:
    """Give the demo (10 km, June): clusters against the true classes, and against one class a cluster."""
    area = AreaOfInterest.square(demo.LONGITUDE, demo.LATITUDE, 10)
    try:
        analysis = analyse(AnalysisRequest(area, demo.START, demo.END, n_clusters=sizes[0], catalog="demo"))
        truth, names = demo_truth(analysis)
        for k in sizes:
            analysis = analysis.recluster(k)
            pixels = cross_table(np.asarray(analysis.labels), truth, k)
            there = np.flatnonzero(pixels.sum(axis=0))  # not every class of the land is in these 10 km
            land = Land(f"demo, {k} clusters", tuple(names[n] for n in there), pixels[:, there])
            yield land
            yield named(replace(land, name=f"{land.name}, their classes"))
    finally:
        demo.stop()


def named(land: Land) -> Land:
    """Return the land with one class for each cluster: every true class goes to where most of it is."""
    home = land.pixels.argmax(axis=0)
    pixels = np.zeros((len(land.pixels),) * 2, np.int64)
    for k, cluster in enumerate(home):
        pixels[:, cluster] += land.pixels[:, k]
    pairs = list(zip(land.classes, home, strict=True))
    classes = tuple(" + ".join(name for name, h in pairs if h == c) for c in range(len(pixels)))
    return Land(land.name, classes, pixels)


def bolzano() -> Iterator[Land]:
    """Give the real image of Bolzano (5 km, 6 clusters) against its own scene classification."""
    names = ("", "dark", "shadow", "vegetation", "not vegetated", "water", "unclassified", "", "", "", "snow")
    with (
        file_server(SHARED / "sentinel2") as files,
        tempfile.TemporaryDirectory() as folder,
        stac_api(Path(folder), real_items(files)) as catalog,
    ):
        area = AreaOfInterest.square(11.34, 46.49, 5)
        analysis = analyse(AnalysisRequest(area, date(2022, 6, 1), date(2022, 6, 30), catalog=catalog))
        pixels = cross_table(np.asarray(analysis.labels), on_grid(_classifications(analysis), analysis), 6)
    kept = np.flatnonzero(pixels.sum(axis=0))
    yield Land("Bolzano, scene classification", tuple(names[k] for k in kept), pixels[:, kept])


def _classifications(analysis: Analysis) -> list[Path]:
    """Return the files of the scene classification of an analysis' scenes."""
    found = [
        p
        for scene in analysis.scenes
        for p in (SHARED / "sentinel2").rglob("*SCL*.tif")
        if scene.id in str(p)
    ]
    if not found:
        raise FileNotFoundError(f"no scene classification beside the bands in {SHARED / 'sentinel2'}")
    return found


def published() -> Iterator[Land]:
    """Give lands that are as the samples of the papers found them."""
    for case in json.loads((SHARED / "area_estimation_cases.json").read_text())["cases"][:2]:
        counts = np.array(case["sample_counts_rows_map_columns_reference"], float)
        strata = np.array(case["mapped_area"])
        pixels = counts / counts.sum(axis=1, keepdims=True) * (strata * 1e6 / strata.sum())[:, None]
        yield Land(case["id"], tuple(case["classes"]), np.rint(pixels).astype(np.int64))


def table(rows: Sequence[Covered]) -> str:
    """Return the results as a Markdown table."""
    head = "| land | points | class | share % | held % | textbook % | width % | bias % |\n" + 8 * "|-" + "|"
    return "\n".join([head, *(_line(row) for row in rows)])


def _line(row: Covered) -> str:
    missed = "" if row.met else " **missed**"
    figures = " | ".join(f"{100 * v:.2f}" for v in (row.share, row.bayes, row.normal, row.width, row.bias))
    return f"| {row.land} | {row.points} | {row.name}{missed} | {figures} |"


def lands(only_demo: bool) -> Iterator[Land]:
    """Give all lands that this machine has the data for."""
    yield from demo_lands()
    if not only_demo:
        yield from made_up()
        if SHARED.is_dir():
            yield from bolzano()
            yield from published()


def main(arguments: list[str] | None = None) -> None:
    """Draw the samples and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.coverage", description=__doc__)
    parser.add_argument("--samples", type=int, default=1000)
    parser.add_argument("--points", type=int, default=60, help="beside as many as a margin of 0.05 needs")
    parser.add_argument("--demo", action="store_true", help="only the demo")
    chosen = parser.parse_args(arguments)
    rows: list[Covered] = []
    for land in lands(chosen.demo):
        for points in (points_for(0.05, land.pixels.sum(axis=1).tolist()), chosen.points):
            rows += coverage(land, points, chosen.samples)
            print(f"{land.name}, {points} points: least {min(r.bayes for r in rows):.3f}", flush=True)
    least, textbook = min(r.bayes for r in rows), min(r.normal for r in rows)
    print(f"\n{table(rows)}\n\n{sum(r.met for r in rows)} of {len(rows)} classes as wanted.")
    print(f"Least: {100 * least:.1f} % (textbook {100 * textbook:.1f} %)")


if __name__ == "__main__":
    main()

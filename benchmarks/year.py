"""What more dates and more bands are worth: ``python -m benchmarks.year``.

Groups the demo's land (10 km, 6 clusters) on each of its days, as a median, and through the year, and counts
the pixels that are right when every cluster is called after the true cover that most of it is. Then, where
the real scenes are at hand, the agreement with their reference maps (`benchmarks.real_series`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import demo
from benchmarks import real_series
from benchmarks.truth import Row, judged, on_grid
from pipeline import AnalysisError, AnalysisRequest, AreaOfInterest, analyse, find_scenes
from synthetic.place import COVER_CLASSES
from tests.support.servers import SHARED

SIDE_KM, CLUSTERS = 10.0, 6
YEAR = date(2024, 1, 1), date(2024, 12, 31)


def demo_rows() -> Iterator[Row]:
    """Yield the rows of the demo's land: its days, its median, its periods."""
    area = AreaOfInterest.square(demo.LONGITUDE, demo.LATITUDE, SIDE_KM)
    usual: dict[str, Any] = {"max_cloud_cover": 100.0, "n_clusters": CLUSTERS, "catalog": "demo"}

    def row(title: str, start: date, end: date, **changes: Any) -> Row:
        analysis = analyse(AnalysisRequest(area, start, end, **{**usual, **changes}))
        truth = on_grid([demo.true_cover()], analysis)
        if truth.max() > max(COVER_CLASSES):
            raise ValueError(f"the true map has class {truth.max()}: it is not that of the year")
        return judged(title, analysis, truth)

    days = sorted({s.date for s in find_scenes(AnalysisRequest(area, *YEAR, **usual))})
    for day in days:
        yield row(f"{day}", day, day)
    yield row("best of the year by clouds, all bands", *YEAR, features="all-bands")
    yield row("median of the year", *YEAR, composite="median")
    for periods in (4, 6):
        yield row(f"{periods} periods", *YEAR, composite="periods", periods=periods)
    yield row("4 periods, all bands", *YEAR, composite="periods", features="all-bands")


def printed(title: str, rows: Iterator[Row]) -> None:
    """Print a table as its rows come."""
    print(f"\n{title}\n\n| Image | Right | Adjusted Rand | Area wrong |\n|---|---|---|---|", flush=True)
    for row in rows:
        figures = f"{100 * row.right:.1f} % | {row.rand:.2f} | {100 * row.area:.1f} %"
        print(f"| {row.title} | {figures} |", flush=True)


def main() -> None:
    """Print all tables."""
    printed(f"Demo, {SIDE_KM:g} km, {CLUSTERS} clusters, against the true cover of the year:", demo_rows())
    if SHARED.is_dir():
        for title, rows in real_series.tables():
            try:
                printed(title, rows)
            except AnalysisError as error:
                print(f"not measured: {error}")


if __name__ == "__main__":
    main()

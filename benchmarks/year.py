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
from benchmarks.tables import table
from benchmarks.truth import Row, judged, on_grid
from pipeline import AnalysisError, AnalysisRequest, AreaOfInterest, analyse, find_scenes
from synthetic.place import COVER_CLASSES

SIDE_KM, CLUSTERS = 10.0, 6
HEAD = ("image", "right", "adjusted Rand", "area wrong")
YEAR = date(2024, 1, 1), date(2024, 12, 31)


def demo_rows(size_km: float = SIDE_KM, every: int = 1) -> Iterator[Row]:
    """Yield the rows of the demo's land: its days (or every n-th of them), its median, its periods."""
    area = AreaOfInterest.square(demo.LONGITUDE, demo.LATITUDE, size_km)
    usual: dict[str, Any] = {"max_cloud_cover": 100.0, "n_clusters": CLUSTERS, "catalog": "demo"}

    def row(title: str, start: date, end: date, **changes: Any) -> Row:
        analysis = analyse(AnalysisRequest(area, start, end, **{**usual, **changes}))
        truth = on_grid([demo.true_cover()], analysis)
        if truth.max() > max(COVER_CLASSES):
            raise ValueError(f"the true map has class {truth.max()}: it is not that of the year")
        return judged(title, analysis, truth)

    days = sorted({s.date for s in find_scenes(AnalysisRequest(area, *YEAR, **usual))})
    for day in days[::every]:
        yield row(f"{day}", day, day)
    yield row("best of the year by clouds, all bands", *YEAR, features="all-bands")
    yield row("median of the year", *YEAR, composite="median")
    for periods in (4, 6):
        yield row(f"{periods} periods", *YEAR, composite="periods", periods=periods)
    yield row("4 periods, all bands", *YEAR, composite="periods", features="all-bands")


def tables(size_km: float = SIDE_KM, every: int = 1) -> Iterator[tuple[str, Iterator[Row]]]:
    """Yield title and rows of every table: the demo's, and the real series' where they are at hand."""
    yield (
        f"Demo, {size_km:g} km, {CLUSTERS} clusters, against the true cover of the year",
        demo_rows(size_km, every),
    )
    yield from real_series.tables()


def cells(row: Row) -> tuple[str, ...]:
    """Return a row as it is told (`HEAD`)."""
    return row.title, f"{100 * row.right:.1f} %", f"{row.rand:.2f}", f"{100 * row.area:.1f} %"


def printed(title: str, rows: Iterator[Row]) -> None:
    """Print a table as its rows come."""
    print(f"\n{title}:\n\n{table(HEAD, ())}", flush=True)
    for row in rows:
        print("| " + " | ".join(cells(row)) + " |", flush=True)


def main() -> None:
    """Print all tables."""
    for title, rows in tables():
        try:
            printed(title, rows)
        except AnalysisError as error:
            print(f"not measured: {error}")


if __name__ == "__main__":
    main()

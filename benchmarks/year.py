"""What a year of dates is worth: ``python -m benchmarks.year``.

Groups the demo's land (10 km, 6 clusters) on each of its days, as a median, and through the year, and counts
the pixels that are right when every cluster is called after the true cover that most of it is. Then, where
the real scenes are at hand, the agreement with a reference of cropland in Belgium.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from pyproj import Transformer
from sklearn.metrics import adjusted_rand_score

import demo
from benchmarks.truth import cross_table, on_grid
from pipeline import Analysis, AnalysisError, AnalysisRequest, AreaOfInterest, analyse, find_scenes
from synthetic.place import COVER_CLASSES
from tests.support.servers import SHARED, file_server, stac_api, with_hrefs

SIDE_KM, CLUSTERS = 10.0, 6
YEAR = date(2024, 1, 1), date(2024, 12, 31)
SERIES = "dates"
BELGIUM = (664_500, 5_611_620, 32631)
"""Middle of the series of Hesbaye: easting, northing, EPSG."""


@dataclass(frozen=True)
class Row:
    """A way to make the image, and how well its clusters fit the land."""

    title: str
    right: float
    """Share (0..1) of the clustered pixels whose cluster has the right name at best."""
    rand: float
    """Adjusted Rand index against the truth: 0 by chance, 1 the same groups."""


def judged(title: str, analysis: Analysis, truth: np.ndarray) -> Row:
    """Return how well clusters fit a true map on the same grid (0: not known)."""
    labels = np.asarray(analysis.labels)
    table = cross_table(labels, truth, len(analysis.suggestions))
    both = (labels > 0) & (truth > 0)
    return Row(title, table.max(axis=1).sum() / table.sum(), adjusted_rand_score(truth[both], labels[both]))


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


def belgian_rows() -> Iterator[Row]:
    """Yield the rows of the real series of Hesbaye against its map of cropland (a model's prediction)."""
    east, north, epsg = BELGIUM
    place = Transformer.from_crs(epsg, 4326, always_xy=True).transform(east, north)
    area = AreaOfInterest.square(*place, 0.8)
    folder = SHARED / SERIES
    (reference,) = folder.glob("hesbaye_*/reference_cropland.tif")
    with (
        file_server(folder) as files,
        tempfile.TemporaryDirectory() as scratch,
        stac_api(Path(scratch), _series(files)) as catalog,
    ):
        start, end = date(2020, 11, 1), date(2021, 10, 31)

        def row(title: str, start: date, end: date, **changes: Any) -> Row:
            options: dict[str, Any] = {
                "catalog": catalog,
                "n_clusters": 4,
                "max_cloud_cover": 100.0,
                **changes,
            }
            analysis = analyse(AnalysisRequest(area, start, end, **options))
            return judged(title, analysis, on_grid([reference], analysis))

        yield row("June", date(2021, 6, 1), date(2021, 6, 30))
        yield row("median", start, end, composite="median")
        yield row("10 periods", start, end, composite="periods", periods=10)


def _series(files: str) -> list[dict[str, Any]]:
    paths = sorted((SHARED / SERIES).glob("hesbaye_*/item.json"))
    items = (with_hrefs(json.loads(path.read_text()), f"{files}/{path.parent.name}") for path in paths)
    return [{**item, "collection": "sentinel-2-l2a"} for item in items]


def printed(title: str, rows: Iterator[Row]) -> None:
    """Print a table as its rows come."""
    print(f"\n{title}\n\n| Image | Right | Adjusted Rand |\n|---|---|---|", flush=True)
    for row in rows:
        print(f"| {row.title} | {100 * row.right:.1f} % | {row.rand:.2f} |", flush=True)


def main() -> None:
    """Print both tables."""
    printed(f"Demo, {SIDE_KM:g} km, {CLUSTERS} clusters, against the true cover of the year:", demo_rows())
    if (SHARED / SERIES).is_dir():
        try:
            printed("Hesbaye (Belgium), 0.8 km, 4 clusters, against a map of cropland:", belgian_rows())
        except AnalysisError as error:
            print(f"not measured: {error}")


if __name__ == "__main__":
    main()

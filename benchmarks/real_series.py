"""Real dates and bands against reference maps: agreement with each, by what is clustered.

The files are served over HTTP and found through a local STAC API, as those of a catalogue. A reference is
itself a model's product: what is counted is agreement, not accuracy.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from pyproj import Transformer

from benchmarks.truth import Row, judged, on_grid
from pipeline import AnalysisRequest, AreaOfInterest, analyse
from tests.support.servers import SHARED, file_server, stac_api, with_hrefs

DENSE_TREES = 50
"""Percent of tree cover from which on a pixel of the density map counts as forest."""
YEAR = date(2020, 11, 1), date(2021, 10, 31)


@dataclass(frozen=True)
class Series:
    """Some real images of one place."""

    title: str
    folder: str
    pattern: str
    reference: str
    """Below the folder."""
    middle: tuple[float, float, int]
    """Easting, northing and EPSG of the middle of the place."""
    size_km: float
    n_clusters: int
    runs: Sequence[tuple[str, tuple[date, date], dict[str, Any]]]
    """What is clustered: its title, first and last day, changes of the request."""
    classes: Callable[[np.ndarray], np.ndarray] = lambda values: values
    """Makes classes 1.. of the reference's values; 0: not known."""


def forest(density: np.ndarray) -> np.ndarray:
    """Return 2 where trees are dense, else 1; 0 beyond percent."""
    return np.where(density > 100, 0, 1 + (density >= DENSE_TREES)).astype(np.uint8)


def one_day(year: int, month: int, day: int) -> tuple[date, date]:
    """Return a day as first and last one."""
    return date(year, month, day), date(year, month, day)


ALL: dict[str, Any] = {"features": "all-bands"}
NINE: dict[str, Any] = {
    "features": ("blue", "green", "red", "rededge1", "rededge2", "rededge3", "nir", "swir16", "swir22")
}
SIX: dict[str, Any] = {"features": ("blue", "green", "red", "nir", "nir08", "swir16")}
MONTHS: dict[str, Any] = {"composite": "periods", "periods": 10}
FOUR: dict[str, Any] = {"composite": "periods", "periods": 4}
JUNE = date(2021, 6, 1), date(2021, 6, 30)
THREE_YEARS = date(2017, 7, 1), date(2019, 7, 31)

SERIES = (
    Series(
        "Hesbaye (Belgium), 0.8 km, 4 clusters, against a map of cropland",
        "dates",
        "hesbaye_*",
        "hesbaye_monthly_202011/reference_cropland.tif",
        (664_500, 5_611_620, 32631),
        0.8,
        4,
        (
            ("June", JUNE, {}),
            ("June, nine bands", JUNE, NINE),
            ("median", YEAR, {"composite": "median"}),
            ("10 periods", YEAR, MONTHS),
            ("10 periods, nine bands", YEAR, MONTHS | NINE),
        ),
    ),
    Series(
        "Carpathians (Romania), 0.8 km, 5 clusters, against a map of tree cover density (forest from 50 %)",
        "dates",
        "carpathians_*",
        "carpathians_nrt_20180721/reference_tree_cover_density_2018.tif",
        (5_272_482.6, 2_532_504.2, 3035),
        0.8,
        5,
        (
            ("21 July 2018", one_day(2018, 7, 21), {}),
            ("21 July 2018, six bands", one_day(2018, 7, 21), SIX),
            ("median of 7 dates", THREE_YEARS, {"composite": "median"}),
            ("7 dates in 4 periods", THREE_YEARS, FOUR),
            ("7 dates in 4 periods, six bands", THREE_YEARS, FOUR | SIX),
        ),
        forest,
    ),
    Series(
        "Parana coast (Brazil), 2 km, 5 clusters, against the land cover of Esri and Impact Observatory",
        "multiband",
        "terramesh_parana_*",
        "terramesh_parana_coast_20210723/reference_lulc.tif",
        (791_356, 7_196_919, 32722),
        2.0,
        5,
        (
            ("four bands", one_day(2021, 7, 23), {}),
            ("all bands", one_day(2021, 7, 23), ALL),
            ("water", one_day(2021, 7, 23), {"features": "water"}),
        ),
    ),
    Series(
        "Jutland (Denmark), 2 km, 5 clusters, against the same map, which is too coarse here",
        "multiband",
        "terramesh_jutland_*",
        "terramesh_jutland_20171030/reference_lulc.tif",
        (551_012, 6_342_957, 32632),
        2.0,
        5,
        (
            ("four bands", one_day(2017, 10, 30), {}),
            ("all bands", one_day(2017, 10, 30), ALL),
            ("vegetation", one_day(2017, 10, 30), {"features": "vegetation"}),
        ),
    ),
)


def tables() -> Iterator[tuple[str, Iterator[Row]]]:
    """Yield title and rows of each series whose files are at hand."""
    for series in SERIES:
        if (SHARED / series.folder / series.reference).exists():
            yield series.title, rows_of(series)


def rows_of(series: Series) -> Iterator[Row]:
    """Yield how well the clusters of each run fit the reference."""
    reference = SHARED / series.folder / series.reference
    with served(series) as catalog:
        for title, days, changes in series.runs:
            analysis = analyse(request(series, catalog, days, **changes))
            yield judged(title, analysis, series.classes(on_grid([reference], analysis)))


def request(series: Series, catalog: str, days: tuple[date, date], **changes: Any) -> AnalysisRequest:
    """Return the request for the middle of a series."""
    east, north, epsg = series.middle
    longitude, latitude = Transformer.from_crs(epsg, 4326, always_xy=True).transform(east, north)
    usual = {"max_cloud_cover": 100.0, "n_clusters": series.n_clusters, "catalog": catalog}
    area = AreaOfInterest.square(longitude, latitude, series.size_km)
    return AnalysisRequest(area, *days, **{**usual, **changes})


@contextmanager
def served(series: Series) -> Iterator[str]:
    """Serve the files of a series and a STAC API of its items; gives the API's address."""
    folder = SHARED / series.folder
    with file_server(folder) as files, tempfile.TemporaryDirectory() as scratch:
        paths = sorted(folder.glob(f"{series.pattern}/item.json"))
        items = [with_hrefs(json.loads(p.read_text()), f"{files}/{p.parent.name}") for p in paths]
        described = [{**item, "collection": "sentinel-2-l2a"} for item in items]
        with stac_api(Path(scratch), described) as catalog:
            yield catalog

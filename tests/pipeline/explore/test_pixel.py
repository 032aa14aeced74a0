"""Single pixels of the real image of Bolzano, held against its files."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from pyproj import Transformer

from pipeline import Analysis, AreaOfInterest, analyse
from pipeline.clustering.surface_types import MASKED_NAME
from pipeline.explore.classes import Classes
from pipeline.explore.pixel import PixelReport, inspect, inspect_pixel
from pipeline.sentinel2.scene_classes import SCENE_CLASSES
from tests.pipeline.conftest import Land

FILES = ("B02", "B03", "B04", "B08")


def at(folder: Path, name: str, x: float, y: float) -> int:
    with rasterio.open(folder / f"{name}.tif") as dataset:
        return int(next(dataset.sample([(x, y)]))[0])


@pytest.fixture(scope="module")
def folder(shared_dir: Path) -> Path:
    return shared_dir / "sentinel2" / "bolzano_202206"


def test_a_place_is_told_as_the_files_hold_it(bolzano: Analysis, folder: Path) -> None:
    to_utm = Transformer.from_crs(4326, 32632, always_xy=True)
    for latitude, longitude in ((46.49, 11.34), (46.5, 11.35), (46.475, 11.32)):
        report = inspect(bolzano, latitude, longitude)
        assert report is not None
        x, y = to_utm.transform(longitude, latitude)
        assert abs(report.x_m - x) <= 5
        assert abs(report.y_m - y) <= 5
        assert report.epsg == 32632
        assert to_utm.transform(report.longitude, report.latitude) == pytest.approx((report.x_m, report.y_m))
        assert report.reflectance == pytest.approx([at(folder, f, x, y) / 1e4 for f in FILES], abs=1e-6)
        assert report.cluster == bolzano.labels.values[report.row, report.column]
        assert report.name == bolzano.suggestions[report.cluster - 1].name
        assert report.ndvi is not None
        _, _, red, nir = report.reflectance or ()
        assert report.ndvi == pytest.approx((nir - red) / (nir + red), abs=0.005)
        assert report.nearest == report.cluster
        assert report.scl == at(folder, "SCL", x, y)
        assert dict(report.lines)["Scene class"] == f"{report.scl} {SCENE_CLASSES[report.scl]}"
        assert dict(report.lines)["Cluster"] == f"{report.cluster} {report.name}"
        assert inspect(bolzano, latitude, longitude + 360) == report
        assert inspect(bolzano, latitude, longitude - 720) == report
        print(report.lines)


def test_the_margin_and_the_next_cluster_are_those_of_the_distances(bolzano: Analysis) -> None:
    model = bolzano.model
    for row, column in ((0, 0), (123, 456), (499, 499)):
        report = inspect_pixel(bolzano, row, column)
        assert report is not None
        z = (np.array(report.reflectance) - np.array(model.centres)) / np.array(model.scale)
        distance = np.sqrt((z**2).sum(axis=1))
        order = np.argsort(distance) + 1
        assert (report.nearest, report.runner_up) == tuple(order[:2])
        expected = 1 - distance[order[0] - 1] / distance[order[1] - 1]
        assert report.confidence == pytest.approx(expected, abs=2e-4)
        assert dict(report.lines)["How sure"].endswith(
            f" {order[1]} {bolzano.suggestions[order[1] - 1].name}"
        )


def test_merged_clusters_are_no_border(bolzano: Analysis) -> None:
    plain = inspect_pixel(bolzano, 123, 456)
    assert plain is not None
    assert plain.runner_up is not None
    classes = Classes.of(bolzano.suggestions).merge([plain.cluster, plain.runner_up], "Both")
    lut = classes.lut()
    edited = bolzano.with_classes(lut, classes.suggestions())
    report = inspect_pixel(edited, 123, 456)
    assert report == inspect_pixel(edited, 123, 456, lut=lut)
    assert report is not None
    assert report.name == "Both"
    assert report.cluster == report.nearest == min(plain.cluster, plain.runner_up)
    assert report.runner_up != report.cluster
    assert (report.confidence or 0) > (plain.confidence or 0)


def test_a_pixel_that_a_sieve_has_changed_says_so(bolzano: Analysis) -> None:
    plain = inspect_pixel(bolzano, 10, 10)
    assert plain is not None
    labels = bolzano.labels.values.copy()
    labels[10, 10] = other = plain.cluster % 6 + 1
    report = inspect_pixel(bolzano.with_labels(labels), 10, 10)
    assert report is not None
    assert report.cluster == other
    assert dict(report.lines)["By its spectrum"] == f"{plain.cluster} {plain.name}"


def test_a_cloud_is_told_as_such(cloudy: Analysis) -> None:
    row, column = (int(v[0]) for v in np.nonzero(cloudy.labels.values == 0))
    report = inspect_pixel(cloudy, row, column)
    assert report is not None
    assert (report.cluster, report.name) == (0, MASKED_NAME)
    assert report.confidence is report.nearest is report.runner_up is None
    assert report.scl in (1, 3, 8, 9, 10)
    assert report.reflectance is not None
    assert dict(report.lines)["Cluster"] == MASKED_NAME


def test_outside_there_is_nothing(bolzano: Analysis) -> None:
    for latitude, longitude in ((46.49, 11.5), (0, 0), (-46.49, 11.34), (float("nan"), 0), (91, 0), (90, 0)):
        assert inspect(bolzano, latitude, longitude) is None
    for row, column in ((-1, 0), (0, -1), (500, 0), (0, 500)):
        assert inspect_pixel(bolzano, row, column) is None


def test_outside_a_polygon_and_without_data_there_is_no_cluster(land: Land) -> None:
    west, south, east, north = 10.32, 46.92, 10.35, 46.945
    triangle = {
        "type": "Polygon",
        "coordinates": [[(west, south), (east, south), (east, north), (west, south)]],
    }
    found = analyse(land.request(area=AreaOfInterest.polygon(triangle)))
    outside = tuple(int(v[0]) for v in np.nonzero(~found.inside))
    assert inspect_pixel(found, *outside) is None
    edge = analyse(land.request(area=AreaOfInterest.square(10.378, 46.932, 1)))
    empty = tuple(int(v[0]) for v in np.nonzero(~edge.pixels.window(slice(0, 100), slice(0, 100)).has_data))
    report = inspect_pixel(edge, *empty)
    assert report is not None
    assert report.reflectance is report.ndvi is report.scl is report.confidence is None
    assert [label for label, _ in report.lines] == ["Coordinates", "Cluster"]


@pytest.mark.parametrize(
    ("margin", "words"),
    [
        (0.05, "On the border: nearly as close to 2 Bare or built-up"),
        (0.18, "Unsure: nearly as close to 2 Bare or built-up"),
        (0.4, "Fair; next is 2 Bare or built-up"),
        (0.9, "Very clear; next is 2 Bare or built-up"),
    ],
)
def test_how_sure_is_told_in_words(margin: float, words: str) -> None:
    known = {name: None for name in ("reflectance", "ndvi", "scl")}
    place = {name: 0 for name in ("row", "column", "latitude", "longitude", "x_m", "y_m", "epsg")}
    report = PixelReport(
        **place,
        **known,
        cluster=1,
        name="Water",
        color="#3563e0",
        bands=(),
        indices=(),
        confidence=margin,
        nearest=1,
        runner_up=2,
        names=("Water", "Bare or built-up"),
    )
    assert dict(report.lines)["How sure"] == words

"""Points that go to QGIS or Collect Earth and come back labelled."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

from pipeline.accuracy import SamplingDesign
from pipeline.errors import InvalidRequest
from tests.pipeline.accuracy.samples import design_of, truth

WRITERS: dict[str, Callable[[SamplingDesign], bytes]] = {
    "geojson": lambda design: design.to_geojson().encode(),
    "gpkg": SamplingDesign.to_geopackage,
}


def opened(content: bytes, folder: Path) -> gpd.GeoDataFrame:
    path = folder / ("points.gpkg" if content.startswith(b"SQLite") else "points.geojson")
    path.write_bytes(content)
    return gpd.read_file(path)


@pytest.fixture(params=WRITERS)
def written(request: pytest.FixtureRequest) -> Callable[[SamplingDesign], bytes]:
    return WRITERS[request.param]


def test_the_points_are_where_they_were_drawn_and_do_not_tell_the_map(
    written: Callable[[SamplingDesign], bytes], tmp_path: Path
) -> None:
    design = design_of()
    found = opened(written(design.with_label(2, None).with_label(3, "Crops")), tmp_path)
    assert found["point"].tolist() == design.points["point"].tolist()
    assert found["PLOTID"].tolist() == found["point"].tolist()
    assert found.crs.to_epsg() == 4326
    assert found.geometry.x.tolist() == pytest.approx(design.points["longitude"].tolist(), abs=1e-9)
    assert found["label"].isna().sum() == 88
    assert found.set_index("point")["label"][[2, 3]].tolist() == ["unsure", "Crops"]
    assert "stratum" not in found.columns


def test_a_design_comes_back_from_its_own_file(written: Callable[[SamplingDesign], bytes]) -> None:
    design = design_of().with_labels({**truth(design_of()), 5: None})
    assert SamplingDesign.from_file(written(design)) == design
    assert SamplingDesign.from_file(design.to_json()) == design


def test_labels_filled_in_elsewhere_come_back(
    written: Callable[[SamplingDesign], bytes], tmp_path: Path
) -> None:
    design = design_of()
    table = opened(written(design), tmp_path)
    table["label"] = table["label"].astype(object)
    table.loc[table["point"] == 7, "label"] = " trees"
    table.loc[table["point"] == 8, "label"] = "Unsure"
    table.loc[table["point"] == 9, "label"] = "  "
    other = table.sort_values("label").to_crs(32632)
    other.to_file(tmp_path / "back.gpkg")
    table[["PLOTID", "label", "geometry"]].to_file(tmp_path / "back.geojson")
    for name in ("back.gpkg", "back.geojson"):
        assert design.with_labels_from((tmp_path / name).read_bytes()).labels == {7: "Trees", 8: None}


def changed(design: SamplingDesign, change: Callable[[list[dict[str, Any]]], object]) -> str:
    values = json.loads(design.to_geojson())
    change(values["features"])
    return json.dumps(values)


def added(features: list[dict[str, Any]]) -> None:
    features.append(json.loads(json.dumps(features[0])))
    features[-1]["properties"].update(point=500, PLOTID=500, label="Water")


def unnumbered(features: list[dict[str, Any]]) -> None:
    features[0]["properties"].update(point=None, PLOTID=None)


def doubled(features: list[dict[str, Any]]) -> None:
    features.append(features[0])


def moved(features: list[dict[str, Any]]) -> None:
    features[0]["geometry"]["coordinates"][0] += 0.001


def nowhere(features: list[dict[str, Any]]) -> None:
    features[0]["geometry"]["coordinates"][0] = float("nan")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (added, "Point 500 is not in this sample. Points added by hand"),
        (unnumbered, "Point None is not in this sample"),
        (doubled, "is in the file twice"),
        (moved, "not where it was drawn"),
        (nowhere, "not where it was drawn"),
    ],
)
def test_points_that_are_no_sample_any_more_are_refused(change: Any, words: str) -> None:
    design = design_of()
    with pytest.raises(InvalidRequest) as refusal:
        design.with_labels_from(changed(design, change))
    assert words in str(refusal.value)


@pytest.mark.parametrize("other", [{"seed": 1}, {"map_seed": 1}])
def test_labels_of_another_sample_are_refused(
    written: Callable[[SamplingDesign], bytes], other: dict[str, int]
) -> None:
    with pytest.raises(InvalidRequest, match="belong to another sample"):
        design_of().with_labels_from(written(design_of(**other)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no json",
        b"[]",
        b'{"features": 5}',
        b'{"features": [5]}',
        b'{"features": [{"geometry": null, "properties": {}}]}',
        b'{"features": [{"geometry": {"coordinates": ["x", 1]}, "properties": {}}]}',
        b'{"features": [{"geometry": {"coordinates": [1, 1]}, "properties": null}]}',
        b'{"type": "gdal_streamed_alg", "command_line": "read"}',
        b"SQLite format 3\0",
        b"SQLite format 3\0" + bytes(4096),
        b"\xff\xfe\x00",
    ],
)
def test_files_that_are_none_are_refused(content: bytes) -> None:
    design = design_of()
    for read in (design.with_labels_from, SamplingDesign.from_file):
        with pytest.raises(InvalidRequest):
            read(content)


def test_a_file_in_metres_is_refused_and_a_huge_one_too() -> None:
    design = design_of()
    values = json.loads(design.to_geojson())
    values["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32632"}}
    with pytest.raises(InvalidRequest, match="Save them in WGS 84"):
        design.with_labels_from(json.dumps(values))
    with pytest.raises(InvalidRequest, match="too large"):
        design.with_labels_from(b" " * 5_000_001)


def test_a_file_that_lost_its_design_says_what_to_do() -> None:
    values = json.loads(design_of().to_geojson())
    del values["design"]
    with pytest.raises(InvalidRequest, match="Open the sample's own file first"):
        SamplingDesign.from_file(json.dumps(values))

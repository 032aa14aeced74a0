"""Zones: hectares per feature, counted like the area itself."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely
from pyproj import Transformer
from shapely.geometry import mapping

from pipeline import Analysis, AreaOfInterest, analyse
from pipeline.area.files import area_from_file
from pipeline.area.grid import inside
from pipeline.explore import zones
from tests.pipeline.conftest import Land

LEFT, TOP = 601_000, 5_199_000
TO_DEGREES = Transformer.from_crs(32632, 4326, always_xy=True).transform


def in_degrees(*corners: tuple[float, float]) -> shapely.Polygon:
    """Return a polygon whose corners are given in metres from a corner of the land."""
    return shapely.Polygon([TO_DEGREES(LEFT + x, TOP - y) for x, y in corners])


def parcels(*polygons: shapely.Polygon, **attributes: list[Any]) -> AreaOfInterest:
    features = [
        {
            "type": "Feature",
            "geometry": mapping(polygon),
            "properties": {name: values[n] for name, values in attributes.items()},
        }
        for n, polygon in enumerate(polygons)
    ]
    values = {"type": "FeatureCollection", "features": features}
    return area_from_file("parcels.geojson", json.dumps(values).encode())


WEST = in_degrees((0, 0), (777, 13), (905, 1_214), (33, 1_504))
EAST = in_degrees((777, 13), (1_811, 208), (1_999, 1_333), (905, 1_214))
SOUTH = in_degrees((33, 1_504), (905, 1_214), (1_999, 1_333), (1_208, 2_409))
"""Three parcels that share edges and a corner; a cloud lies over part of them."""


@pytest.fixture(scope="module")
def zoned(land: Land) -> Analysis:
    area = parcels(WEST, EAST, SOUTH, owner=["A", "B", None], number=[1, 2, 3])
    return analyse(replace(land.request(), area=area))


def test_each_feature_has_its_attributes_and_hectares(zoned: Analysis) -> None:
    table = zoned.zones
    assert table.index.name == "zone"
    assert list(table.index) == [1, 2, 3]
    assert list(table["number"]) == [1, 2, 3]
    assert list(table["owner"])[:2] == ["A", "B"]
    assert list(table.columns) == ["owner", "number", *zoned.areas["name"].iloc[1:], "masked"]
    to_utm = Transformer.from_crs(4326, 32632, always_xy=True).transform
    for polygon, (_, row) in zip((WEST, EAST, SOUTH), table.iterrows(), strict=True):
        utm = shapely.transform(polygon, lambda xy: np.column_stack(to_utm(*xy.T)))
        assert row.iloc[2:].sum() == pytest.approx(utm.area / 1e4, rel=0.01)


def test_zones_that_only_touch_sum_to_the_area(zoned: Analysis) -> None:
    sums = zoned.zones[[*zoned.areas["name"].iloc[1:], "masked"]].sum()
    expected = [*zoned.areas["hectares"].iloc[1:], zoned.areas["hectares"].iloc[0]]
    assert list(sums) == pytest.approx(expected, abs=0.011)


def test_a_zone_counts_the_pixels_whose_centre_it_holds(zoned: Analysis) -> None:
    zone = zoned.request.area.zones[1]
    alone = replace(zoned.request.area, polygons=zone.polygons, zones=())
    within = inside(alone, zoned.grid)
    labels = zoned.labels.values[within]
    for number, name in enumerate(zoned.areas["name"].iloc[1:], start=1):
        assert zoned.zones[name].iloc[1] == pytest.approx((labels == number).sum() / 100)
    assert zoned.zones["masked"].iloc[1] == pytest.approx((labels == 0).sum() / 100)


def test_overlapping_zones_are_counted_in_each(land: Land) -> None:
    area = parcels(WEST, WEST, SOUTH, name=["one", "again", "other"])
    table = analyse(replace(land.request(), area=area)).zones
    assert table.iloc[0, 1:].equals(table.iloc[1, 1:])
    assert table.iloc[0, 1:].sum() > 50


def test_zones_follow_other_classes(zoned: Analysis) -> None:
    again = zoned.recluster(n_clusters=2)
    assert len(again.zones.columns) == 2 + 2 + 1
    assert again.zones.iloc[:, 2:].sum(axis=1).tolist() == pytest.approx(
        zoned.zones.iloc[:, 2:].sum(axis=1).tolist()
    )


def test_without_zones_the_table_is_empty(done: Analysis) -> None:
    assert done.zones.empty
    assert list(done.zones.columns) == [*done.areas["name"].iloc[1:], "masked"]


def test_an_attribute_may_be_called_like_a_class(land: Land) -> None:
    area = parcels(WEST, SOUTH, masked=[1, 2])
    table = analyse(replace(land.request(), area=area)).zones
    assert list(table["masked (attribute)"]) == [1, 2]
    assert table["masked"].dtype == float


def test_cloud_is_told_from_what_is_missing(land: Land) -> None:
    """The last 40 columns (of 560) hold no data; the cloud lies elsewhere."""
    zone = in_degrees((3_000, 0), (4_600, 0), (4_600, 2_000), (3_000, 2_000))
    made = analyse(replace(land.request(), area=parcels(WEST, zone, name=["cloud", "edge"])))
    table = made.zone_table
    assert table.masked_ha.sum() == pytest.approx(made.missing.masked_ha, abs=0.011)
    assert table.missing_ha.sum() == pytest.approx(
        made.missing.outside_ha + made.missing.no_data_ha, abs=0.011
    )
    assert table.missing_ha[0] == 0
    assert table.missing_ha[1] > 1
    assert list(made.zones["masked"]) == pytest.approx(list(table.masked_ha + table.missing_ha))


def test_overlaps_and_small_zones_are_told(land: Land) -> None:
    small = in_degrees((100, 100), (150, 100), (150, 150), (100, 150))
    table = analyse(replace(land.request(), area=parcels(WEST, small, name=["one", "small"]))).zone_table
    assert table.overlap_ha == pytest.approx(0.25, abs=0.05)
    told = " ".join(table.notes)
    assert "1 zone is smaller than 1 ha" in told
    assert f"Zones overlap: {table.overlap_ha:,.2f} ha" in told


def test_apart_there_is_nothing_to_tell(zoned: Analysis) -> None:
    assert zoned.zone_table.notes == ()


def test_zones_are_called_by_the_first_text_that_tells_them_apart(land: Land) -> None:
    area = parcels(
        WEST, EAST, SOUTH, kind=["x", "x", "y"], number=[1, 2, 3], name=["Eppan", "Kaltern", "Tramin"]
    )
    table = analyse(replace(land.request(), area=area)).zone_table
    assert table.naming == "name"
    assert table.names(table.naming) == ("Eppan", "Kaltern", "Tramin")
    assert table.names("number") == ("1", "2", "3")
    assert table.names(None) == ("Zone 1", "Zone 2", "Zone 3")


def test_hundreds_of_zones_open_each_block_once(land: Land, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole area is drawn once a block, not once a zone: 500 zones of 20 km took 18 s, and take one."""
    steps = np.arange(0, 2_000, 200)
    cells = [in_degrees((x, y), (x + 200, y), (x + 200, y + 200), (x, y + 200)) for x in steps for y in steps]
    made = analyse(replace(land.request(), area=parcels(*cells, number=list(range(len(cells))))))
    drawn: list[int] = []

    def counted(*args: Any) -> np.ndarray:
        drawn.append(1)
        return inside(*args)

    monkeypatch.setattr(zones, "inside", counted)
    table = made.zone_table
    assert len(table.values) == 100
    assert len(drawn) == len(made.raster.blocks)
    assert table.total_ha.sum() == pytest.approx(float(made.areas["hectares"].sum()))

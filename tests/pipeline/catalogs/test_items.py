"""STAC items of every catalogue become the same small values; junk is refused in words, never a crash."""

import contextlib
import json
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, get_parts

from pipeline.catalogs.items import UnusableItem, from_item
from pipeline.sentinel2.bands import ALL_BANDS, BANDS, SCL
from pipeline.sentinel2.scene import Scene
from tests.support.synthetic import item, scene

ALL_KEYS = {band.key for band in ALL_BANDS}
Items = Callable[[str], list[dict[str, Any]]]


def readable(served: dict[str, Any]) -> dict[str, Any]:
    """Return an item whose files need no key."""
    found: dict[str, Any] = json.loads(json.dumps(served).replace('"s3://', '"https://example.org/'))
    return found


def ends(found: Scene) -> dict[str, str]:
    return {band: file.href.rsplit("/", 1)[1] for band, file in found.bands.items()}


def test_earth_search_v1_l2a(shared_items: Items) -> None:
    items = {i["id"]: i for i in shared_items("earth-search-v1/search*page1.json")}
    old, new = (from_item(items[f"S2A_32TMT_20200305_{n}_L2A"]) for n in (0, 1))
    for found in (old, new):
        assert (found.tile, found.platform, found.epsg, found.orbit) == ("32TMT", "S2A", 32632, 108)
        assert found.datatake == "20200305T103021"
        assert found.datastrip == "20200305T103210"
        assert found.date == date(2020, 3, 5)
        assert set(found.bands) == {*ALL_KEYS, SCL}
        assert ends(found) == {SCL: "SCL.tif"} | {b.key: f"{b.number}.tif" for b in ALL_BANDS}
        assert all(f.href.startswith("https://sentinel-cogs.") for f in found.bands.values())
        assert found.bands["nir"].shape == (10980, 10980)
        assert found.bands["scl"].shape == (5490, 5490)
        assert found.bands["red"].transform == (10, 0, 399960, 0, -10, 5300040)
    assert (old.baseline, old.offset.dn) == ("02.14", 0)
    assert (new.baseline, new.offset.dn) == ("05.00", 0)  # the flag is true, whatever raster:bands say
    assert "already" in new.offset.reason
    assert new.version > old.version


def test_earth_search_v1_c1(shared_items: Items) -> None:
    found = from_item(shared_items("earth-search-v1/sentinel-2-c1*.json")[0])
    assert found.collection == "sentinel-2-c1-l2a"
    assert (found.tile, found.platform, found.epsg, found.orbit) == ("13TDE", "S2A", 32613, 98)
    assert (found.datatake, found.datastrip) == ("20240422T173911", "20240422T174753")
    assert (found.offset.dn, found.baseline) == (-1000, "05.10")
    assert found.cloud_cover == pytest.approx(81.344962)
    assert set(found.bands) == {*ALL_KEYS, SCL}
    assert found.bands["nir"].href.endswith("B08.tif")


def test_earth_search_v0_with_nine_numbers_in_the_transform(shared_items: Items) -> None:
    (served,) = shared_items("earth-search-v0/*.json")
    assert len(served["assets"]["B02"]["proj:transform"]) == 9
    found = from_item(served)
    assert (found.tile, found.platform, found.epsg, found.orbit) == ("28QCH", "S2A", 32628, 123)
    assert len(found.bands["blue"].transform or ()) == 6
    assert found.bands["scl"].href.endswith("SCL.tif")
    assert found.datatake == "20200714T115221"
    assert found.offset.dn == 0
    assert found.date == date(2020, 7, 14)


def test_planetary_computer(shared_items: Items) -> None:
    found = from_item(shared_items("planetary-computer/*13TDE*.json")[0])
    assert (found.tile, found.platform, found.epsg, found.orbit) == ("13TDE", "S2B", 32613, 98)
    assert (found.offset.dn, found.baseline) == (-1000, "05.11")
    assert set(found.bands) == {*ALL_KEYS, SCL}
    assert "_B08_10m" in found.bands["nir"].href
    old = from_item(shared_items("planetary-computer/*africa*.json")[0])
    assert (old.offset.dn, old.baseline, old.tile, old.epsg) == (0, "02.12", "35MNM", 32735)


def test_cdse_needs_a_key_and_is_understood_otherwise(shared_items: Items) -> None:
    for served in shared_items("cdse/*item*.json"):
        with pytest.raises(UnusableItem, match="key"):
            from_item(served)
        found = from_item(readable(served))
        assert "proj:epsg" not in served["properties"]
        assert found.epsg // 100 == 326
        assert found.tile in served["id"]
        assert found.orbit == served["properties"]["sat:relative_orbit"]
        assert found.offset.dn == -1000
        assert found.baseline == served["properties"]["processing:version"]
        assert found.datatake is not None
        assert ends(found)["nir"].endswith("B08_10m.jp2")
        assert ends(found)["scl"].endswith("SCL_20m.jp2")
        assert (found.bands["blue"].transform or ())[0] == 10


def test_every_recorded_item_is_understood(shared_items: Items) -> None:
    items = shared_items("*/*item*.json") + shared_items("*/search*page?.json")
    for served in (i for i in items if i["collection"] != "esa-worldcover" and ".zarr" not in json.dumps(i)):
        found = from_item(readable(served))
        assert len(found.tile) == 5, served["id"]
        assert found.platform in ("S2A", "S2B", "S2C"), served["id"]
        assert found.orbit, served["id"]
        assert found.datatake, served["id"]


def test_tiles_on_the_antimeridian_stay_small(shared_items: Items) -> None:
    for served in shared_items("antimeridian/*.json"):
        found = from_item(readable(served))
        assert found.epsg in (32601, 32660)
        assert found.offset.dn == -1000
        west, _, east, _ = found.footprint.bounds
        assert (west, east) == (-180, 180)  # split, so the bounds say nothing ...
        edges = [x % 360 for p in get_parts(found.footprint) for x in (p.bounds[0], p.bounds[2])]
        assert max(edges) - min(edges) < 3, served["id"]  # ... but the parts do
        assert not found.footprint.intersects(Point(0, found.footprint.centroid.y))


def test_the_solar_day_is_that_of_the_place_asked_for() -> None:
    moment = datetime(2023, 8, 5, 23, 20, tzinfo=UTC)
    found = scene("a", "http://x", 600_000, 5_200_000, epsg=32660, when=moment)
    assert found.solar_day(179.5) == date(2023, 8, 6)
    assert found.solar_day(-179.5) == date(2023, 8, 5)
    assert found.date == date(2023, 8, 5)


@pytest.mark.parametrize(
    ("level", "key", "value"),
    [
        ("properties", "proj:epsg", 32632),
        ("properties", "proj:code", "EPSG:32632"),
        ("assets", "proj:epsg", 32632),
        ("assets", "proj:code", "EPSG:32632"),
    ],
)
def test_the_crs_is_found_at_item_or_asset_level(level: str, key: str, value: object) -> None:
    served = item("a", "http://x")
    del served["properties"]["proj:epsg"]
    targets = served["assets"].values() if level == "assets" else [served["properties"]]
    for target in targets:
        target[key] = value
    assert from_item(served).epsg == 32632


def test_a_null_crs_beside_a_code_is_no_obstacle() -> None:
    served = item("a", "http://x", properties={"proj:epsg": None, "proj:code": "EPSG:32633"})
    assert from_item(served).epsg == 32633


def without(*path: str) -> dict[str, Any]:
    served = item("a", "http://x")
    target = served
    for key in path[:-1]:
        target = target[key]
    del target[path[-1]]
    return served


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (("assets", "nir"), "no nir band"),
        (("assets", "blue"), "no blue band"),
        (("assets", "red", "href"), "no red band"),
        (("assets",), "no blue band"),
        (("properties", "proj:epsg"), "coordinate reference system"),
        (("properties", "datetime"), "no date"),
    ],
)
def test_what_is_missing_is_named(path: tuple[str, ...], words: str) -> None:
    with pytest.raises(UnusableItem, match=words):
        from_item(without(*path))


def test_without_a_geometry_the_bbox_serves_and_without_both_nothing() -> None:
    served = without("geometry")
    assert from_item(served).footprint.bounds == pytest.approx(tuple(served["bbox"]))
    del served["bbox"]
    with pytest.raises(UnusableItem, match="geometry"):
        from_item(served)


def test_without_scl_a_scene_has_four_bands() -> None:
    assert set(from_item(without("assets", "scl")).bands) == set(BANDS)


def test_jpeg_2000_twins_are_not_mistaken_for_bands(shared_items: Items) -> None:
    served = shared_items("earth-search-v1/search*page1.json")[0]
    assert "blue-jp2" in served["assets"]
    del served["assets"]["blue"]
    with pytest.raises(UnusableItem, match="no blue band"):
        from_item(served)


def test_relative_addresses_begin_at_the_item() -> None:
    served = item("a", ".")
    served["links"] = [{"rel": "self", "href": "https://example.org/items/a.json"}]
    assert from_item(served).bands["red"].href == "https://example.org/items/red.tif"


def test_bands_are_found_by_common_name_under_other_keys() -> None:
    served = item("a", "http://x")
    nir = served["assets"].pop("nir")
    served["assets"]["narrow"] = {
        **nir,
        "href": "http://x/B8A.tif",
        "gsd": 20,
        "bands": [{"common_name": "nir"}],
    }
    served["assets"]["band8"] = {**nir, "gsd": 10, "eo:bands": [{"name": "B08", "common_name": "nir"}]}
    assert from_item(served).bands["nir"].href == "http://x/nir.tif"


def test_optional_properties_may_be_absent() -> None:
    served = item("plain", "http://x")
    served["properties"] = {"datetime": "2022-06-17T10:17:00Z", "proj:epsg": 32632}
    found = from_item(served)
    assert (found.cloud_cover, found.tile, found.orbit, found.platform) == (None, "", None, "")


def test_a_time_without_zone_is_utc_and_another_zone_is_converted() -> None:
    naive = item("a", "http://x", properties={"datetime": "2022-06-17T10:17:00"})
    shifted = item("a", "http://x", properties={"datetime": "2022-06-17T01:17:00+03:00"})
    assert from_item(naive).datetime == datetime(2022, 6, 17, 10, 17, tzinfo=UTC)
    assert from_item(shifted).date == date(2022, 6, 16)


junk = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(-1e9, 1e9),
    st.just(float("nan")),
    st.text(max_size=4),
    st.lists(st.none() | st.integers() | st.text(max_size=3), max_size=7),
    st.dictionaries(st.text(max_size=3), st.none() | st.integers(), max_size=2),
)


def paths(value: Any, prefix: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the way to every part of a nested value."""
    found = [prefix] if prefix else []
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in pairs:
        found += paths(part, (*prefix, key))
    return found


WHOLE = item("a", "http://x", properties={"s2:product_uri": "S2A_MSIL2A_20220617T101559_N0400_R065_T32TPS_x"})
WHOLE["links"] = [{"rel": "self", "href": "http://x/a.json"}]
WHOLE["assets"]["red"]["raster:bands"] = [{"offset": -0.1}]
WHOLE["assets"]["other"] = {"eo:bands": [{"common_name": "nir"}], "gsd": 10}
del WHOLE["assets"]["nir"]
WHOLE["assets"]["other"]["href"] = "http://x/nir.tif"


@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning")  # shapely, for a nan in a ring
@settings(max_examples=300)
@given(path=st.sampled_from(paths(WHOLE)), value=junk)
def test_junk_anywhere_gives_a_scene_or_a_reason(path: tuple[Any, ...], value: Any) -> None:
    served = deepcopy(WHOLE)
    target: Any = served
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    with contextlib.suppress(UnusableItem):
        assert isinstance(from_item(served), Scene)

"""Every part of recorded items removed, emptied, doubled, retyped: a scene or a reason, never a crash."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import copy, deepcopy
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box, mapping

from pipeline import AnalysisError, AnalysisRequest, AreaOfInterest, TooCloudy, analyse, find_scenes
from pipeline.catalogs import known
from pipeline.catalogs.acquisitions import acquisitions
from pipeline.catalogs.catalog import CatalogProfile
from pipeline.catalogs.items import ANY_CATALOG, UnusableItem, from_item
from pipeline.sentinel2.scene import Scene
from tests.pipeline.catalogs.hostile import Api, page
from tests.pipeline.conftest import HOLDS, Land
from tests.support.synthetic import NOON, item

Items = Callable[[str], list[dict[str, Any]]]
PATTERNS = (
    *("earth-search-v1/search*1.json", "earth-search-v1/*c1*", "earth-search-v0/*"),
    *("planetary-computer/*13TDE*", "cdse/item*", "cdse/search_2026*"),
    *("eopf/*items.json", "dea-australia/*", "antimeridian/*"),
)
RECORDED = (
    *(
        "antimeridian/*",
        "cdse/item*",
        "cdse/search*",
        "dea-australia/*",
        "earth-search-v0/*",
        "eopf/*items.json",
    ),
    *("earth-search-v1/search*.page*.json", "earth-search-v1/*c1*", "planetary-computer/itemcollection*"),
)
JUNK: tuple[Any, ...] = (
    *(None, True, 0, -1, 1.5, 1e308, float("nan"), float("inf"), 10**30),
    *("", "x", "é\ud800", [], [None], [[]], {}, {"x": []}),
)
BESIDE = box(-180, -80, 180, 84)


def places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to every part of a nested value; of lists of positions, to the first ones."""
    if way:
        yield way
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        if not isinstance(key, int) or key < 3:
            yield from places(part, (*way, key))


def damaged(served: dict[str, Any], way: tuple[Any, ...], damage: Any) -> dict[str, Any]:
    """Return a copy of an item with one part of it spoiled; the rest is shared with the item."""
    spoiled = copy(served)
    holder: Any = spoiled
    for key in way[:-1]:
        holder[key] = copy(holder[key])
        holder = holder[key]
    if damage == "remove":
        del holder[way[-1]]
    elif damage == "double":
        holder[way[-1]] = [holder[way[-1]]] * 2
    else:
        holder[way[-1]] = deepcopy(damage)
    return spoiled


def readable(served: dict[str, Any], profile: CatalogProfile) -> dict[str, Any]:
    """Return an item whose files need no key and are no Zarr, with the assets that are read and one other."""
    text = json.dumps(served).replace('"s3://', f'"https://{known.EARTH_SEARCH.hosts[0]}/')
    found: dict[str, Any] = json.loads(text.replace(".zarr", "").replace("+zarr", ""))
    read = {key for band in ("blue", "green", "red", "nir", "scl") for key in profile.keys_of(band)}
    others = [key for key in found["assets"] if key not in read]
    found["assets"] = {k: v for k, v in found["assets"].items() if k in read or k == others[0]}
    return found


def profile_for(pattern: str) -> CatalogProfile:
    return known.DIGITAL_EARTH_AUSTRALIA if "dea" in pattern else ANY_CATALOG


@pytest.mark.parametrize("pattern", PATTERNS)
def test_no_damage_by_structure_breaks_an_item(shared_items: Items, pattern: str) -> None:
    profile = profile_for(pattern)
    served = readable(shared_items(pattern)[0], profile)
    assert from_item(served, profile)
    ways = [w for w in places(served) if w[0] != "stac_extensions"]
    for n, way in enumerate(ways):
        for damage in ("remove", "double", JUNK[n % len(JUNK)], JUNK[(7 * n + 3) % len(JUNK)]):
            try:
                found = from_item(damaged(served, way, damage), profile)
            except UnusableItem:
                continue
            assert isinstance(found, Scene)
            assert isinstance(acquisitions([found], BESIDE, 32632), tuple), (way, damage)


DAMAGES = ("remove", "double", *JUNK)


def test_every_field_of_every_recorded_item_may_be_damaged(shared_items: Items) -> None:
    """Of items that are alike, each one's fields get other damages than the one's before."""
    n_items = n_fields = 0
    for pattern in RECORDED:
        profile = profile_for(pattern)
        for served in shared_items(pattern):
            whole = readable(served, profile)
            assert from_item(whole, profile)
            n_items += 1
            for way in places(whole):
                n_fields += 1
                damage = DAMAGES[(n_items * 5 + n_fields) % len(DAMAGES)]
                with suppress(UnusableItem):
                    found = from_item(damaged(whole, way, damage), profile)
                    assert isinstance(acquisitions([found], BESIDE, 32632), tuple), (way, damage)
    assert n_items >= 56
    assert n_fields > 10_000


def test_a_search_full_of_damaged_items_finds_the_whole_one(serve: Callable[..., Api]) -> None:
    """The public names, from the answer's bytes on."""
    whole = item("whole", "http://x", when=NOON + timedelta(days=3))
    served = item("other", "http://x", cloud_cover=0.0)
    served["properties"] |= {"view:sun_elevation": 60, "s2:nodata_pixel_percentage": 0.0}
    spoiled = []
    for n, way in enumerate(places(served)):
        for damage in ("remove", "double", DAMAGES[n % len(DAMAGES)], DAMAGES[(7 * n + 3) % len(DAMAGES)]):
            spoiled.append(damaged({**served, "id": f"other{len(spoiled)}"}, way, damage))
    assert len(spoiled) > 200
    serve(lambda handler, body: page(handler, [*spoiled, whole], None))
    found = find_scenes(to("odd", max_cloud_cover=100))
    assert "whole" in [scene.id for scene in found]
    for n in range(0, len(spoiled), 40):
        serve(lambda handler, body, n=n: page(handler, spoiled[n : n + 40], None))
        with suppress(AnalysisError):
            assert find_scenes(to("odd"))


@settings(max_examples=40)
@given(st.data())
def test_an_item_that_is_damaged_and_used_ends_in_a_result_or_a_sentence(
    land: Land, data: st.DataObject
) -> None:
    """What passes the parser meets the reader: addresses, grids, scales, offsets, classes."""
    name = "S2A_32TPS_20220617_0_L2A"
    served = json.loads(json.dumps(item(name, land.files.url, shape=(560, 560), cloud_cover=4.25)))
    ways = [way for way in places(served) if way[0] in ("assets", "properties", "geometry", "bbox")]
    spoiled = damaged(served, data.draw(st.sampled_from(ways)), data.draw(st.sampled_from(DAMAGES)))
    api = Api(lambda handler, body: page(handler, [spoiled], None))
    try:
        with suppress(AnalysisError):
            done = analyse(replace(land.request(size_km=1), catalog=api.url, max_cloud_cover=100))
            assert done.areas["pixels"].sum() == 10_000
    finally:
        api.server.shutdown()
        api.server.server_close()


@settings(max_examples=150)
@given(st.data())
def test_no_two_damages_break_an_item(shared_items: Items, data: st.DataObject) -> None:
    pattern = data.draw(st.sampled_from(PATTERNS))
    served = readable(shared_items(pattern)[0], profile_for(pattern))
    for _ in range(2):
        way = data.draw(st.sampled_from(list(places(served))))
        served = damaged(served, way, data.draw(st.sampled_from(("remove", "double", *JUNK))))
    with suppress(UnusableItem):
        acquisitions([from_item(served, profile_for(pattern))], BESIDE, 32632)


def to(api: str, **changes: Any) -> AnalysisRequest:
    area = AreaOfInterest.square(10.33, 46.94, 1)
    return AnalysisRequest(area, date(2022, 6, 1), date(2022, 6, 30), catalog=api, **changes)


@pytest.mark.parametrize("cover", [float("nan"), float("inf"), -5, 300, "many", True, [], None])
def test_a_cloud_cover_that_is_none_is_unknown(fake_api: Callable[..., str], cover: Any) -> None:
    served = item("a", "http://x", properties={"eo:cloud_cover": cover})
    (found,) = find_scenes(to(fake_api(items=[served], conforms=HOLDS)))
    assert found.cloud_cover is None


@pytest.mark.parametrize(("cover", "limit"), [(0.04, 0), (20.04, 20), (1e-9, 0), (50.4, 50), (99.9999, 99.5)])
def test_numbers_in_a_sentence_do_not_contradict_each_other(
    fake_api: Callable[..., str], cover: float, limit: float
) -> None:
    api = fake_api(items=[item("a", "http://x", cloud_cover=cover)], conforms=HOLDS)
    with pytest.raises(TooCloudy, match="your limit is") as caught:
        find_scenes(to(api, max_cloud_cover=limit))
    text = str(caught.value)
    assert f"your limit is {limit:g} %" in text
    assert f"has {limit:g} % clouds" not in text
    assert f"has {limit:.1f} % clouds" not in text


IMPOSSIBLE = [
    ("proj:transform", [float("nan"), 0, 0, 0, 1, 0]),
    ("proj:transform", [10, 0, 1e300, 0, -10, 0]),
    ("proj:transform", [0, 0, 600000, 0, 0, 5200020]),
    ("proj:transform", ["10", 0, 600000, 0, -10, 5200020]),
    ("proj:shape", [0, 200]),
    ("proj:shape", [-1, 200]),
    ("proj:shape", ["200", 200]),
    ("proj:shape", [1_000_000, 1_000_000]),
    ("proj:shape", [True, 200]),
]
UNLIKELY = [
    *(("proj:epsg", code) for code in (4326, 999_999, 1234, 4979, 32661 * 10)),
    ("datetime", "9999-12-31T23:59:59Z"),
    ("datetime", "0001-01-01T00:00:00Z"),
    ("datetime", 20220617),
]


@pytest.mark.parametrize(("key", "value"), IMPOSSIBLE)
def test_grids_that_are_not_possible_make_an_item_unusable(key: str, value: Any) -> None:
    served = item("a", "http://x")
    served["assets"]["green"][key] = value
    with pytest.raises(UnusableItem, match="not possible"):
        from_item(served)


@pytest.mark.parametrize(("key", "value"), UNLIKELY)
def test_places_and_times_that_are_not_possible_make_an_item_unusable(key: str, value: Any) -> None:
    with pytest.raises(UnusableItem):
        from_item(item("a", "http://x", properties={key: value}))


@pytest.mark.parametrize("key", ["properties", "assets", "links", "geometry", "bbox", "collection"])
@pytest.mark.parametrize("value", [5, "x", [], {}, [5], float("nan")])
def test_parts_of_the_wrong_type(key: str, value: Any) -> None:
    served = item("a", "http://x")
    served[key] = value
    with suppress(UnusableItem):
        assert from_item(served).id == "a"


@pytest.mark.parametrize("geometry", [
    {"type": "LineString", "coordinates": [[10, 46], [11, 47]]},
    {"type": "Polygon", "coordinates": []},
    {"type": "Point", "coordinates": [10, 46]},
    {"type": "Polygon", "coordinates": [[[10, 46], [11, 47]]]},
    {"type": "GeometryCollection", "geometries": []},
    {},
    [],
])  # fmt: skip
def test_where_the_geometry_is_none_the_box_stands_for_it(geometry: Any) -> None:
    served = item("a", "http://x")
    served["geometry"] = geometry
    assert from_item(served).footprint.bounds == pytest.approx(tuple(served["bbox"]))


def test_a_geometry_of_a_million_corners_is_not_looked_at(fake_api: Callable[..., str]) -> None:
    served = item("a", "http://x")
    served["geometry"]["coordinates"] = [[[10 + n / 1e6, 46] for n in range(1_000_000)]]
    with pytest.raises(UnusableItem, match="10,000 corners"):
        from_item(served)
    star = [[10.3 + ((n * 499) % 1000) / 1e5, 46.9 + ((n * 331) % 1000) / 1e5] for n in range(1000)]
    served["geometry"]["coordinates"] = [star]
    with pytest.raises(UnusableItem, match="crosses itself"):
        from_item(served)


@pytest.mark.parametrize("name", ["x" * 1_000_000, "", "a\nb", "a\ud800b", 5, None, "a\u202eb"])
def test_ids_are_texts_of_bounded_length(name: Any) -> None:
    served = item("a", "http://x")
    served["id"] = name
    with pytest.raises(UnusableItem, match="id"):
        from_item(served)


def test_names_made_for_a_slow_search_take_no_time() -> None:
    long = "_DS_" + "S" * 200_000
    served = item("a", "http://x", properties={f"{n}:datastrip_id": long for n in range(200)})
    assert from_item(served).id == "a"


def test_a_footprint_that_only_touches_the_area_is_none(fake_api: Callable[..., str]) -> None:
    """An honest catalogue finds such tiles, too."""
    area = AreaOfInterest.polygon(mapping(box(10.32, 46.93, 10.33, 46.94)))
    touching = item("touching", "http://x")
    touching["geometry"] = mapping(box(10.33, 46.9, 10.5, 47))
    api = fake_api(items=[touching, item("whole", "http://x")], conforms=HOLDS)
    request = AnalysisRequest(area, date(2022, 6, 1), date(2022, 6, 30), catalog=api)
    assert [s.id for s in find_scenes(request)] == ["whole"]
    alone = fake_api(items=[touching], conforms=HOLDS)
    with pytest.raises(AnalysisError, match="No images"):
        find_scenes(AnalysisRequest(area, date(2022, 6, 1), date(2022, 6, 30), catalog=alone))

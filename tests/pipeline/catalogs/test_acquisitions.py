"""Which scenes are used: repetitions, halves, acquisitions, collections, ranking, laying."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from shapely.geometry import Polygon, box, shape

from pipeline import AreaOfInterest
from pipeline.area.grid import footprint
from pipeline.catalogs.acquisitions import Acquisition, ImagePlan, acquisitions, newest, with_twins
from pipeline.catalogs.items import from_item
from pipeline.sentinel2.scene import Scene
from tests.support.synthetic import NOON, item, scene

C1, L2A = "sentinel-2-c1-l2a", "sentinel-2-l2a"
AREA = shape(footprint(AreaOfInterest.square(10.33, 46.94, 1)))  # within the made-up tile's 2 km


def product(start: str = "20220617T101559", baseline: str = "0400", tile: str = "32TPS") -> dict[str, Any]:
    return {
        "s2:product_uri": f"S2A_MSIL2A_{start}_N{baseline}_R065_T{tile}_20220617T170000.SAFE",
        "s2:processing_baseline": f"{baseline[:2]}.{baseline[2:]}",
        "grid:code": f"MGRS-{tile}",
    }


def tile(name: str, *, properties: dict[str, Any] | None = None, **options: Any) -> Scene:
    return scene(name, "http://x", properties={**product(), **(properties or {})}, **options)


def ids(found: Acquisition) -> list[str]:
    return [s.id for s in found.scenes]


def best(*scenes: Scene, area: Polygon = AREA, epsg: int = 32632) -> Acquisition:
    return acquisitions(scenes, area, epsg)[0]


def test_the_made_up_tile_covers_the_area() -> None:
    assert best(tile("a")).coverage == pytest.approx(1)


def test_of_two_sequences_the_reprocessed_one_stays() -> None:
    old = tile("S2A_32TPS_20220617_0_L2A", properties={**product(baseline="0214"), "s2:sequence": "0"})
    new = tile(
        "S2A_32TPS_20220617_1_L2A",
        properties={**product(baseline="0500"), "s2:sequence": "1"},
        when=NOON + timedelta(milliseconds=1),
    )
    for order in ((old, new), (new, old)):
        assert newest(order, 10) == [new]
        assert ids(best(*order)) == [new.id]


def test_the_baseline_counts_more_than_the_sequence_and_is_compared_as_a_number() -> None:
    old = tile("a_1", properties={**product(baseline="0509"), "s2:sequence": "1"})
    new = tile("a_0", properties={**product(baseline="0510"), "s2:sequence": "0"})
    assert newest([old, new], 10) == [new]


def test_of_equal_baselines_the_higher_sequence_stays_and_ten_is_more_than_nine() -> None:
    scenes = [tile(f"a_{n}", properties={"s2:sequence": str(n)}) for n in (9, 10, 2)]
    assert [s.id for s in newest(scenes, 10)] == ["a_10"]


def test_of_two_deliveries_of_one_baseline_the_later_made_stays() -> None:
    one, two = (
        tile(f"a{day}", properties={"s2:generation_time": f"2022-06-{day}T00:00:00Z"}) for day in (18, 20)
    )
    assert newest([two, one], 10) == [two]


def test_an_unknown_baseline_loses_against_a_known_one() -> None:
    odd = tile("z", properties={"s2:processing_baseline": "99.99"})
    known = tile("a")
    assert newest([odd, known], 10) == [known]


def strip(name: str, received: str, **options: Any) -> Scene:
    datastrip = f"S2A_OPER_MSI_L2A_DS_{received}_20220617T170000_S{options.pop('sensed')}_N04.00"
    return tile(name, properties={"s2:datastrip_id": datastrip}, **options)


def test_halves_received_by_two_stations_are_merged() -> None:
    """Each half is empty where the other has data; their footprints may or may not tell so."""
    north = strip("a_0", "2APS", sensed="20220617T101559")
    south = strip("a_1", "MPS", sensed="20220617T102203")
    assert set(ids(best(north, south))) == {"a_0", "a_1"}
    assert newest([north, south, north], 10) == [north, south]


def test_neighbours_of_one_overpass_are_laid_the_fuller_one_first() -> None:
    west = tile("west", left=598_600)  # to x = 600,600
    east = tile("east", left=600_500, properties=product(tile="32TQS"))
    area = _utm_box(600_200, 5_198_500, 601_400, 5_199_500)
    found = best(west, east, area=area)
    assert ids(found) == ["east", "west"]
    assert found.coverage == pytest.approx(1, abs=1e-4)


def test_a_tile_that_adds_nothing_is_not_read() -> None:
    whole = tile("whole")
    part = tile("part", left=601_000, properties=product(tile="32TQS"))
    assert ids(best(part, whole)) == ["whole"]


def test_the_area_s_own_zone_comes_before_the_neighbour_s() -> None:
    own = tile("own")
    foreign = tile(
        "foreign",
        left=144_000,
        top=5_210_000,
        shape=(2000, 2000),
        epsg=32633,
        properties=product(tile="33TTM"),
    )
    assert foreign.footprint.covers(AREA)
    assert ids(best(foreign, own)) == ["own"]
    assert ids(best(foreign)) == ["foreign"]


def test_collection_1_is_preferred_for_the_same_overpass_and_nothing_is_mixed() -> None:
    old, new = tile("old", collection=L2A), tile("new", collection=C1)
    found = acquisitions([old, new], AREA, 32632)
    assert [ids(o) for o in found] == [["new"]]
    assert [ids(twin) for twin in found[0].twins] == [["old"]]


def test_after_a_broken_image_its_twin_is_tried_unless_it_covers_much_less() -> None:
    old, new = tile("old", collection=L2A), tile("new", collection=C1)
    cut = tile("cut", collection=L2A, left=600_800)
    area = _utm_box(600_100, 5_198_500, 601_500, 5_199_500)
    next_day = ImagePlan(())
    for twin, expected in ((old, [True, False]), (cut, [False, True])):
        plan = ImagePlan((best(twin, new, area=area),))
        assert [p is not next_day for p in with_twins(plan, [next_day])] == expected


def test_the_fuller_collection_wins_where_collection_1_has_a_hole() -> None:
    old, new = tile("old", collection=L2A), tile("new", collection=C1, left=600_800)
    area = _utm_box(600_100, 5_198_500, 601_500, 5_199_500)
    assert ids(best(old, new, area=area)) == ["old"]


def test_collections_are_united_over_the_days() -> None:
    old = tile("old", collection=L2A, cloud_cover=1)
    other_day = product("20220620T101559")
    new = tile("new", collection=C1, cloud_cover=5, when=NOON + timedelta(3), properties=other_day)
    assert [ids(o) for o in acquisitions([old, new], AREA, 32632)] == [["old"], ["new"]]


def day(n: int, **options: Any) -> Scene:
    start = f"202206{n:02}T101559"
    moment = datetime(2022, 6, n, 10, 17, tzinfo=UTC)
    return tile(f"day{n}", when=moment, properties=product(start), **options)


def test_ranking_is_coverage_then_clouds_then_the_newest() -> None:
    half = day(20, cloud_cover=0, left=600_800)
    cloudy, clear, newer = day(5, cloud_cover=9), day(10, cloud_cover=2), day(15, cloud_cover=2)
    area = _utm_box(600_100, 5_198_500, 601_500, 5_199_500)
    found = acquisitions([half, cloudy, clear, newer], area, 32632)
    assert [ids(o)[0] for o in found] == ["day15", "day10", "day5", "day20"]


def test_unknown_cloud_cover_ranks_last_of_equal_coverage() -> None:
    found = acquisitions([day(20, cloud_cover=None), day(5, cloud_cover=99)], AREA, 32632)
    assert [ids(o)[0] for o in found] == ["day5", "day20"]
    assert found[1].cloud_cover is None


def test_clouds_are_the_mean_over_the_tiles_by_their_parts_of_the_area() -> None:
    west = tile("west", left=598_600, cloud_cover=40)
    east = tile("east", left=600_500, cloud_cover=3, properties=product(tile="32TQS"))
    area = _utm_box(600_200, 5_198_500, 601_400, 5_199_500)
    assert best(west, east, area=area).cloud_cover == pytest.approx(3 * 0.75 + 40 * 0.25, abs=0.1)


def test_an_overpass_across_midnight_utc_is_one() -> None:
    """New Zealand: the datatake begins before midnight UTC and ends after it."""
    moment = datetime(2022, 6, 17, 23, 59, 50, tzinfo=UTC)
    both = [
        tile("south", epsg=32760, left=600_500, properties=product("x", tile="60GUV"), when=moment),
        tile(
            "north",
            epsg=32760,
            left=598_600,
            properties=product("x", tile="60GVV"),
            when=moment + timedelta(seconds=20),
        ),
    ]
    area = _utm_box(600_200, 5_198_500, 601_400, 5_199_500, 32760)
    assert {s.date.day for s in both} == {17, 18}
    assert set(ids(best(*both, area=area, epsg=32760))) == {"south", "north"}


def test_an_overpass_across_the_antimeridian_is_one() -> None:
    """Fiji: one tile ends in the east, its neighbour begins in the west, 10 seconds apart."""
    moment = datetime(2022, 6, 17, 22, 20, tzinfo=UTC)
    names = product("20220617T221609")
    west = scene(
        "west", "http://x", 817_500, 8_118_000, (200, 200), epsg=32760, when=moment, properties=names
    )
    east = scene(
        "east",
        "http://x",
        181_000,
        8_118_000,
        (200, 200),
        epsg=32701,
        when=moment,
        properties={**names, "grid:code": "MGRS-01KAB"},
    )
    area = shape(footprint(AreaOfInterest.square(179.998, -17.002, 2)))
    assert west.footprint.intersects(area)
    assert east.footprint.intersects(area)
    assert set(ids(best(west, east, area=area, epsg=32760))) == {"west", "east"}


def test_two_satellites_or_orbits_of_one_day_are_not_mixed() -> None:
    one = tile("one")
    other_orbit = {
        **product(tile="32TQS"),
        "s2:product_uri": "S2A_MSIL2A_20220617T115559_N0400_R108_T32TQS_x",
    }
    two = tile("two", left=600_500, when=NOON + timedelta(minutes=100), properties=other_orbit)
    three = tile("three", properties={"platform": "sentinel-2b"})
    assert sorted(len(o.scenes) for o in acquisitions([one, two, three], AREA, 32632)) == [1, 1, 1]


def test_tiles_beside_the_area_are_no_candidates() -> None:
    assert acquisitions([tile("far", left=700_000)], AREA, 32632) == ()
    assert acquisitions([], AREA, 32632) == ()


def test_the_order_of_the_answer_does_not_matter() -> None:
    scenes = [day(5), day(10), tile("new", collection=C1), tile("old", collection=L2A)]
    forwards = [ids(o) for o in acquisitions(scenes, AREA, 32632)]
    assert forwards == [ids(o) for o in acquisitions(scenes[::-1], AREA, 32632)]


def _utm_box(west: float, south: float, east: float, north: float, epsg: int = 32632) -> Polygon:
    from pyproj import Transformer

    to_degrees = Transformer.from_crs(epsg, 4326, always_xy=True).transform
    return Polygon([to_degrees(*p) for p in box(west, south, east, north).exterior.coords])


WIDE = (600_200, 5_198_500, 601_400, 5_199_500)
"""West, south, east, north of an area over two tiles, metres."""


def test_a_cloudy_tile_is_part_of_its_acquisition() -> None:
    """Half of the area lay "outside the image" when tiles were dropped by their clouds."""
    west = tile("west", left=598_600, cloud_cover=60)
    east = tile("east", left=600_500, cloud_cover=3, properties=product(tile="32TQS"))
    found = best(west, east, area=_utm_box(*WIDE))
    assert set(ids(found)) == {"west", "east"}
    assert found.coverage == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("missing", ["sat:relative_orbit", "platform", "both"])
def test_a_tile_whose_orbit_or_satellite_is_not_named_belongs_to_its_neighbours(missing: str) -> None:
    plain = {"s2:product_uri": None, "grid:code": "MGRS-32TQS"}
    if missing != "sat:relative_orbit":
        plain["platform"] = None
    if missing == "platform":
        plain["sat:relative_orbit"] = 65  # type: ignore[assignment]
    west, east = tile("west", left=598_600), tile("east", left=600_500, properties=plain)
    assert (east.orbit is None) == (missing != "platform")
    for order in ([west, east], [east, west]):
        (found,) = acquisitions(order, _utm_box(*WIDE), 32632)
        assert set(ids(found)) == {"west", "east"}


def test_without_an_orbit_the_next_pass_is_another_one() -> None:
    nameless = {"s2:product_uri": None, "platform": None}
    first = tile("first", properties=nameless)
    later = tile("later", properties=nameless, when=NOON + timedelta(minutes=100))
    assert len(acquisitions([first, later], AREA, 32632)) == 2


def test_an_older_delivery_stays_where_the_newer_one_is_cut() -> None:
    old = tile("old", properties=product(baseline="0214"))
    new = tile("new", left=600_800, properties=product(baseline="0500"))
    area = _utm_box(600_100, 5_198_500, 601_500, 5_199_500)
    found = best(old, new, area=area)
    assert ids(found) == ["new", "old"]
    assert found.coverage == pytest.approx(1, abs=1e-4)


def test_halves_of_different_baselines_are_both_laid() -> None:
    """Their outlines are whole, their shares of data are not."""
    halves = [
        tile(f"half{n}", properties={**product(baseline=b), "s2:nodata_pixel_percentage": 50})
        for n, b in enumerate(("0400", "0500"))
    ]
    found = best(*halves)
    assert ids(found) == ["half1", "half0"]
    assert found.coverage == pytest.approx(1)


def test_an_older_delivery_of_a_whole_image_is_not_read() -> None:
    pair = [
        tile(f"d{n}", properties={**product(baseline=b), "s2:nodata_pixel_percentage": 0})
        for n, b in enumerate(("0400", "0500"))
    ]
    assert ids(best(*pair)) == ["d1"]


def test_an_image_that_is_half_empty_does_not_win_over_a_full_one() -> None:
    half = scene(
        "half",
        "http://x",
        when=NOON + timedelta(1),
        cloud_cover=0,
        properties={**product("20220618T101559"), "s2:nodata_pixel_percentage": 55},
    )
    full = day(5, cloud_cover=9)
    assert half.data_share == pytest.approx(0.45, abs=0.01)
    found = acquisitions([half, full], AREA, 32632)
    assert [ids(o)[0] for o in found] == ["day5", "half"]
    assert found[1].coverage == pytest.approx(0.45, abs=0.01)


def test_data_at_the_edge_of_a_swath_is_where_the_outline_says() -> None:
    """The outline is a quarter of the files, and so is the data: within the outline there is all of it."""
    served = item("edge", "http://x", properties={**product(), "s2:nodata_pixel_percentage": 75})
    quarter = _utm_box(600_000, 5_199_020, 601_000, 5_200_020)
    served["geometry"]["coordinates"] = [list(quarter.exterior.coords)]
    assert from_item(served).data_share == pytest.approx(1, abs=0.02)

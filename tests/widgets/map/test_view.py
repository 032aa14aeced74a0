"""Where the map looks, and the continents under it."""

import math
from itertools import pairwise
from typing import Any

import pytest

from widgets.map import world
from widgets.map.view import Box, well_in_view, zoom_for
from widgets.toolkit.charts import nice_axis

BOLZANO = Box(46.4675, 11.3075, 46.5125, 11.3726)
MAP_PX = (584.0, 704.0)


def test_a_square_fills_the_map_but_for_its_padding() -> None:
    zoom = zoom_for(BOLZANO, MAP_PX)
    width, height = BOLZANO.size_px(zoom)
    assert zoom * 4 == int(zoom * 4)
    assert width <= 584 - 48
    assert max(width, height) > (584 - 48) / 2**0.25 - 1
    assert height >= 0.6 * 704


def test_sizes_are_web_mercator() -> None:
    width, height = Box(-1, -1, 1, 1).size_px(0)
    assert width == pytest.approx(256 / 180)
    assert height == pytest.approx(width, rel=1e-3)
    assert Box(0, 10, 60, 20).middle[0] == pytest.approx(
        math.degrees(2 * math.atan(math.exp(math.asinh(math.tan(math.radians(60))) / 2)) - math.pi / 2)
    )


def test_what_is_small_or_cut_off_is_not_well_in_view() -> None:
    zoom = zoom_for(BOLZANO, MAP_PX)
    seen = Box(46.4, 11.2, 46.6, 11.5)
    assert well_in_view(BOLZANO, seen, zoom, MAP_PX)
    assert not well_in_view(BOLZANO, seen, zoom - 1, MAP_PX)
    assert not well_in_view(BOLZANO, Box(46.4, 11.32, 46.6, 11.5), zoom, MAP_PX)


def test_the_continents_are_where_they_are() -> None:
    polygons = [[[(x, y) for y, x in ring] for ring in polygon] for polygon in world.land()]
    points = [point for polygon in polygons for ring in polygon for point in ring]
    assert len(points) > 3000
    assert all(-180.01 <= x <= 180.01 and -90.01 <= y <= 90.01 for x, y in points)
    assert all(ring[0] == ring[-1] for polygon in polygons for ring in polygon)
    assert _inside(11.3, 46.5, polygons)
    assert _inside(134, -25, polygons)
    assert not _inside(-40, 30, polygons)


def test_borders_lie_between_countries_and_nowhere_else() -> None:
    lines = world.borders()
    assert 200 < len(lines) < 500
    points = [point for line in lines for point in line]

    def nearest(latitude: float, longitude: float) -> float:
        return min(math.hypot(y - latitude, x - longitude) for y, x in points)

    assert nearest(47.0, 11.5) < 0.6, "the Brenner, between Italy and Austria"
    assert nearest(49.0, -110.0) < 7, "a straight line has few corners"
    assert nearest(-25.0, 134.0) > 10, "Australia has none"


@pytest.mark.parametrize("largest", [0.3, 7, 61.4, 678.3, 2500, 39999.99])
def test_axis_ticks_are_round_and_leave_room_for_the_unit(largest: float) -> None:
    end, ticks = nice_axis(largest)
    assert largest < end
    assert ticks[0] == 0
    assert 3 <= len(ticks) <= 6
    assert ticks[-1] <= 0.93 * end
    step = ticks[1]
    assert round(step / 10 ** math.floor(math.log10(step)), 6) in (1, 2, 2.5, 5)


def test_an_axis_of_nothing() -> None:
    assert nice_axis(0) == (1, [0])


def _inside(x: float, y: float, polygons: list[Any]) -> bool:
    crossings = 0
    for ring in (ring for polygon in polygons for ring in polygon):
        for (x1, y1), (x2, y2) in pairwise(ring):
            if (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1):
                crossings += 1
    return crossings % 2 == 1

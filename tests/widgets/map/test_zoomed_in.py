"""Which part of a large result is drawn anew when the map is zoomed in, and when it is not."""

import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.drawing.overlays import Overlays
from tests.support.patience import until
from tests.support.pictures import overlays
from widgets.map import zoomed_in
from widgets.map.view import Box
from widgets.map.zoomed_in import ZoomedIn, hole, part_to_draw, pixel_m
from widgets.session.gate import Gate

AREA = Box(46.0, 11.0, 46.5, 11.7)
"""About 50 km."""
BOUNDS = ((46.2, 11.2), (46.3, 11.3))


def around(latitude: float, longitude: float, degrees: float) -> Box:
    return Box(latitude - degrees, longitude - degrees, latitude + degrees, longitude + degrees)


def test_pictures_of_a_large_area_are_coarser_than_its_pixels() -> None:
    assert pixel_m(analysis(step=3)) == 30
    assert pixel_m(analysis(step=1)) == 10


def test_what_fills_the_screen_is_not_drawn_anew() -> None:
    assert part_to_draw(around(46.25, 11.35, 0.3), 10.0, AREA, 30.0) is None


def test_a_part_is_drawn_with_a_margin_and_within_the_area() -> None:
    seen = around(46.25, 11.35, 0.02)
    part = part_to_draw(seen, 14.0, AREA, 30.0)
    assert part is not None
    assert (part.south, part.north) == pytest.approx((46.22, 46.28))
    corner = part_to_draw(around(46.5, 11.7, 0.02), 14.0, AREA, 30.0)
    assert corner is not None
    assert (corner.north, corner.east) == (46.5, 11.7)


def test_nothing_is_drawn_beside_the_area() -> None:
    assert part_to_draw(around(47.0, 11.35, 0.02), 14.0, AREA, 30.0) is None


def test_the_hole_lies_where_the_part_does() -> None:
    path = hole(((0.0, 0.0), (1.0, 10.0)), ((0.0, 2.0), (1.0, 4.0)))
    assert path.startswith("polygon(evenodd, 0% 0%")
    assert "20.0000% 0.0000%, 40.0000% 0.0000%, 40.0000% 100.0000%, 20.0000% 100.0000%" in path


def analysis(draw: Any = None, step: int = 3) -> Any:
    return SimpleNamespace(overlays=SimpleNamespace(step=step), resolution_m=10.0, draw=draw)


def pictures() -> Overlays:
    return overlays(1, BOUNDS)


class Map:
    """What the map shows, and what it was given."""

    def __init__(self) -> None:
        self.seen, self.zoom = around(46.25, 11.35, 0.02), 14.0
        self.shown: list[Overlays | None] = []

    def look(self) -> tuple[Box, float]:
        return self.seen, self.zoom


@pytest.fixture
def the_map(monkeypatch: pytest.MonkeyPatch) -> Map:
    monkeypatch.setattr(zoomed_in, "REST_S", 0.05)
    return Map()


def errors(_error: Exception) -> None:
    raise AssertionError("nothing may be reported")


def test_the_map_at_rest_gets_its_part_drawn_in_its_own_world(the_map: Map) -> None:
    asked = []

    def draw(bounds: Any, max_px: int) -> Overlays:
        asked.append((bounds, max_px))
        return pictures()

    ZoomedIn(Gate(errors), the_map.look, the_map.shown.append).of(
        analysis(draw), Box(46.0, 371.0, 46.5, 371.7), 360.0
    )
    the_map.seen = around(46.25, 371.35, 0.02)
    until(lambda: len(the_map.shown) == 1)
    ((south, west), (north, east)), max_px = asked[0]
    assert south < 46.25 < north
    assert west < 11.35 < east
    assert max_px == 2048


def test_only_the_newest_wish_is_shown(the_map: Map) -> None:
    go_on, drawn = threading.Event(), []

    def draw(bounds: Any, _max_px: int) -> Overlays:
        drawn.append(bounds)
        if len(drawn) == 1:
            go_on.wait(5)
        return pictures()

    one = ZoomedIn(Gate(errors), the_map.look, the_map.shown.append)
    one.of(analysis(draw), AREA, 0.0)
    until(lambda: len(drawn) == 1)
    the_map.seen = around(46.1, 11.2, 0.02)
    for _ in range(3):
        one.moved()
        time.sleep(0.1)
    go_on.set()
    until(lambda: len(the_map.shown) == 1)
    time.sleep(0.1)
    assert len(drawn) == 2, "wishes that nobody has any more are not drawn"
    assert len(the_map.shown) == 1


def test_zooming_out_takes_the_part_away(the_map: Map) -> None:
    one = ZoomedIn(Gate(errors), the_map.look, the_map.shown.append)
    one.of(analysis(lambda *_: pictures()), AREA, 0.0)
    until(lambda: len(the_map.shown) == 1)
    the_map.seen, the_map.zoom = around(46.25, 11.35, 0.3), 10.0
    one.moved()
    until(lambda: len(the_map.shown) == 2)
    assert the_map.shown[1] is None


def test_a_result_that_is_shown_pixel_by_pixel_is_left_alone(the_map: Map) -> None:
    one = ZoomedIn(Gate(errors), the_map.look, the_map.shown.append)
    one.of(analysis(step=1), AREA, 0.0)
    one.moved()
    time.sleep(0.2)
    assert the_map.shown == [None]

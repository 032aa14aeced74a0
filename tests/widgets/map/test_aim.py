"""The map while land is labelled: a cross of one pixel, and everything as before at the end."""

from typing import Any

import pytest
from pyproj import Geod

from pipeline.accuracy.design import PixelGrid
from widgets.map.aim import ZOOM, Aim
from widgets.map.layers import LIGHT, SATELLITE
from widgets.map.mover import Mover
from widgets.map_view import MapView

GRID = PixelGrid(32632, 680_000, 5_150_000, 10, (120, 90))


def nothing(*_: Any) -> None:
    pass


@pytest.fixture
def view() -> MapView:
    return MapView(
        (46.47, 11.36),
        13.0,
        on_click=nothing,
        on_drawn=nothing,
        on_dragged=nothing,
        mover=Mover(nothing, nothing),
        guard=lambda function: function,
    )


def test_the_map_goes_to_a_pixel_and_comes_back(view: MapView) -> None:
    blind: list[bool] = []
    aim = Aim(view, blind.append)
    aim.at(GRID, 3, 4)
    assert view.camera.zoom == 13, "nothing happens before labelling"
    aim.begin()
    aim.begin()
    assert blind == [True]
    assert "eo-blind" in view._dom_classes
    layers = len(view.map.layers)

    aim.at(GRID, 3, 4)
    assert view.camera.zoom == ZOOM
    longitude, latitude = GRID.degrees([3], [4])
    assert view.camera.centre == pytest.approx((latitude[0], longitude[0]), abs=1e-7)
    assert len(view.map.layers) == layers + 4
    view.map.zoom = 14.5
    aim.at(GRID, 100, 80)
    assert view.camera.zoom == 14.5, "the visitor's own zoom stays"
    assert len(view.map.layers) == layers + 4

    aim.photo(True)
    assert view.base_choice.value == SATELLITE
    aim.end()
    aim.end()
    assert blind == [True, False]
    assert view.base_choice.value == LIGHT
    assert view.camera.looks_at == (46.47, 11.36, 13.0)
    assert len(view.map.layers) == layers
    assert "eo-blind" not in view._dom_classes


def test_the_square_is_one_pixel_on_the_copy_of_the_world_that_is_seen(view: MapView) -> None:
    view.map.center = (46.47, 371.36)
    aim = Aim(view, nothing)
    aim.begin()
    before = set(view.map.layers)
    aim.at(GRID, 3, 4)
    square = view.map.layers[-1]
    assert square not in before
    (lat0, lon0), (lat1, lon1), (lat2, lon2), _ = square.locations
    assert 370 < lon0 < 373
    geod = Geod(ellps="WGS84")
    assert geod.inv(lon0, lat0, lon1, lat1)[2] == pytest.approx(10, rel=2e-3)
    assert geod.inv(lon1, lat1, lon2, lat2)[2] == pytest.approx(10, rel=2e-3)

"""The ways to move the area: clicks, fields, a town's name, the knob, a drawing, the browser's way back."""

import pytest

from tests.support.page import SETTINGS, calculated, text
from widgets import Dashboard


def test_a_click_fills_the_fields_and_draws_the_area(page: Dashboard) -> None:
    assert page.parts.foot.main.disabled
    page.parts.map.click(46.49, 11.34)
    assert (page.parts.fields.settings.latitude, page.parts.fields.settings.longitude) == ("46.49", "11.34")
    assert "2,500 ha" in page.parts.fields.area_part.summary.value
    assert len(page.parts.map.stack.area.layers) == 2
    assert not page.parts.foot.main.disabled


def test_a_click_on_another_world_copy_is_wrapped_and_drawn_where_it_was_clicked(page: Dashboard) -> None:
    page.parts.map.click(46.49, 371.34)
    assert page.parts.fields.settings.longitude == "11.34"
    longitudes = [longitude for _, longitude in page.parts.map.stack.area.layers[0].locations[0][0]]
    assert min(longitudes) > 371


def test_typed_coordinates_place_the_area_and_wrong_ones_keep_it(page: Dashboard) -> None:
    page.parts.fields.inputs["latitude"].value = "46.49"
    page.parts.fields.inputs["longitude"].value = "11.34"
    ring = page.parts.map.stack.area.layers[0].locations
    page.parts.fields.inputs["latitude"].value = "95"
    assert "out of range" in text(page)
    assert page.parts.foot.main.disabled
    assert page.parts.map.stack.area.layers[0].locations == ring


def test_a_town_gets_a_square_and_the_map_goes_there(page: Dashboard) -> None:
    page.parts.fields.settings = SETTINGS
    page.placing.went_to(-33.87, 151.21)
    assert page.parts.fields.settings.latitude == "-33.87"
    assert page.request is not None
    assert page.request.area.longitude == 151.21
    box = page.painter.where.box(page.request.area)
    assert box.west < 151.21 < box.east


def test_after_a_result_a_click_asks_and_the_area_moves_when_told_to(
    page: Dashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[float, float]] = []
    monkeypatch.setattr(page.parts.results.inspector, "ask", lambda *place: asked.append(place))
    calculated(page)
    page.parts.map.click(46.5, 11.35)
    assert asked == [(46.5, 11.35)]
    assert page.parts.fields.settings == SETTINGS
    page.parts.map.mover.move.click()
    page.parts.map.click(46.5, 371.35)
    assert page.parts.fields.settings == SETTINGS.at(46.5, 11.35)
    page.parts.map.click(46.6, 11.35)
    assert len(asked) == 2, "one click moves the area, the next one asks again"
    assert "Out of date" in page.parts.results.head.value
    page.parts.map.mover.undo.click()
    assert page.parts.fields.settings == SETTINGS
    assert "clear here" in page.parts.results.head.value


def test_the_knob_takes_the_area_along(page: Dashboard) -> None:
    page.parts.fields.settings = SETTINGS
    marker = page.parts.map.knob.marker
    north, west = marker.location
    assert page.parts.fields.settings == SETTINGS, "placing the knob moves nothing"
    marker.location = [north + 0.1, west - 0.2]
    assert page.parts.fields.settings == SETTINGS.at(46.59, 11.14)
    page.visitor.escape()


def test_the_browsers_way_back_brings_the_area_back(page: Dashboard) -> None:
    page.parts.fields.settings = SETTINGS
    query = page.parts.address.query
    page.parts.map.click(10.0, 20.0)
    page.parts.address.receive({"event": "went", "query": query})
    assert page.parts.fields.settings == SETTINGS


def test_clicks_that_draw_place_no_square(page: Dashboard) -> None:
    page.parts.fields.area_part.segments["draw"].click()
    assert page.parts.map.drawing.control.current_mode == "draw:Polygon"
    page.parts.map.click(46.49, 11.34)
    assert page.painter.state.area is None
    page.parts.fields.area_part.tools["Rectangle"].click()
    assert page.parts.map.drawing.control.current_mode == "draw:Rectangle"
    page.parts.area_input.take_drawing(
        {"type": "Polygon", "coordinates": [[[11, 46], [11.1, 46], [11, 46.1], [11, 46]]]}
    )
    assert page.parts.map.drawing.control.current_mode is None
    assert len(page.parts.map.stack.area.layers[0].locations[0][0]) == 4
    assert not page.parts.foot.main.disabled
    page.parts.fields.area_part.clear.click()
    assert page.parts.map.drawing.control.current_mode == "draw:Rectangle"
    assert page.parts.foot.main.disabled
    page.parts.fields.area_part.segments["square"].click()
    assert page.parts.map.drawing.control.current_mode is None


def test_a_drawing_that_is_no_area_is_told_and_drawn_again(page: Dashboard) -> None:
    page.parts.fields.area_part.segments["draw"].click()
    page.parts.map.drawing.finish({"type": "Polygon", "coordinates": [[[0, 0]] * 4]})
    assert "has no area" in text(page)
    assert page.parts.map.drawing.control.current_mode == "draw:Polygon"

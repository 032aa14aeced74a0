"""Names on a map without tiles: the largest that have room, made anew where the map rests."""

import base64
import threading

import ipyleaflet as leaflet

from pipeline.drawing.svg import SVG
from pipeline.places.gazetteer import Place, gazetteer
from tests.support.patience import until
from widgets.map.layers import PANES
from widgets.map.place_names import MOST, PlaceNames, picture
from widgets.map.view import Box
from widgets.session.gate import Gate

ALPS = Box(45.5, 9.5, 48.5, 13.5)


def decoded(url: str) -> str:
    return base64.b64decode(url.removeprefix(SVG)).decode()


def svg(towns: list[Place], box: Box, zoom: float) -> str:
    return decoded(picture(towns, box, zoom))


def test_the_largest_towns_of_a_box_come_first() -> None:
    found = gazetteer().largest_in(ALPS.west, ALPS.south, ALPS.east, ALPS.north, 5)
    assert found[0].name == "Munich"
    sizes = [town.population for town in found]
    assert sizes == sorted(sizes, reverse=True)
    assert all(ALPS.south <= town.latitude <= ALPS.north for town in found)
    fiji = gazetteer().largest_in(176, -20, 181, -16, 3)
    assert "Suva" in [town.name for town in fiji]
    assert gazetteer().largest_in(536, -20, 541, -16, 3) == fiji, "another copy of the world"


def test_names_have_room_and_are_text() -> None:
    here = [
        Place("Big <b>", "", 11.0, 47.0, 900),
        Place("Too near", "", 11.001, 47.001, 800),
        Place("Far", "", 12.0, 46.0, 700),
    ]
    text = svg(here, ALPS, 8)
    assert "Big &lt;b&gt;" in text
    assert "Too near" not in text
    assert "Far" in text
    assert "Too near" in svg(here, Box(46.99, 10.99, 47.01, 11.01), 16)
    crowd = [Place(f"T{n}", "", 9.6 + 0.04 * n, 46 + 0.03 * (n % 70), 1) for n in range(90)]
    assert svg(crowd, ALPS, 12).count("<text") == MOST


def test_names_are_laid_while_there_are_no_tiles() -> None:
    laid: list[tuple[leaflet.Layer, ...]] = []
    seen = [(ALPS, 7.0)]
    gate = Gate(lambda error: None)
    names = PlaceNames(gate, lambda: seen[0], lambda layers: laid.append(tuple(layers)))
    names.moved()
    assert not [t for t in threading.enumerate() if t.name == "names on the map"]
    names.receive({"event": "no tiles"})
    until(lambda: len(laid) == 1, gate.lock)
    (layer,) = laid[0]
    assert layer.pane in PANES
    assert "GeoNames" in layer.attribution
    assert "Munich" in decoded(layer.url)

    seen[0] = (Box(-35, 149, -32, 153), 7.0)
    names.moved()
    until(lambda: "Sydney" in decoded(layer.url), gate.lock)
    assert [list(corner) for corner in layer.bounds] == [[-35, 149], [-32, 153]]
    assert len(laid) == 1, "the same layer shows another picture"
    seen[0] = (Box(-89, -170, 89, 170), 1.0)
    names.moved()
    until(lambda: list(layer.bounds[0]) == [-85.0, -170], gate.lock)
    names.receive({"event": "tiles"})
    assert laid[-1] == ()

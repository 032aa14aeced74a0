"""Drawings, files and links on their way into the form."""

import json
from datetime import date

import pytest

from pipeline import AnalysisRequest, AreaOfInterest
from pipeline.request import MAX_FILE_MB
from widgets.form.area_input import AreaInput, left_out
from widgets.form.settings import Settings
from widgets.form.upload import Upload
from widgets.map.drawing import Drawing
from widgets.page.permalink import Address
from widgets.session.gate import Gate
from widgets.toolkit.message import Message

RING = [[11.3, 46.4], [11.4, 46.4], [11.3, 46.5], [11.3, 46.4]]
GEOMETRY = {"type": "Polygon", "coordinates": [RING]}
REQUEST = AnalysisRequest(
    AreaOfInterest.square(11.34, 46.49, 5), date(2022, 6, 1), date(2022, 6, 30), n_clusters=9
)


class Form:
    """Stands in for the form; work in the background is done at once."""

    def __init__(self) -> None:
        self.settings = Settings(start=date(2022, 6, 1), end=date(2022, 6, 30))
        self.said: list[Message] = []
        self.failed: list[Exception] = []
        gate = Gate(self.failed.append)
        gate.in_background = lambda function, name: function()  # type: ignore[method-assign,assignment,return-value]
        self.input = AreaInput(gate, self, self.said.append, self.failed.append)


@pytest.fixture
def form() -> Form:
    return Form()


def test_a_drawing_is_the_area(form: Form) -> None:
    drawing = Drawing(form.input.take_drawing)
    drawing.use("Polygon")
    assert drawing.control.current_mode == "draw:Polygon"
    there = [[[longitude + 360, latitude] for longitude, latitude in RING]]
    feature = {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": there}}
    drawing.control._handle_leaflet_event(None, {"event": "pm:create", "geo_json": feature}, [])
    assert drawing.control.current_mode is None
    assert form.settings.mode == "draw"
    assert form.settings.area() is not None
    assert (form.settings.area() or REQUEST.area).longitude == pytest.approx(11.35)


def test_the_tools_own_copy_of_a_drawing_goes(form: Form) -> None:
    drawing = Drawing(form.input.take_drawing)
    drawing.control.data = [{"type": "Feature", "geometry": GEOMETRY}]
    assert drawing.control.data == []


def test_starting_over_keeps_the_tool() -> None:
    drawing = Drawing(lambda geometry: None)
    drawing.start_over()
    assert drawing.control.current_mode is None
    drawing.use("Rectangle")
    modes: list[str | None] = []
    drawing.control.observe(lambda change: modes.append(change.new), "current_mode")
    drawing.start_over()
    assert modes == [None, "draw:Rectangle"]


def test_a_file_with_polygons_is_the_area(form: Form) -> None:
    form.input.take_file("<field>.geojson", json.dumps(GEOMETRY).encode())
    assert (form.settings.mode, form.settings.file_name) == ("upload", "<field>.geojson")
    assert form.settings.area() is not None
    assert "&lt;field&gt;" in form.said[0].html


def test_a_saved_request_restores_everything(form: Form) -> None:
    form.input.take_file("request.json", REQUEST.to_json().encode())
    assert form.settings.request() == REQUEST


def test_a_saved_request_names_no_catalogue_of_its_own(form: Form) -> None:
    foreign = REQUEST.to_json().replace('"earth-search"', '"https://stac.example.org"')
    form.input.take_file("request.json", foreign.encode())
    assert form.settings.catalog == "earth-search"
    assert form.settings.n_clusters == 9
    assert "not offered here" in form.said[-1].html


def test_a_bad_file_changes_nothing(form: Form) -> None:
    before = form.settings
    form.input.take_file("a.kml", b"<html/>")
    assert form.settings == before
    assert "not KML" in str(form.failed[0])


@pytest.mark.parametrize(("size", "words"), [(7 * 2**20, "7.0 MB, at most 5 MB"), (0, "cannot be read")])
def test_a_file_that_was_not_sent_is_told(form: Form, size: int, words: str) -> None:
    form.input.refuse_file("<big>.kml", size)
    assert words in form.said[0].html
    assert "<big>" not in form.said[0].html


def test_pieces_become_a_file() -> None:
    files: list[tuple[str, bytes]] = []
    refused: list[tuple[str, int]] = []
    upload = Upload([".kml"], 10, lambda *f: files.append(f), lambda *f: refused.append(f))

    def receive(piece: int, of: int, content: bytes) -> None:
        upload.receive({"event": "piece", "piece": piece, "of": of, "name": "a"}, [memoryview(content)])

    receive(0, 2, b"lost")
    receive(0, 2, b"some")
    receive(1, 2, b"thing")
    assert files == [("a", b"something")]
    receive(0, 2, b"far too")
    receive(1, 2, b" much")
    assert len(files) == 1
    upload.receive({"event": "too large", "name": "b", "bytes": MAX_FILE_MB * 2**20 + 1}, [])
    assert refused == [("b", MAX_FILE_MB * 2**20 + 1)]


def test_the_address_keeps_the_last_complete_request() -> None:
    saved: list[bool] = []
    went: list[str] = []
    address = Address(lambda: saved.append(True), went.append)
    assert not address.has_request
    address.show(REQUEST)
    assert address.query.startswith("lat=46.49&lon=11.34&km=5")
    address.show(None)
    assert address.has_request
    assert address.query
    address.receive({"event": "save"})
    address.receive({"event": "went", "query": "k=4"})
    assert went == ["k=4"]
    assert saved == [True]


def test_a_long_request_is_not_in_the_address() -> None:
    ring = [[11 + 0.01 * (i % 2) + i * 1e-5, 46 + i * 1e-3] for i in range(150)]
    area = AreaOfInterest.polygon({"type": "Polygon", "coordinates": [[*ring, [10, 46.05]]]})
    address = Address(lambda: None, lambda _: None)
    address.show(AnalysisRequest(area, date(2022, 6, 1), date(2022, 6, 30)))
    assert address.query == ""
    assert "kB, at most 2 kB" in address.too_long
    address.show(REQUEST)
    assert address.too_long == ""


def test_names_in_a_link_are_told_as_in_the_form_and_escaped() -> None:
    assert "number of clusters, &lt;b&gt;" in left_out(("k", "<b>"), "link").html

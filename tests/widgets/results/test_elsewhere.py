"""Repeat for other places: what was typed or uploaded is told, and saved with the model and the command."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from shapely.geometry import box, mapping

from pipeline import AreaOfInterest
from pipeline.batch import repeat
from pipeline.batch.repeat import COMMAND, Spot
from tests.support.patience import until
from widgets.results.tabs.elsewhere import NAME, Elsewhere
from widgets.session.gate import Gate


class Page:
    def __init__(self) -> None:
        self.saved: list[tuple[bytes, str, str]] = []
        self.gate = Gate(lambda error: None)
        host: Any = SimpleNamespace(gate=self.gate, save=lambda *file: self.saved.append(file))
        self.part = Elsewhere(host)
        self.show(AreaOfInterest.square(11, 46, 2))

    def show(self, area: AreaOfInterest, *, preview: bool = False) -> None:
        analysis: Any = SimpleNamespace(request=SimpleNamespace(area=area), preview=preview)
        self.part.show(analysis)

    def until_told(self, words: str) -> None:
        until(lambda: words in self.part.told.value, self.gate.lock)


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Page:
    def package(_analysis: Any, spots: tuple[Spot, ...]) -> bytes:
        return " | ".join(f"{spot.name} {spot.area.size_km}" for spot in spots).encode()

    monkeypatch.setattr(repeat, "package", package)
    return Page()


def test_a_list_is_understood_and_saved(page: Page) -> None:
    page.part.text.value = "Here <b>; 46.5, 11.3\nXyzzyville\n1, 2"
    page.until_told("2 places")
    assert "Here &lt;b&gt; <small>46.5000, 11.3000 · 400.0 ha</small>" in page.part.told.value
    assert "Xyzzyville" in page.part.told.value
    assert page.part.command.text == COMMAND
    page.part.save.click()
    assert page.saved == [(b"Here <b> 2.0 | 1, 2 2.0", NAME, "application/zip")]


def test_polygons_of_a_file_are_places_of_their_own(page: Page) -> None:
    features = [
        {"type": "Feature", "geometry": mapping(box(n, 46, n + 0.01, 46.01)), "properties": {"name": name}}
        for n, name in ((11, "Kaltern"), (12, "Tramin"))
    ]
    content = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    page.part.take("two.geojson", content)
    page.until_told("2 places")
    assert "Kaltern" in page.part.told.value
    page.part.save.click()
    assert page.saved[0][0] == b"Kaltern None | Tramin None"


def test_what_is_no_file_is_said_and_nothing_is_offered(page: Page) -> None:
    page.part.take("x.geojson", b"nonsense")
    page.until_told("eo-warn-text")
    page.part.refuse("large.gpkg", 99 * 2**20)
    assert "99.0 MB" in page.part.told.value
    page.part.text.value = "Xyzzyville"
    page.until_told("no town")
    assert not any(page.part.save in getattr(child, "children", ()) for child in page.part.children)


def test_a_first_look_has_no_model_to_take_along(page: Page) -> None:
    page.show(AreaOfInterest.square(11, 46, 2), preview=True)
    assert page.part.save.disabled

"""What tabs do with a result: files, pixels, doubt and change, with the computing replaced or waited for."""

import re
import threading
from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from pipeline.clustering.model import ClusterModel
from pipeline.clustering.surface_types import Suggestion
from pipeline.errors import AnalysisError, InvalidRequest
from pipeline.explore.change import change_of
from pipeline.explore.cluster_count import ElbowPoint
from tests.support.patience import PATIENCE_S, until
from widgets.results import downloads as downloads_module
from widgets.results.downloads import Downloads
from widgets.results.edits import Editor
from widgets.results.inspector import OR_MOVE, OUTSIDE, Inspector
from widgets.results.tabs import change_words
from widgets.results.tabs.how_many import NUMBERS, HowMany
from widgets.results.tabs.saved_model import SavedModel
from widgets.results.tabs.second_date import periods_for
from widgets.results.tabs.sieved_chip import SievedChip
from widgets.session.gate import Gate

MODEL = ClusterModel(("blue", "green", "red", "nir"), (0.1,) * 4, (0.1,) * 4, ((0.1,) * 4, (0.2,) * 4), 0)
SQUARE = SimpleNamespace(area=SimpleNamespace(zones=()))
SUGGESTIONS = (
    Suggestion("Water <1>", "Water", "NDWI 0.3", "#3563e0"),
    Suggestion("Forest", "Dense vegetation", "NDVI 0.8", "#04600f"),
)


class Page:
    """The page as tabs see it; what they ask of it is written down."""

    def __init__(self) -> None:
        self.reported: list[Exception] = []
        self.gate = Gate(self.reported.append)
        self.laid: dict[str, Any] = {}
        self.chosen: list[Any] = []
        self.saved: list[tuple[bytes, str, str]] = []
        self.editor = Editor(self.gate, lambda _: None, self.reported.append)
        self.host: Any = SimpleNamespace(
            gate=self.gate,
            lay=self.laid.__setitem__,
            centre=lambda: (46.49, 371.34),
            set_clusters=self.chosen.append,
            use_model=self.chosen.append,
        )

    def until(self, condition: Callable[[], bool]) -> None:
        until(condition, self.gate.lock)


@pytest.fixture
def page() -> Page:
    return Page()


def result_of(*, broken: bool) -> Any:
    """Return a result of a plain area, whose files may be impossible to make."""
    return SimpleNamespace(broken=broken, request=SQUARE, second=None)


class Files:
    """Stands in for `files.Files`."""

    def __init__(self, analysis: Any) -> None:
        self.analysis = analysis
        self.made: dict[str, bytes] = {}

    def content(self, key: str) -> bytes:
        if key == "geojson":
            raise AnalysisError("Too many patches: 9. <Set> a smallest patch.")
        if key == "report" or self.analysis.broken:
            raise RuntimeError("/secret")
        self.made[key] = key.encode() * 1000
        return self.made[key]

    def size(self, key: str) -> int | None:
        return len(self.made[key]) if key in self.made else None

    def problem(self, key: str) -> str | None:
        return "Too many patches: 9. <Set> a smallest patch." if key == "geojson" and self.made else None


@pytest.fixture
def downloads(page: Page, monkeypatch: pytest.MonkeyPatch) -> Downloads:
    monkeypatch.setattr(downloads_module, "Files", Files)
    monkeypatch.setattr(downloads_module, "is_quick", lambda _: True)
    monkeypatch.setattr(downloads_module, "python_snippet", lambda *_: "analyse(request)")
    monkeypatch.setattr(downloads_module, "file_name", lambda _, key: f"clusters.{key}")
    return Downloads(page.gate, page.editor, lambda *file: page.saved.append(file))


def note(downloads: Downloads, key: str) -> str:
    return str(downloads.rows[key].note.value)


def test_sizes_come_when_the_list_opens_and_a_refusal_stands_in_its_row(
    page: Page, downloads: Downloads
) -> None:
    downloads.show(result_of(broken=False))
    assert downloads.python.text == "analyse(request)"
    downloads.more.click()
    page.until(lambda: not downloads.is_measuring)
    assert "<b>5 kB</b>" in note(downloads, "table")
    assert "Too many patches: 9. &lt;Set&gt;" in note(downloads, "geojson")
    assert "<b></b>" in note(downloads, "report")

    downloads.rows["table"].button.click()
    page.until(lambda: bool(page.saved))
    assert page.saved == [(b"table" * 1000, "clusters.table", "text/csv")]
    assert not downloads.main.disabled
    downloads.close_list()
    assert not downloads.is_open


def test_a_file_that_cannot_be_made_is_told_without_the_list(page: Page, downloads: Downloads) -> None:
    downloads.show(result_of(broken=True))
    downloads.main.click()
    page.until(lambda: "did not expect" in downloads.told.value)
    assert downloads.is_open
    assert "secret" not in downloads.told.value
    assert not page.saved


def report(**changes: Any) -> Any:
    known = {
        "latitude": 46.4,
        "longitude": 11.3,
        "reflectance": (0.1, 0.2, 0.3, 0.4),
        "lines": (("Cluster", "1 <b>Water</b>"), ("NDVI", "0.14")),
    }
    return SimpleNamespace(**known | changes)


def test_a_pixel_is_told_and_marked_on_the_copy_of_the_world_that_is_seen(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    answers: list[Any] = [report(), None, None]

    def inspect(_analysis: Any, latitude: float, longitude: float) -> Any:
        asked.append((latitude, longitude))
        return answers.pop(0)

    monkeypatch.setattr("pipeline.explore.pixel.inspect", inspect)
    spectra: list[Any] = []
    inspector = Inspector(page.host, spectra.append)
    area = SimpleNamespace(size_km=5.0)
    result: Any = SimpleNamespace(request=SimpleNamespace(area=area))
    inspector.show(result)
    assert not inspector.is_open

    inspector.ask_middle()
    page.until(lambda: bool(spectra) and spectra[-1] is not None)
    assert asked[0] == pytest.approx((46.49, 11.34))
    assert "1 &lt;b&gt;Water" in inspector.card.value
    assert inspector.spectrum == spectra[-1]
    assert [mark.location for mark in page.laid["pixel"](360)] == [[46.4, 371.3]] * 2

    inspector.ask(0, 0)
    page.until(lambda: OR_MOVE in inspector.card.value)
    area.size_km = None
    inspector.ask(0, 0)
    page.until(lambda: OUTSIDE in inspector.card.value)
    assert page.laid["pixel"] is None
    inspector.close_card()
    assert not inspector.is_open


def test_numbers_of_clusters_are_weighed_once_for_the_same_pixels(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[int] = []
    go_on = threading.Event()

    def points(*_: Any) -> Any:
        runs.append(1)
        for n in NUMBERS:
            yield ElbowPoint(n, 4 / n, 10.0 * n)
        go_on.wait(PATIENCE_S)

    monkeypatch.setattr("pipeline.explore.cluster_count.elbow_points", points)
    pixels = object()

    def result(k: int) -> Any:
        return SimpleNamespace(
            pixels=pixels,
            sample_features=None,
            request=SimpleNamespace(n_clusters=k, seed=0),
        )

    how_many = HowMany(page.host)
    how_many.show(result(6))
    page.until(lambda: len(how_many.inertia.line.x) == len(NUMBERS))
    assert "You use" not in how_many.sentence.value
    go_on.set()
    page.until(lambda: "You use 6." in how_many.sentence.value)
    assert list(how_many.inertia.now.x) == [6]
    how_many.buttons[4].click()
    assert page.chosen == [4]
    how_many.show(result(4))
    assert "You use 4." in how_many.sentence.value
    assert list(how_many.calinski.now.x) == [4]
    assert runs == [1]


def test_a_comparison_in_words_sums_to_the_area_and_is_escaped() -> None:
    before = np.array([[1, 1, 2, 2], [1, 0, 2, 0]], np.uint8)
    after = np.array([[1, 2, 2, 2], [2, 1, 0, 0]], np.uint8)
    change = change_of(before, after, np.ones((2, 4), bool), SUGGESTIONS, 100.0)
    bars = change_words.bars(change)
    assert "Water &lt;1&gt;" in bars
    assert "lost 200.0" in bars
    assert "+200.0" in bars
    cells = re.findall(r"<td[^>]*>([\d.]+)</td>", change_words.matrix(change, "9 June", "18 August"))
    assert sum(map(float, cells)) + change.masked.sum() == 800
    assert "<18" not in change_words.matrix(change, "9 June", "<18 August>")
    assert "100.0 ha only on 9 June" in change_words.masked(change, "9 June", "18 August")


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (date(2022, 6, 1), date(2022, 6, 30), (date(2022, 7, 1), date(2022, 8, 29))),
        (date(2026, 9, 24), date(2026, 11, 22), (date(2025, 9, 24), date(2025, 11, 22))),
        (date(2015, 7, 1), date(2026, 11, 22), (date(2015, 6, 1), date(2025, 11, 22))),
    ],
)
def test_a_second_date_is_looked_for_after_the_first_or_a_year_before(
    start: date, end: date, expected: tuple[date, date], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("widgets.results.tabs.second_date.today", lambda: date(2026, 11, 22))
    assert periods_for(start, end)[0] == expected


def test_a_saved_model_is_used_and_anything_else_refused(page: Page) -> None:
    saved = SavedModel(page.host)
    saved.take("model.json", MODEL.to_json().encode())
    assert page.chosen == [MODEL]
    assert "2 clusters" in saved.told.value
    saved.take("<b>.json", b"\xff{}")
    assert "not a cluster model" in saved.told.value
    saved.refuse("<b>.json", 3_000_000)
    assert "&lt;b&gt;.json is no model: 3.0 MB" in saved.told.value
    assert page.chosen == [MODEL]


def test_an_edit_that_fails_leaves_the_edits_as_they_were(page: Page) -> None:
    def with_labels(*_: Any, **__: Any) -> Any:
        raise InvalidRequest("The smallest patch is larger than the area.")

    labels = SimpleNamespace(values=np.ones((20, 20), np.uint8))
    result: Any = SimpleNamespace(
        model=MODEL,
        suggestions=SUGGESTIONS,
        labels=labels,
        inside=np.ones((20, 20), bool),
        with_labels=with_labels,
    )
    page.editor.begin(result)
    page.editor.smallest(1.0)
    page.until(lambda: bool(page.reported))
    assert page.editor.edits is not None
    assert page.editor.edits.smallest_ha == 0


def test_a_chip_tells_of_small_patches_and_brings_them_back(page: Page) -> None:
    chip = SievedChip(page.host, page.editor)
    whole: Any = SimpleNamespace(smallest_patch_ha=0.0)
    sieved: Any = SimpleNamespace(smallest_patch_ha=0.25)
    chip.show(whole)
    assert "eo-gone" in chip._dom_classes
    wanted: list[float] = []
    page.editor.smallest = wanted.append  # type: ignore[method-assign]
    chip.show(sieved)
    assert "eo-gone" not in chip._dom_classes
    assert "below 0.25 ha" in chip.button.description
    chip.button.click()
    assert wanted == [0.0]

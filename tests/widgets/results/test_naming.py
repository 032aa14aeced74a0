"""Names from other maps, clusters split, water set apart: on the page, on the demo's land."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import rasterio

import demo
from pipeline import Analysis, AnalysisRequest, AreaOfInterest, analyse
from pipeline.clustering.surface_types import Suggestion
from pipeline.exports.snippet import python_snippet
from pipeline.reference import agreement
from pipeline.reference.files import OFFLINE
from pipeline.reference.names import CHECKED_BY, believable
from pipeline.reference.words import SILENT, agreement_words
from tests.support.patience import until
from tests.widgets.results.naming_page import Page
from widgets.results.doubts import heard_of
from widgets.results.kept_classes import carried_by
from widgets.results.tabs.names import choices
from widgets.results.tabs.sure import HowSure


@pytest.fixture(scope="module")
def june() -> Iterator[Analysis]:
    area = AreaOfInterest.square(demo.LONGITUDE, demo.LATITUDE, 3)
    yield analyse(AnalysisRequest(area, date(2024, 6, 1), date(2024, 6, 30), catalog="demo", n_clusters=4))
    demo.stop()


@pytest.fixture
def page(june: Analysis, monkeypatch: pytest.MonkeyPatch) -> Page:
    monkeypatch.setattr("widgets.toolkit.charts.HectareBars.show", lambda *_: None)
    made = Page()
    made.begin(june)
    return made


def test_names_come_from_a_reference_map_and_one_step_brings_the_old_ones_back(page: Page) -> None:
    before = page.names()
    page.areas.names_fold.toggle()
    names = page.areas.names
    names.choice.value = "worldcover"
    page.settle()
    assert page.names() != before
    assert page.shown.names_from.startswith("ESA WorldCover 2021")
    told = names.told.value
    assert "Year: 2021" in told
    assert "CC-BY 4.0" in told
    assert "Its own published accuracy: about 77 %" in told
    assert "Agreement with this map" in told
    assert told.count("<tr>") == len(before) + 1
    assert not page.errors
    names.undo.click()
    page.settle()
    assert page.names() == before
    assert page.shown.names_from == ""
    assert names.choice.value == "spectra"
    assert names.told.value == "", "nothing of a map that names nothing any more"


@pytest.mark.parametrize(
    ("key", "wanted"), [("scl", "Scene classification"), ("checked", "the spectra, checked")]
)
def test_the_images_own_classification_names_too(page: Page, key: str, wanted: str) -> None:
    page.areas.names_fold.toggle()
    page.areas.names.choice.value = key
    page.settle()
    assert page.shown.names_from.startswith(wanted)
    assert not page.errors


def test_without_a_connection_there_is_a_sentence_and_the_names_stay(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agreement, "reference_map", lambda _catalog: None)
    monkeypatch.setattr(
        "pipeline.reference.files.environment", lambda _href: (_ for _ in ()).throw(OSError())
    )
    before = page.names()
    page.areas.names_fold.toggle()
    page.areas.names.choice.value = "worldcover"
    page.settle()
    assert page.areas.names.told.value.count("could not be reached") == OFFLINE.count("could not be reached")
    assert page.areas.names.choice.value == "spectra"
    assert page.names() == before


def test_names_that_the_image_speaks_against_say_so_at_first_and_the_spectra_are_a_choice(
    page: Page, june: Analysis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a land that the image's own classification calls bare, all of it."""
    monkeypatch.setattr(agreement, "_scene_classes", lambda _block, pixels: np.full_like(pixels.scl, 5))
    plain = [s.name for s in june.suggestions]
    shown = believable(june)
    page.begin(shown)
    mixed = [name for name in page.names() if name.startswith("Mixed: ")]
    assert mixed
    assert set(mixed) == {"Mixed: 100 % not vegetated"}
    assert page.shown.names_from == CHECKED_BY
    assert not page.areas.undo.disabled or page.editor.carried is None, "nobody has edited anything"
    assert page.editor.carried is None
    row = page.legend.rows[page.names().index(mixed[0])]
    assert "NDVI" in row.reason.value or "NDWI" in row.reason.value, "both figures"
    assert not row.doubt.value
    page.areas.why.fold.toggle()
    told = page.areas.why.reasons.value
    for said in ("By the spectrum it would be “", "100 % not vegetated speaks against that", "NDWI", "NIR"):
        assert said in told

    page.areas.names_fold.toggle()
    names = page.areas.names
    assert names.choice.value == "checked"
    names.choice.value = "spectra"
    page.settle()
    assert page.names() == plain
    assert page.shown.names_from == ""
    assert names.choice.value == "spectra"
    assert sum(bool(r.doubt.value) for r in page.legend.rows) == len(mixed), "now the sign tells"
    carried = page.editor.carried
    assert carried is not None
    other = Page()
    other.editor.keeper.expect(carried_by(carried.to_text()))
    other.begin(shown)
    assert other.names() == plain
    names.undo.click()
    page.settle()
    assert page.names() == [s.name for s in shown.suggestions]

    page.areas.edit.click()
    page.areas.water.click()
    page.settle()
    assert [name for name in page.names() if name.startswith("Mixed: ")][:1] == mixed[:1]
    assert not page.errors


def test_how_sure_says_what_it_knows_of_grouping_names_and_land(page: Page, june: Analysis) -> None:
    host: Any = SimpleNamespace(gate=page.gate, lay=lambda _name, _layers: None)
    sure = HowSure(host, page.editor)

    def told_of(analysis: Analysis) -> str:
        sure.show(analysis)
        until(lambda: not sure._asks.busy, page.gate.lock)
        return str(sure._sentence.value)

    told = told_of(page.shown)
    assert "of the pixels" in told
    share = re.findall(r"own classification goes with the names on (\d+) %", told)
    assert int(share[0]) > 90, "the demo's classification is nearly right"
    assert "not accuracy" in told
    assert "Nobody has checked the land yet" in told

    page.areas.names_fold.toggle()
    page.areas.names.choice.value = "worldcover"
    page.settle()
    told = told_of(page.shown)
    share = re.findall(
        r"ESA WorldCover 2021 \(made up, as the land\) shows what the names say on (\d+) %", told
    )
    assert 60 <= int(share[0]) <= 100

    design = page.shown.sampling_design(n=60)
    labelled = design.with_labels({p.id: p.stratum for p in design.drawn})
    told = told_of(page.shown.with_sample(labelled))
    assert "The land was checked at 60 random points: 100 %" in told

    mine = [replace(s, name=f"Mine {n}") for n, s in enumerate(june.suggestions)]
    assert SILENT.split(",")[0] in agreement_words(june.with_suggestions(mine))


def test_a_split_keeps_the_names_of_the_map_and_a_persons_own(page: Page) -> None:
    areas = page.areas
    areas.names_fold.toggle()
    areas.names.choice.value = "worldcover"
    page.settle()
    before = page.names()
    areas.edit.click()
    areas.rows[1].merge.value = True
    areas.split.click()
    page.settle()
    assert len(page.names()) == len(before) + 1
    kinds = {s.kind for s in page.shown.suggestions}
    assert not kinds & {"Dense vegetation", "Crops or grass", "Bare or built-up"}, "none from the spectra"
    assert page.shown.names_from.startswith("ESA WorldCover")
    assert areas.names.told.value.count("<tr>") == len(page.names()) + 1
    areas.undo.click()
    page.settle()
    assert page.names() == before, "one step"

    areas._change(lambda history: history.then(history.present.rename(1, "My lake")))
    page.settle()
    areas.rows[1].merge.value = True
    areas.split.click()
    page.settle()
    assert page.names()[0] == "My lake"
    assert not page.errors


def test_maps_of_the_settings_and_of_known_catalogues_are_choices(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = tmp_path / "catalogs.toml"
    monkeypatch.setenv("DASHBOARD_CATALOGS", str(settings))
    settings.write_text(
        'offer = ["earth-search"]\n[references.canton]\ntitle = "Our canton"\npath = "a.tif"\n'
    )
    keys = [key for _, key in choices()]
    assert keys == ["spectra", "checked", "scl", "worldcover", "canton", "own"]
    settings.write_text('offer = ["earth-search", "planetary-computer"]\n')
    assert "io-lulc" in [key for _, key in choices()]


def own_map(june: Analysis, path: Path, **tags: str) -> bytes:
    rows_, columns = june.grid.shape
    values = np.where(np.arange(columns) < columns // 2, 3, 7).astype(np.uint8)
    place = {"crs": june.grid.crs.to_wkt(), "transform": june.grid.affine, "dtype": "uint8", "count": 1}
    with rasterio.open(path, "w", driver="GTiff", width=columns, height=rows_, **place) as dataset:
        dataset.write(np.broadcast_to(values, (rows_, columns)), 1)
        dataset.update_tags(**tags)
    return path.read_bytes()


def test_a_map_of_ones_own_names_its_classes_or_is_asked_for_them(
    page: Page, june: Analysis, tmp_path: Path
) -> None:
    page.areas.names_fold.toggle()
    names = page.areas.names
    before = page.names()
    names.choice.value = "own"
    names.take("../../évil<b>.tif", own_map(june, tmp_path / "own.tif"))
    page.settle()
    assert page.names() == before, "numbers are no names"
    assert sorted(names.fields) == [3, 7]
    names.fields[3].value, names.fields[7].value = "Vineyard", "Wood"
    names._use.click()
    page.settle()
    assert any("ineyard" in name or "ood" in name for name in page.names())
    assert names.choice.value == "own"

    names.take("own.tif", own_map(june, tmp_path / "named.tif", class_3="Moor", class_7="Heath"))
    page.settle()
    assert any("oor" in name or "eath" in name for name in page.names())
    assert not page.errors


def test_what_is_no_tiff_is_not_opened(page: Page) -> None:
    page.areas.names.take("x.tif", b"<VRTDataset><SourceFilename>/etc/passwd</SourceFilename></VRTDataset>")
    assert "is no GeoTIFF" in page.areas.names.told.value
    assert page.areas.names._path is None


def test_water_apart_in_two_clicks_and_a_split_both_with_undo_and_in_link_and_snippet(
    page: Page, june: Analysis
) -> None:
    areas = page.areas
    areas.edit.click()
    areas.water.click()
    page.settle()
    assert len(page.names()) == 5
    assert page.names()[-1].startswith("Water")
    assert len(set(page.names())) == 5, "named anew among all"

    areas._change(lambda history: history.then(history.present.rename(2, "My wood")))
    page.settle()
    assert areas.split.disabled
    areas.rows[2].merge.value = True
    assert not areas.split.disabled
    areas.split.click()
    page.settle()
    assert len(page.names()) == 6
    assert "My wood" in page.names()
    assert page.editor.edits is not None
    assert page.editor.edits.history.steps == "w.s3"
    assert page.shown.areas["pixels"].sum() == june.areas["pixels"].sum()
    assert "repeated(analysis, 'w.s3')" in python_snippet(page.shown)

    carried = page.editor.carried
    assert carried is not None
    other = Page()
    other.editor.keeper.expect(carried_by(carried.to_text(), carried.steps))
    other.begin(june)
    assert other.names() == page.names()
    assert (other.shown.labels.values == page.shown.labels.values).all()

    page.begin(june)
    assert len(page.names()) == 6, "the same clusters bring their edits back"
    for n_left in (5, 5, 4):
        areas.undo.click()
        page.settle()
        assert len(page.names()) == n_left
    assert page.names() == [s.name for s in june.suggestions]
    assert areas.undo.disabled
    assert not page.errors


def test_water_cannot_be_apart_twice(page: Page) -> None:
    page.areas.edit.click()
    for _ in range(2):
        page.areas.water.click()
        page.settle()
    assert "already" in page.areas.hint.value
    assert len(page.names()) == 5


def test_a_name_the_image_speaks_against_is_marked_and_told(page: Page, june: Analysis) -> None:
    largest = 1 + int(june.areas["pixels"].to_numpy()[1:].argmax())
    wrong = list(june.suggestions)
    wrong[largest - 1] = Suggestion("Water", "Water", "NDWI 0.1", "#3563e0")
    page.begin(june.with_classes(range(len(june.areas)), wrong))
    (row,) = [n for n, r in enumerate(page.legend.rows, start=1) if r.doubt.value]
    assert row == largest
    assert page.legend.rows[row - 1].doubt in page.legend.rows[row - 1].children
    assert "speaks against this name" in page.legend.rows[row - 1].doubt.value
    page.areas.why.fold.toggle()
    assert "speaks against this name" in page.areas.why.reasons.value

    renamed = list(wrong)
    renamed[largest - 1] = Suggestion("My pond", "Water", "NDWI 0.1", "#3563e0")
    assert not heard_of(june.with_classes(range(len(june.areas)), renamed)).doubts, "nobody suggested it"

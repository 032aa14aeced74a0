"""Many places, one legend: the same class everywhere, a failed place is a row, a stopped run goes on."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import pytest
from filelock import FileLock

from pipeline import (
    Analysis,
    AnalysisRequest,
    AreaOfInterest,
    Cancelled,
    ClusterModel,
    InvalidRequest,
    analyse,
    analyse_many,
)
from pipeline.batch.legend import OPEN_WATER, with_legend
from pipeline.batch.records import Record
from pipeline.errors import FileRefused
from pipeline.explore.classes import Classes
from pipeline.explore.regroup import split, water_apart
from pipeline.reference.names import believable
from tests.pipeline.conftest import Land

Asked = list[tuple[str, AnalysisRequest]]
CENTRES = {"West": (10.325, 46.932), "East =1+1": (10.345, 46.934), "<b>Süd</b>": (10.333, 46.925)}


def square(land: Land, longitude: float, latitude: float) -> AnalysisRequest:
    return replace(land.request(), area=AreaOfInterest.square(longitude, latitude, 1))


@pytest.fixture
def asked(land: Land) -> Asked:
    """Three places that can be read, and one whose image has more clouds than it allows."""
    places = [(name, square(land, *centre)) for name, centre in CENTRES.items()]
    cloudless = replace(places[0][1], max_cloud_cover=1)
    return [*places[:2], ("Nowhere", cloudless), places[2]]


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[AnalysisRequest]:
    """Collect the requests that are read."""
    seen: list[AnalysisRequest] = []

    def counting(request: AnalysisRequest, **options: object) -> object:
        seen.append(request)
        return analyse(request, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("pipeline.batch.run.analyse", counting)
    return seen


def test_a_model_labels_all_places(asked: Asked, land: Land, tmp_path: Path) -> None:
    model = analyse(land.request()).model
    told: list[tuple[str, int, int]] = []
    result = analyse_many(
        asked, out=tmp_path, model=model, on_place=lambda r, n, of: told.append((r.state, n, of))
    )
    assert told == [("done", 1, 4), ("done", 2, 4), ("failed", 3, 4), ("done", 4, 4)]
    assert result.model is not None
    assert result.model.fingerprint == model.fingerprint
    assert [r.name for r in result.failed] == ["Nowhere"]

    table = pd.read_csv(tmp_path / "areas.csv")
    assert list(table.columns) == list(result.areas.columns)
    names = table.dropna(subset="cluster").groupby("cluster")[["name", "color"]].nunique()
    assert (names == 1).all().all(), "a cluster has one name and one colour everywhere"
    failed = table[table.state == "failed"]
    assert len(failed) == 1
    assert failed.sentence.iloc[0] == result.failed[0].sentence
    assert failed.hectares.isna().all()
    for name, request in asked[:2]:
        alone = analyse(request, model=with_legend(model))
        mine = table[table.place.str.removeprefix("'") == name]
        np.testing.assert_array_equal(mine.pixels, alone.areas["pixels"])
        np.testing.assert_allclose(mine.hectares, alone.areas["hectares"])
        assert mine.hectares.sum() == pytest.approx(100)


def test_a_model_with_one_name_of_a_person_has_one_name_a_class_everywhere(
    land: Land, done: Analysis
) -> None:
    """What the page saves for *Repeat for other places*: the other names were only suggested."""
    shown = believable(done)
    classes = Classes.of(shown.suggestions).rename(2, "My wood")
    model = with_legend(shown.with_classes(classes.lut(), classes.suggestions()).model)
    names = [c.name for c in Classes.from_json(model.classes)]
    assert names[1] == "My wood"
    assert not any(name.startswith("Mixed") for name in names)
    assert with_legend(model) == model
    for centre in CENTRES.values():
        there = analyse(square(land, *centre), model=model)
        assert [s.name for s in there.suggestions] == names


def test_a_split_model_with_water_apart_is_a_legend_too(land: Land, done: Analysis) -> None:
    model = with_legend(water_apart(split(done, 2)).model)
    names = [s.name for s in analyse(land.request(), model=model).suggestions]
    assert len(set(names)) == len(names) == model.n_clusters == 6
    assert names[-1] == OPEN_WATER


def test_the_files_hold_what_the_table_says(asked: Asked, tmp_path: Path) -> None:
    result = analyse_many(asked, out=tmp_path)
    classes = pyogrio.read_dataframe(tmp_path / "places.gpkg", layer="classes")
    places = pyogrio.read_dataframe(tmp_path / "places.gpkg", layer="places")
    assert classes.crs == places.crs == "EPSG:4326"
    table = result.areas.dropna(subset="cluster")
    table = table[(table.cluster > 0) & (table.pixels > 0)]
    both = table.merge(
        classes, left_on=["place", "cluster"], right_on=["place", "class"], suffixes=("", "_gpkg")
    )
    assert len(both) == len(table) == len(classes)
    np.testing.assert_allclose(both.hectares, both.hectares_gpkg)
    assert places.set_index("name").state.to_dict() == {r.name: r.state for r in result.records}
    assert "cloud" in places.set_index("name").sentence["Nowhere"]

    index = (tmp_path / "index.html").read_text("utf-8")
    assert "<b>Süd</b>" not in index
    assert "&lt;b&gt;Süd&lt;/b&gt;" in index
    links = re.findall(r'href="(places/[^"]+)"', index)
    assert len(links) == 9
    assert index.count("Contains modified Copernicus Sentinel data 2022") == 1
    assert all((tmp_path / link).stat().st_size > 500 for link in links)
    assert len((tmp_path / "log.txt").read_text("utf-8").splitlines()) == 4
    assert "'=1" not in index
    assert result.model == ClusterModel.from_json((tmp_path / "model.json").read_text("utf-8"))
    assert not (tmp_path / "read").exists()


def test_without_a_model_one_is_fitted_on_all_and_nothing_is_read_twice(
    asked: Asked, counted: list[AnalysisRequest], tmp_path: Path
) -> None:
    result = analyse_many(asked, out=tmp_path / "one")
    assert len(counted) == len(asked)
    assert result.model is not None
    assert result.model.origin == "3 places"
    assert result.model.n_clusters == 4
    again = analyse_many(asked, out=tmp_path / "two")
    pd.testing.assert_frame_equal(result.areas, again.areas)
    for name, request in (asked[0], asked[3]):
        alone = analyse(request, model=result.model)
        mine = result.areas[result.areas.place == name]
        np.testing.assert_array_equal(mine.pixels.astype(int), alone.areas["pixels"])


def test_a_stopped_run_goes_on_where_it_ended(
    asked: Asked, counted: list[AnalysisRequest], tmp_path: Path
) -> None:
    done: list[Record] = []
    with pytest.raises(Cancelled):
        analyse_many(
            asked, out=tmp_path, on_place=lambda r, n, of: done.append(r), cancelled=lambda: len(done) >= 2
        )
    assert len(done) == 2
    before = len(counted)
    result = analyse_many(asked, out=tmp_path)
    assert len(counted) - before <= 2, "what is done, or was read, is not read again"
    assert [r.state for r in result.records] == ["done", "done", "failed", "done"]
    fresh = analyse_many(asked, out=tmp_path / "fresh")
    pd.testing.assert_frame_equal(result.areas, fresh.areas)


def test_a_second_call_does_what_failed_and_what_is_new(
    asked: Asked, counted: list[AnalysisRequest], land: Land, tmp_path: Path
) -> None:
    first = analyse_many(asked[:3], out=tmp_path)
    counted.clear()
    second = analyse_many(asked, out=tmp_path)
    assert [r.state for r in second.records] == ["done", "done", "failed", "done"]
    assert counted == [asked[2][1], asked[3][1]]
    assert second.model == first.model, "the legend stays"
    assert second.records[:2] == first.records[:2]
    logged = (tmp_path / "log.txt").read_text("utf-8").splitlines()
    assert [line.split()[1] for line in logged] == ["1/3", "2/3", "3/3", "3/4", "4/4"], "what was worked on"
    counted.clear()
    other = analyse(replace(land.request(), n_clusters=2)).model
    third = analyse_many(asked[:2], out=tmp_path, model=other)
    assert len(counted) == 2, "another model is another result"
    assert {r.model for r in third.records} == {other.fingerprint}


def test_nothing_but_failures_is_a_result_too(asked: Asked, tmp_path: Path) -> None:
    result = analyse_many([asked[2]], out=tmp_path)
    assert result.model is None
    assert len(result.areas) == 1
    assert (tmp_path / "index.html").exists()
    assert list(pyogrio.list_layers(tmp_path / "places.gpkg")[:, 0]) == ["places"]


def test_places_with_other_features_are_told(asked: Asked, tmp_path: Path) -> None:
    other = ("Other", replace(asked[1][1], features=("NDVI",)))
    result = analyse_many([asked[0], other], out=tmp_path)
    assert [r.state for r in result.records] == ["done", "failed"]
    assert "same features everywhere" in result.failed[0].sentence


def test_what_goes_wrong_unexpectedly_ends_one_place(
    asked: Asked, land: Land, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = analyse(land.request()).model

    def broken(request: AnalysisRequest, **options: object) -> object:
        if request == asked[0][1]:
            raise RuntimeError("a bug")
        return analyse(request, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("pipeline.batch.run.analyse", broken)
    result = analyse_many(asked[:2], out=tmp_path, model=model)
    assert [r.state for r in result.records] == ["failed", "done"]
    assert result.failed[0].sentence == "Something unexpected went wrong: RuntimeError."


def test_the_folder_is_one_run_s(asked: Asked, tmp_path: Path) -> None:
    with FileLock(tmp_path / ".lock"), pytest.raises(FileRefused, match="Another run writes into"):
        analyse_many(asked, out=tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(FileRefused, match="cannot be written into"):
        analyse_many(asked, out=tmp_path / "file" / "below")


def test_lists_are_read_line_by_line(land: Land, tmp_path: Path) -> None:
    request = square(land, *CENTRES["West"])
    lines = [
        json.dumps({"name": "A", "request": json.loads(request.to_json())}),
        "",
        request.to_json(),
        "no json",
        json.dumps({"name": "A", "request": json.loads(request.to_json())}),
        json.dumps({"version": 1, "area": {}, "start": "2022-01-01", "end": "2022-01-02"}),
    ]
    path = tmp_path / "places.jsonl"
    path.write_text("\n".join(lines), "utf-8")
    result = analyse_many(path, out=tmp_path / "out")
    names = [r.name for r in result.records]
    assert names == ["A", "1 km at 46.9320° N, 10.3250° E", "line 3", "A (2)", "line 5"]
    assert [r.state for r in result.records] == ["done", "done", "failed", "done", "failed"]
    assert "no JSON" in result.records[2].sentence
    with pytest.raises(InvalidRequest, match="cannot be read: No such file"):
        analyse_many(tmp_path / "none.jsonl", out=tmp_path / "out")
    path.write_text("\n")
    with pytest.raises(InvalidRequest, match="is empty"):
        analyse_many(path, out=tmp_path / "out")

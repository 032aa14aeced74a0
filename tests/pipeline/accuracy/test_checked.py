"""A sample that goes with its map: what it says after merges, and where it is found in every file."""

import csv
import io
import json
import sqlite3
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio
from PIL import Image
from pyogrio import raw

from pipeline import Analysis
from pipeline.accuracy import SamplingDesign
from pipeline.accuracy.checked import check
from pipeline.errors import InvalidRequest
from pipeline.explore.chip import chips
from pipeline.explore.classes import Classes
from pipeline.exports import files
from pipeline.exports.provenance import file_stem
from pipeline.exports.snippet import python_snippet
from pipeline.exports.table import csvt_text

N = 100


@pytest.fixture(scope="module")
def labelled(done: Analysis) -> SamplingDesign:
    """Give a sample of which every ninth point is an orchard, one is unsure and the rest as mapped."""
    design = done.sampling_design(n=N, seed=3)
    labels = {p.id: "Orchard <b>" if p.id % 9 == 0 else p.stratum for p in design.drawn}
    return design.with_labels({**labels, 1: None})


@pytest.fixture(scope="module")
def checked(done: Analysis, labelled: SamplingDesign) -> Analysis:
    return done.with_sample(labelled)


def test_a_map_carries_its_sample_until_the_classes_change(
    done: Analysis, checked: Analysis, labelled: SamplingDesign
) -> None:
    assert done.checked is None
    assert checked.checked is not None
    assert checked.checked.added == ("Orchard <b>",)
    assert checked.checked.figures("nonsense") == {}
    total = float(done.areas["hectares"].iloc[1:].sum())
    assert checked.checked.estimate.areas["hectares"].sum() == pytest.approx(total)
    assert f"at {N - 1} random points" in checked.checked.sentence()

    classes = Classes.of(done.suggestions).merge([1, 2])
    merged = checked.with_classes(classes.lut(), classes.suggestions())
    assert merged.checked is None, "figures of the classes that were before"
    again = merged.with_sample(labelled)
    assert again.checked is not None
    name = merged.areas["name"][1]
    before, after = checked.checked.estimate.areas["hectares"], again.checked.estimate.areas["hectares"]
    parts = [n for n in checked.areas["name"][1:] if n not in set(merged.areas["name"])] + [name]
    assert after[name] == pytest.approx(sum(before[n] for n in set(parts)))

    assert check(done, labelled, checked.checked).estimate is checked.checked.estimate
    with pytest.raises(InvalidRequest, match="another map"):
        done.recluster(7).with_sample(labelled)
    with pytest.raises(InvalidRequest, match="Label some"):
        done.with_sample(replace(labelled, labels={}))


def test_the_files_carry_the_estimate_and_the_points(checked: Analysis, tmp_path: Path) -> None:
    assert checked.checked is not None
    areas = checked.checked.estimate.areas
    table = pd.read_csv(io.BytesIO(files.make(checked, "table")), keep_default_na=True)
    assert table["hectares"].sum() == pytest.approx(checked.areas["hectares"].sum())
    assert table["name"].iloc[-1] == "Orchard <b>"
    by_name = table.iloc[1:].set_index("name")
    assert by_name["estimated_ha"].to_dict() == pytest.approx(areas["hectares"].to_dict(), abs=1e-3)
    assert (by_name["low_ha"] <= by_name["estimated_ha"]).all()
    types = next(csv.reader([csvt_text(checked)]))
    assert len(types) == len(table.columns)

    path = tmp_path / "clusters.tif"
    checked.to_geotiff(path)
    with rasterio.open(path) as file:
        tags = file.tags()
    estimate = json.loads(tags["ESTIMATE"])
    assert estimate["classes"]["Orchard <b>"]["hectares"] == pytest.approx(
        areas["hectares"]["Orchard <b>"], abs=0.01
    )
    assert "doi:10.1016" in estimate["method"]
    assert sum(map(sum, estimate["matrix"]["points"])) == N - 1
    assert SamplingDesign.from_json(tags["SAMPLE"]) == checked.checked.design

    path = tmp_path / "clusters.gpkg"
    path.write_bytes(files.make(checked, "geopackage"))
    _, _, geometry, fields = raw.read(path, layer="checked_points")
    found = Counter(fields[2])
    assert len(geometry) == N
    assert found["unsure"] == 1
    assert found["Orchard <b>"] == N // 9
    with sqlite3.connect(path) as base:
        rows = dict(base.execute("select name, estimated_ha from classes").fetchall())
    assert rows == pytest.approx({n: areas["hectares"][n] for n in rows})


def test_the_report_tells_figures_method_and_citation(done: Analysis, checked: Analysis) -> None:
    plain, text = files.make(done, "report").decode(), files.make(checked, "report").decode()
    assert "Checked on the land" not in plain
    for said in ("Checked on the land", "Orchard &lt;b&gt;", "Olofsson", "95 % interval", "1 of 100 points"):
        assert said in text
    assert "not checked on the ground" in plain
    assert "not checked on the ground" not in text
    assert (
        f"their names are suggestions from the spectra, checked on the land at {N - 1} random points" in text
    )
    assert "<b>" not in text.split("Checked on the land")[1].split("</section>")[0]


@pytest.mark.parametrize("merged", [False, True])
def test_the_python_gives_the_same_estimate(
    done: Analysis, labelled: SamplingDesign, merged: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    classes = Classes.of(done.suggestions).merge([1, 2]) if merged else None
    edited = done.with_classes(classes.lut(), classes.suggestions()) if classes is not None else done
    shown = edited.with_sample(labelled)
    code = python_snippet(shown, classes)
    monkeypatch.setattr("pipeline.analyse", lambda _request: done)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec(compile(code, "snippet", "exec"), names)
    again = names["analysis"]
    assert isinstance(again, Analysis)
    assert again.checked is not None
    assert shown.checked is not None
    pd.testing.assert_frame_equal(again.checked.estimate.areas, shown.checked.estimate.areas)


def test_results_with_other_labels_have_other_file_names(done: Analysis, labelled: SamplingDesign) -> None:
    names = {file_stem(a) for a in (done, done.with_sample(labelled))}
    names.add(file_stem(done.with_sample(labelled.without_label(5))))
    assert len(names) == 3


def test_chips_show_the_pixel_in_the_middle_and_nothing_beyond_the_area(done: Analysis) -> None:
    rows, columns = done.grid.shape
    images = [np.asarray(Image.open(io.BytesIO(c))) for c in chips(done, 50, 60)]
    assert [i.shape for i in images] == [(31, 31, 4)] * 2
    assert (images[0][..., 3] == 255).all()
    assert not np.array_equal(images[0], images[1])
    neighbour = np.asarray(Image.open(io.BytesIO(chips(done, 53, 58)[0])))
    assert np.array_equal(images[0][15, 15], neighbour[12, 17]), "the same pixel, seen from another one"

    corner = np.asarray(Image.open(io.BytesIO(chips(done, 0, columns - 1)[0])))
    assert corner[15, 15, 3] == 255
    assert not corner[:15, :, 3].any()
    assert not corner[:, 16:, 3].any()
    assert rows > 31

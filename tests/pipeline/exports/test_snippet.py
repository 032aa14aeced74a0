"""Copy as Python: the lines, run in a fresh process, give the same labels."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from pyproj import Transformer

from pipeline import Analysis, AnalysisRequest, AreaOfInterest, analyse
from pipeline.batch.other_time import other_date, other_period
from pipeline.explore.classes import Classes
from pipeline.explore.sieve import sieve
from pipeline.exports.snippet import python_snippet
from tests.pipeline.conftest import Land
from tests.pipeline.explore.test_zones import SOUTH, WEST, parcels

FIELD = Transformer.from_crs(32631, 4326, always_xy=True).transform(501_680, 5_629_360)
POLYGON = {
    "type": "Polygon",
    "coordinates": [
        [[10.33, 46.925], [10.345, 46.925], [10.345, 46.94], [10.33, 46.937], [10.33, 46.925]],
        [[10.336, 46.93], [10.34, 46.93], [10.34, 46.933], [10.336, 46.933], [10.336, 46.93]],
    ],
}


def labels_of(snippet: str, folder: Path, repository: Path) -> np.ndarray:
    """Run lines as a user would: pasted into a file, with this project on the path."""
    (folder / "run.py").write_text(snippet, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "run.py"],
        cwd=folder,
        env={"PYTHONFAULTHANDLER": "1", "PYTHONPATH": str(repository), "PATH": "", "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr
    assert "hectares" in ran.stdout
    (written,) = folder.glob("*.tif")
    with rasterio.open(written) as dataset:
        labels: np.ndarray = dataset.read(1)
    return labels


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"seed": 7, "mask_classes": (0, 9), "mask_buffer_m": 40, "n_clusters": 5, "max_cloud_cover": 33.3},
        {"area": AreaOfInterest.polygon(POLYGON)},
        {"area": parcels(WEST, SOUTH, name=["O'Neill \\", None], ha=[1.5, 2])},
    ],
    ids=["a square", "other settings", "a polygon with a hole", "zones of a file"],
)
def test_the_lines_give_the_same_labels(
    land: Land, changes: dict[str, Any], tmp_path: Path, repository: Path
) -> None:
    made = analyse(land.request(**changes))
    snippet = python_snippet(made)
    assert repr(tuple(s.id for s in made.scenes)) in snippet, "the scenes are pinned"
    assert (labels_of(snippet, tmp_path, repository) == made.labels.values).all()


def test_a_real_place_and_another_number_of_clusters(real_api: str, tmp_path: Path, repository: Path) -> None:
    area = AreaOfInterest.square(11.34, 46.49, 3)
    made = analyse(AnalysisRequest(area, date(2022, 6, 1), date(2022, 6, 30), catalog=real_api)).recluster(8)
    assert (labels_of(python_snippet(made), tmp_path, repository) == made.labels.values).all()


def test_edited_classes_and_the_sieve_are_in_it(done: Analysis, tmp_path: Path, repository: Path) -> None:
    classes = Classes.of(done.suggestions).merge([2, 3], "Grün & 'Wald'").recolour(1, "#123456")
    edited = done.with_classes(classes.lut(), classes.suggestions())
    edited = edited.with_labels(sieve(edited.labels.values, 0.5), smallest_patch_ha=0.5)
    snippet = python_snippet(done, classes, 0.5)
    assert (labels_of(snippet, tmp_path, repository) == edited.labels.values).all()
    (written,) = tmp_path.glob("*.tif")
    with rasterio.open(written) as dataset:
        assert json.loads(dataset.tags()["CLASS_NAMES"])["2"] == "Grün & 'Wald'"
        assert dataset.colormap(1)[1][:3] == (0x12, 0x34, 0x56)


def test_a_given_model_is_in_it(land: Land, done: Analysis, tmp_path: Path, repository: Path) -> None:
    made = analyse(land.request(n_clusters=5), model=done.model)
    snippet = python_snippet(made)
    assert (labels_of(snippet, tmp_path, repository) == done.labels.values).all()


FIRST, SECOND = date(2018, 6, 25), date(2018, 9, 1)
KEEP = """
print("hectares")
analysis.second.change.matrix.to_json("matrix.json")
analysis.second.change.masked.to_json("masked.json")
"""


@pytest.fixture(scope="module")
def two_dates(real_api: str) -> tuple[Analysis, Analysis]:
    """A field in West Flanders in June and in September 2018."""
    area = AreaOfInterest.square(*FIELD, 0.5)
    first = analyse(AnalysisRequest(area, FIRST, FIRST, max_cloud_cover=100, n_clusters=4, catalog=real_api))
    return first, other_date(first, (f"westflanders31UDS_{SECOND:%Y%m%d}",), SECOND)


def assert_same_change(snippet: str, made: Analysis, folder: Path, repository: Path) -> None:
    """Run lines, and compare what changed number by number."""
    assert made.second is not None
    assert (labels_of(snippet + KEEP, folder, repository) == made.labels.values).all()
    for name in ("matrix", "masked"):
        expected = json.loads(getattr(made.second.change, name).to_json())
        assert json.loads((folder / f"{name}.json").read_text()) == expected


def test_the_change_to_a_second_date_is_in_it(
    two_dates: tuple[Analysis, Analysis], tmp_path: Path, repository: Path
) -> None:
    first, second = two_dates
    made = first.with_second_date(second)
    assert made.second is not None
    assert made.second.change.changed_ha > 1
    snippet = python_snippet(made)
    assert "with_second_date" not in python_snippet(first)
    assert_same_change(snippet, made, tmp_path, repository)


def test_the_change_in_edited_classes_without_small_patches_is_in_it(
    two_dates: tuple[Analysis, Analysis], tmp_path: Path, repository: Path
) -> None:
    """Both dates have the merged classes, and lose the same small patches."""
    classes = Classes.of(two_dates[0].suggestions).merge([1, 2], "Zusammen")

    def edited(analysis: Analysis) -> Analysis:
        merged = analysis.with_classes(classes.lut(), classes.suggestions())
        return merged.with_labels(sieve(merged.labels.values, 0.1), smallest_patch_ha=0.1)

    first, second = map(edited, two_dates)
    made = first.with_second_date(second)
    assert_same_change(python_snippet(made, classes, 0.1), made, tmp_path, repository)


def test_the_change_between_two_composites_is_in_it(real_api: str, tmp_path: Path, repository: Path) -> None:
    area = AreaOfInterest.square(*FIELD, 0.5)
    days = date(2018, 6, 20), date(2018, 6, 30)
    first = analyse(
        AnalysisRequest(area, *days, max_cloud_cover=100, n_clusters=3, catalog=real_api, composite="median")
    )
    made = first.with_second_date(other_period(first, date(2018, 8, 1), date(2018, 9, 30)))
    assert_same_change(python_snippet(made), made, tmp_path, repository)


def test_text_of_others_stays_text(done: Analysis) -> None:
    strange = "http://x.example/'); import os  # \\\n\""
    made = replace(done, request=replace(done.request, catalog=strange))
    compile(python_snippet(made), "snippet", "exec")
    assert repr(strange) in python_snippet(made)


def test_catalogues_are_named_as_any_installation_knows_them(
    done: Analysis, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = tmp_path / "catalogs.toml"
    settings.write_text('[catalogs.ours]\nurl = "https://stac.example.org"\n')
    monkeypatch.setenv("DASHBOARD_CATALOGS", str(settings))
    for name, written in (
        ("demo", "catalog='demo'"),
        ("planetary-computer", "catalog='planetary-computer'"),
        ("ours", "catalog='https://stac.example.org'"),
    ):
        made = replace(done, request=replace(done.request, catalog=name))
        assert written in python_snippet(made)

"""Files and links of this application's own, damaged by structure: a value, or an `AnalysisError`.

Each part of a request, a model, a sampling design and a saved analysis is removed, doubled and replaced by
junk; each field of a link too.
"""

import json
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest

from pipeline import Analysis, AnalysisError, AnalysisRequest, AreaOfInterest, ClusterModel
from pipeline.accuracy import SamplingDesign
from pipeline.explore import regroup
from pipeline.explore.classes import Classes
from pipeline.permalink import from_query, to_query
from pipeline.uploads import from_file
from tests.pipeline.area.test_hostile_files import JUNK, damaged
from tests.pipeline.area.test_odd_files import PARCELS

AREA = AreaOfInterest.polygon(PARCELS[0].__geo_interface__)
REQUEST = AnalysisRequest(AREA, date(2022, 6, 1), date(2022, 6, 30), scene_ids=["a", "b"])


@pytest.fixture(scope="module")
def named(done: Analysis) -> Analysis:
    """A result with a split, a merge and names of a person's: all that a model can hold."""
    halves = regroup.split(done, 2)
    lut = [0, 1, 1, *range(2, halves.model.n_clusters)]
    names = [replace(s, name=f"Mine {n}") for n, s in enumerate(halves.suggestions[1:], start=1)]
    return halves.with_classes(lut, names)


def each_damage(text: str, read: Callable[[str], Any]) -> tuple[int, int]:
    """Read a JSON text with every damage; returns how many there were, and how many were read."""
    n = n_read = 0
    for spoiled in damaged(json.loads(text)):
        n += 1
        with suppress(AnalysisError):
            read(json.dumps(spoiled))
            n_read += 1
    return n, n_read


def test_a_request(done: Analysis) -> None:
    for request in (REQUEST, done.request):
        n, n_read = each_damage(request.to_json(), AnalysisRequest.from_json)
        assert n > 100
        assert n_read < n / 2


def test_a_model_and_what_it_labels(named: Analysis) -> None:
    def used(text: str) -> None:
        ClusterModel.from_json(text).label(named.imagery[:, :20, :20])

    assert each_damage(named.model.to_json(), used)[0] > 500


def test_names_and_colours(named: Analysis) -> None:
    assert named.model.classes
    assert each_damage(named.model.classes, Classes.from_json)[0] > 50


def test_a_sampling_design(done: Analysis) -> None:
    design = done.sampling_design(n=20, seed=0)
    assert each_damage(design.to_json(), SamplingDesign.from_json)[0] > 100


def test_a_saved_analysis(done: Analysis, tmp_path: Path) -> None:
    done.save(tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}

    def loaded(text: str) -> None:
        with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
            for name, content in parts.items():
                archive.writestr(name, text.encode() if name == "analysis.json" else content)
        Analysis.load(tmp_path / "b.zip")

    values = json.loads(parts["analysis.json"])
    spoiled = list(damaged(values))[::13]
    assert len(spoiled) > 100
    for changed in spoiled:
        with suppress(AnalysisError):
            loaded(json.dumps(changed))


NO_JSON = ("[" * 100_000, '{"a":' * 100_000, "1" * 5000, "\ud800", "\0", "NaN", "null", "[]", "")
READERS = (
    AnalysisRequest.from_json,
    ClusterModel.from_json,
    Classes.from_json,
    SamplingDesign.from_json,
)
DEPTHS = (*range(300, 1100, 50), *range(960, 1000, 4), 20_000)


@pytest.mark.parametrize("depth", DEPTHS)
def test_an_upload_of_any_depth(depth: int) -> None:
    values = "[" * depth + "]" * depth
    for text in (
        f'{{"version": 1, "area": {values}}}',
        f'{{"type": "Feature", "geometry": {values}}}',
        values,
    ):
        with pytest.raises(AnalysisError):
            from_file("a.json", text.encode())


LINK_JUNK = ("1e999", "-0", "[1", "{}", "%00", "á\ud83d", "2022-13-45", "1_2_3")


@pytest.mark.parametrize("text", NO_JSON, ids=range(len(NO_JSON)))
@pytest.mark.parametrize("read", READERS, ids=lambda read: read.__self__.__name__)
def test_a_text_that_is_none_of_them(read: Callable[[str], Any], text: str) -> None:
    with pytest.raises(AnalysisError):
        read(text)


@pytest.mark.parametrize("junk", [*map(str, JUNK), *LINK_JUNK])
def test_a_link(junk: str) -> None:
    area = AreaOfInterest.square(11.34, 46.49, 5)
    for request in (REQUEST, replace(REQUEST, area=area)):
        parts = parse_qsl(to_query(request, model="m", classes="c", steps="s"), keep_blank_values=True)
        for number in range(len(parts)):
            changed = [(k, junk if n == number else v) for n, (k, v) in enumerate(parts)]
            for query in (changed, changed[:number] + changed[number + 1 :], [*parts, changed[number]]):
                with suppress(AnalysisError):
                    linked = from_query(urlencode(query, errors="replace"), ["earth-search"])
                    assert isinstance(linked.request(), AnalysisRequest)

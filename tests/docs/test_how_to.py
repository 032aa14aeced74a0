"""The changes of docs/how-to.md, made as it says: each takes the one file that it names."""

import re
import tomllib
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets as ipw
import numpy as np
import pytest

from pipeline.catalogs.configured import profile_of
from pipeline.exports.formats import Format
from pipeline.reading import ways
from pipeline.sentinel2 import indices
from pipeline.sentinel2.bands import ALL_BANDS
from tests.support.made import analysis_of, request_of
from widgets.results.tabs.found import Tab
from widgets.toolkit.parts import html


@pytest.fixture
def text(repository: Path) -> str:
    return (repository / "docs" / "how-to.md").read_text("utf-8")


def code(text: str, title: str, language: str = "python") -> str:
    part = text.split(f"## {title}\n")[1].split("\n## ")[0]
    found = re.search(rf"```{language}\n(.*?)```", part, re.S)
    assert found is not None
    return found[1]


def ran(source: str, names: dict[str, Any]) -> dict[str, Any]:
    exec(compile("from __future__ import annotations\n" + source, "how-to", "exec"), names)
    return names


def test_an_index_is_an_entry(text: str) -> None:
    (index,) = eval(code(text, "A band or an index as a feature"), vars(indices))
    assert set(index.bands) <= {band.key for band in ALL_BANDS}
    assert index.name not in indices.INDEX_BY_NAME
    planes = [np.float32([[0.1, 0.3]]), np.float32([[0.2, 0.1]])]
    assert np.allclose(index.value(*planes), [[-1 / 3, 0.5]])


def test_a_catalogue_is_an_entry_of_a_file(text: str) -> None:
    entries = tomllib.loads(code(text, "A catalogue with other asset names", "toml"))["catalogs"]
    profile = profile_of("our-dea", entries["our-dea"])
    assert profile.title == "Ours"


def test_a_format_is_a_file(text: str) -> None:
    made: Format = ran(code(text, "An export format"), {"Format": Format})["FORMAT"]
    analysis = analysis_of(request_of(1, n_clusters=2))
    lines = made.content(analysis).decode().splitlines()
    assert len(lines) == len(analysis.areas)
    assert all(line.endswith(" ha") for line in lines)


def test_a_tab_is_a_file(text: str) -> None:
    tab: Tab = ran(code(text, "A tab"), {"Tab": Tab, "ipw": ipw, "html": html, "escape": escape})["TAB"]
    page: Any = tab.make(None)  # type: ignore[arg-type]
    analysis = analysis_of(request_of(1, n_clusters=12))
    page.show(analysis)
    page.leave()
    assert len(analysis.notes) == page.text.value.count("<p>")


def test_a_way_to_combine_dates_is_an_entry(text: str) -> None:
    function, entry = code(text, "Another way to combine dates").split("\n\n\n")
    names = ran(function, dict(vars(ways)))
    way: ways.Way = eval(entry.strip(), names)
    values = [np.int16([[[1, 5, ways.MISSING]]]), np.int16([[[3, 2, ways.MISSING]]])]
    assert np.array_equal(way.combine(values), [[[1, 2, np.nan]]], equal_nan=True)

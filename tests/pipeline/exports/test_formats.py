"""A new format is one new file in the folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import pipeline.exports
from pipeline import Analysis
from pipeline.exports.files import Files, file_name
from pipeline.exports.formats import all_formats

MAKER = """
from pipeline.exports.formats import Format


def names(analysis):
    return "\\n".join(analysis.areas["name"])


FORMAT = Format(75, "names", "Names", "_names.txt", "text/plain", "One name a line", names)
"""


@pytest.fixture
def one_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "names_as_text.py").write_text(MAKER)
    monkeypatch.setattr(pipeline.exports, "__path__", [*pipeline.exports.__path__, str(tmp_path)])
    all_formats.cache_clear()
    yield
    all_formats.cache_clear()


@pytest.mark.usefixtures("one_more")
def test_a_new_file_is_in_the_list_and_can_be_made(done: Analysis) -> None:
    keys = [f.key for f in all_formats()]
    assert keys[-3:] == ["names", "report", "package"]
    assert Files(done).content("names").decode().splitlines() == done.areas["name"].tolist()
    assert file_name(done, "names").endswith("_names.txt")


def test_without_it_the_list_is_as_before() -> None:
    assert "names" not in [f.key for f in all_formats()]
    places = [f.place for f in all_formats()]
    assert places == sorted(set(places))

"""The list of towns is parsed once; what is kept is what was parsed, and nothing broken is believed."""

import logging
from pathlib import Path

import pytest

from pipeline.places.kept import Texts, kept

TEXTS = Texts(b"|a|\n|b|\n", "Zürich\tCH\n".encode(), {"CH": "Switzerland"})


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    monkeypatch.setenv("DASHBOARD_SHARED_DIR", str(tmp_path / "shared"))
    return []


def make(made: list[bool]) -> Texts:
    made.append(True)
    return TEXTS


def test_it_is_made_once(made: list[bool], tmp_path: Path) -> None:
    assert kept(lambda: make(made)) == TEXTS
    assert kept(lambda: make(made)) == TEXTS
    assert len(made) == 1
    (path,) = (tmp_path / "shared" / "places").iterdir()
    assert path.name.startswith("geonames-")


@pytest.mark.parametrize("damage", [b"", b"{}\n", b"not JSON", b'{"sizes": [9999, 1], "countries": {}}\nabc'])
def test_what_is_broken_is_made_anew(
    damage: bytes, made: list[bool], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    kept(lambda: make(made))
    (path,) = (tmp_path / "shared" / "places").iterdir()
    path.write_bytes(damage)
    with caplog.at_level(logging.WARNING):
        assert kept(lambda: make(made)) == TEXTS
    assert "made anew" in caplog.text
    assert kept(lambda: make(made)) == TEXTS
    assert len(made) == 2


def test_where_nothing_can_be_shared_it_is_made(made: list[bool], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.places.kept.shared_folder", lambda name: None)
    assert kept(lambda: make(made)) == TEXTS

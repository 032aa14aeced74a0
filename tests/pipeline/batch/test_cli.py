"""The command line, as a person at a shell meets it."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline import AreaOfInterest
from pipeline.batch.cli import main
from tests.pipeline.conftest import Land


@pytest.fixture
def listed(land: Land, tmp_path: Path) -> Path:
    """A list of one place that can be read and one that cannot."""
    good = replace(land.request(), area=AreaOfInterest.square(10.33, 46.93, 1))
    bad = replace(good, max_cloud_cover=1)
    path = tmp_path / "places.jsonl"
    lines = [{"name": name, "request": json.loads(r.to_json())} for name, r in (("Good", good), ("Bad", bad))]
    path.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    return path


def test_help_says_what_to_type(repository: Path) -> None:
    command = [sys.executable, "-W", "error", "-m", "pipeline"]
    for arguments in (["--help"], ["run", "--help"]):
        done = subprocess.run([*command, *arguments], cwd=repository, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    done = subprocess.run([*command, "--help"], cwd=repository, capture_output=True, text=True)
    for words in ("examples:", "python -m pipeline run places.jsonl", "catalogs", "scenes", "places bolzano"):
        assert words in done.stdout


def test_a_run_shows_progress_and_says_what_failed(
    listed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["run", str(listed), "--out", str(out)]) == 1
    said = capsys.readouterr()
    assert said.out == f"1 of 2 places done: {out / 'index.html'}\n"
    assert "2/2" in said.err
    assert "reading" in said.err
    assert "labelling" in said.err
    assert "Bad: failed. " in said.err
    only = tmp_path / "only.jsonl"
    only.write_text(listed.read_text().splitlines()[0])
    model = str(out / "model.json")
    assert main(["run", str(only), "--out", str(tmp_path / "two"), "--model", model, "--quiet"]) == 0
    assert capsys.readouterr().err == ""


def test_what_cannot_be_done_is_a_sentence(
    listed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "out")
    for arguments, words in (
        (["run", "missing.jsonl", "--out", out], "The list of places “missing.jsonl” cannot be read"),
        (["run", str(listed), "--out", out, "--model", "none.json"], "The model “none.json” cannot be read"),
        (["run", str(listed), "--out", out, "--model", str(listed)], "not a cluster model"),
        (["places", "qxqxqx"], "No town of this name"),
    ):
        assert main(arguments) == 2
        said = capsys.readouterr().err
        assert words in said
        assert "Traceback" not in said


def test_scenes_and_catalogues_and_places_are_listed(
    listed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["scenes", str(listed)]) == 1
    said = capsys.readouterr().out
    assert "2022-06-17  32TPS    4.2 % cloud   S2A_32TPS_20220617_0_L2A" in said
    assert main(["catalogs"]) == 0
    assert "earth-search" in capsys.readouterr().out
    assert main(["places", "Bolzano,", "Italy"]) == 0
    said = capsys.readouterr().out
    assert "Bolzano, Italy (107," in said or "Bolzano, Italy" in said
    assert "GeoNames" in said


def test_a_run_that_is_interrupted_says_how_to_go_on(
    listed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pipeline.batch.run.analyse_many", interrupted)
    assert main(["run", str(listed), "--out", str(tmp_path / "out")]) == 2
    assert "goes on where it ended" in capsys.readouterr().err

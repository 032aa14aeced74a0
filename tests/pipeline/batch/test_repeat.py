"""What the page hands to the command line: the list, the model, the command."""

import io
import shlex
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline import AreaOfInterest, ClusterModel, InvalidRequest, analyse
from pipeline.area.aoi import Zone
from pipeline.batch.cli import main
from pipeline.batch.repeat import COMMAND, Spot, package, zones_as_spots
from pipeline.batch.requests_file import read_requests
from tests.pipeline.conftest import Land

WEST = (((11.0, 46.0), (11.1, 46.0), (11.1, 46.1), (11.0, 46.1), (11.0, 46.0)),)
EAST = (((11.3, 46.0), (11.4, 46.0), (11.4, 46.1), (11.3, 46.1), (11.3, 46.0)),)
BOTH = AreaOfInterest.polygon({"type": "MultiPolygon", "coordinates": [WEST, EAST]})


def test_the_zip_is_what_the_command_reads(
    land: Land, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    analysis = analyse(replace(land.request(), n_clusters=4))
    spots = (
        Spot("West", AreaOfInterest.square(10.325, 46.932, 1)),
        Spot("Süd", AreaOfInterest.square(10.333, 46.925, 1)),
    )
    with zipfile.ZipFile(io.BytesIO(package(analysis, spots))) as archive:
        archive.extractall(tmp_path)
    assert COMMAND in (tmp_path / "README.txt").read_text("utf-8")
    asked = read_requests(tmp_path / "places.jsonl")
    assert [one.name for one in asked] == ["West", "Süd"]
    assert asked[0].request == replace(analysis.request, area=spots[0].area, scene_ids=None)
    model = ClusterModel.from_json((tmp_path / "model.json").read_text("utf-8"))
    assert model.fingerprint == analysis.model.fingerprint

    monkeypatch.chdir(tmp_path)
    assert main([*shlex.split(COMMAND)[3:], "--quiet"]) == 0
    assert "2 of 2 places done" in capsys.readouterr().out
    table = (tmp_path / "results" / "areas.csv").read_text("utf-8-sig")
    assert table.count("\nSüd,done,") == 5  # four clusters, and what is masked


def test_zones_are_places_named_by_what_tells_them_apart() -> None:
    zones = (
        Zone((WEST,), (("kind", "a"), ("name", "West"))),
        Zone((EAST,), (("kind", "a"), ("name", "East"))),
        Zone((), (("kind", "a"), ("name", "Nothing left"))),
    )
    spots = zones_as_spots(replace(BOTH, zones=zones))
    assert [spot.name for spot in spots] == ["West", "East"]
    assert spots[0].area.polygons == (WEST,)
    assert spots[1].area.longitude == pytest.approx(11.35)


def test_a_file_without_zones_is_one_place() -> None:
    (spot,) = zones_as_spots(BOTH)
    assert spot.area == BOTH


def test_a_zone_that_is_no_area_is_named() -> None:
    bow = (((11.0, 46.0), (11.1, 46.1), (11.1, 46.0), (11.0, 46.1), (11.0, 46.0)),)
    with pytest.raises(InvalidRequest, match="The zone “Bow” cannot be used"):
        zones_as_spots(replace(BOTH, zones=(Zone((bow,), (("name", "Bow"),)),)))

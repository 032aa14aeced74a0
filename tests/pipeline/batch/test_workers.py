"""A list of places on a real dask cluster: the same labels, files and model as on one machine."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from distributed import Client

from pipeline import Analysis, AnalysisRequest, AreaOfInterest, analyse, analyse_many
from pipeline.reading.storage.dask import ADDRESS_VARIABLE, DaskStore
from tests.pipeline.conftest import Land
from tests.support.dask_cluster import DaskCluster, dask_cluster

pytestmark = pytest.mark.xdist_group("dask")

CENTRES = {"West": (10.325, 46.932), "East": (10.345, 46.934), "South": (10.333, 46.925)}
ENDINGS = (".tif", ".geojson")
"""Of files that hold no time at which they were made."""


@pytest.fixture(scope="module")
def cluster() -> Iterator[DaskCluster]:
    with dask_cluster(2) as running:
        yield running


@pytest.fixture
def asked(land: Land) -> list[tuple[str, AnalysisRequest]]:
    """Three places, and one whose image has more clouds than it allows."""
    places = [
        (name, replace(land.request(), area=AreaOfInterest.square(*centre, 1)))
        for name, centre in CENTRES.items()
    ]
    return [*places, ("Nowhere", replace(places[0][1], max_cloud_cover=1))]


def files_of(folder: Path) -> dict[str, bytes]:
    """Return what was made of each place, the tables and the model."""
    found = [p for p in (folder / "places").iterdir() if p.suffix in ENDINGS]
    return {p.name: p.read_bytes() for p in (*found, folder / "areas.csv", folder / "model.json")}


def executed(cluster: DaskCluster) -> list[int]:
    """Return how many tasks each worker has done so far."""
    with Client(cluster.address, set_as_default=False) as client:
        counts = client.run(lambda dask_worker: dask_worker.state.executed_count)
    return list(counts.values())


@pytest.mark.parametrize("given", [False, True], ids=["a model of all", "a given model"])
def test_places_on_workers_are_those_of_one_machine(
    given: bool,
    asked: list[tuple[str, AnalysisRequest]],
    land: Land,
    cluster: DaskCluster,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(ADDRESS_VARIABLE, cluster.address)
    stores: list[bool] = []

    def watched(request: AnalysisRequest, **options: object) -> Analysis:
        made = analyse(request, **options)  # type: ignore[arg-type]
        stores.append(isinstance(made.pixels.store, DaskStore))
        return made

    monkeypatch.setattr("pipeline.batch.run.analyse", watched)
    model = analyse(land.request(), workers=False).model if given else None
    there = analyse_many(asked, out=tmp_path / "there", model=model)
    assert stores == [True] * 3
    here = analyse_many(asked, out=tmp_path / "here", model=model, workers=False)
    assert stores == [True] * 3 + [False] * 3
    assert [r.state for r in there.records] == ["done", "done", "done", "failed"]
    assert there.model == here.model
    assert there.areas.equals(here.areas)
    assert len(files_of(there.folder)) == 3 * len(ENDINGS) + 2
    assert files_of(there.folder) == files_of(here.folder)


def test_the_command_works_on_the_workers_that_are_configured(
    asked: list[tuple[str, AnalysisRequest]], cluster: DaskCluster, tmp_path: Path, repository: Path
) -> None:
    lines = (json.dumps({"name": name, "request": json.loads(r.to_json())}) for name, r in asked)
    (tmp_path / "places.jsonl").write_text("\n".join(lines), "utf-8")

    def run(folder: str, *options: str) -> Path:
        command = [sys.executable, "-m", "pipeline", "run", tmp_path / "places.jsonl", "--quiet"]
        ran = subprocess.run(
            [*command, "--out", tmp_path / folder, *options],
            cwd=repository,
            env={**os.environ, ADDRESS_VARIABLE: cluster.address},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert ran.returncode == 1, ran.stderr
        assert "3 of 4 places done" in ran.stdout
        return tmp_path / folder

    before = executed(cluster)
    there = run("there")
    after = executed(cluster)
    assert all(done > sooner for done, sooner in zip(after, before, strict=True)), "both have worked"
    here = run("here", "--no-workers")
    assert executed(cluster) == after
    assert files_of(there) == files_of(here)

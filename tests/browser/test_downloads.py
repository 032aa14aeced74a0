"""What leaves the page, through a real browser: every format opened again, the Python run, a large file."""

import csv
import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import geopandas as gpd
import nbformat
import numpy as np
import pytest
import rasterio
from playwright.sync_api import expect

from pipeline import ClusterModel
from tests.browser.conftest import Open, server
from tests.browser.page import DashboardPage

LARGE_MB = 60
MADE_MS = 90_000
"""All files of a result, on a machine that is busy."""
TITLES = {
    "GeoPackage": ".gpkg",
    "GeoJSON": ".geojson",
    "Table (CSV)": ".csv",
    "True colour": "_image.tif",
    "QGIS style": ".qml",
    "Model (JSON)": "_model.json",
    "Report": ".html",
    "All in one": ".zip",
}


@pytest.fixture
def bolzano(open_page: Open, real_voila: str) -> DashboardPage:
    page = open_page(f"{real_voila}?lat=46.49&lon=11.34&km=3&k=5").wait_until_ready()
    page.type_into(page.start, "2022-06-01")
    page.type_into(page.end, "2022-06-30")
    page.calculate()
    return page


@pytest.mark.real_scenes
def test_every_format_says_the_same(bolzano: DashboardPage, tmp_path: Path, repository: Path) -> None:
    shown = [row.hectares for row in bolzano.rows()]
    clusters, masked = shown[:-1], shown[-1]
    tiff = bolzano.save(bolzano.button("Download GeoTIFF"), tmp_path)
    stem = tiff.name.removesuffix(".tif")
    with rasterio.open(tiff) as file:
        labels, tags = file.read(1), file.tags()
    names = json.loads(tags["CLASS_NAMES"])
    counted = np.bincount(labels.ravel())[1:] / 100
    assert counted == pytest.approx(clusters, abs=0.051)

    bolzano.button("More formats").click()
    package = bolzano.page.locator(".eo-format", has=bolzano.button("All in one"))
    expect(package).to_contain_text("MB", timeout=MADE_MS)
    files = {}
    for title, ending in TITLES.items():
        path = files[ending] = bolzano.save(bolzano.button(title), tmp_path)
        assert path.name == stem + ending

    for layer in ("classes", "patches"):
        polygons = gpd.read_file(files[".gpkg"], layer=layer).dissolve("class")
        assert (polygons.area / 10_000).to_numpy() == pytest.approx(counted, abs=1e-6)
        assert polygons["name"].tolist() == [names[str(n)] for n in polygons.index]
    features = json.loads(files[".geojson"].read_text())["features"]
    assert [f["properties"]["hectares"] for f in features] == pytest.approx(counted)
    rows = list(csv.DictReader(io.StringIO(files[".csv"].read_text("utf-8-sig"))))
    assert [float(r["hectares"]) for r in rows[1:]] == pytest.approx(counted)
    assert float(rows[0]["hectares"]) == pytest.approx(masked, abs=0.051)
    with rasterio.open(files["_image.tif"]) as image:
        assert image.count == 4
        assert image.shape == labels.shape
    model = ClusterModel.from_json(files["_model.json"].read_text())
    assert model == ClusterModel.from_json(tags["MODEL"])
    assert 'type="paletted"' in files[".qml"].read_text()
    report = files[".html"].read_text("utf-8")
    assert all(f"<td>{hectares:,.1f}</td>" in report for hectares in counted)
    with zipfile.ZipFile(files[".zip"]) as opened:
        assert opened.testzip() is None
        assert opened.read(tiff.name) == tiff.read_bytes()
        assert {stem + e for e in TITLES.values() if e != ".zip"} < set(opened.namelist())

    bolzano.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    bolzano.page.get_by_text("Copy as Python").click()
    expect(bolzano.page.get_by_text("Copied")).to_be_visible()
    python = bolzano.page.evaluate("navigator.clipboard.readText()")
    (tmp_path / "again").mkdir()
    ran = subprocess.run(
        [sys.executable, "-c", python],
        cwd=tmp_path / "again",
        env={**os.environ, "PYTHONPATH": str(repository)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr
    with rasterio.open(tmp_path / "again" / tiff.name) as file:
        assert (file.read(1) == labels).all()


def test_a_large_file_arrives_whole(open_page: Open, repository: Path, tmp_path: Path, scratch: Path) -> None:
    cell = f"""
import hashlib, ipywidgets, numpy
from widgets.toolkit.browser import Download
content = numpy.random.default_rng(0).bytes({LARGE_MB} * 2**20)
download = Download()
button = ipywidgets.Button(description="Save")
button.on_click(lambda _: download.save(content, "large.bin", "application/octet-stream"))
ipywidgets.VBox([download, button, ipywidgets.Label(hashlib.sha256(content).hexdigest())])
"""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])
    nbformat.write(notebook, tmp_path / "large.ipynb")
    settings = json.loads((repository / "voila.json").read_text())["VoilaConfiguration"]
    allowed = {"VoilaConfiguration": {"extension_allowlist": settings["extension_allowlist"]}}
    (tmp_path / "voila.json").write_text(json.dumps(allowed))
    command = [sys.executable, "-m", "voila", "large.ipynb", "--no-browser"]
    environment = {"PYTHONPATH": str(repository), "JUPYTER_RUNTIME_DIR": str(scratch / "runtime")}
    with server(command, tmp_path, tmp_path / "large.log", environment) as address:
        page = open_page(address)
        saved = page.save(page.page.get_by_role("button", name="Save"), tmp_path)
        digest = hashlib.sha256(saved.read_bytes()).hexdigest()
        assert saved.stat().st_size == LARGE_MB * 2**20
        expect(page.page.get_by_text(digest)).to_be_visible()

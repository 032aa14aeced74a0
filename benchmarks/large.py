"""Large areas in the real page: a whole tile, and a mosaic over the border of two UTM zones.

``python -m benchmarks.large [FOLDER]`` prints seconds and memory of the kernel and takes pictures.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import rasterio
from affine import Affine
from playwright.sync_api import Browser, sync_playwright
from pyproj import Transformer
from rasterio.warp import Resampling, reproject

from benchmarks.items import COLLECTION, items
from benchmarks.notebook_server import serving
from benchmarks.page import PATIENCE_MS, SHOWN
from benchmarks.rig import REPO, Rig, local
from benchmarks.settings import FULL, Settings
from benchmarks.tiles import ASSETS, EPSG, Tile, tile
from pipeline import AnalysisRequest, AreaOfInterest
from pipeline.permalink import to_query
from tests.browser.page import DashboardPage
from tools.browser import FLAGS, find

ZONE_PX = 3072
"""Side of each of the two tiles that meet at the border."""
OTHER_EPSG = EPSG + 1
ZONES_KM = 25
SIZE = {"width": 1280, "height": 800}


def main(folder: Path, settings: Settings = FULL) -> None:
    """Run both areas in the page."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="benchmark-") as scratch,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
        with local([tile(settings)]) as rig:
            request = rig.case(settings.tile_km).request
            show("whole tile", visit(browser, rig, request, folder / "whole_tile.png"))
        with two_zones(tile(settings), Path(scratch)) as (rig, request):
            show("two zones", visit(browser, rig, request, folder / "two_zones.png"))
        browser.close()


def show(what: str, figures: dict[str, Any]) -> None:
    """Print the figures of a visit."""
    print(f"{what}: {json.dumps(figures)}", flush=True)


def visit(browser: Browser, rig: Rig, request: AnalysisRequest, picture: Path) -> dict[str, Any]:
    """Open the page with a request, calculate, zoom in, and tell how it went."""
    with serving("voila", rig.environment) as (address, server):
        page = browser.new_context(viewport=SIZE).new_page()  # type: ignore[arg-type]
        page.set_default_timeout(PATIENCE_MS)
        page.context.route("http://**/*", lambda route: route.continue_())
        page.context.route("https://**/*", lambda route: route.abort())
        page.goto(f"{address}/?{to_query(request)}")
        dashboard = DashboardPage(page).wait_until_ready()
        page.locator("button.eo-main:enabled").wait_for()
        time.sleep(6)
        children = psutil.Process(server).children(recursive=True)
        kernel = next(c for c in children if "ipykernel" in " ".join(c.cmdline()))
        started = time.perf_counter()
        dashboard.main.click()
        page.wait_for_function(SHOWN)
        first_s = time.perf_counter() - started
        dashboard.expect_result()
        result_s = time.perf_counter() - started
        figures = {
            "first_s": round(first_s, 2),
            "result_s": round(result_s, 2),
            "kernel_mb": round(_peak_mb(kernel)),
            "message": dashboard.message.inner_text(),
        }
        page.wait_for_timeout(1500)
        page.screenshot(path=picture)
        for _ in range(5):
            page.locator(".leaflet-control-zoom-in").click()
            page.wait_for_timeout(500)
        page.wait_for_timeout(3000)
        page.screenshot(path=picture.with_stem(picture.stem + "_zoomed"))
        page.context.close()
        return figures


def _peak_mb(process: psutil.Process) -> float:
    status = Path(f"/proc/{process.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1000


@contextmanager
def two_zones(whole: Tile, scratch: Path) -> Iterator[tuple[Rig, AnalysisRequest]]:
    """Serve the middle of a tile as two: its west half in its own zone, its east half in the next one."""
    start = (whole.settings.tile_px - ZONE_PX) // 2
    left, top = whole.corner[0] + 10 * start, whole.corner[1] - 10 * start
    middle = (left + 5 * ZONE_PX, top - 5 * ZONE_PX)
    x, y = Transformer.from_crs(EPSG, OTHER_EPSG, always_xy=True).transform(*middle)
    east_corner = (round((x - 1000) / 20) * 20, round((y + 5 * ZONE_PX) / 20) * 20)
    described = []
    for name, epsg, corner in (("west", EPSG, (left, top)), ("east", OTHER_EPSG, east_corner)):
        for asset in ASSETS:
            step = 20 if asset == "scl" else 10
            _write(whole.folder / f"{asset}.tif", scratch / name / f"{asset}.tif", epsg, corner, step, name)
        one = items([whole])[0]
        described.append(_moved(one, scratch / name, name, epsg, corner))
    longitude, latitude = Transformer.from_crs(EPSG, 4326, always_xy=True).transform(*middle)
    area = AreaOfInterest.square(longitude, latitude, ZONES_KM)
    request = AnalysisRequest(area, date(2022, 6, 1), date(2022, 6, 30), n_clusters=5)
    with local([whole], described) as rig:
        yield rig, replace(request, catalog=rig.case(1).request.catalog)


def _write(source: Path, target: Path, epsg: int, corner: tuple[float, float], step: int, name: str) -> None:
    """SourceWindow or warp a file to one of the two tiles; the west tile ends in the middle."""
    target.parent.mkdir(parents=True, exist_ok=True)
    side = ZONE_PX * 10 // step
    with rasterio.open(source) as dataset:
        pixels = np.zeros((side, side), dataset.dtypes[0])
        transform = Affine(step, 0, corner[0], 0, -step, corner[1])
        reproject(
            rasterio.band(dataset, 1),
            pixels,
            dst_transform=transform,
            dst_crs=f"EPSG:{epsg}",
            resampling=Resampling.nearest,
            dst_nodata=0,
        )
    if name == "west":
        pixels[:, side // 2 :] = 0
    profile = {
        "driver": "GTiff",
        "dtype": pixels.dtype,
        "count": 1,
        "width": side,
        "height": side,
        "crs": f"EPSG:{epsg}",
        "transform": transform,
        "nodata": 0,
        "tiled": True,
        "blockxsize": 1024,
        "blockysize": 1024,
        "compress": "deflate",
    }
    with rasterio.open(target, "w", **profile) as made:
        made.write(pixels, 1)
        made.build_overviews([2, 4, 8, 16], Resampling.nearest)


def _moved(
    item: dict[str, Any], folder: Path, name: str, epsg: int, corner: tuple[float, float]
) -> dict[str, Any]:
    """Return an item that describes one of the two tiles."""
    code = {"west": "32TQS", "east": "33TUM"}[name]
    to_degrees = Transformer.from_crs(epsg, 4326, always_xy=True).transform
    side_m = 10 * ZONE_PX
    right = 0.5 if name == "west" else 1
    corners = ((0, 0), (0, 1), (right, 1), (right, 0), (0, 0))
    ring = [list(to_degrees(corner[0] + side_m * x, corner[1] - side_m * y)) for x, y in corners]
    longitudes, latitudes = zip(*ring, strict=True)
    assets = {}
    for asset in ASSETS:
        step = 20 if asset == "scl" else 10
        side = ZONE_PX * 10 // step
        assets[asset] = {
            **item["assets"][asset],
            "href": (folder / f"{asset}.tif").as_uri(),
            "proj:shape": [side, side],
            "proj:transform": [step, 0, corner[0], 0, -step, corner[1]],
        }
    return {
        **item,
        "id": f"S2A_T{code}_20220617T101559_L2A",
        "collection": COLLECTION,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "bbox": [min(longitudes), min(latitudes), max(longitudes), max(latitudes)],
        "properties": {**item["properties"], "proj:epsg": epsg, "grid:code": f"MGRS-{code}"},
        "assets": assets,
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else REPO / "docs" / "pictures")

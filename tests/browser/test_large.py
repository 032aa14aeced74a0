"""An area larger than what is drawn at once: a first look, then sharp pictures of the part the map shows."""

import io
import re
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import rasterio
from PIL import Image
from playwright.sync_api import Locator, expect
from pyproj import Transformer
from rasterio.enums import Resampling

from pipeline import AnalysisRequest, AreaOfInterest
from pipeline.permalink import to_query
from tests.browser.conftest import Open, demo_environment, server
from tests.browser.page import RUN_MS, DashboardPage
from tests.support.servers import file_server, stac_api
from tests.support.synthetic import BANDS, item, write_granule

SIDE_PX = 2600
LEFT, TOP = 600_000, 5_200_020
BARE, CROPS, WATER = (900, 1100, 1400, 2200), (500, 900, 600, 4200), (700, 600, 300, 150)


def land() -> np.ndarray:
    """Return digital numbers ``(4, y, x)``: stripes one pixel wide in the west, water in the east."""
    dn = np.empty((4, SIDE_PX, SIDE_PX), np.uint16)
    for band in range(4):
        dn[band, :, 0::2], dn[band, :, 1::2] = BARE[band], CROPS[band]
        dn[band, :, SIDE_PX * 3 // 4 :] = WATER[band]
    return dn


@pytest.fixture(scope="module")
def large_voila(repository: Path, scratch: Path) -> Iterator[str]:
    """Voilà with an image of 26 km; gives the address of a page with 25 km of it chosen."""
    folder = scratch / "large"
    write_granule(
        folder,
        land(),
        np.full((SIDE_PX // 2, SIDE_PX // 2), 4),
        LEFT,
        TOP,
        blockxsize=512,
        blockysize=512,
    )
    for name in (*BANDS, "scl"):
        with rasterio.open(folder / f"{name}.tif", "r+") as file:
            file.build_overviews([2, 4, 8], Resampling.nearest)
    to_degrees = Transformer.from_crs(32632, 4326, always_xy=True).transform
    area = AreaOfInterest.square(*to_degrees(LEFT + SIDE_PX * 5, TOP - SIDE_PX * 5), 25)
    request = AnalysisRequest(area, date(2022, 6, 1), date(2022, 6, 30), n_clusters=3)
    with file_server(scratch) as files:
        described = item("large", f"{files}/large", LEFT, TOP, (SIDE_PX, SIDE_PX))
        with stac_api(scratch / "large-stac", [described]) as api:
            catalogs = scratch / "large.toml"
            catalogs.write_text(f'[catalogs.earth-search]\ntitle = "Earth Search"\nurl = "{api}"\n')
            environment = demo_environment(scratch) | {
                "DASHBOARD_CATALOG": "earth-search",
                "DASHBOARD_CATALOGS": str(catalogs),
            }
            command = [sys.executable, "-m", "voila", "dashboard.ipynb", "--no-browser"]
            with server(command, repository, scratch / "large.log", environment) as address:
                yield f"{address}?{to_query(request)}"


def shares(page: DashboardPage, pictures: Locator) -> list[float]:
    """Return how much of its picture each cluster covers."""
    images = [Image.open(io.BytesIO(page.picture_bytes(picture))) for picture in pictures.all()]
    return [float(np.mean(np.asarray(image.convert("RGBA"))[..., 3] > 0)) for image in images]


def zoom(page: DashboardPage, notches: int, right: float = 0.5) -> None:
    """Turn the mouse wheel over the map; positive: closer."""
    box = page.map.bounding_box()
    assert box is not None
    page.page.mouse.move(box["x"] + right * box["width"], box["y"] + 0.5 * box["height"])
    for _ in range(abs(notches)):
        page.page.mouse.wheel(0, -120 if notches > 0 else 120)
        page.page.wait_for_timeout(120)


def test_a_large_area_is_seen_at_once_then_exactly_then_sharply(open_page: Open, large_voila: str) -> None:
    page = open_page(large_voila).wait_until_ready()
    expect(page.message).to_contain_text(re.compile(r"Ready\. 62,500 ha, \d+ MB, about \d+ seconds\."))
    page.watch(".eo-results")
    page.calculate()
    seen = " ".join(page.seen())
    assert "Preview" in seen
    assert "Preview from pixels of" in seen
    expect(page.badge.first).to_have_text("100 % clear here")
    expect(page.page.locator(".eo-notes")).not_to_contain_text("Preview")
    assert [row.hectares for row in page.rows()] == [15_000, 23_750, 23_750, 0]

    expect(page.clusters).to_have_count(3)
    coarse = shares(page, page.clusters)
    assert min(coarse) < 0.01, "every second column was left out: one of the stripes is not seen"
    sharp = page.page.locator(".leaflet-sharpclusters-pane img")
    expect(sharp).to_have_count(0)

    zoom(page, 10, right=0.4)
    expect(sharp).to_have_count(3, timeout=RUN_MS)
    expect(page.clusters).to_have_count(3)
    stripes = sorted(shares(page, sharp))
    assert stripes[1:] == pytest.approx([0.5, 0.5], abs=0.1)
    clip = page.clusters.first.evaluate("e => getComputedStyle(e).clipPath")
    assert clip.startswith("polygon(evenodd")
    page.tick("All clusters").click()
    expect(sharp.first).to_have_css("opacity", "0")
    page.tick("All clusters").click()
    expect(sharp.first).to_have_css("opacity", "0.75")

    zoom(page, -10, right=0.4)
    expect(sharp).to_have_count(0)
    expect(page.clusters.first).to_have_css("clip-path", "none")

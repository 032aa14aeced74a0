"""The walk on real Sentinel-2 pixels: Bolzano, then a day that is too cloudy."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from playwright.sync_api import expect
from pyproj import Transformer
from rasterio.windows import from_bounds

from tests.browser.conftest import Open

SIDE_M = 5000
MASKED_CLASSES = (0, 1, 3, 8, 9, 10)


@pytest.mark.real_scenes
def test_bolzano_and_a_cloudy_day(open_page: Open, real_voila: str, shared_dir: Path, tmp_path: Path) -> None:
    page = open_page(real_voila).wait_until_ready()
    page.type_into(page.latitude, "46.49")
    page.type_into(page.longitude, "11.34")
    page.type_into(page.start, "2022-06-01")
    page.type_into(page.end, "2022-06-30")
    page.calculate()

    missing = missing_pixels(shared_dir / "sentinel2" / "bolzano_202206")
    rows = page.rows()
    assert sum(row.hectares for row in rows) == pytest.approx(2500, abs=0.05 * len(rows))
    assert rows[-1].hectares == pytest.approx(missing.sum() * 0.01, abs=0.05)
    scene = page.page.locator(".eo-scene")
    expect(scene).to_contain_text("17 June 2022")
    expect(scene).to_contain_text("tile 32TPS")
    page.page.get_by_text("Details").click()
    expect(scene).to_contain_text("the catalogue has already subtracted it, and the pixels agree")
    expect(scene).to_contain_text("Contains modified Copernicus Sentinel data 2022")
    page.page.keyboard.press("Escape")

    with rasterio.open(page.save(page.button("Download GeoTIFF"), tmp_path)) as file:
        assert ((file.read(1) == 0) == missing).all()

    page.type_into(page.latitude, "45.85")
    page.type_into(page.longitude, "15.6")
    page.type_into(page.start, "2023-08-09")
    page.type_into(page.end, "2023-08-11")
    page.main.click()
    expect(page.message).to_contain_text("Too cloudy.", timeout=30_000)
    expect(page.message).to_contain_text("the clearest has 69 % clouds (10 August 2023)")
    expect(page.badge).to_have_text("Out of date")
    page.button("Allow 70 %").click()
    page.expect_result()
    expect(scene).to_contain_text("10 August 2023")


def missing_pixels(folder: Path) -> np.ndarray:
    """Return where the scene has no clear pixel in the square, from the files alone."""
    with rasterio.open(folder / "B02.tif") as file:
        x, y = Transformer.from_crs(4326, file.crs, always_xy=True).transform(11.34, 46.49)
        left, bottom = (round((v - SIDE_M / 2) / 10) * 10 for v in (x, y))
        window = from_bounds(left, bottom, left + SIDE_M, bottom + SIDE_M, file.transform)
    bands = []
    for name in ("B02", "B03", "B04", "B08", "SCL"):
        with rasterio.open(folder / f"{name}.tif") as file:
            bands.append(file.read(1, window=window))
    return (np.array(bands[:4]) == 0).all(axis=0) | np.isin(bands[4], MASKED_CLASSES)

"""The area by drawing and by file, and the request in the page's address."""

import json
import math
import re
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from playwright.sync_api import expect
from pyproj import Transformer
from shapely.geometry import mapping

from tests.browser.conftest import Open
from tests.browser.page import RUN_MS, DashboardPage

PARSED_MS = 20_000
"""Reading a file waits for imports on a busy machine."""
FORM = ("Latitude (°)", "Longitude (°)", "From", "To", "Image catalogue")
CORNERS = ((0.3, 0.3), (0.7, 0.35), (0.6, 0.7), (0.35, 0.55))


def draw(page: DashboardPage, corners: tuple[tuple[float, float], ...] = CORNERS) -> None:
    """Draw a polygon with the mouse; the last corner is a double click."""
    expect(page.page.locator(".cursor-marker")).to_have_count(1, timeout=PARSED_MS)
    box = page.map.bounding_box()
    assert box is not None
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    for point in points[:-1]:
        page.page.mouse.move(*point)
        page.page.mouse.click(*point)
    page.page.mouse.move(*points[-1])
    page.page.mouse.dblclick(*points[-1])


def hectares(page: DashboardPage) -> float:
    """Return the hectares that the form tells."""
    text = page.page.locator(".eo-sum").inner_text()
    return int(re.sub(r"\D", "", text.split("·")[1].split("pixels")[0])) / 100


def upload(page: DashboardPage, path: Path) -> None:
    page.button("Upload").click()
    page.page.locator("input[type=file]").set_input_files(path)


def settings(page: DashboardPage) -> list[str]:
    """Return what the form holds, as shown."""
    form = page.page.locator(".eo-form")
    fields = [form.get_by_label(name, exact=True) for name in FORM]
    sliders = [page.handle(n) for n in ("Cloud cover, at most (%)", "Number of clusters")]
    return [
        *(field.input_value() for field in fields if field.count()),
        *(slider.get_attribute("aria-valuetext") or "" for slider in sliders),
        page.page.locator(".eo-place").inner_text(),
        page.page.locator(".eo-sum").inner_text(),
    ]


def test_a_polygon_is_drawn_and_counted(dashboard: DashboardPage, tmp_path: Path) -> None:
    dashboard.button("Draw").click()
    expect(dashboard.button("Draw")).to_have_attribute("aria-pressed", "true")
    expect(dashboard.page.get_by_text("Click the corners")).to_be_visible()
    draw(dashboard, CORNERS[:2])
    corners_drawn = dashboard.page.locator(".leaflet-marker-icon.marker-icon:not(.cursor-marker)")
    expect(corners_drawn.first).to_be_visible()
    dashboard.page.keyboard.press("Escape")
    expect(corners_drawn).to_have_count(0)
    draw(dashboard)
    expect(dashboard.page.get_by_text("A polygon with 4 corners.")).to_be_visible(timeout=PARSED_MS)
    expect(dashboard.page.locator(".leaflet-overlay-pane path")).to_have_count(0)
    expect(dashboard.outline).to_have_count(2)
    expected = hectares(dashboard)

    corners = dashboard.page.url.split("area=")[1].split("&")[0].split("_")
    to_utm = Transformer.from_crs(4326, 32632, always_xy=True).transform
    polygon = shapely.Polygon([to_utm(*map(float, corner.split(","))) for corner in corners])
    assert expected == pytest.approx(polygon.area / 10_000, rel=2e-3)

    dashboard.calculate()
    assert sum(row.hectares for row in dashboard.rows()) == pytest.approx(expected, abs=0.05 * 7)
    total = dashboard.page.locator(".eo-total b").inner_text().replace(",", "")
    assert float(total) == pytest.approx(expected, abs=0.051)
    dashboard.click_map(0.5, 0.5)  # places nothing: the area is drawn
    dashboard.button("Square").click()
    expect(dashboard.message).to_contain_text("Choose an area first.")
    expect(dashboard.badge).to_have_text("Out of date")
    dashboard.type_into(dashboard.latitude, "48.44")
    dashboard.type_into(dashboard.longitude, "11.6")
    dashed = dashboard.page.locator(".leaflet-aoi-pane path[stroke-dasharray^='8']")
    expect(dashed).to_have_count(1)
    dashboard.button("Draw").click()
    expect(dashboard.badge).to_contain_text("clear here")


def test_files_are_taken_or_refused_and_nothing_is_lost(dashboard: DashboardPage, tmp_path: Path) -> None:
    star = shapely.Polygon(
        [
            (5_000 * (1 + 0.3 * (i % 2)) * math.cos(i * math.pi / 12), 4_000 * math.sin(i * math.pi / 12))
            for i in range(24)
        ]
    )
    x, y = Transformer.from_crs(4326, 32632, always_xy=True).transform(11.62, 48.45)
    star = shapely.affinity.translate(star, x, y)
    path = tmp_path / "star <b>.gpkg"
    pyogrio.raw.write(
        path,
        geometry=np.array([shapely.to_wkb(star)], object),
        field_data=[],
        fields=[],
        geometry_type="Polygon",
        crs="EPSG:32632",
        driver="GPKG",
    )
    upload(dashboard, path)
    expect(dashboard.page.get_by_text("star <b>.gpkg", exact=True)).to_be_visible(timeout=PARSED_MS)
    assert hectares(dashboard) == pytest.approx(star.area / 10_000, rel=1e-3)
    held = settings(dashboard)

    large = tmp_path / "large.geojson"
    large.write_bytes(b" " * 6_500_000)
    upload(dashboard, large)
    expect(dashboard.message).to_contain_text("“large.geojson” is too large: 6.2 MB, at most 5 MB.")
    web_page = tmp_path / "page.kml"
    web_page.write_text("<html></html>")
    upload(dashboard, web_page)
    expect(dashboard.message).to_contain_text("“page.kml” is not KML as it should be.", timeout=PARSED_MS)
    assert settings(dashboard) == held
    dashboard.calculate()
    assert sum(row.hectares for row in dashboard.rows()) == pytest.approx(star.area / 10_000, rel=1e-3)


def test_a_link_restores_form_and_labels(dashboard: DashboardPage, open_page: Open, tmp_path: Path) -> None:
    dashboard.button("Draw").click()
    draw(dashboard)
    dashboard.slide("Number of clusters", -2)
    dashboard.slide("Cloud cover, at most (%)", 2)
    expect(dashboard.page.get_by_text("A polygon with 4 corners.")).to_be_visible(timeout=PARSED_MS)
    expect(dashboard.page).to_have_url(re.compile(r"area=.*&cloud=30&k=4&catalog=demo"))
    dashboard.button("Copy link").click()
    expect(dashboard.button("Copied")).to_be_visible()
    dashboard.calculate()
    first = dashboard.save(dashboard.button("Download GeoTIFF"), tmp_path)

    again = open_page(dashboard.page.url).wait_until_ready()
    expect(again.message).to_contain_text("Done in", timeout=RUN_MS)
    expect(again.handle("Number of clusters")).to_have_attribute("aria-valuetext", "4 clusters")
    assert again.page.url == dashboard.page.url
    assert settings(again) == settings(dashboard)
    expect(again.outline).to_have_count(2)
    assert again.rows() == dashboard.rows()
    rasterio = pytest.importorskip("rasterio")
    (tmp_path / "again").mkdir()
    second = again.save(again.button("Download GeoTIFF"), tmp_path / "again")
    with rasterio.open(first) as one, rasterio.open(second) as other:
        assert np.array_equal(one.read(1), other.read(1))
        assert one.transform == other.transform


def test_a_strangers_link_is_read_with_care(open_page: Open, voila: str) -> None:
    page = open_page(f"{voila}?token=x&catalog=https://stac.example.org&k=99&lat=48.45&lon=11.62&km=2.5")
    page.wait_until_ready()
    expect(page.message).to_contain_text("Not usable in this link: number of clusters, image catalogue.")
    expect(page.latitude).to_have_value("48.45")
    expect(page.page.get_by_label("Image catalogue")).to_have_value("Demo (made-up land)")
    expect(page.main).to_have_text("Calculate clusters")
    expect(page.page).to_have_url(re.compile(r"\?token=x&lat=48.45&lon=11.62&km=2.5&.*&k=6&catalog=demo$"))


def test_an_area_too_long_for_a_link_is_saved_and_loaded(
    dashboard: DashboardPage, open_page: Open, voila: str, tmp_path: Path
) -> None:
    angles = np.linspace(0, 2 * math.pi, 300, endpoint=False)
    radii = 0.03 * (1 + 0.1 * np.sin(7 * np.arange(300)))
    ring = np.column_stack([11.62 + radii * np.cos(angles), 48.45 + radii * np.sin(angles)])
    path = tmp_path / "coast.geojson"
    path.write_text(json.dumps(mapping(shapely.Polygon(ring))))
    upload(dashboard, path)
    expect(dashboard.page.get_by_text("coast.geojson", exact=True)).to_be_visible(timeout=PARSED_MS)
    dashboard.slide("Number of clusters", 1)
    assert "?" not in dashboard.page.url
    dashboard.button("Copy link").click()
    expect(dashboard.page.get_by_role("dialog")).to_contain_text("too many corners for a link")
    saved = dashboard.save(dashboard.button("Save request"), tmp_path)
    held = dashboard.page.locator(".eo-sum").inner_text()

    other = open_page(voila).wait_until_ready()
    upload(other, saved)
    expect(other.page.locator(".eo-sum")).to_have_text(held, timeout=PARSED_MS)
    expect(other.handle("Number of clusters")).to_have_attribute("aria-valuetext", "7 clusters")


def test_two_coordinates_in_one_field(dashboard: DashboardPage) -> None:
    dashboard.type_into(dashboard.longitude, "48.45° N, 11.62° E")
    expect(dashboard.latitude).to_have_value("48.45")
    expect(dashboard.longitude).to_have_value("11.62")
    expect(dashboard.message).to_contain_text("Ready.")

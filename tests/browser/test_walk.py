"""The walk of a new user in Voilà: from a click to hectares and a file."""

import json
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.page import DashboardPage


def test_from_a_click_to_hectares(dashboard: DashboardPage) -> None:
    expect(dashboard.main).to_be_disabled()
    expect(dashboard.message).to_contain_text("Choose an area first")
    expect(dashboard.page.get_by_text("Click anywhere to place a 5 km square")).to_be_visible()
    assert dashboard.scrolling() == []

    dashboard.click_map()
    expect(dashboard.outline).to_have_count(2)
    expect(dashboard.latitude).to_have_value(re.compile(r"^48\.\d+$"))
    expect(dashboard.longitude).to_have_value(re.compile(r"^11\.\d+$"))
    expect(dashboard.page.locator(".eo-sum")).to_have_text("2,500 ha · 250,000 pixels of 10 m")
    expect(dashboard.message).to_contain_text("Ready.")

    dashboard.calculate()
    rows = dashboard.rows()
    assert [row.number for row in rows] == ["1", "2", "3", "4", "5", "6", "–"]
    assert sum(row.hectares for row in rows) == pytest.approx(2500, abs=0.05 * len(rows))
    expect(dashboard.bars).to_have_count(7)
    expect(dashboard.clusters).to_have_count(6)
    expect(dashboard.images).to_have_count(2)
    fills = dashboard.bars.evaluate_all("bars => bars.map(bar => getComputedStyle(bar).fill)")
    assert fills == [row.color for row in rows]
    expect(dashboard.page.locator(".eo-total")).to_contain_text("2,500.0")
    expect(dashboard.page.locator(".eo-total")).to_be_in_viewport()
    assert dashboard.scrolling() == []

    map_box, picture_box = dashboard.map.bounding_box(), dashboard.clusters.first.bounding_box()
    assert map_box is not None
    assert picture_box is not None
    assert picture_box["height"] >= 0.6 * map_box["height"]


def test_what_a_result_tells(dashboard: DashboardPage) -> None:
    dashboard.place_area()
    dashboard.calculate()
    for row, bar in zip(dashboard.page.locator(".eo-row").all(), dashboard.bars.all(), strict=True):
        row_box, bar_box = row.bounding_box(), bar.bounding_box()
        assert row_box is not None
        assert bar_box is not None
        assert row_box["y"] + 24 <= bar_box["y"]
        assert bar_box["y"] + bar_box["height"] <= row_box["y"] + row_box["height"]

    first = dashboard.rows()[0]
    dashboard.bars.first.hover(force=True)
    tooltip = dashboard.page.locator(".bqplot_tooltip_div, .mark_tooltip").filter(has_text="Hectares")
    for text in (first.name, f"{first.hectares:,.1f}", first.percent):
        expect(tooltip).to_contain_text(text)

    expect(dashboard.badge).to_contain_text("clear here")
    dashboard.page.get_by_text("Details").click()
    card = dashboard.page.locator(".eo-scene .eo-pop")
    for text in ("S2", "Cloud cover of the whole tile", "Offset", "modified Copernicus Sentinel data 20"):
        expect(card).to_contain_text(text)
    tab = dashboard.page.get_by_role("tab", name="Areas").bounding_box()
    assert tab is not None
    on_top = "([x, y]) => Boolean(document.elementFromPoint(x, y).closest('.eo-pop'))"
    middle = [tab["x"] + tab["width"] / 2, tab["y"] + tab["height"] / 2]
    assert dashboard.page.evaluate(on_top, middle), "the card lies on the present tab"
    dashboard.page.keyboard.press("Escape")
    expect(card).to_be_hidden()


def test_layers_are_switched_on_and_off(dashboard: DashboardPage) -> None:
    dashboard.place_area()
    dashboard.calculate()
    assert dashboard.opacities(dashboard.images) == [1, 0]
    assert dashboard.opacities(dashboard.clusters) == [0.75] * 6

    dashboard.tick("True colour").uncheck()
    dashboard.tick("False colour").check()
    expect(dashboard.images.nth(0)).to_have_css("opacity", "0")
    expect(dashboard.images.nth(1)).to_have_css("opacity", "1")

    second = dashboard.page.locator(".eo-row").nth(1).get_by_role("checkbox")
    second.uncheck()
    expect(dashboard.clusters.nth(1)).to_have_css("opacity", "0")
    everything = dashboard.tick("All clusters")
    expect(everything).not_to_be_checked()
    assert everything.evaluate("box => box.indeterminate")

    everything.check()
    expect(dashboard.clusters.nth(1)).to_have_css("opacity", "0.75")
    everything.uncheck()
    for picture in dashboard.clusters.all():
        expect(picture).to_have_css("opacity", "0")
    everything.check()
    dashboard.slide("Opacity of the clusters", -5)
    expect(dashboard.clusters.first).to_have_css("opacity", "0.5")
    expect(dashboard.clusters.first).to_have_css("image-rendering", "pixelated")


def test_another_number_of_clusters_reads_nothing(dashboard: DashboardPage) -> None:
    dashboard.place_area()
    dashboard.calculate()
    images = [dashboard.picture_bytes(p) for p in dashboard.images.all()]
    dashboard.watch(".eo-msg")
    dashboard.slide("Number of clusters", -2)
    expect(dashboard.bars).to_have_count(5, timeout=15_000)
    dashboard.expect_result()
    assert len(dashboard.rows()) == 5
    assert sum(row.hectares for row in dashboard.rows()) == pytest.approx(2500, abs=0.25)
    expect(dashboard.clusters).to_have_count(4)
    stages = " ".join(dashboard.seen())
    assert "Grouping pixels" in stages
    assert "Searching" not in stages
    assert "Reading" not in stages
    assert [dashboard.picture_bytes(p) for p in dashboard.images.all()] == images


def test_the_files_agree_with_the_table(dashboard: DashboardPage, tmp_path: Path) -> None:
    rasterio = pytest.importorskip("rasterio")
    dashboard.place_area()
    dashboard.calculate()
    rows = dashboard.rows()
    path = dashboard.save(dashboard.button("Download GeoTIFF"), tmp_path)
    assert re.fullmatch(r"clusters_\d{4}-\d\d-\d\d_[\w.]+_k6_[0-9a-f]{8}\.tif", path.name)
    with rasterio.open(path) as file:
        labels = file.read(1)
        assert (file.dtypes[0], file.nodata, file.res, file.shape) == ("uint8", 0, (10, 10), (500, 500))
        assert file.crs.is_projected
        assert file.overviews(1)
        colors = {n: f"rgb{file.colormap(1)[n][:3]}" for n in range(1, 7)}
        names = json.loads(next(v for k, v in file.tags().items() if "names" in k.lower()))
    hectares = np.bincount(labels.ravel(), minlength=7) / 100
    assert [f"{ha:.1f}" for ha in [*hectares[1:], hectares[0]]] == [f"{row.hectares:.1f}" for row in rows]
    assert list(colors.values()) == [row.color for row in rows[:-1]]
    assert [row.name for row in rows[:-1]] == [names[str(n)].partition(" (")[0] for n in range(1, 7)]

    dashboard.button("More formats").click()
    path = dashboard.save(dashboard.button("All in one"), tmp_path)
    with zipfile.ZipFile(path) as package:
        assert package.testzip() is None
        names_of_files = package.namelist()
    for ending in (".qml", ".tif", ".tif.aux.xml"):
        assert any(name.endswith(ending) for name in names_of_files), ending


def test_without_internet_three_clicks_lead_to_a_result(open_page: Open, offline_voila: str) -> None:
    dashboard = open_page(offline_voila).wait_until_ready()
    expect(dashboard.message).to_contain_text("does not answer", timeout=10_000)
    expect(dashboard.page.locator(".leaflet-land-pane path")).to_have_count(2)  # land and borders
    expect(dashboard.page.locator(".leaflet-land-pane path").first).to_be_visible()
    dashboard.button("Use the demo").click()
    expect(dashboard.main).to_be_enabled()
    dashboard.calculate()
    expect(dashboard.bars).to_have_count(7)

"""What a result can be asked: its tabs, by mouse and by keyboard, on the demo."""

import json
import re
from pathlib import Path

import pytest
import rasterio
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Open
from tests.browser.page import DashboardPage
from widgets.toolkit.aria import OPACITY

SLOW_MS = 60_000
"""What is computed or fetched when a tab is opened, on a machine that is busy."""


def tab(page: DashboardPage, name: str) -> Locator:
    """Open a tab and return what is in it."""
    page.page.get_by_role("tab", name=name).click()
    panel = page.page.get_by_role("tabpanel").filter(visible=True)
    expect(panel).to_have_count(1)
    return panel


def hectares(page: DashboardPage) -> list[float]:
    """Return the hectares of the clusters as the legend shows them."""
    return [row.hectares for row in page.rows()[:-1]]


def test_classes_are_edited_and_spectra_shown(dashboard: DashboardPage, tmp_path: Path) -> None:
    page = dashboard.page
    dashboard.place_area()
    dashboard.calculate()
    before = hectares(dashboard)
    expect(page.get_by_role("tab")).to_have_text(["Areas", "Spectra", "Scenes", "Quality", "Change"])

    dashboard.button("Edit classes").click()
    name = page.get_by_label("Name of class 2", exact=True)
    name.fill("Oak <b>&amp;</b> beech")
    name.press("Enter")
    expect(page.locator(".eo-wrap b", has_text="beech")).to_have_count(0)
    page.get_by_label("Colour of class 1", exact=True).fill("#ff00aa")
    expect(dashboard.bars.first).to_have_css("fill", "rgb(255, 0, 170)")
    for number in (2, 3):
        page.get_by_label(f"Merge class {number}", exact=True).check()
    dashboard.button("Merge selected").click()
    expect(dashboard.clusters).to_have_count(5)
    dashboard.button("Done").click()
    expect(page.get_by_label("Name of class 2", exact=True)).to_have_count(0)
    expect(page.locator(".eo-row")).to_have_count(6)
    rows = dashboard.rows()
    assert rows[1].name == "Oak <b>&amp;</b> beech"
    assert rows[0].color == "rgb(255, 0, 170)"
    assert rows[1].hectares == pytest.approx(before[1] + before[2], abs=0.11)
    with rasterio.open(dashboard.save(dashboard.button("Download GeoTIFF"), tmp_path)) as file:
        names = json.loads(file.tags()["CLASS_NAMES"])
        assert names["2"] == "Oak <b>&amp;</b> beech"
        assert (file.read(1) == 2).sum() / 100 == pytest.approx(rows[1].hectares, abs=0.051)

    dashboard.button("Why these names?").click()
    expect(page.locator(".eo-reasons")).to_contain_text("NDVI")
    dashboard.button("Why these names?").click()

    page.get_by_role("tab", name="Areas").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_role("tab", name="Spectra")).to_have_attribute("aria-selected", "true")
    figure = page.get_by_role("img", name="Spectral signatures of the clusters")
    expect(figure.locator("path.line")).to_have_count(5 + 5 + 1)
    expect(page.locator(".eo-chips span")).to_have_count(5)
    assert dashboard.scrolling() == []

    dashboard.button("Pixel in the middle of the map").click()
    card = page.locator(".eo-pixel")
    for text in ("Coordinates", "Reflectance", "NDVI", "Scene class", "How sure"):
        expect(card).to_contain_text(text, timeout=SLOW_MS)
    expect(figure.locator("path.line:visible")).to_have_count(5 + 5 + 1)
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()


def test_another_image_is_used_and_a_second_date_compared(dashboard: DashboardPage) -> None:
    dashboard.place_area()
    dashboard.calculate()
    day = dashboard.page.locator(".eo-date h2")
    first = day.inner_text()

    scenes = tab(dashboard, "Scenes")
    rows = scenes.get_by_role("listitem")
    expect(scenes).to_contain_text("clearest over your area first", timeout=SLOW_MS)
    assert rows.count() > 1
    expect(rows.first).to_contain_text(first)
    expect(rows.first).to_contain_text("Chosen automatically")
    expect(rows.first).to_contain_text("In use")
    expect(rows.first.locator("img")).to_be_visible()
    rows.nth(1).hover()
    expect(dashboard.outline).to_have_count(3)
    rows.nth(1).get_by_role("button", name=re.compile("^Use")).click()
    expect(day).not_to_have_text(first, timeout=SLOW_MS)
    expect(rows.nth(1)).to_contain_text("In use")
    second = day.inner_text()

    dashboard.watch(".eo-msg")
    dashboard.slide("Number of clusters", -1)
    expect(dashboard.clusters).to_have_count(5, timeout=SLOW_MS)
    assert "Searching" not in " ".join(dashboard.seen())
    expect(day).to_have_text(second)

    change = tab(dashboard, "Change")
    dashboard.page.get_by_label("Second date, from").fill("2024-06-01")
    dashboard.page.get_by_label("Second date, to").fill("2024-08-31")
    change.get_by_role("button", name="Find images").click()
    compare = change.get_by_role("button", name=re.compile("^Compare .* August"))
    expect(compare).to_be_enabled(timeout=SLOW_MS)
    compare.click()
    table = change.get_by_role("table")
    expect(table).to_be_visible(timeout=SLOW_MS)
    change.get_by_role("button", name="Explain: From-to").focus()
    dashboard.page.keyboard.press("Enter")
    expect(dashboard.page.locator(".eo-ask-card")).to_contain_text("rows are the first date")
    dashboard.page.keyboard.press("Escape")
    cells = [
        float(text.replace(",", "")) for text in table.locator("td").all_inner_texts() if text.strip(" ·")
    ]
    masked = re.findall(r"([\d,.]+) ha", change.get_by_text(re.compile("^Masked:")).inner_text())
    total = sum(cells) + sum(float(text.replace(",", "")) for text in masked)
    assert total == pytest.approx(2500, abs=0.05 * (len(cells) + 3) + 0.05)
    second = dashboard.page.locator(".leaflet-secondclusters-pane img")
    expect(second).to_have_count(5)
    expect(change.get_by_text("On the map: pale where")).to_be_visible()
    change.get_by_role("button", name=re.compile("August")).first.click()
    expect(second).to_have_count(5)
    dashboard.slide(OPACITY, -5)
    expect(second.first).to_have_css("opacity", "0.5")
    dashboard.page.get_by_role("button", name="More formats").click()
    expect(dashboard.page.get_by_role("button", name="Change (GeoTIFF)")).to_be_visible()
    tab(dashboard, "Areas")
    expect(second).to_have_count(0)


def test_quality_is_asked_and_everything_has_a_name(dashboard: DashboardPage) -> None:
    page = dashboard.page
    dashboard.place_area()
    dashboard.calculate()
    quality = tab(dashboard, "Quality")
    expect(quality).to_contain_text("Repeating the grouping moves", timeout=SLOW_MS)
    sure = quality.get_by_role("button", name="How sure is this?")
    expect(sure).to_have_attribute("aria-expanded", "true")
    quality.get_by_role("button", name="Show on the map").click()
    expect(page.locator(".leaflet-extra-pane img")).to_have_count(1, timeout=SLOW_MS)
    expect(quality.get_by_role("row")).to_have_count(5)
    sure.click()
    expect(sure).to_have_attribute("aria-expanded", "false")

    quality.get_by_role("button", name="How many clusters?").click()
    expect(quality).to_contain_text("You use 6.", timeout=SLOW_MS)
    quality.get_by_role("button", name="4", exact=True).click()
    expect(dashboard.clusters).to_have_count(4, timeout=SLOW_MS)
    expect(quality).to_contain_text("You use 4.")
    expect(dashboard.handle("Number of clusters")).to_have_attribute("aria-valuenow", "4.0")

    quality.get_by_role("button", name="Smallest patch").click()
    quality.get_by_label("Smallest patch").select_option("0.5 ha (50 pixels)")
    expect(quality).to_contain_text("patches became", timeout=SLOW_MS)
    after = [float(c.replace(",", "")) for c in quality.locator("tr td:nth-child(3)").all_inner_texts()]
    tab(dashboard, "Areas")
    assert hectares(dashboard) == pytest.approx(after, abs=0.051)
    chip = dashboard.button("No patches below 0.5 ha")
    chip.click()
    expect(chip).to_be_hidden(timeout=SLOW_MS)
    expect(dashboard.button("Edit classes")).to_be_focused()
    assert hectares(dashboard) != pytest.approx(after, abs=0.051)
    expect(tab(dashboard, "Quality").get_by_label("Smallest patch")).to_have_value("All sizes")

    for name in ("Areas", "Spectra", "Scenes", "Quality", "Change"):
        tab(dashboard, name)
        assert dashboard.nameless() == []


def test_blink_is_a_switch_where_motion_is_not_wanted(open_page: Open, voila: str) -> None:
    dashboard = open_page(voila, calm=True).wait_until_ready()
    dashboard.place_area()
    dashboard.calculate()
    pane = dashboard.page.locator(".leaflet-clusters-pane")
    blink = dashboard.button("Blink")
    blink.click()
    expect(pane).to_have_css("visibility", "hidden")
    expect(blink).to_have_attribute("aria-pressed", "true")
    blink.click()
    expect(pane).to_have_css("visibility", "visible")
    assert pane.evaluate("e => e.getAnimations().length") == 0

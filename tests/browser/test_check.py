"""Check it: points are labelled by keyboard alone, kept over a reload, and become hectares with intervals."""

import re
import statistics
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.browser.conftest import Open
from tests.browser.page import DashboardPage
from tests.browser.test_tabs import SLOW_MS, tab

READY = """([before, key]) => new Promise(resolve => {
    const el = document.querySelector('.eo-labeller');
    const ready = () => el.dataset.point !== before
        && [...el.querySelectorAll('img')].every(image => image.src && image.complete && image.naturalWidth);
    const began = performance.now();
    document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}));
    const look = () => ready() || !el.isConnected
        ? requestAnimationFrame(() => resolve(performance.now() - began)) : requestAnimationFrame(look);
    look();
})"""
"""Presses a key and tells after how many milliseconds the next point and its pictures were painted."""
POINT_MS = 300


def open_check(page: DashboardPage) -> Locator:
    """Open the fold and return the tab."""
    quality = tab(page, "Quality")
    page.button("How sure is this?").click()
    page.button("Check it").click()
    return quality


def start(page: DashboardPage) -> None:
    page.place_area()
    page.calculate()


def point(page: DashboardPage) -> int:
    """Return the number of the point that is shown."""
    words = page.page.locator(".eo-label-words b").inner_text()
    return int(re.findall(r"\d+", words)[0])


def test_points_are_labelled_by_keyboard_alone_and_come_back_after_a_reload(
    dashboard: DashboardPage, tmp_path: Path
) -> None:
    page = dashboard.page
    start(dashboard)
    quality = open_check(dashboard)
    expect(quality).to_contain_text("196 points in 6 classes, about 30 minutes", timeout=SLOW_MS)
    quality.get_by_label("Margin").select_option("± 10 %")
    expect(quality).to_contain_text("120 points in 6 classes")
    dashboard.button("Draw the points").focus()
    page.keyboard.press("Enter")

    labeller = page.get_by_role("region", name="Labelling")
    expect(labeller).to_be_focused(timeout=SLOW_MS)
    expect(labeller).to_contain_text("Point 1 of 120 · about 18 minutes left".replace(" · ", ""))
    expect(dashboard.clusters.first).to_be_hidden()
    expect(page.locator(".eo-row").first).to_be_hidden()
    assert dashboard.nameless() == []
    for number in range(1, 19):
        assert point(dashboard) == number
        page.keyboard.press("123456"[number % 6])
    page.keyboard.press("u")
    page.keyboard.press("Backspace")
    assert point(dashboard) == 19
    page.keyboard.press("u")
    page.get_by_label("Name of another class").focus()
    page.keyboard.type("Orchard 7")
    page.keyboard.press("Enter")
    expect(labeller).to_be_focused()
    page.keyboard.press("7")
    assert point(dashboard) == 21
    middle = page.locator(".leaflet-aoi-pane path")
    expect(middle).to_have_count(2 + 4)
    page.keyboard.press("Escape")
    expect(labeller).to_have_count(0)
    expect(dashboard.clusters.first).to_be_visible()
    expect(quality).to_contain_text("20 of 120 points are labelled, 1 of them unsure")
    expect(dashboard.button("Go on")).to_be_focused()

    dashboard.button("Estimate").click()
    table = quality.locator("table.eo-estimate")
    expect(table).to_be_visible(timeout=SLOW_MS)
    expect(table.get_by_role("row")).to_have_count(1 + 7)
    expect(table).to_contain_text("Orchard 7")
    assert [p.suffix for p in saved(dashboard, tmp_path)] == [".json", ".geojson", ".gpkg"]

    tab(dashboard, "Areas")
    expect(page.locator(".eo-estimated")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".eo-row").first).to_contain_text("too few points")
    expect(page.locator(".eo-note")).to_contain_text("19 random points")
    page.locator(".eo-mapped").click()
    expect(page.locator(".eo-row").first).not_to_contain_text("too few points")

    page.reload()
    dashboard.wait_until_ready()
    dashboard.calculate()
    quality = open_check(dashboard)
    expect(quality).to_contain_text("20 of 120 points are labelled, 1 of them unsure", timeout=SLOW_MS)
    dashboard.button("Go on").click()
    expect(labeller).to_contain_text("Point 21 of 120")
    expect(labeller.get_by_role("button", name="Orchard 7")).to_be_visible()


def saved(dashboard: DashboardPage, folder: Path) -> Iterator[Path]:
    """Save the sample in every format."""
    for name in ("JSON", "GeoJSON", "GeoPackage"):
        button = dashboard.page.locator(".eo-check-saving").get_by_role("button", name=name, exact=True)
        yield dashboard.save(button, folder)


def test_the_next_point_is_there_at_once(open_page: Open, voila: str) -> None:
    dashboard = open_page(voila).wait_until_ready()
    start(dashboard)
    open_check(dashboard)
    dashboard.button("Draw the points").click()
    page = dashboard.page
    expect(page.locator(".eo-chip-frame img[src]")).to_have_count(2, timeout=SLOW_MS)
    waited = []
    for n in range(100):
        before = page.locator(".eo-labeller").get_attribute("data-point")
        waited.append(page.evaluate(READY, [before, "12345"[n % 5]]))
        page.wait_for_timeout(50)
    print(f"key to next point: median {statistics.median(waited):.0f} ms, longest {max(waited):.0f} ms")
    assert statistics.median(waited) < POINT_MS
    assert point(dashboard) == 101

    page.keyboard.press("Escape")
    dashboard.button("Estimate").click()
    expect(page.locator("table.eo-estimate")).to_be_visible(timeout=SLOW_MS)
    tab(dashboard, "Areas")
    expect(page.locator(".eo-whisker i")).to_have_count(6)
    expect(page.locator(".eo-row").first).to_contain_text(re.compile(r"ha \([\d,.]+–[\d,.]+\)"))


def test_change_is_checked_with_both_dates_in_sight(dashboard: DashboardPage) -> None:
    page = dashboard.page
    start(dashboard)
    change = tab(dashboard, "Change")
    expect(change.locator(".eo-spelled")).to_contain_text(" to ")
    change.get_by_role("button", name=re.compile("^Compare ")).first.click()
    expect(change.get_by_role("table")).to_be_visible(timeout=SLOW_MS)
    quality = tab(dashboard, "Quality")
    quality.get_by_role("button", name="How sure is this?").click()
    quality.get_by_role("button", name="Check the change").click()
    expect(quality).to_contain_text("kinds of change and of land that stayed", timeout=SLOW_MS)
    dashboard.button("Draw the points").focus()
    page.keyboard.press("Enter")

    labeller = page.get_by_role("region", name="Labelling")
    expect(labeller).to_be_focused(timeout=SLOW_MS)
    expect(labeller.locator(".eo-chip-pairs img[src]")).to_have_count(4, timeout=SLOW_MS)
    expect(labeller).to_contain_text("what is it on the second date?")
    for number, key in enumerate("12u", start=2):
        page.keyboard.press(key)
        expect(labeller).to_contain_text(f"Point {number} of")
    page.keyboard.press("Escape")
    expect(quality).to_contain_text(re.compile(r"3 of \d+ points are labelled, 1 of them unsure"))
    dashboard.button("Estimate").click()
    expect(quality).to_contain_text("random points were checked", timeout=SLOW_MS)

"""What the page looks like with a result: nothing is cut, nothing moves while it runs."""

import json
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.page import DashboardPage

SLOW_MS = 60_000
LAPTOP, NARROW = (1280, 800), (683, 800)


def test_no_field_moves_while_a_run_is_on(dashboard: DashboardPage) -> None:
    page = dashboard.page
    dashboard.place_area()
    page.evaluate(
        """() => {
            window.places = new Set();
            const note = () => {
                const parts = document.querySelectorAll('.eo-scroll :is(input, select, button), .eo-main');
                const boxes = [...parts].map(e => e.getBoundingClientRect()).filter(box => box.width > 0)
                    .map(box => [box.x, box.y, box.width, box.height].map(Math.round));
                window.places.add(JSON.stringify(boxes));
                requestAnimationFrame(note);
            };
            note();
        }"""
    )
    dashboard.calculate()
    places = [json.loads(place) for place in page.evaluate("[...window.places]")]
    assert len(places) == 1


def test_no_word_is_cut_in_a_result(dashboard: DashboardPage) -> None:
    page = dashboard.page
    dashboard.place_area()
    dashboard.calculate()
    in_each_tab(dashboard, lambda name: expect_whole(page, name))
    dashboard.slide("Number of clusters", 6)
    expect(page.locator(".eo-row")).to_have_count(13, timeout=SLOW_MS)
    expect_whole(page, "twelve clusters")
    for width, height in (NARROW, (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        in_each_tab(dashboard, lambda name, width=width: expect_whole(page, f"{name} at {width}"))


def test_no_word_is_cut_in_the_form(open_page: Open, voila: str) -> None:
    dashboard = open_page(f"{voila}?lat=48.4565&lon=11.6365&km=5").wait_until_ready()
    page = dashboard.page
    for way in ("One day", "Cloud-free", "Through the year"):
        dashboard.button(way).click()
        expect(dashboard.button(way)).to_have_attribute("aria-pressed", "true")
        expect_whole(page, way)
    page.get_by_label("Look at").select_option("Choose…")
    features = page.get_by_label("Bands and indices")
    expect(features).to_be_visible()
    assert features.evaluate("e => e.clientHeight") > 100
    for way in ("Draw", "Upload"):
        dashboard.button(way).click()
        expect_whole(page, way)


def test_the_line_of_a_pixel_is_in_the_legend(dashboard: DashboardPage) -> None:
    page = dashboard.page
    dashboard.place_area()
    dashboard.calculate()
    page.get_by_role("tab", name="Spectra").click()
    chips = page.locator(".eo-chips")
    expect(chips).to_contain_text("1 Water", timeout=SLOW_MS)
    expect(chips).not_to_contain_text("the pixel")
    dashboard.button("Pixel in the middle of the map").click()
    expect(chips).to_contain_text("the pixel you chose", timeout=SLOW_MS)
    dashboard.button("Close").click()
    expect(chips).not_to_contain_text("the pixel")


def in_each_tab(dashboard: DashboardPage, check: Callable[[str], None]) -> None:
    """Open every tab with all its folds."""
    page = dashboard.page
    for tab in page.get_by_role("tab").all():
        tab.click()
        panel = page.get_by_role("tabpanel").filter(visible=True)
        expect(panel).to_have_count(1)
        for fold in panel.locator(".eo-fold-head").all():
            if fold.get_attribute("aria-expanded") == "false":
                fold.click()
        check(tab.inner_text())


def expect_whole(page: Page, state: str) -> None:
    """No text is wider than what shows it; the map has its own ways."""
    script = """() => {
        const pen = document.createElement('canvas').getContext('2d');
        const seen = e => e.clientWidth > 0 && e.checkVisibility({visibilityProperty: true});
        const cut = e => ['hidden', 'clip'].includes(getComputedStyle(e).overflowX)
            && e.scrollWidth > e.clientWidth + 1 && e.innerText?.trim();
        const narrow = e => {
            const style = getComputedStyle(e);
            pen.font = style.font;
            const room = e.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
            return !e.multiple && pen.measureText(e.selectedOptions[0]?.text ?? '').width > room - 14;
        };
        return [...document.querySelectorAll('.eo-wrap *')]
            .filter(e => seen(e) && !e.closest('.leaflet-container, svg, .eo-unseen'))
            .filter(e => !e.matches('.widget-tab-contents'))  // holds the hidden panels, too
            .filter(e => e.tagName === 'SELECT' ? narrow(e) : cut(e))
            .map(e => e.className + ': ' + (e.innerText || e.value).slice(0, 80));
    }"""
    assert page.evaluate(script) == [], state

"""The page on other screens: phones, half a laptop, 200 % zoom. All is there, whole and within reach."""

from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Open
from tests.browser.page import DashboardPage

NARROW = ((640, 400), (683, 800))
"""200 % zoom on a laptop of 1280x800, and half a laptop's screen."""
MIDDLING = ((800, 900), (1024, 768))
TABS = ("Areas", "Spectra", "Scenes", "Quality", "Change")
FINGER_PX = 44
HANDLE_PX = 24
MAP_BAR_PX = 92
"""Two lines on a phone."""


def test_a_phone_shows_everything(open_page: Open, voila: str) -> None:
    dashboard = open_page(voila, size=(390, 844), touch=True).wait_until_ready()
    assert is_on_top(dashboard.main)
    dashboard.map.tap()
    expect(dashboard.main).to_be_enabled()
    dashboard.main.tap()
    dashboard.expect_result()

    assert dashboard.map.bounding_box() == pytest.approx(
        {"x": 0, "y": 48 + MAP_BAR_PX, "width": 390, "height": 0.6 * 844 - MAP_BAR_PX}, abs=1
    )
    for handle in dashboard.page.locator(".noUi-handle").all():
        box = handle.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= HANDLE_PX
    assert too_small_for_fingers(dashboard) == []
    assert_results_are_whole(dashboard)
    assert_cards_lie_over_everything(dashboard)

    dashboard.button("Edit classes").tap()
    expect(dashboard.page.get_by_label("Name of class 1", exact=True)).to_be_visible()
    assert sideways(dashboard) == 0


def test_narrow_and_middling_windows_show_everything(open_page: Open, voila: str) -> None:
    dashboard = open_page(voila, size=(640, 400), scale=2).wait_until_ready()
    assert is_on_top(dashboard.main)
    dashboard.place_area()
    dashboard.calculate()
    for width, height in NARROW:
        resize(dashboard, width, height)
        assert_results_are_whole(dashboard)
        assert_cards_lie_over_everything(dashboard)
    for width, height in MIDDLING:
        resize(dashboard, width, height)
        assert scrolled_to_top(dashboard)
        for name in TABS:
            panel = turn_to(dashboard, name)
            assert height_of(panel) >= 240
            assert_inside(panel, dashboard.page.locator(".eo-results"))
        turn_to(dashboard, "Areas")
        assert is_on_top(dashboard.button("Download GeoTIFF"))
        assert_cards_lie_over_everything(dashboard)


def assert_results_are_whole(dashboard: DashboardPage) -> None:
    """Every tab stands in the page at its full height, and nothing is cut at its sides."""
    page = dashboard.page
    for name in TABS:
        panel = turn_to(dashboard, name)
        assert height_of(panel) >= 240
        assert panel.evaluate("e => e.scrollHeight - e.clientHeight") <= 1
        assert sideways(dashboard) == 0
        assert is_on_top(dashboard.main)
    turn_to(dashboard, "Areas")
    for row in page.locator(".eo-row").all():
        row.scroll_into_view_if_needed()
        assert_inside(row, page.locator(".eo-results"))
        assert height_of(row) > 30
    for part in (page.locator(".eo-total"), dashboard.button("More formats")):
        part.evaluate("e => e.scrollIntoView({block: 'nearest'})")
        assert is_on_top(part)


def assert_cards_lie_over_everything(dashboard: DashboardPage) -> None:
    """Nothing shines through the cards, and they lie within the window's width."""
    page = dashboard.page
    for opener, card in (("Help", ".eo-help .eo-pop"), ("Details", ".eo-scene .eo-pop")):
        page.get_by_text(opener, exact=True).click()
        assert_on_top_everywhere(page.locator(card))
        page.keyboard.press("Escape")
        expect(page.locator(card)).to_be_hidden()
    dashboard.button("More formats").click()
    formats = page.locator(".eo-formats")
    expect(formats).to_be_visible()
    assert_on_top_everywhere(formats)
    page.keyboard.press("Escape")
    expect(formats).to_be_hidden()


def assert_on_top_everywhere(card: Locator) -> None:
    card.scroll_into_view_if_needed()
    script = """card => {
        const box = card.getBoundingClientRect();
        const covered = [];
        for (const x of [0.05, 0.5, 0.95]) for (const y of [0.05, 0.5, 0.95]) {
            const at = [box.left + x * box.width, box.top + y * box.height];
            if (at[1] < 0 || at[1] > innerHeight) continue;
            const top = document.elementFromPoint(...at);
            if (!card.contains(top) && !top?.closest('.eo-foot-form')) covered.push([...at, top?.className]);
        }
        return covered;
    }"""
    assert card.evaluate(script) == []
    box, window = card.bounding_box(), card.page.viewport_size
    assert box is not None
    assert window is not None
    assert box["width"] >= 280
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= window["width"]


def is_on_top(part: Locator) -> bool:
    """Return whether the middle of a part is in the window and nothing lies over it."""
    script = """part => {
        const box = part.getBoundingClientRect();
        const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
        return box.bottom <= innerHeight + 1 && box.right <= innerWidth + 1 && part.contains(top);
    }"""
    return bool(part.evaluate(script))


def assert_inside(part: Locator, whole: Locator) -> None:
    inner, outer = part.bounding_box(), whole.bounding_box()
    assert inner is not None
    assert outer is not None
    assert inner["x"] >= outer["x"] - 1
    assert inner["x"] + inner["width"] <= outer["x"] + outer["width"] + 1
    assert inner["y"] + inner["height"] <= outer["y"] + outer["height"] + 1


def turn_to(dashboard: DashboardPage, name: str) -> Locator:
    dashboard.page.get_by_role("tab", name=name).click()
    panel = dashboard.page.get_by_role("tabpanel").filter(visible=True)
    expect(panel).to_have_count(1)
    return panel


def height_of(part: Locator) -> float:
    box = part.bounding_box()
    return 0 if box is None else box["height"]


def resize(dashboard: DashboardPage, width: int, height: int) -> None:
    dashboard.page.set_viewport_size({"width": width, "height": height})
    dashboard.page.locator(".eo-wrap").evaluate("e => e.scrollTo(0, 0)")
    expect(dashboard.page.locator(".eo-wrap")).to_have_js_property("clientWidth", width)


def scrolled_to_top(dashboard: DashboardPage) -> bool:
    """Return whether the main button is seen on a page that nobody has scrolled."""
    assert dashboard.page.locator(".eo-wrap").evaluate("e => e.scrollTop") == 0
    return is_on_top(dashboard.main)


def sideways(dashboard: DashboardPage) -> int:
    """Return by how many pixels the page can be scrolled sideways."""
    return int(dashboard.page.locator(".eo-wrap").evaluate("e => e.scrollWidth - e.clientWidth"))


def too_small_for_fingers(dashboard: DashboardPage) -> list[Any]:
    """Return what can be touched and is lower than a finger, with what is touched around it counted in."""
    script = """finger => [...document.querySelectorAll(
            '.eo-wrap :is(button, input:not([type=checkbox]), select, summary,'
            + ' .eo-check label, .lm-TabBar-tab)')]
        .filter(e => e.checkVisibility({visibilityProperty: true}) && !e.closest('.eo-row, .noUi-target')
            && e.getBoundingClientRect().height > 1)
        .map(e => {
            const around = parseFloat(getComputedStyle(e, '::before').height) || 0;
            return [Math.max(e.getBoundingClientRect().height, around), e.outerHTML.slice(0, 120)];
        })
        .filter(([height]) => height < finger - 0.5)"""
    found: list[Any] = dashboard.page.evaluate(script, FINGER_PX)
    return found

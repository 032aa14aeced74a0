"""The keyboard's place on the page: what goes away or is switched off hands it on; a card gives it back."""

import re

from playwright.sync_api import Locator, expect

from tests.browser.page import DashboardPage

SLOW_MS = 60_000


def press(button: Locator) -> None:
    """Press a button by keyboard."""
    button.focus()
    button.page.keyboard.press("Enter")


def test_the_focus_never_falls_to_the_page(dashboard: DashboardPage) -> None:
    page = dashboard.page
    dashboard.place_area()
    start, end = dashboard.start.input_value(), dashboard.end.input_value()
    dashboard.start.fill(end)
    dashboard.end.fill(start)
    dashboard.end.blur()
    press(dashboard.button("Swap them"))
    expect(dashboard.main).to_be_focused()
    page.keyboard.press("Enter")
    dashboard.expect_result()
    expect(dashboard.main).to_be_focused()

    for opener in (
        dashboard.button("More formats"),
        *map(page.locator, (".eo-help summary", ".eo-scene summary")),
    ):
        press(opener)
        page.keyboard.press("Escape")
        expect(opener).to_be_focused()
    results = page.locator(".eo-results")
    expect(results.get_by_role("heading", level=2)).to_have_count(1)

    press(dashboard.button("Edit classes"))
    done = dashboard.button("Done")
    expect(done).to_be_focused()
    press(dashboard.button("Water as a class of its own"))
    expect(done).to_be_focused(timeout=SLOW_MS)
    press(results.get_by_role("button", name="Undo", exact=True))
    expect(done).to_be_focused(timeout=SLOW_MS)
    press(done)
    expect(dashboard.button("Edit classes")).to_be_focused()

    page.get_by_role("tab", name="Spectra").click()
    expect(page.get_by_role("tab", name="Spectra")).to_be_focused()
    press(dashboard.button("Pixel in the middle of the map"))
    expect(page.locator(".eo-pixel")).to_contain_text("Reflectance", timeout=SLOW_MS)
    press(dashboard.button("Close"))
    expect(dashboard.map).to_be_focused()


def test_who_clicks_beside_everything_has_no_focus(dashboard: DashboardPage) -> None:
    dashboard.place_area()
    dashboard.main.focus()
    dashboard.page.locator(".eo-head").click(position={"x": 500, "y": 20})
    dashboard.type_into(dashboard.latitude, "48.45")
    dashboard.page.wait_for_timeout(1000)
    expect(dashboard.page.locator(".eo-wrap :focus")).to_have_count(0)


def test_numbers_beside_sliders_are_fields(dashboard: DashboardPage) -> None:
    dashboard.place_area()
    for name, typed, shown in (
        ("Cloud cover, at most (%)", "35", "35 %"),
        ("Number of clusters", "9", "9 clusters"),
    ):
        field = dashboard.page.get_by_role("textbox", name=f"{name}, as a number")
        field.fill(typed)
        field.press("Enter")
        expect(dashboard.handle(name)).to_have_attribute("aria-valuetext", shown)
    expect(dashboard.page).to_have_url(re.compile("cloud=35.*k=9"))

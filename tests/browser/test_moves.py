"""After a result a click asks what is there; the area moves only when it is told to, and comes back."""

import re

from playwright.sync_api import expect

from tests.browser.page import DashboardPage

SLOW_MS = 60_000


def place(dashboard: DashboardPage) -> tuple[str, str]:
    return dashboard.latitude.input_value(), dashboard.longitude.input_value()


def test_a_click_after_a_result_asks_and_loses_nothing(dashboard: DashboardPage) -> None:
    page = dashboard.page
    dashboard.place_area()
    dashboard.calculate()
    before, card = place(dashboard), page.locator(".eo-pixel")
    dashboard.click_map(0.55, 0.5)
    expect(card).to_contain_text("Reflectance", timeout=SLOW_MS)
    dashboard.click_map(0.02, 0.5)
    expect(card).to_contain_text("outside the area")
    dashboard.button("Close").click()
    expect(card).to_be_hidden()

    page.get_by_text("Details").click()
    dashboard.click_map(0.5, 0.3)
    expect(page.locator(".eo-scene .eo-pop")).to_be_hidden()
    dashboard.button("More formats").click()
    expect(dashboard.button("More formats")).to_have_attribute("aria-expanded", "true")
    dashboard.click_map(0.5, 0.3)
    expect(dashboard.button("More formats")).to_have_attribute("aria-expanded", "false")
    page.wait_for_timeout(1000)
    expect(card).to_be_hidden()
    assert place(dashboard) == before
    expect(dashboard.badge).to_contain_text("clear here")


def test_the_area_moves_by_a_button_and_by_its_knob_and_comes_back(dashboard: DashboardPage) -> None:
    page = dashboard.page
    dashboard.place_area()
    dashboard.calculate()
    first = place(dashboard)
    dashboard.button("Move area").click()
    expect(page.get_by_text("Click where the middle of the area should be")).to_be_visible()
    dashboard.click_map(0.3, 0.3)
    expect(dashboard.latitude).not_to_have_value(first[0])
    expect(dashboard.badge).to_have_text("Out of date")
    dashboard.button("Undo").click()
    expect(dashboard.latitude).to_have_value(first[0])
    expect(dashboard.badge).to_contain_text("clear here")

    knob = page.locator(".eo-knob").bounding_box()
    assert knob is not None
    middle = knob["x"] + knob["width"] / 2, knob["y"] + knob["height"] / 2
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] + 60, middle[1] + 40, steps=5)
    page.mouse.up()
    expect(dashboard.longitude).not_to_have_value(first[1])
    page.wait_for_url(re.compile(f"lat={re.escape(dashboard.latitude.input_value())}&"))
    page.go_back()
    expect(dashboard.longitude).to_have_value(first[1])
    expect(dashboard.badge).to_contain_text("clear here")


def test_a_side_length_that_is_typed_is_the_one_that_is_used(dashboard: DashboardPage) -> None:
    dashboard.place_area()
    side = dashboard.page.get_by_role("textbox", name="Side length (km), as a number")
    dashboard.type_into(side, "0,7")
    expect(dashboard.page.locator(".eo-sum")).to_have_text("49.0 ha · 4,900 pixels of 10 m")
    expect(side).to_have_value("0.7")
    dashboard.type_into(side, "wide")
    expect(side).to_have_value("0.7")

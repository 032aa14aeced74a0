"""Wrong input and faults: one clear sentence each, nothing lost, the page stays usable."""

import re
import time

from playwright.sync_api import expect

from tests.browser.page import DashboardPage
from tests.support.patience import quickest


def test_cancel_frees_the_page_at_once(dashboard: DashboardPage) -> None:
    dashboard.place_area()

    def seconds() -> float:
        dashboard.main.click()
        expect(dashboard.main).to_have_text("Calculating…")
        expect(dashboard.main).to_be_disabled()
        dashboard.cancel.click()
        clicked = time.monotonic()
        expect(dashboard.main).to_be_enabled()
        return time.monotonic() - clicked

    assert quickest(seconds, 1) < 1
    expect(dashboard.message).to_contain_text("Stopped.")
    expect(dashboard.main).to_be_focused()
    dashboard.page.wait_for_timeout(3000)
    expect(dashboard.bars).to_have_count(0)
    dashboard.calculate()
    expect(dashboard.bars).to_have_count(7)


def test_a_month_without_images_offers_a_wider_search(dashboard: DashboardPage) -> None:
    dashboard.place_area()
    dashboard.start.fill("2016-03-01")
    dashboard.end.fill("2016-03-31")
    dashboard.end.blur()
    dashboard.main.click()
    expect(dashboard.message).to_contain_text("No images", timeout=90_000)
    expect(dashboard.button("Search February to April")).to_be_visible()
    dashboard.start.fill("2024-06-01")
    dashboard.end.fill("2024-06-30")
    dashboard.end.blur()
    expect(dashboard.message).to_contain_text("Ready.")
    dashboard.calculate()


def test_dates_in_the_wrong_order_can_be_swapped(dashboard: DashboardPage) -> None:
    dashboard.place_area()
    start, end = dashboard.start.input_value(), dashboard.end.input_value()
    dashboard.start.fill(end)
    dashboard.end.fill(start)
    dashboard.end.blur()
    expect(dashboard.message).to_contain_text("The end date is before the start date")
    expect(dashboard.main).to_be_disabled()
    dashboard.button("Swap them").click()
    expect(dashboard.start).to_have_value(start)
    expect(dashboard.end).to_have_value(end)
    expect(dashboard.main).to_be_enabled()


def test_a_wrong_latitude_keeps_everything(dashboard: DashboardPage) -> None:
    dashboard.place_area()
    longitude = dashboard.longitude.input_value()
    for text, sentence in (("nan", "not a number"), ("95", "out of range"), ("north", "not a number")):
        dashboard.type_into(dashboard.latitude, text)
        expect(dashboard.message).to_contain_text(sentence)
        expect(dashboard.main).to_be_disabled()
        expect(dashboard.outline).to_have_count(2)
        expect(dashboard.longitude).to_have_value(longitude)
    dashboard.type_into(dashboard.latitude, "48,5")
    expect(dashboard.message).to_contain_text("Ready.")


def test_changed_settings_are_told_apart_from_the_result(dashboard: DashboardPage) -> None:
    dashboard.place_area()
    dashboard.calculate()
    dashboard.slide("Cloud cover, at most (%)", 1)
    expect(dashboard.badge).to_have_text("Out of date")
    expect(dashboard.message).to_contain_text("Settings changed. The results are still from")
    expect(dashboard.main).to_have_text("Update clusters")
    expect(dashboard.button(re.compile(r"Download GeoTIFF \(\d+ \w+\)"))).to_be_enabled()
    dashboard.slide("Cloud cover, at most (%)", -1)
    expect(dashboard.badge).to_contain_text("clear here")
    expect(dashboard.main).to_have_text("Calculate again")
    dashboard.button("Move area").click()
    dashboard.click_map(0.6, 0.4)
    expect(dashboard.outline).to_have_count(4)
    expect(dashboard.badge).to_have_text("Out of date")
    expect(dashboard.outline.last).to_have_attribute("stroke-dasharray", re.compile(r"\d"))

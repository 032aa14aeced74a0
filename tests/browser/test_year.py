"""A year of the demo's land in a real browser: one click more than one day."""

import re

from playwright.sync_api import expect

from tests.browser.page import DashboardPage

RUN_MS = 120_000


def test_a_year_is_one_segment_away_and_shows_its_curves(dashboard: DashboardPage) -> None:
    page = dashboard.page
    page.get_by_role("button", name="Through the year").click()
    expect(page.locator(".eo-spelled")).to_contain_text("1 January 2024 to 31 December 2024")
    dashboard.place_area()
    expect(dashboard.message).to_contain_text("up to 12 dates")
    assert not dashboard.scrolling(), "the form is as high as before"
    dashboard.main.click()
    expect(dashboard.message).to_contain_text("Done in", timeout=RUN_MS)
    expect(page.locator(".eo-date h2")).to_have_text("Through the year 2024 · 11 dates")
    assert "composite=" in page.url

    page.get_by_role("tab", name="Spectra").click()
    curves = page.locator(".eo-curves")
    expect(curves.locator(".curve path.line").first).to_be_visible()
    expect(curves.locator(".curve path.line")).to_have_count(12 + 1)
    page.get_by_label("Show").select_option("B08 · Near infrared")
    expect(curves.locator("text.axislabel", has_text="B08")).to_be_visible()

    page.get_by_role("tab", name="Scenes").click()
    expect(page.get_by_role("button", name=re.compile("^Leave out"))).to_have_count(11, timeout=RUN_MS)
    page.get_by_role("button", name="Clear looks").click()
    expect(page.locator(".leaflet-extra-pane img")).to_be_visible()
    assert not dashboard.nameless()

    page.get_by_role("tab", name="Change").click()
    expect(page.locator(".leaflet-extra-pane img")).to_have_count(0)
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator(".eo-running")).to_contain_text("No images here", timeout=RUN_MS)


def test_all_bands_have_signatures_to_2200_nm_and_false_colour_in_swir(dashboard: DashboardPage) -> None:
    page = dashboard.page
    page.get_by_label("Look at").select_option("All bands")
    dashboard.place_area()
    dashboard.main.click()
    expect(dashboard.message).to_contain_text("Done in", timeout=RUN_MS)
    page.get_by_role("tab", name="Spectra").click()
    expect(page.locator(".eo-signatures .tick text", has_text="2202")).to_be_visible()
    images = page.locator(".leaflet-img-pane img")
    before = images.nth(1).get_attribute("src")
    dashboard.tick("False colour").press("Space")
    page.get_by_label("What false colour shows").select_option("SWIR")
    expect(images.nth(1)).not_to_have_attribute("src", before or "")

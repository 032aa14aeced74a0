"""The page on paper: result, map, bars and table on one page, whatever the screen."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.page import DashboardPage

PAPERS = ({"format": "A4"}, {"format": "Letter"}, {"format": "A4", "landscape": True})


@pytest.mark.parametrize("size", [(1280, 800), (900, 900), (390, 844)], ids=["laptop", "tablet", "phone"])
def test_a_result_is_one_page(dashboard: DashboardPage, size: tuple[int, int]) -> None:
    page = dashboard.page
    dashboard.place_area()
    dashboard.calculate()
    page.get_by_role("tab", name="Spectra").click()
    page.set_viewport_size({"width": size[0], "height": size[1]})
    for paper in PAPERS:
        assert pages_of(page.pdf(**paper, print_background=True)) == 1, paper
    dashboard.slide("Number of clusters", 6)
    expect(page.locator(".eo-row")).to_have_count(13, timeout=60_000)
    page.emulate_media(media="print")
    expect(dashboard.bars.first).to_be_hidden()  # those of the result before
    page.emulate_media(media="screen")
    page.get_by_role("tab", name="Areas").click()
    expect(dashboard.bars).to_have_count(13, timeout=60_000)
    page.get_by_role("tab", name="Scenes").click()
    for paper in PAPERS:
        assert pages_of(page.pdf(**paper, print_background=True)) == 1, paper

    page.emulate_media(media="print")
    for part in (dashboard.map, page.locator(".eo-date"), page.locator(".eo-row").last, dashboard.bars.first):
        expect(part).to_be_visible()
    expect(page.locator(".eo-scene .eo-pop")).to_contain_text("modified Copernicus Sentinel data")
    expect(page.locator(".eo-scene .eo-pop")).to_be_visible()
    hidden = (dashboard.main, dashboard.latitude, dashboard.button("Help"), dashboard.button("Copy table"))
    for part in (*hidden, dashboard.tick("True colour"), page.locator(".eo-ask").first):
        expect(part).to_be_hidden()
    page.emulate_media(media="screen")
    expect(dashboard.main).to_be_visible()


def pages_of(pdf: bytes) -> int:
    """Return how many pages a PDF from Chromium has."""
    return len(re.findall(rb"/Type\s*/Page\b", pdf))

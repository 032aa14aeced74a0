"""Zones are offered where a file brought several, and nowhere else."""

from playwright.sync_api import expect

from tests.browser.page import DashboardPage


def test_a_square_has_no_table_by_zone(dashboard: DashboardPage) -> None:
    dashboard.place_area()
    dashboard.calculate()
    expect(dashboard.button("By zone")).to_have_count(0)
    dashboard.button("More formats").click()
    expect(dashboard.button("Zones (CSV)")).to_be_hidden()
    expect(dashboard.button("Report")).to_be_visible()

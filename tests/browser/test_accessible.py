"""axe-core looks at the page in every state: no violation."""

import json
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.page import DashboardPage

axe = pytest.importorskip("axe_playwright_python")
SLOW_MS = 60_000
NOT_OURS = (".leaflet-control-attribution",)
"""Parts whose text other people write."""


def violations(dashboard: DashboardPage) -> list[str]:
    """Return what axe-core has against the page as it is now: rule, help, and the elements."""
    page = dashboard.page
    if not page.evaluate("'axe' in window"):
        page.evaluate((files(axe) / "axe.min.js").read_text("utf-8"))
    scope = json.dumps({"include": [[".eo-wrap"]], "exclude": [[part] for part in NOT_OURS]})
    found: dict[str, Any] = page.evaluate(f"axe.run({scope})")
    return [
        f"{entry['id']}: {entry['help']}: {[node['html'][:160] for node in entry['nodes']]}"
        for entry in found["violations"]
    ]


def test_before_a_result(dashboard: DashboardPage) -> None:
    assert violations(dashboard) == [], "empty"
    dashboard.page.get_by_text("Help", exact=True).click()
    assert violations(dashboard) == [], "help"
    dashboard.page.keyboard.press("Escape")
    dashboard.button("Draw").click()
    expect(dashboard.page.locator(".cursor-marker")).to_have_count(1, timeout=SLOW_MS)
    assert violations(dashboard) == [], "drawing"
    dashboard.button("Upload").click()
    assert violations(dashboard) == [], "a file"
    dashboard.button("Square").click()
    dashboard.place_area()
    assert violations(dashboard) == [], "an area"
    dashboard.type_into(dashboard.latitude, "95")
    expect(dashboard.message).to_contain_text("out of range")
    assert violations(dashboard) == [], "a wrong latitude"
    add = "() => document.querySelector('.eo-app').append(document.createElement('img'))"
    dashboard.page.evaluate(add)
    assert "image-alt" in violations(dashboard)[0], "axe-core does look"


def test_after_a_result(dashboard: DashboardPage) -> None:
    page = dashboard.page
    dashboard.place_area()
    dashboard.main.click()
    expect(dashboard.main).to_have_text("Calculating…")
    assert violations(dashboard) == [], "running"
    dashboard.expect_result()
    assert violations(dashboard) == [], "a result"
    dashboard.click_map(0.55, 0.5)
    expect(page.locator(".eo-pixel")).to_contain_text("Reflectance", timeout=SLOW_MS)
    assert violations(dashboard) == [], "a pixel"
    page.get_by_text("Details").click()
    assert violations(dashboard) == [], "details"
    page.keyboard.press("Escape")
    dashboard.button("More formats").click()
    expect(dashboard.button("More formats")).to_have_attribute("aria-expanded", "true")
    assert violations(dashboard) == [], "more formats"
    page.keyboard.press("Escape")
    expect(dashboard.button("More formats")).to_be_focused()
    dashboard.button("Edit classes").click()
    assert violations(dashboard) == [], "classes"
    dashboard.button("Done").click()
    expect(dashboard.button("Edit classes")).to_be_focused()
    dashboard.slide("Cloud cover, at most (%)", 1)
    expect(dashboard.badge).to_have_text("Out of date")
    assert violations(dashboard) == [], "stale"


@pytest.mark.parametrize("name", ["Spectra", "Scenes", "Quality", "Change"])
def test_in_a_tab(dashboard: DashboardPage, name: str) -> None:
    dashboard.place_area()
    dashboard.calculate()
    dashboard.page.get_by_role("tab", name=name).click()
    panel = dashboard.page.get_by_role("tabpanel").filter(visible=True)
    expect(panel).to_have_count(1)
    if name == "Scenes":
        expect(panel).to_contain_text("clearest over your area first", timeout=SLOW_MS)
    if name == "Quality":
        for question in ("How many clusters?", "Smallest patch"):
            panel.get_by_role("button", name=question).click()
        expect(panel).to_contain_text("You use 6.", timeout=SLOW_MS)
    assert violations(dashboard) == []

"""The page in every state under axe-core, in forced colours, and in a dark JupyterLab."""

import io
import json
import re
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Locator, expect
from shapely import box
from shapely.geometry import mapping

from tests.browser.accessibility import violations
from tests.browser.conftest import Open
from tests.browser.page import RUN_MS, DashboardPage
from tests.browser.test_area import upload
from tests.browser.test_notebooks import CONNECTED, core, run_notebook

SLOW_MS = 60_000
DARK = "() => window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})"


def test_axe_finds_nothing_before_and_around_a_run(open_page: Open, voila: str) -> None:
    dashboard = open_page(voila, size=(390, 844), touch=True).wait_until_ready()
    page = dashboard.page
    assert violations(page) == []
    dashboard.button("Draw").click()
    expect(dashboard.map.locator(".cursor-marker")).to_have_attribute("aria-hidden", "true")
    assert violations(page) == []
    dashboard.button("Upload").click()
    assert violations(page) == []
    dashboard.button("Square").click()
    dashboard.type_into(dashboard.latitude, "99")
    expect(dashboard.main).to_be_disabled()
    assert violations(page) == []
    dashboard.map.click()
    dashboard.main.click()
    expect(dashboard.main).to_have_text("Calculating…")
    assert violations(page) == []
    dashboard.expect_result()
    assert violations(page) == []


def test_axe_finds_nothing_in_a_result(dashboard: DashboardPage) -> None:
    page = dashboard.page
    dashboard.place_area()
    dashboard.calculate()
    assert violations(page) == []
    for name, told in (
        ("Spectra", "Reflectance"),
        ("Scenes", "In use"),
        ("Quality", "of the pixels"),
        ("Change", "Second date"),
    ):
        page.get_by_role("tab", name=name).click()
        panel = page.get_by_role("tabpanel").filter(visible=True)
        expect(panel).to_contain_text(told, timeout=SLOW_MS)
        for fold in panel.locator(".eo-fold-head").all():
            if fold.get_attribute("aria-expanded") == "false":
                fold.click()
        assert violations(page) == [], name
    page.get_by_role("tab", name="Areas").click()
    dashboard.button("Edit classes").click()
    expect(page.get_by_label("Name of class 1", exact=True)).to_be_visible()
    assert violations(page) == []
    dashboard.button("Done").click()


def test_axe_finds_nothing_in_cards_and_stale_results(dashboard: DashboardPage) -> None:
    page = dashboard.page
    dashboard.place_area()
    dashboard.calculate()
    for opener in ("Help", "Details"):
        page.get_by_text(opener, exact=True).click()
        assert violations(page) == [], opener
        page.keyboard.press("Escape")
    dashboard.button("More formats").click()
    expect(page.locator(".eo-format b").last).to_contain_text("B", timeout=SLOW_MS)
    assert violations(page) == []
    page.keyboard.press("Escape")
    dashboard.slide("Side length (km)", 1)
    expect(dashboard.main).to_have_text(re.compile("Update"))
    assert violations(page) == []


def test_forced_colours_lose_nothing(dashboard: DashboardPage) -> None:
    page = dashboard.page
    dashboard.place_area()
    dashboard.calculate()
    page.emulate_media(forced_colors="active", color_scheme="dark")
    for row in page.locator(".eo-row").all():
        chip = row.locator(".eo-chip span")
        assert most_frequent_color(chip) == chip.evaluate("e => e.style.backgroundColor")
    assert most_frequent_color(dashboard.bars.first) == dashboard.rows()[0].color
    current, other = page.get_by_role("tab", name="Areas"), page.get_by_role("tab", name="Spectra")
    assert line_beneath(current) != line_beneath(other)
    for rail in page.locator(".noUi-target").all():
        assert rail.evaluate("e => parseFloat(getComputedStyle(e).borderTopWidth)") >= 1
    pressed, free = dashboard.button("Square"), dashboard.button("Draw")
    assert most_frequent_pixel(pressed) != most_frequent_pixel(free)
    dashboard.main.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    outline = dashboard.main.evaluate(
        "e => [getComputedStyle(e).outlineStyle, getComputedStyle(e).outlineWidth]"
    )
    assert outline == ["solid", "3px"]
    other.click()
    expect(page.locator(".eo-sfig svg").first).to_be_visible()  # the tab has settled
    swatch = page.locator(".eo-chips i").first
    assert most_frequent_color(swatch) == swatch.evaluate("e => e.style.backgroundColor")


def test_a_dark_jupyterlab_hides_nothing(open_page: Open, jupyter: str) -> None:
    dashboard = open_page(f"{jupyter}lab/tree/dashboard.ipynb?reset")
    dashboard.page.wait_for_function(CONNECTED, timeout=RUN_MS)
    dashboard.page.evaluate(DARK)
    expect(dashboard.page.locator("body")).to_have_attribute("data-jp-theme-light", "false")
    core(run_notebook(dashboard))
    ours = [line for line in violations(dashboard.page, ".eo-wrap") if "color-contrast" in line]
    assert ours == []
    for part in (
        dashboard.page.locator(".leaflet-control-zoom-in"),
        dashboard.page.locator(".eo-form .widget-readout").filter(visible=True).first,
        dashboard.page.locator(".eo-check").filter(visible=True).first,
    ):
        part.scroll_into_view_if_needed()
        assert len(colors(part)) > 1, "nothing is to be seen there"
    expect(dashboard.start).to_have_css("color-scheme", "light")


def colors(part: Locator) -> list[tuple[int, tuple[int, int, int]]]:
    """Return the colours in the picture of a part, with their numbers of pixels, the most frequent first."""
    picture = Image.open(io.BytesIO(part.screenshot())).convert("RGB")
    found = picture.getcolors(picture.width * picture.height)
    assert found is not None
    return sorted(found, reverse=True)


def most_frequent_pixel(part: Locator) -> tuple[int, int, int]:
    return colors(part)[0][1]


def most_frequent_color(part: Locator) -> str:
    return f"rgb{most_frequent_pixel(part)}"


def line_beneath(tab: Locator) -> str:
    return str(tab.evaluate("e => getComputedStyle(e).borderBottom"))


def test_axe_finds_nothing_in_what_came_later(open_page: Open, voila: str, tmp_path: Path) -> None:
    """A year's form, bands of one's own, a file with zones and their table, the sieve, names, checking."""
    dashboard = open_page(f"{voila}?lat=48.4565&lon=11.6365&km=5").wait_until_ready()
    page = dashboard.page
    dashboard.button("More on clouds").click()
    dashboard.button("Through the year").click()
    page.get_by_label("Look at").select_option("Choose…")
    expect(page.get_by_label("Bands and indices")).to_be_visible()
    assert violations(page) == []
    page.get_by_label("Look at").select_option("10 m bands")
    dashboard.button("One day").click()

    path = tmp_path / "fields.geojson"
    path.write_text(json.dumps(fields()))
    upload(dashboard, path)
    expect(page.get_by_text("fields.geojson", exact=True)).to_be_visible(timeout=SLOW_MS)
    dashboard.calculate()
    dashboard.button("By zone").click()
    expect(page.get_by_role("table")).to_contain_text("Field 1", timeout=SLOW_MS)
    assert violations(page) == []
    dashboard.button("Whole area").click()
    for fold in ("Names from", "Why these names?"):
        dashboard.button(fold).click()
    assert violations(page) == []

    page.get_by_role("tab", name="Quality").click()
    for fold in ("Smallest patch", "Check it"):
        dashboard.button(fold).click()
    page.get_by_label("Smallest patch").select_option("0.5 ha (50 pixels)")
    panel = page.get_by_role("tabpanel").filter(visible=True)
    expect(panel).to_contain_text("patches became", timeout=SLOW_MS)
    assert violations(page) == []
    page.get_by_role("tab", name="Areas").click()
    expect(dashboard.button("No patches below 0.5 ha")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("tab", name="Quality").click()
    dashboard.button("Draw the points").click()
    expect(page.locator(".eo-chip-frame img[src]")).to_have_count(2, timeout=SLOW_MS)
    assert violations(page) == []


def fields() -> dict[str, Any]:
    """Return two fields beside each other with their names."""
    features = [
        {
            "type": "Feature",
            "properties": {"name": f"Field {n}"},
            "geometry": mapping(box(11.60 + 0.02 * n, 48.44, 11.615 + 0.02 * n, 48.465)),
        }
        for n in (1, 2)
    ]
    return {"type": "FeatureCollection", "features": features}

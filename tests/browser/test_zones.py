"""Three municipalities in one file: hectares of each, in a table and on the map."""

import json
from pathlib import Path

import shapely
from playwright.sync_api import expect
from shapely.geometry import mapping

from demo.place import LATITUDE, LONGITUDE
from tests.browser.page import DashboardPage
from tests.browser.test_area import upload

NAMES = ("Kaltern", "Eppan", "Tramin <b>")
COUNTED_MS = 30_000


def municipalities(path: Path) -> Path:
    features = [
        {
            "type": "Feature",
            "geometry": mapping(
                shapely.box(LONGITUDE + 0.01 * n, LATITUDE, LONGITUDE + 0.01 * (n + 1), LATITUDE + 0.01)
            ),
            "properties": {"code": 100 - n, "name": name},
        }
        for n, name in enumerate(NAMES)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def test_a_file_of_three_zones_has_a_table_by_zone(dashboard: DashboardPage, tmp_path: Path) -> None:
    page = dashboard.page
    upload(dashboard, municipalities(tmp_path / "three.geojson"))
    expect(dashboard.main).to_be_enabled(timeout=COUNTED_MS)
    dashboard.calculate()
    whole = sum(row.hectares for row in dashboard.rows())
    dashboard.button("By zone").click()
    table = page.locator(".eo-zones-table")
    expect(table.locator("tbody tr")).to_have_count(3, timeout=COUNTED_MS)
    names = table.locator("tbody th button")
    assert names.all_inner_texts() == list(NAMES)
    totals = [
        float(text.replace(",", "")) for text in table.locator("tbody td:nth-child(2)").all_inner_texts()
    ]
    assert abs(sum(totals) - whole) <= 2

    table.get_by_role("button", name="Zone", exact=True).click()
    assert names.all_inner_texts() == ["Eppan", "Kaltern", "Tramin <b>"]
    expect(table.locator("thead th").first).to_have_attribute("aria-sort", "ascending")
    page.get_by_label("Zone names").select_option("code")
    expect(names.first).to_have_text("98")
    page.get_by_label("Zone names").select_option("name")

    before = dashboard.outline.count()
    names.nth(1).focus()
    page.keyboard.press("Enter")
    expect(names.nth(1)).to_have_attribute("aria-pressed", "true")
    expect(dashboard.outline).to_have_count(before + 2)
    dashboard.button("Whole area").click()
    expect(dashboard.outline).to_have_count(before)
    expect(page.locator(".eo-rows")).to_be_visible()

    dashboard.button("More formats").click()
    file = dashboard.save(dashboard.button("Zones (CSV)"), tmp_path)
    assert file.read_text("utf-8-sig").splitlines()[0].startswith("zone,code,name,")


def test_a_square_has_no_table_by_zone(dashboard: DashboardPage) -> None:
    dashboard.place_area()
    dashboard.calculate()
    expect(dashboard.button("By zone")).to_have_count(0)
    dashboard.button("More formats").click()
    expect(dashboard.button("Zones (CSV)")).to_be_hidden()
    expect(dashboard.button("Report")).to_be_visible()

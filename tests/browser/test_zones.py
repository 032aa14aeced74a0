"""Three municipalities in one file: hectares of each, in a table and on the map; nowhere else."""

import json
from pathlib import Path

import shapely
from playwright.sync_api import Locator, expect
from shapely.geometry import mapping

from demo.place import LATITUDE, LONGITUDE
from tests.browser.accessibility import violations
from tests.browser.page import RUN_MS, DashboardPage
from tests.browser.test_area import upload
from widgets.results.tabs.by_zone import LINES

NAMES = ("Kaltern", "Eppan", "Tramin <b>")
COUNTED_MS = 60_000


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
    expect(table.locator("tbody tr")).to_have_count(3, timeout=RUN_MS)
    names = table.locator("tbody th button")
    expect(names).to_have_text(list(NAMES))
    assert abs(sum(numbers(table, 2)) - whole) <= 2
    assert violations(page, ".eo-areas") == []

    # Sorted: by name from A, by a class from the most.
    heads = table.locator("thead th")
    table.get_by_role("button", name="Zone", exact=True).click()
    expect(names).to_have_text(["Eppan", "Kaltern", "Tramin <b>"])
    expect(heads.first).to_have_attribute("aria-sort", "ascending")
    heads.nth(2).get_by_role("button").click()
    expect(heads.nth(2)).to_have_attribute("aria-sort", "descending")
    sorted_ = numbers(table, 3)
    assert sorted_ == sorted(sorted_, reverse=True)
    assert len(set(sorted_)) > 1
    page.get_by_label("Zone names").select_option("code")
    expect(names.filter(has_text="98")).to_have_count(1)
    page.get_by_label("Zone names").select_option("name")
    expect(names.filter(has_text="Eppan")).to_have_count(1)

    # Copied as it is shown: what a spreadsheet takes.
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    dashboard.button("Copy table").click()
    expect(page.get_by_text("Copied", exact=True)).to_be_visible()
    head, *lines = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert head.split("\t")[:2] == ["Zone", "All, ha"]
    assert {line.split("\t")[0] for line in lines} == set(NAMES)


def test_a_zone_s_name_shows_it_on_the_map(dashboard: DashboardPage, tmp_path: Path) -> None:
    page = dashboard.page
    upload(dashboard, municipalities(tmp_path / "three.geojson"))
    expect(dashboard.main).to_be_enabled(timeout=COUNTED_MS)
    dashboard.calculate()
    dashboard.button("By zone").click()
    names = page.locator(".eo-zones-table tbody th button")
    expect(names).to_have_count(3, timeout=RUN_MS)
    before = dashboard.outline.count()
    lefts = []
    for number in range(3):
        names.nth(number).focus()
        page.keyboard.press("Enter")
        expect(names.nth(number)).to_have_attribute("aria-pressed", "true")
        expect(names.and_(page.locator("[aria-pressed=true]"))).to_have_count(1)
        expect(dashboard.outline).to_have_count(before + 2)
        lefts.append(left_of(page.locator(f".leaflet-aoi-pane path[stroke='{LINES[-1][0]}']")))
    assert lefts == sorted(lefts)
    assert lefts[2] - lefts[0] > 20
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


def numbers(table: Locator, column: int) -> list[float]:
    """Return the hectares in a column of the table, without the percentages below them."""
    texts = table.locator(f"tbody tr > :nth-child({column})").all_inner_texts()
    return [float(text.split()[0].replace(",", "")) for text in texts]


def left_of(part: Locator) -> float:
    """Return the left edge of a part once it stands still."""
    part.page.wait_for_timeout(600)
    box = part.bounding_box()
    assert box is not None
    return box["x"]

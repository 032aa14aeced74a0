"""Repeat for other places, from the page to the command line; a map without tiles that names its towns."""

import json
import zipfile
from pathlib import Path

from playwright.sync_api import expect

from demo.place import LATITUDE, LONGITUDE
from pipeline.batch.repeat import COMMAND
from tests.browser.page import DashboardPage

LOOKED_UP_MS = 60_000


def test_a_list_of_places_becomes_requests_and_a_command(dashboard: DashboardPage, tmp_path: Path) -> None:
    page = dashboard.page
    dashboard.place_area()
    dashboard.calculate()
    dashboard.button("Repeat for other places").click()
    places = page.get_by_label("Places, one a line")
    dashboard.type_into(places, f"Bolzano\nHere; {LATITUDE}, {LONGITUDE}\nXyzzyville")
    told = page.locator(".eo-elsewhere-told")
    expect(told).to_contain_text("2 places", timeout=LOOKED_UP_MS)
    expect(told).to_contain_text("“Xyzzyville” is no town")
    expect(page.locator(".eo-elsewhere-command")).to_have_text(COMMAND)
    saved = dashboard.save(dashboard.button("Save list and model"), tmp_path)
    with zipfile.ZipFile(saved) as archive:
        lines = [json.loads(line) for line in archive.read("places.jsonl").decode().splitlines()]
        assert set(archive.namelist()) == {"places.jsonl", "model.json", "README.txt"}
    assert [line["name"] for line in lines] == ["Bolzano, Italy", "Here"]
    assert lines[1]["request"]["area"]["latitude"] == LATITUDE


def test_a_map_without_tiles_names_its_towns(dashboard: DashboardPage) -> None:
    names = dashboard.page.locator(".leaflet-names-pane img")
    expect(names).to_have_count(1, timeout=LOOKED_UP_MS)
    expect(dashboard.page.locator(".leaflet-control-attribution")).to_contain_text("GeoNames")

"""The table of zones: counted in the background, named by an attribute, the chosen one on the map."""

import threading
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import ipywidgets as ipw
import numpy as np
import pandas as pd
import pytest

from pipeline import AreaOfInterest
from pipeline.area.aoi import Zone
from pipeline.explore.zones import ZoneTable
from pipeline.outcome.values import Missing
from tests.support.patience import until
from widgets.results import rows
from widgets.results.tabs.areas import Areas
from widgets.results.tabs.by_zone import LATER, ByZone, tab_separated
from widgets.session.gate import Gate

WEST = (((11.0, 46.0), (11.1, 46.0), (11.1, 46.1), (11.0, 46.1), (11.0, 46.0)),)
EAST = (((11.3, 46.0), (11.4, 46.0), (11.4, 46.1), (11.3, 46.1), (11.3, 46.0)),)
AREA = replace(
    AreaOfInterest.polygon({"type": "MultiPolygon", "coordinates": [WEST, EAST]}),
    zones=(Zone((WEST,), (("name", "West <b>"),)), Zone((EAST,), (("name", "East"),)), Zone((), ())),
)
TABLE = ZoneTable(
    ("name", "number"),
    (("West <b>", 4), ("East", 3), (None, None)),
    ("Water", "Forest"),
    np.array([[1.0, 2.5], [0.0, 4.0], [0.0, 0.0]]),
    np.array([0.5, 0.0, 0.0]),
    np.array([0.0, 1.0, 0.0]),
    0.25,
)


class Result(SimpleNamespace):
    """An analysis as far as the table asks, that counts when it is let."""

    missing = Missing(0.0, 0.0, 1.5)

    @property
    def zone_table(self) -> ZoneTable:
        self.go_on.wait(20)
        return TABLE


def result(area: AreaOfInterest = AREA, *, preview: bool = False) -> Any:
    colors = ["#9aa5af", "#0000ff", "#ffff00"]
    areas = pd.DataFrame(
        {
            "name": ["Masked", "Water", "Forest"],
            "color": colors,
            "hectares": [1.5, 1, 6.5],
            "share": [0.1] * 3,
        }
    )
    suggestions = [SimpleNamespace(reason=""), SimpleNamespace(reason="")]
    request = SimpleNamespace(area=area)
    return Result(
        request=request,
        areas=areas,
        preview=preview,
        go_on=threading.Event(),
        suggestions=suggestions,
        smallest_patch_ha=0.0,
    )


class LegendBox(ipw.VBox):
    """The legend as far as the tab asks."""

    def draw_bars(self) -> None:
        pass

    def set_tools(self, *_tools: Any) -> None:
        pass


class Page:
    def __init__(self) -> None:
        self.reported: list[Exception] = []
        self.gate = Gate(self.reported.append)
        self.laid: dict[str, Any] = {}
        self.host: Any = SimpleNamespace(gate=self.gate, lay=self.laid.__setitem__)
        self.told = 0
        self.by_zone = ByZone(self.host, self.tell)

    def tell(self) -> None:
        self.told += 1

    def count(self, of: Any) -> None:
        before = self.told
        of.go_on.set()
        self.by_zone.show(of)
        until(lambda: self.told > before, self.gate.lock)


@pytest.fixture
def page() -> Page:
    return Page()


def test_zones_are_counted_in_the_background_and_then_shown(page: Page) -> None:
    made = result()
    page.by_zone.show(made)
    assert "Counting" in page.by_zone.notes.value
    assert page.by_zone.rows not in page.by_zone.children
    made.go_on.set()
    until(lambda: page.told > 0, page.gate.lock)
    assert page.by_zone.rows in page.by_zone.children
    assert page.by_zone.rows.rows[0] == ["West <b>", 4.0, 1.0, 2.5, 0.5, 0.0]
    assert [c["title"] for c in page.by_zone.rows.columns] == [
        "Zone",
        "All, ha",
        "Water",
        "Forest",
        "Cloud",
        "Missing",
    ]
    assert page.by_zone.rows.columns[2]["chip"] == "1"
    assert "overlap" in page.by_zone.notes.value
    assert page.reported == []


def test_another_attribute_names_them(page: Page) -> None:
    page.count(result())
    assert page.by_zone.naming.value == "name"
    page.by_zone.naming.value = "number"
    assert [row[0] for row in page.by_zone.rows.rows] == ["4", "3", "Zone 3"]
    page.by_zone.naming.value = ""
    assert [row[0] for row in page.by_zone.rows.rows] == ["Zone 1", "Zone 2", "Zone 3"]


def test_the_choice_of_names_and_zone_outlives_another_grouping(page: Page) -> None:
    page.count(result())
    page.by_zone.naming.value, page.by_zone.rows.chosen = "number", 2
    page.count(result())
    assert page.by_zone.naming.value == "number"
    assert page.by_zone.rows.chosen == 2


def test_a_chosen_zone_is_outlined_on_the_copy_of_the_world_that_is_seen(page: Page) -> None:
    page.count(result())
    page.by_zone.rows.chosen = 2
    white, dark = page.laid["zone"](360.0)
    corners = {(round(y, 3), round(x, 3)) for y, x in dark.locations[0][0]}
    assert corners == {(46.0, 371.3), (46.0, 371.4), (46.1, 371.4), (46.1, 371.3)}
    assert white.weight > dark.weight
    page.by_zone.rows.chosen = 3
    assert page.laid["zone"] is None, "nothing is left of this feature"
    page.by_zone.rows.chosen = 1
    page.by_zone.leave()
    assert page.laid["zone"] is None


def test_a_preview_is_not_counted(page: Page) -> None:
    page.by_zone.show(result(preview=True))
    assert page.by_zone.notes.value == LATER


def test_the_table_can_be_copied(page: Page) -> None:
    page.count(result())
    lines = page.by_zone.text.splitlines()
    assert lines[0].split("\t") == ["Zone", "All, ha", "Water", "Forest", "Cloud", "Missing"]
    assert lines[2] == "East\t5.00\t0.00\t4.00\t0.00\t1.00"
    assert tab_separated([["a\tb\nc", "d"]]) == "a b c\td\n"


def test_the_tab_offers_zones_only_where_there_are_several(page: Page) -> None:
    box: Any = LegendBox()
    editor: Any = SimpleNamespace(left_behind=None, edits=None, calculated=None, refined=None)
    areas = Areas(box, editor, page.host)
    alone = replace(AREA, zones=AREA.zones[:1])
    areas.show(result(alone))
    assert "eo-gone" in areas.by._dom_classes
    assert areas.copy.text == rows.as_text(rows.of(result(alone)))
    assert "2\tForest\t6.50\t10.00" in areas.copy.text
    made = result()
    made.go_on.set()
    areas.show(made)
    assert "eo-gone" not in areas.by._dom_classes
    assert "eo-set-aside" not in box._dom_classes
    areas.by.children[1].click()
    assert "eo-gone" not in areas.by_zone._dom_classes
    assert "eo-set-aside" in box._dom_classes
    until(lambda: "East" in areas.copy.text, page.gate.lock)
    areas.by.children[0].click()
    assert "eo-set-aside" not in box._dom_classes
    assert "Forest\t6.50" in areas.copy.text
    assert page.reported == []

"""The walk to hectares that can be believed: run, names from a map, split, 60 points, estimate, report.

On the demo by keyboard alone, on real pixels around Bolzano by mouse.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import rasterio
from playwright.sync_api import Locator, expect

import demo
from pipeline.sentinel2.scene_classes import SCENE_CLASSES
from tests.browser.conftest import Open
from tests.browser.page import DashboardPage
from tests.browser.test_tabs import SLOW_MS

N_POINTS = 60
Act = Callable[[Locator], None]
"""Works a button or a tick: by mouse, or by keyboard."""
Look = Callable[[str], None]
"""Takes a picture of a state, where somebody wants one."""


def by_mouse(control: Locator) -> None:
    control.click()


def by_keyboard(control: Locator) -> None:
    expect(control).to_be_enabled()  # as a person would wait
    control.focus()
    is_tick = control.evaluate("e => e.matches('input[type=checkbox]')")
    control.press("Space" if is_tick else "Enter")


def nothing(_state: str) -> None: ...


def turn_by_keyboard(dashboard: DashboardPage, title: str) -> Locator:
    """Go to a tab with the arrow keys and return what is in it."""
    tabs = dashboard.page.get_by_role("tab")
    titles = tabs.all_inner_texts()
    open_one = dashboard.page.locator("[role=tab][aria-selected=true]")
    steps = titles.index(title) - titles.index(open_one.inner_text())
    open_one.focus()
    for _ in range(abs(steps)):
        dashboard.page.keyboard.press("ArrowRight" if steps > 0 else "ArrowLeft")
    dashboard.page.keyboard.press("Enter")
    expect(dashboard.page.get_by_role("tab", name=title)).to_have_attribute("aria-selected", "true")
    return dashboard.page.get_by_role("tabpanel").filter(visible=True)


def split(dashboard: DashboardPage, act: Act, number: int, n_before: int, look: Look) -> None:
    """Split a cluster in two."""
    act(dashboard.button("Edit classes"))
    act(dashboard.page.get_by_label(f"Merge class {number}", exact=True))
    look("split_chosen")
    act(dashboard.button("Split this cluster"))
    expect(dashboard.clusters).to_have_count(n_before + 1, timeout=SLOW_MS)
    done(dashboard, act)
    look("split")


def done(dashboard: DashboardPage, act: Act) -> None:
    """End editing the classes."""
    act(dashboard.button("Done"))
    expect(dashboard.page.get_by_label("Name of class 1", exact=True)).to_have_count(0)


def label(dashboard: DashboardPage, choose: Callable[[int], None], look: Look) -> None:
    """Draw points and label sixty of them."""
    page = dashboard.page
    expect(page.locator(".eo-chip-frame img[src]")).to_have_count(2, timeout=SLOW_MS)
    look("labelling")
    for number in range(1, N_POINTS + 1):
        expect(page.locator(".eo-label-words b")).to_contain_text(f"Point {number} of")
        choose(number)
    expect(page.locator(".eo-label-words b")).to_contain_text(f"Point {N_POINTS + 1} of")
    look("labelled")


def estimate(dashboard: DashboardPage, act: Act, look: Look) -> None:
    """Make the labels into hectares with intervals."""
    page = dashboard.page
    page.keyboard.press("Escape")
    act(dashboard.button("Estimate"))
    expect(page.locator("table.eo-estimate")).to_be_visible(timeout=SLOW_MS)
    expect(page.locator(".eo-check-told")).to_contain_text(f"{N_POINTS} of")
    look("estimate")


def report_of(dashboard: DashboardPage, act: Act, folder: Path) -> str:
    """Save the report and return its text."""
    act(dashboard.button("More formats"))
    with dashboard.page.expect_download(timeout=SLOW_MS) as download:
        act(dashboard.page.get_by_role("button", name=re.compile("^Report")))
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path.read_text("utf-8")


def walk_of_the_demo(dashboard: DashboardPage, folder: Path, look: Look = nothing) -> str:
    """Walk by keyboard alone and return the report."""
    page = dashboard.page
    for field, value in ((dashboard.latitude, demo.LATITUDE), (dashboard.longitude, demo.LONGITUDE)):
        field.focus()
        page.keyboard.press("Control+A")
        page.keyboard.type(f"{value:.4f}")
        page.keyboard.press("Tab")
    expect(dashboard.main).to_be_enabled()
    by_keyboard(dashboard.main)
    dashboard.expect_result()
    look("result")

    fold = dashboard.button("Names from")
    by_keyboard(fold)
    page.get_by_label("Names from").focus()
    page.keyboard.type("ESA")
    told = page.locator(".eo-agreement")
    expect(told).to_contain_text("Three largest shares", timeout=SLOW_MS)
    expect(told).to_contain_text("published accuracy")
    look("names")
    by_keyboard(fold)

    split(dashboard, by_keyboard, 4, 6, look)
    quality = turn_by_keyboard(dashboard, "Quality")
    expect(quality).to_contain_text("shows what the names say on", timeout=SLOW_MS)
    look("sure")
    by_keyboard(dashboard.button("How sure is this?"))
    by_keyboard(dashboard.button("Check it"))
    expect(quality).to_contain_text("points in", timeout=SLOW_MS)
    look("proposal")
    by_keyboard(dashboard.button("Draw the points"))
    expect(page.get_by_role("region", name="Labelling")).to_be_focused(timeout=SLOW_MS)
    page.keyboard.press("d")
    days = page.get_by_role("group", name="Other dates")
    expect(days.locator("img").or_(days.get_by_text("no other date")).first).to_be_visible(timeout=SLOW_MS)
    look("dates")
    page.keyboard.press("d")
    expect(days).to_be_hidden()
    label(dashboard, lambda number: page.keyboard.press("12345"[number % 5]), look)
    estimate(dashboard, by_keyboard, look)
    turn_by_keyboard(dashboard, "Areas")
    expect(page.locator(".eo-estimated")).to_have_attribute("aria-pressed", "true")
    look("estimated")
    return report_of(dashboard, by_keyboard, folder)


def own_map(shared: Path, folder: Path) -> Path:
    """Write the real scene classification as a map of one's own that names its classes."""
    path = folder / "land cover.tif"
    with rasterio.open(shared / "sentinel2" / "bolzano_202206" / "SCL.tif") as source:
        values, profile = source.read(1), source.profile
    profile = {k: profile[k] for k in ("width", "height", "crs", "transform", "dtype", "count")}
    with rasterio.open(path, "w", driver="GTiff", nodata=0, **profile) as target:
        target.write(values, 1)
        target.update_tags(**{f"class_{n}": name for n, name in enumerate(SCENE_CLASSES)})
    return path


def walk_of_bolzano(dashboard: DashboardPage, own: Path, folder: Path, look: Look = nothing) -> str:
    """Walk by mouse or finger and return the report."""
    page = dashboard.page
    fields = (dashboard.latitude, dashboard.longitude, dashboard.start, dashboard.end)
    for field, value in zip(fields, ("46.49", "11.34", "2022-06-01", "2022-06-30"), strict=True):
        dashboard.type_into(field, value)
    dashboard.calculate()
    names = [row.name for row in dashboard.rows()]
    assert "Mixed: 71 % not vegetated" in names
    expect(page.locator(".eo-doubt span")).to_have_count(0)
    dashboard.button("Why these names?").click()
    expect(page.locator(".eo-reasons")).to_contain_text("71 % not vegetated speaks against that")
    look("why")
    dashboard.button("Why these names?").click()

    dashboard.button("Names from").click()
    source = page.get_by_label("Names from")
    expect(source).to_have_value("Spectra, checked by the scene classification")
    source.select_option("My map (GeoTIFF)")
    page.locator(".eo-areas input[type=file]").set_input_files(own)
    expect(page.locator(".eo-agreement")).to_contain_text("Three largest shares", timeout=SLOW_MS)
    look("names")
    dashboard.button("Names from").click()

    dashboard.button("Edit classes").click()
    dashboard.button("Water as a class of its own").click()
    expect(dashboard.clusters).to_have_count(7, timeout=SLOW_MS)
    done(dashboard, by_mouse)
    assert any(row.name.startswith("Water") for row in dashboard.rows())
    split(dashboard, by_mouse, 2, 7, look)

    page.get_by_role("tab", name="Quality").click()
    expect(page.locator(".eo-sentence").first).to_contain_text("Nobody has checked", timeout=SLOW_MS)
    look("sure")
    dashboard.button("How sure is this?").click()
    dashboard.button("Check it").click()
    dashboard.button("Draw the points").click()
    buttons = page.locator(".eo-label-classes button")
    label(dashboard, lambda number: buttons.nth(number % 5).click(), look)
    estimate(dashboard, by_mouse, look)
    page.get_by_role("tab", name="Areas").click()
    expect(page.locator(".eo-estimated")).to_have_attribute("aria-pressed", "true")
    look("estimated")
    return report_of(dashboard, by_mouse, folder)


def assert_it_tells(report: str) -> None:
    for said in ("Checked on the land", "95 % interval", "Olofsson", f"{N_POINTS} checked points"):
        assert said in report


def test_by_keyboard_on_the_demo(dashboard: DashboardPage, tmp_path: Path) -> None:
    assert_it_tells(walk_of_the_demo(dashboard, tmp_path))


@pytest.mark.real_scenes
@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_by_mouse_and_by_finger_around_bolzano(
    open_page: Open, real_voila: str, shared_dir: Path, tmp_path: Path, size: tuple[int, int]
) -> None:
    dashboard = open_page(real_voila, size=size, touch=size[0] < 700).wait_until_ready()
    assert_it_tells(walk_of_bolzano(dashboard, own_map(shared_dir, tmp_path), tmp_path))

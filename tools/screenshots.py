"""Take the pictures of ``docs/``: ``python -m tools.screenshots [FOLDER]``.

Starts Voilà twice: with the demo, and with the real scenes of ``../shared/sentinel2`` behind a
real STAC API in the place of Earth Search. Walks through the page and photographs its states.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from pipeline.accuracy import SamplingDesign
from tests.browser.conftest import (
    demo_environment,
    nothing_outside,
    server,
    serving_real_scenes,
)
from tests.browser.page import DashboardPage
from tests.support.servers import REPO
from tools.browser import FLAGS, find
from tools.true_labels import true_labels

SIZES = ((1280, 800), (1920, 1080), (800, 1100))
PHONE = (390, 844)
SETTLE_MS = 1200
PATIENCE_MS = 60_000
PHOTOGRAPHED_POINT = 36
BOLZANO = {"latitude": "46.49", "longitude": "11.34", "start": "2022-06-01", "end": "2022-06-30"}
TOO_CLOUDY = {"latitude": "45.85", "longitude": "15.6", "start": "2023-08-09", "end": "2023-08-11"}


def main(folder: Path) -> None:
    """Take all pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as scratch,
        sync_playwright() as playwright,
        demo(Path(scratch)) as demo_address,
        real(Path(scratch)) as real_address,
    ):
        browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
        shoot_year(browser, demo_address, SIZES[0], folder)
        shoot_check(browser, demo_address, SIZES[0], folder, demo_environment(Path(scratch)))
        for size in SIZES:
            shoot_demo(browser, demo_address, size, folder)
            shoot_real(browser, real_address, size, folder)
        shoot_phone(browser, real_address, folder)


def shoot_demo(browser: Browser, address: str, size: tuple[int, int], folder: Path) -> None:
    """Photograph the walk on the demo."""
    page = opened(browser, address, size)
    photograph(page, folder, "empty", size)
    page.place_area()
    page.main.click()
    expect(page.main).to_have_text("Calculating…")
    photograph(page, folder, "running", size, settle=False)
    page.expect_result()
    photograph(page, folder, "demo", size)
    shoot_tabs(page, size, folder)


def shoot_year(browser: Browser, address: str, size: tuple[int, int], folder: Path) -> None:
    """Photograph a year of the demo's land: clusters, and their curves."""
    page = opened(browser, address, size)
    page.button("Through the year").click()
    page.place_area()
    page.main.click()
    expect(page.message).to_contain_text("Done in", timeout=PATIENCE_MS * 2)
    turn_to(page, "Spectra")
    expect(page.page.locator(".eo-curves .curve path.line").first).to_be_visible(timeout=PATIENCE_MS)
    photograph(page, folder, "year", size)


def shoot_tabs(page: DashboardPage, size: tuple[int, int], folder: Path) -> None:
    """Photograph each tab, and the list of files."""
    turn_to(page, "Spectra")
    page.click_map(0.7, 0.7)
    expect(page.page.locator(".eo-pixel")).to_contain_text("NDVI", timeout=PATIENCE_MS)
    photograph(page, folder, "spectra", size)
    turn_to(page, "Scenes")
    expect(page.page.locator(".eo-scene-row img").first).to_be_visible(timeout=PATIENCE_MS)
    photograph(page, folder, "scenes", size)
    turn_to(page, "Quality")
    expect(page.page.locator(".eo-sentence").first).to_contain_text("of the pixels", timeout=PATIENCE_MS)
    page.button("Show on the map").click()
    expect(page.page.locator(".leaflet-extra-pane img")).to_be_visible(timeout=PATIENCE_MS)
    photograph(page, folder, "quality", size)
    turn_to(page, "Change")
    page.button("Find images").click()
    compare = page.button(re.compile("^Compare"))
    expect(compare.first).to_be_enabled(timeout=PATIENCE_MS)
    compare.first.click()
    expect(page.page.locator(".eo-matrix")).to_be_visible(timeout=PATIENCE_MS)
    photograph(page, folder, "change", size)
    turn_to(page, "Areas")
    page.button("Edit classes").click()
    photograph(page, folder, "classes", size)
    page.button("Done").click()
    shoot_names(page, size, folder)
    page.button("More formats").click()
    expect(page.page.locator(".eo-format b").last).to_contain_text("B", timeout=PATIENCE_MS)
    photograph(page, folder, "formats", size)
    page.page.keyboard.press("Escape")


def shoot_names(page: DashboardPage, size: tuple[int, int], folder: Path) -> None:
    """Photograph names from the reference map, and go back to those from the spectra."""
    page.button("Names from").click()
    names_from = page.page.get_by_label("Names from")
    names_from.select_option("ESA WorldCover")
    expect(page.page.locator(".eo-agreement")).to_contain_text("published accuracy", timeout=PATIENCE_MS)
    page.page.locator(".eo-agreement").scroll_into_view_if_needed()
    photograph(page, folder, "names", size)
    page.page.locator(".eo-names-foot button").click()
    expect(page.page.locator(".eo-agreement")).not_to_contain_text("published", timeout=PATIENCE_MS)
    page.button("Names from").click()


def shoot_check(
    browser: Browser, address: str, size: tuple[int, int], folder: Path, environment: Mapping[str, str]
) -> None:
    """Photograph labelling, its estimate and the legend after it; labels are what is really there."""
    page = opened(browser, address, size)
    page.place_area()
    page.calculate()
    turn_to(page, "Quality")
    page.button("How sure is this?").click()
    page.button("Check it").click()
    page.button("Draw the points").click()
    labeller = page.page.locator(".eo-labeller")
    expect(labeller.locator(".eo-chip-frame img[src]").first).to_be_visible(timeout=PATIENCE_MS)
    page.page.keyboard.press("Escape")
    with tempfile.TemporaryDirectory() as scratch:
        saving = page.page.locator(".eo-check-saving").get_by_role("button", name="JSON", exact=True)
        design = SamplingDesign.from_json(page.save(saving, Path(scratch)).read_text("utf-8"))
    day = datetime.strptime(page.page.locator(".eo-date h2").inner_text(), "%d %B %Y")
    labels = true_labels(design, day.date(), environment)
    keys = {stratum.name: str(number) for number, stratum in enumerate(design.strata, start=1)}
    page.button("Start labelling").click()
    expect(labeller.locator(".eo-chip-frame img[src]").first).to_be_visible(timeout=PATIENCE_MS)
    for number, point in enumerate(design.drawn):
        if number == PHOTOGRAPHED_POINT:
            photograph(page, folder, "labelling", size)
        page.page.keyboard.press(keys[labels[point.id]] if point.id in labels else "u")
    expect(page.page.locator("table.eo-estimate")).to_be_visible(timeout=PATIENCE_MS)
    photograph(page, folder, "estimate", size)
    turn_to(page, "Areas")
    photograph(page, folder, "estimated", size)


def turn_to(page: DashboardPage, tab: str) -> None:
    """Open a tab."""
    page.page.get_by_role("tab", name=tab).click()


def shoot_real(browser: Browser, address: str, size: tuple[int, int], folder: Path) -> None:
    """Photograph results and refusals on real scenes."""
    page = opened(browser, address, size)
    fill(page, BOLZANO)
    page.calculate()
    photograph(page, folder, "bolzano", size)
    if size == SIZES[0]:
        shoot_details(page, size, folder)
    fill(page, TOO_CLOUDY)
    page.main.click()
    expect(page.message).to_contain_text("Too cloudy", timeout=30_000)
    photograph(page, folder, "cloudy", size)


def shoot_phone(browser: Browser, address: str, folder: Path) -> None:
    """Photograph a result on a phone: the top of the page, and the results below it."""
    page = opened(browser, address, PHONE, touch=True)
    fill(page, BOLZANO)
    page.calculate()
    wrap = page.page.locator(".eo-wrap")
    wrap.evaluate("page => page.scrollTo(0, 0)")
    photograph(page, folder, "phone_map", PHONE)
    wrap.evaluate("page => page.scrollTo(0, page.scrollHeight)")
    photograph(page, folder, "phone_results", PHONE)


def shoot_details(page: DashboardPage, size: tuple[int, int], folder: Path) -> None:
    """Photograph the card of the scene, the false-colour image, and a result that is out of date."""
    page.page.get_by_text("Details").click()
    photograph(page, folder, "details", size)
    page.page.keyboard.press("Escape")
    page.tick("False colour").check()
    page.tick("All clusters").uncheck()
    photograph(page, folder, "false_colour", size)
    page.tick("False colour").uncheck()
    page.tick("All clusters").check()
    fill(page, {"end": "2022-06-20"})
    photograph(page, folder, "stale", size)


def fill(page: DashboardPage, values: dict[str, str]) -> None:
    """Type values into fields of the form."""
    for name, value in values.items():
        page.type_into(getattr(page, name), value)


def photograph(
    page: DashboardPage, folder: Path, state: str, size: tuple[int, int], *, settle: bool = True
) -> None:
    """Save the contents of the window."""
    if settle:
        page.page.wait_for_timeout(SETTLE_MS)
    page.page.screenshot(path=folder / f"{state}_{size[0]}.png")


def opened(browser: Browser, address: str, size: tuple[int, int], *, touch: bool = False) -> DashboardPage:
    """Open the page in a window of a size, with nothing from outside."""
    window: ViewportSize = {"width": size[0], "height": size[1]}
    page: Page = browser.new_context(viewport=window, has_touch=touch, is_mobile=touch).new_page()
    page.context.route("**/*", nothing_outside)
    page.goto(address)
    dashboard = DashboardPage(page).wait_until_ready()
    page.wait_for_timeout(SETTLE_MS)
    return dashboard


@contextmanager
def demo(scratch: Path) -> Iterator[str]:
    """Serve the page with the demo chosen, its images made already, as after `make dashboard`."""
    made = [sys.executable, "-m", "demo", "--generate"]
    subprocess.run(made, cwd=REPO, env=os.environ | demo_environment(scratch), check=True)
    command = [sys.executable, "-m", "voila", "dashboard.ipynb", "--no-browser"]
    with server(command, REPO, scratch / "demo.log", demo_environment(scratch)) as address:
        yield address


@contextmanager
def real(scratch: Path) -> Iterator[str]:
    """Serve the page with the real scenes in the place of Earth Search."""
    with serving_real_scenes(scratch) as settings:
        command = [sys.executable, "-m", "voila", "dashboard.ipynb", "--no-browser"]
        with server(command, REPO, scratch / "real.log", settings) as address:
            yield address


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else REPO / "docs" / "pictures")

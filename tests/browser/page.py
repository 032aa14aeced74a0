"""The dashboard as a person meets it: what can be clicked, typed and read on the page."""

import base64
import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

READY_MS = 60_000
RUN_MS = 200_000
"""The first run of a session makes the demo's scenes and imports what a run needs."""


@dataclass(frozen=True)
class LegendRow:
    """One row of the legend, as shown."""

    number: str
    name: str
    hectares: float
    percent: str
    color: str


class DashboardPage:
    """Wraps a browser page that shows the dashboard."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.map = page.locator(".eo-map .leaflet-container")
        self.main = page.locator("button.eo-main")
        self.cancel = page.get_by_role("button", name="Cancel", exact=True)
        self.message = page.locator(".eo-msg")
        self.latitude = page.get_by_label("Latitude (°)")
        self.longitude = page.get_by_label("Longitude (°)")
        self.start = page.get_by_label("From", exact=True)
        self.end = page.get_by_label("To", exact=True)
        self.outline = page.locator(".leaflet-aoi-pane path")
        self.bars = page.locator(".eo-fig rect.bar")
        self.clusters = page.locator(".leaflet-clusters-pane img")
        self.images = page.locator(".leaflet-img-pane img")
        self.badge = page.locator(".eo-badge")

    def wait_until_ready(self) -> "DashboardPage":
        """Wait until the page can be used."""
        expect(self.map).to_be_visible(timeout=READY_MS)
        expect(self.main).to_be_visible()
        expect(self.page.locator(".eo-map .leaflet-control-zoom")).to_be_visible()
        return self

    def button(self, name: str | re.Pattern[str]) -> Locator:
        """Return a button by its text."""
        return self.page.get_by_role("button", name=name)

    def handle(self, name: str) -> Locator:
        """Return the handle of a slider by its accessible name."""
        return self.page.locator(f".noUi-handle[aria-label='{name}']")

    def click_map(self, right: float = 0.5, down: float = 0.5) -> None:
        """Click the map at a share of its width and height."""
        box = self.map.bounding_box()
        assert box is not None
        self.page.mouse.click(box["x"] + right * box["width"], box["y"] + down * box["height"])

    def place_area(self) -> None:
        """Set the area by a click in the middle of the map."""
        self.click_map()
        expect(self.outline).to_have_count(2)
        expect(self.main).to_be_enabled()

    def slide(self, name: str, steps: int) -> None:
        """Move a slider by keyboard."""
        self.handle(name).focus()
        for _ in range(abs(steps)):
            self.page.keyboard.press("ArrowRight" if steps > 0 else "ArrowLeft")

    def type_into(self, field: Locator, text: str) -> None:
        """Type into a field and leave it."""
        field.fill(text)
        field.blur()

    def calculate(self) -> None:
        """Run and wait for the result."""
        self.main.click()
        self.expect_result()

    def expect_result(self) -> None:
        """Wait until a fresh result is shown."""
        expect(self.message).to_contain_text("Done in", timeout=RUN_MS)
        expect(self.main).to_have_text("Calculate again")
        expect(self.bars.first).to_be_visible()

    def rows(self) -> list[LegendRow]:
        """Return the legend, the masked row last: as it stands at one moment."""
        script = """rows => rows.map(row => {
            const part = name => row.querySelector(name), text = name => part(name).innerText.trim();
            const color = part('.eo-chip span').style.backgroundColor;
            return [text('.eo-chip span'), text('.eo-name'), text('.eo-num b'), text('.eo-pct'), color];
        })"""
        return [
            LegendRow(number, name, float(hectares.replace(",", "")), percent, color)
            for number, name, hectares, percent, color in self.page.locator(".eo-row").evaluate_all(script)
        ]

    def tick(self, text: str) -> Locator:
        """Return a checkbox by the beginning of its label."""
        return self.page.get_by_role("checkbox", name=re.compile(f"^{re.escape(text)}"))

    def save(self, button: Locator, folder: Path) -> Path:
        """Click a download button and return the file."""
        with self.page.expect_download(timeout=30_000) as download:
            button.click()
        path = folder / download.value.suggested_filename
        download.value.save_as(path)
        return path

    def opacities(self, pictures: Locator) -> list[float]:
        """Return the opacity of each picture."""
        return [float(p.evaluate("e => getComputedStyle(e).opacity")) for p in pictures.all()]

    def picture_bytes(self, picture: Locator) -> bytes:
        """Return the file behind a picture."""
        url = picture.get_attribute("src") or ""
        return base64.b64decode(url.split(",", 1)[1])

    def scrolling(self) -> list[str]:
        """Return the parts of the page that have a scrollbar, but for the body of a tab, which may."""
        script = """() => [...document.querySelectorAll('.eo-wrap, .eo-wrap *')].filter(e => {
            const style = getComputedStyle(e), seen = e.clientHeight > 0 && e.clientWidth > 0;
            const tall = /auto|scroll/.test(style.overflowY) && e.scrollHeight > e.clientHeight + 1;
            const wide = /auto|scroll/.test(style.overflowX) && e.scrollWidth > e.clientWidth + 1;
            return seen && (tall || wide) && !e.classList.contains('eo-body');
        }).map(e => e.className)"""
        found: list[str] = self.page.evaluate(script)
        return found

    def nameless(self) -> list[str]:
        """Return the controls that can be seen and have no accessible name."""
        script = """() => [...document.querySelectorAll('.eo-wrap :is(button, input, select, [role=slider])')]
            .filter(e => e.offsetParent !== null)
            .filter(e => !(e.getAttribute('aria-label') || e.textContent?.trim() || e.labels?.length
                || e.closest('label') || e.title))
            .map(e => e.outerHTML)"""
        found: list[str] = self.page.evaluate(script)
        return found

    def watch(self, selector: str) -> None:
        """Write down every text that a part of the page shows from now on (`seen`)."""
        script = """selector => {
            window.seen = [];
            const part = document.querySelector(selector);
            new MutationObserver(() => window.seen.push(part.innerText))
                .observe(part, {subtree: true, childList: true, characterData: true});
        }"""
        self.page.evaluate(script, selector)

    def seen(self) -> list[str]:
        """Return what `watch` wrote down."""
        texts: list[str] = self.page.evaluate("window.seen")
        return texts

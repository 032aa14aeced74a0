"""What axe-core, the usual checker of web pages, finds wrong with the page."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

CONTRAST = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}
WITHOUT_MAP = ".leaflet-pane { display: none !important; }"


def violations(page: Page, part: str | None = None) -> list[str]:
    """Return a line for each element of the page, or of a part of it, that breaks a rule of axe-core.

    The tiles of the map reach far beyond it, under the text of the other columns. There axe-core cannot tell
    what a text stands on and leaves it out, so contrast is checked once more without the map's pictures.
    """
    axe = Axe()
    found = axe.run(page, part).response["violations"]
    hiding = page.add_style_tag(content=WITHOUT_MAP)
    found += axe.run(page, part, CONTRAST).response["violations"]
    hiding.evaluate("style => style.remove()")
    return sorted({f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]})

"""The same notebook in JupyterLab, in Notebook 7, and on the route that Binder opens."""

import json
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.page import RUN_MS, DashboardPage

CONNECTED = """() => {
    const app = window.jupyterapp, shell = app?.shell;
    const panel = [...(shell?.widgets('main') ?? [])].find(w => w.sessionContext);
    return panel?.sessionContext?.session?.kernel?.connectionStatus === 'connected'
        && panel?.sessionContext?.session?.kernel?.status === 'idle';
}"""
NOTEBOOKS_OWN_ERRORS = ("reading 'schema'", "filebrowser:open-path", "status of 403")
"""Notebook 7.6's own: a plugin without its schema, a command without the file browser, an icon font."""
RUN_ALL = "() => window.jupyterapp.commands.execute('notebook:run-all-cells')"


def test_jupyterlab(open_page: Open, jupyter: str, tmp_path: Path) -> None:
    page = run_notebook(open_page(f"{jupyter}lab/tree/dashboard.ipynb?reset"))
    core(page)
    assert "lat=" not in page.page.url, "the address is the notebook's"
    saved = page.save(page.button("Save request"), tmp_path)
    assert json.loads(saved.read_text())["catalog"] == "demo"


def test_keys_and_a_restart_in_jupyterlab(open_page: Open, jupyter: str) -> None:
    own = ["Cannot send", "kernel", "WebSocket", "widget", "comm"]
    page = run_notebook(open_page(f"{jupyter}lab/tree/dashboard.ipynb?reset", hosts_own_errors=own))
    page.wait_until_ready()
    page.handle("Number of clusters").focus()
    page.page.keyboard.press("d")
    page.page.keyboard.press("d")
    page.page.wait_for_timeout(500)
    expect(page.main).to_be_visible()
    page.page.evaluate("() => { window.jupyterapp.commands.execute('kernelmenu:restart'); }")
    page.page.locator(".jp-Dialog button.jp-mod-accept").click()
    expect(page.page.get_by_text("The notebook's kernel was restarted")).to_be_visible(timeout=RUN_MS)


def test_notebook_7(open_page: Open, jupyter: str) -> None:
    address = f"{jupyter}notebooks/dashboard.ipynb"
    core(run_notebook(open_page(address, size=(1280, 1000), hosts_own_errors=NOTEBOOKS_OWN_ERRORS)))


def test_the_route_of_binder(open_page: Open, jupyter: str) -> None:
    address = f"{jupyter}voila/render/dashboard.ipynb"
    page = open_page(f"{address}?lat=48.45&lon=11.62&km=3&k=4").wait_until_ready()
    expect(page.latitude).to_have_value("48.45")
    expect(page.handle("Number of clusters")).to_have_attribute("aria-valuetext", "4 clusters")
    core(open_page(address))


def run_notebook(dashboard: DashboardPage) -> DashboardPage:
    """Run all cells once the kernel is connected."""
    dashboard.page.wait_for_function(CONNECTED, timeout=RUN_MS)
    dashboard.page.evaluate(RUN_ALL)
    return dashboard


def core(dashboard: DashboardPage) -> None:
    """Go from a click to hectares."""
    dashboard.wait_until_ready()
    dashboard.map.scroll_into_view_if_needed()
    dashboard.place_area()
    dashboard.calculate()
    expect(dashboard.bars).to_have_count(7)
    expect(dashboard.clusters).to_have_count(6)
    assert len(dashboard.rows()) == 7


def test_a_narrow_notebook_shows_everything(open_page: Open, jupyter: str) -> None:
    """Beside JupyterLab's own columns half a laptop leaves as little room as a phone."""
    page = run_notebook(open_page(f"{jupyter}lab/tree/dashboard.ipynb?reset", size=(760, 900)))
    core(page)
    whole = page.page.locator(".eo-wrap")
    assert whole.evaluate("e => e.clientWidth") <= 700
    assert whole.evaluate("e => e.scrollWidth - e.clientWidth") == 0
    for name in ("Areas", "Spectra", "Scenes", "Quality", "Change"):
        page.page.get_by_role("tab", name=name, exact=True).click()
        panel = page.page.locator(".eo-results").get_by_role("tabpanel").filter(visible=True)
        expect(panel).to_have_count(1)
        assert panel.evaluate("e => e.getBoundingClientRect().height") >= 240
        assert panel.evaluate("e => e.scrollHeight - e.clientHeight") <= 1
    page.page.get_by_role("tab", name="Areas", exact=True).click()
    last = page.page.locator(".eo-row").last
    last.scroll_into_view_if_needed()
    expect(last).to_be_in_viewport()

"""What a visitor sees when the process behind the page is gone."""

import re

import psutil
from playwright.sync_api import expect

from tests.browser.conftest import Open


def test_a_killed_kernel_is_told_and_a_reload_goes_on(open_page: Open, voila: str) -> None:
    before = set(kernels())
    page = open_page(
        voila, hosts_own_errors=["403", "404", "WebSocket", "kernel", "Cannot send"]
    ).wait_until_ready()
    page.place_area()
    expect(page.page).to_have_url(re.compile("lat=.*catalog=demo"))
    place = page.latitude.input_value(), page.longitude.input_value()
    (kernel,) = set(kernels()) - before
    kernel.kill()
    card = page.page.get_by_text("This session has ended.")
    expect(card).to_be_visible(timeout=60_000)
    expect(page.page.get_by_text("Your settings are in the address.")).to_be_visible()
    page.button("Reload and continue").click()
    expect(card).to_have_count(0, timeout=60_000)
    page.wait_until_ready()
    expect(page.message).to_contain_text("Ready.")
    assert (page.latitude.input_value(), page.longitude.input_value()) == place


def test_reload_and_continue_brings_the_result_back(open_page: Open, voila: str) -> None:
    before = set(kernels())
    page = open_page(
        voila, hosts_own_errors=["403", "404", "WebSocket", "kernel", "Cannot send"]
    ).wait_until_ready()
    page.place_area()
    page.calculate()
    expect(page.page).to_have_url(re.compile("run=1"))
    rows = page.rows()
    (kernel,) = set(kernels()) - before
    kernel.kill()
    page.button("Reload and continue").click(timeout=60_000)
    page.wait_until_ready()
    page.expect_result()
    assert page.rows() == rows


def test_a_line_that_is_down_for_a_while_ends_no_session(open_page: Open, voila: str) -> None:
    page = open_page(voila, hosts_own_errors=["WebSocket", "kernel", "Failed to fetch"]).wait_until_ready()
    page.place_area()
    place = page.latitude.input_value()
    page.page.context.set_offline(True)
    bar = page.page.get_by_text("Connection lost. Trying again…")
    expect(bar).to_be_visible(timeout=60_000)
    page.page.wait_for_timeout(10_000)
    expect(page.page.get_by_text("This session has ended.")).to_have_count(0)
    page.page.context.set_offline(False)
    expect(bar).to_have_count(0, timeout=60_000)
    assert page.latitude.input_value() == place
    page.type_into(page.latitude, "48.5")
    expect(page.page).to_have_url(re.compile("lat=48.5&"))


def kernels() -> list[psutil.Process]:
    """Return the kernels that run below this process."""
    return [c for c in psutil.Process().children(recursive=True) if is_kernel(c)]


def is_kernel(process: psutil.Process) -> bool:
    """Return whether a process is a living kernel."""
    try:
        return any("ipykernel_launcher" in part for part in process.cmdline())
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return False

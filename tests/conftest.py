"""What every test may use, and the rule that CI never passes on tests it could not run."""

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parent.parent
BROWSER_TESTS = ROOT / "tests" / "browser"


@pytest.fixture(scope="session", autouse=True)
def shared_folder_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Give the tests of a worker a queue and kept answers of their own, whatever else runs here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DASHBOARD_SHARED_DIR", str(tmp_path_factory.mktemp("shared") / "own"))
        yield


@pytest.fixture(scope="session")
def repository() -> Path:
    """Return the top folder of this repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """Return the folder with the real scenes, beside the repository; without it the test is skipped."""
    folder = ROOT.parent / "shared"
    if not (folder / "sentinel2").is_dir():
        pytest.skip("the real scenes (../shared/sentinel2) are not on this machine")
    return folder


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """A Chromium for all tests of a worker: Playwright's synchronous interface allows one at a time."""
    from playwright.sync_api import sync_playwright

    from tools import browser as chromium

    path = chromium.find()
    if not path:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=chromium.FLAGS)
        yield opened
        opened.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the browser tests; one worker runs all of them, and every other file stays in one worker."""
    for item in items:
        browser = BROWSER_TESTS in item.path.parents
        if browser:
            item.add_marker(pytest.mark.browser)
        if "shared_dir" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.real_scenes)
        one_worker = "browser" if item.get_closest_marker("browser") else str(item.path)
        item.add_marker(pytest.mark.xdist_group(one_worker))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Turn the skip of a browser or real-scene test into a failure where CI is set."""
    report = yield
    essential = item.get_closest_marker("browser") or item.get_closest_marker("real_scenes")
    if essential and report.skipped and not hasattr(report, "wasxfail"):
        fail_in_ci(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, Any, Any]:
    """Do the same for a whole file of browser tests that skips itself while it is imported."""
    report = yield
    if report.skipped and BROWSER_TESTS in collector.path.parents:
        fail_in_ci(report)
    return report


def fail_in_ci(report: Any) -> None:
    """Make a skipped report a failed one where CI is set."""
    if os.environ.get("CI"):
        report.outcome = "failed"
        report.longrepr = f"CI must run this test, but it was skipped: {report.longrepr}"

"""The page on a dask cluster: how it is, what it calculates, and what happens when it is gone."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open, demo_environment, server
from tests.browser.page import RUN_MS
from tests.support.dask_cluster import DaskCluster, dask_cluster


@pytest.fixture(scope="module")
def cluster_voila(repository: Path, scratch: Path) -> Iterator[tuple[str, DaskCluster]]:
    """Voilà with the demo chosen and a real cluster of one worker configured."""
    with dask_cluster(1) as cluster:
        environment = demo_environment(scratch) | {"DASK_SCHEDULER_ADDRESS": cluster.address}
        command = [sys.executable, "-m", "voila", "dashboard.ipynb", "--no-browser"]
        with server(command, repository, scratch / "cluster.log", environment) as address:
            yield address, cluster


def test_a_cluster_is_told_used_and_left_when_it_is_gone(
    open_page: Open, cluster_voila: tuple[str, DaskCluster]
) -> None:
    address, cluster = cluster_voila
    page = open_page(address).wait_until_ready()
    line = page.page.locator(".eo-cluster")
    expect(line).to_have_text(f"1 worker at {cluster.address}", timeout=RUN_MS)
    page.place_area()
    page.watch(".eo-msg")
    page.calculate()
    assert any("on the cluster" in text for text in page.seen())
    assert sum(row.hectares for row in page.rows()) == pytest.approx(2500, abs=0.5)

    for process in (cluster.scheduler, *cluster.workers):
        process.kill()
    expect(line).to_have_text("The cluster does not answer", timeout=RUN_MS)
    page.click_map(0.4, 0.4)
    page.main.click()
    expect(page.message).to_contain_text(
        re.compile("dask cluster .*calculate on this machine"), timeout=RUN_MS
    )
    page.button("Calculate here instead").click()
    page.expect_result()
    expect(line).to_have_text("Calculating on this machine")

"""The whole page without a browser, its runs told what to do.

bqplot's scales warn while they are imported; this file imports them first, so that nothing else has to.
"""

import warnings
from collections.abc import Iterator

import pytest

with warnings.catch_warnings():
    # bqscales 0.3 sets trait metadata in a way that traitlets 4.1 deprecated: not ours, and it works.
    warnings.filterwarnings("ignore", "metadata .* was set from the constructor", DeprecationWarning)
    import bqplot  # noqa: F401

import pipeline
from pipeline.catalogs import profiles
from tests.support.page import Runs, finish
from widgets import Dashboard
from widgets.session.preload import Tools


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Runs:
    """Give what stands in for `pipeline.analyse`."""
    fake = Runs()
    monkeypatch.setattr(pipeline, "analyse", fake, raising=False)
    return fake


@pytest.fixture
def page(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> Iterator[Dashboard]:
    """Give a page that asks no catalogue, imports nothing ahead and fits nothing ahead."""
    monkeypatch.delenv("DASHBOARD_CATALOG", raising=False)
    monkeypatch.setattr(profiles, "probe", lambda _name: None)
    monkeypatch.setattr(
        "widgets.session.preload.TOOLS", Tools(load=lambda: None, connect=lambda _catalog: None)
    )
    monkeypatch.setattr("widgets.session.catalog_probe.load_backdrop", lambda *_: None)
    monkeypatch.setattr("widgets.session.prefit.Prefit.of", lambda _self, _analysis: None)
    dashboard = Dashboard()
    yield dashboard
    runs.go_on.set()
    finish(dashboard)

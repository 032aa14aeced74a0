"""The whole page without a browser, whose runs take moments: form, map, worker and real results in step."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np

from pipeline import Analysis, AnalysisRequest, AreaOfInterest
from pipeline.area.grid import grid_for
from tests.support.made import CLEAR_CLASS, CLOUD_CLASS, analysis_of, request_of, scene_over
from tests.support.patience import PATIENCE_S, until
from widgets import Dashboard
from widgets.form.settings import Settings
from widgets.results.tabs.areas import Areas

SETTINGS = Settings("46.49", "11.34", 5.0, date(2022, 6, 1), date(2022, 6, 30))
LOOK_M = 80
"""Pixels of a first look."""
SCENE = "S2B_32TPS_20220614_0_L2A"


@lru_cache
def result_over(area: AreaOfInterest, n_clusters: int, resolution_m: int = 10) -> Analysis:
    """Return a result over a square of 5 km with 100 ha of cloud in a corner; first looks have none."""
    request = request_of(area=area, n_clusters=n_clusters)
    if resolution_m > 10:
        return analysis_of(request, resolution_m=resolution_m)
    classes = np.full(grid_for(area).shape, CLEAR_CLASS, np.uint8)
    classes[:100, :100] = CLOUD_CLASS
    return analysis_of(request, classes=classes)


class Runs:
    """Stands in for `pipeline.analyse`: waits, fails or answers as it is told."""

    def __init__(self) -> None:
        self.requests: list[AnalysisRequest] = []
        self.go_on = threading.Event()
        self.go_on.set()
        self.error: Exception | None = None
        self.preview = False
        self.on_workers: list[bool] = []
        self.scene_id = SCENE

    def __call__(self, request: AnalysisRequest, *_callbacks: Any, **named: Any) -> Analysis:
        """Return a result, after a first look where that is wanted."""
        self.requests.append(request)
        self.on_workers.append(named["workers"])
        if self.preview:
            named["on_preview"](self._result(request, LOOK_M))
        self.go_on.wait(PATIENCE_S)
        if self.error is not None:
            raise self.error
        return self._result(request)

    def _result(self, request: AnalysisRequest, resolution_m: int = 10) -> Analysis:
        made = result_over(request.area, request.n_clusters, resolution_m)
        image = scene_over(made.grid, self.scene_id)
        return replace(made, request=request, pixels=replace(made.pixels, scenes=(image,)))


def text(page: Dashboard) -> str:
    """Return the message at the foot of the form."""
    return str(page.parts.foot.status.value)


def press(page: Dashboard) -> None:
    """Press the main button."""
    page.parts.foot.main.click()


def finish(page: Dashboard) -> None:
    """Wait until the run has ended and its result is shown: that happens under the lock."""
    until(lambda: not page.parts.runs.busy, page.gate.lock)


def calculated(page: Dashboard) -> Dashboard:
    """Return the page after a run of the usual settings."""
    page.parts.fields.settings = SETTINGS
    press(page)
    finish(page)
    return page


def areas_of(page: Dashboard) -> Areas:
    """Return the tab of areas."""
    tab = page.parts.results.tabs.page("Areas")
    assert isinstance(tab, Areas)
    return tab


def shown_names(page: Dashboard) -> list[str]:
    """Return the names of the result that is shown."""
    result = page.parts.runs.result
    return [s.name for s in result.suggestions] if result is not None else []


def settled(page: Dashboard, condition: Callable[[], bool]) -> None:
    """Wait until the page shows something, wholly: callbacks hold the lock until they are through."""
    until(condition, page.gate.lock)

"""The parts of the page, by name."""

from __future__ import annotations

from dataclasses import dataclass

from widgets.controls import Fields, Foot
from widgets.form.area_input import AreaInput
from widgets.form.history import AreaHistory
from widgets.map.zoomed_in import ZoomedIn
from widgets.map_view import MapView
from widgets.page.permalink import Address
from widgets.results_view import Results
from widgets.session.runs import Runs
from widgets.session.workers import Workers
from widgets.toolkit.browser import Download, Names


@dataclass(frozen=True)
class Parts:
    """Everything on the page and behind it."""

    fields: Fields
    foot: Foot
    area_input: AreaInput
    history: AreaHistory
    map: MapView
    zoomed_in: ZoomedIn
    results: Results
    address: Address
    names: Names
    saver: Download
    workers: Workers
    runs: Runs

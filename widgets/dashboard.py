"""Puts the parts of the page together: the only module that uses them all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as ipw
import traitlets

from pipeline import config, permalink
from pipeline.catalogs import profiles
from pipeline.estimate import largest_km
from widgets.controls import Fields, Foot
from widgets.form import area_input
from widgets.form.area_input import AreaInput
from widgets.form.history import AreaHistory
from widgets.form.settings import Settings, at_the_start
from widgets.glossary.questions import Questions
from widgets.map.aim import Aim
from widgets.map.mover import Mover
from widgets.map.place_names import PlaceNames
from widgets.map.search import PlaceSearch
from widgets.map.zoomed_in import ZoomedIn
from widgets.map_view import MapView
from widgets.page.by_itself import ByItself
from widgets.page.header import header, style
from widgets.page.painter import Painter
from widgets.page.parts import Parts
from widgets.page.permalink import Address
from widgets.page.placing import Placing
from widgets.page.query_string import query_string
from widgets.page.start_view import first_view
from widgets.page.visitor import Visitor
from widgets.results.kept_classes import carried_by
from widgets.results.tabs.host import Host
from widgets.results_view import Results
from widgets.session import catalog_probe, preload
from widgets.session.delay import Delay
from widgets.session.gate import Gate
from widgets.session.runs import Runs
from widgets.session.workers import Workers
from widgets.toolkit.aria import RULES
from widgets.toolkit.browser import Download, Heartbeat, Names
from widgets.toolkit.paper import Paper
from widgets.toolkit.parts import classed, column

if TYPE_CHECKING:
    from pipeline.request import AnalysisRequest
    from pipeline.result import Analysis

ENTER_AFTER_S = 0.3
"""How long after Enter a run starts: the field's own value may arrive after the key."""


class Dashboard(ipw.VBox):
    """The page. Show it as the last value of a notebook cell."""

    analysis = traitlets.Any(None, read_only=True)
    """The present result (`pipeline.Analysis`), edits included; None before the first, and for a preview."""
    request = traitlets.Any(None, read_only=True)
    """What the form asks for (`pipeline.AnalysisRequest`); None while that cannot be calculated."""

    def __init__(self) -> None:
        self.gate = Gate(lambda error: self.painter.report(error))
        self.visitor, self.placing = Visitor(self.gate), Placing()
        self.painter = Painter(self.visitor.act, self._tell)
        linked = permalink.from_query(query_string(), area_input.offered())
        start = at_the_start().of_values(linked.values)
        self.by_itself = ByItself(linked, lambda: self.painter.state.request, self.visitor.run)
        limit_km = largest_km()
        self.parts = self._parts(start, limit_km)
        view = self.parts.map
        self.names_on_map = PlaceNames(
            self.gate,
            lambda: (view.camera.seen, view.camera.zoom),
            lambda layers: view.lay_over("names", layers),
        )
        self.painter.take(self.parts, self._limit_km(limit_km))
        self.visitor.meet(self.parts, self.painter)
        self.placing.meet(self.parts, self.painter)
        self.parts.results.editor.keeper.expect(carried_by(linked.classes, linked.steps))
        super().__init__([style(), self._app(), self._unseen()])
        self.add_class("eo-wrap")
        self._watch(start)
        self.painter.refresh(area_input.left_out(linked.unread, "link") if linked.unread else None)
        if "area" in linked.values:
            self.parts.map.camera.look_at_first(self.painter.where.box(linked.values["area"]))

    def _parts(self, start: Settings, limit_km: float) -> Parts:
        """Make the parts; their callbacks are methods of the visitor or of the painter."""
        guard, visitor, painter, gate = self.gate.guard, self.visitor, self.painter, self.gate
        saver, workers = Download(), Workers(gate, config.scheduler_address())
        runs = Runs(gate, painter, wanted=visitor.request, on_workers=lambda: workers.used)
        fields = self._fields(start, limit_km)
        names = Names(
            RULES,
            on_enter=Delay(ENTER_AFTER_S, guard(visitor.run)).restart,
            on_escape=guard(visitor.escape),
        )
        view = MapView(
            *first_view(start.catalog),
            on_click=guard(self.placing.clicked),
            on_drawn=lambda geometry: guard(self.parts.area_input.take_drawing)(geometry),
            on_dragged=guard(self.placing.dragged),
            mover=Mover(guard(self.placing.move_area), guard(self.placing.undo_area)),
            guard=guard,
            search=PlaceSearch(gate, guard(self.placing.went_to)),
        )
        return Parts(
            fields=fields,
            foot=Foot(on_run=guard(visitor.run), on_cancel=guard(visitor.cancel)),
            area_input=AreaInput(gate, fields, painter.refresh, painter.run_failed),
            history=AreaHistory(),
            map=view,
            zoomed_in=ZoomedIn(gate, lambda: (view.camera.seen, view.camera.zoom), painter.zoomed_in),
            results=Results(
                on_example=guard(visitor.take_example),
                on_ticks=guard(visitor.ticked),
                on_mixed=lambda mixed: setattr(names, "mixed", mixed),
                host=self._host(saver, names, view),
            ),
            address=Address(
                guard(visitor.save_request),
                guard(self.placing.went),
                guard(lambda: self.by_itself.page_is_seen()),
            ),
            names=names,
            saver=saver,
            workers=workers,
            runs=runs,
        )

    def _fields(self, start: Settings, limit_km: float) -> Fields:
        guard = self.gate.guard

        def on_file(name: str, content: bytes) -> None:
            self.parts.area_input.take_file(name, content)

        def on_refused(name: str, size: int) -> None:
            self.parts.area_input.refuse_file(name, size)

        return Fields(
            start,
            profiles.offered(),
            limit_km,
            on_clear=guard(self.placing.clear_drawing),
            on_file=guard(on_file),
            on_refused=guard(on_refused),
        )

    def _host(self, saver: Download, names: Names, view: MapView) -> Host:
        return Host(
            gate=self.gate,
            adopt=self.painter.edited,
            request=self.visitor.request,
            save=saver.save,
            lay=self.painter.lay,
            show_second=self.painter.show_second,
            aim=Aim(view, lambda on: self.parts.results.inspector.set_blind(on)),
            focus=names.focus,
            centre=lambda: view.camera.centre,
            use_scenes=self.visitor.use_scenes,
            choose_scenes=self.visitor.choose_scenes,
            use_model=self.visitor.use_model,
            set_clusters=self.visitor.set_clusters,
        )

    def _limit_km(self, here: float) -> float:
        """Return the longest side that can be calculated; a dask cluster has a limit of its own."""
        return config.max_size_km() if self.parts.workers.used else here

    def _app(self) -> ipw.Box:
        parts = self.parts
        parts.map.put_card(parts.results.inspector)
        form = column("eo-form", parts.fields, parts.foot)
        return column("eo-app", header(parts.workers, parts.address), form, parts.map, parts.results)

    def _tell(self, request: AnalysisRequest | None, analysis: Analysis | None) -> None:
        """Let a notebook read what the page shows."""
        for name, value in (("request", request), ("analysis", analysis)):
            if getattr(self, name) is not value:
                self.set_trait(name, value)

    def _unseen(self) -> ipw.Box:
        parts = (self.parts.names, self.parts.saver, self.names_on_map, Heartbeat(), Paper(), Questions())
        return classed(ipw.Box(list(parts)), "eo-unseen")

    def _watch(self, start: Settings) -> None:
        """Listen to changes, and start the work behind the page."""
        parts, guard = self.parts, self.gate.guard

        def calm(change: Any) -> None:
            parts.map.set_calm(change.new)

        parts.names.observe(guard(calm), "reduced_motion")
        parts.fields.observe(guard(self.visitor.changed), "settings")
        parts.map.on_move(parts.zoomed_in.moved)
        parts.map.on_move(self.names_on_map.moved)
        catalog_probe.log_to_terminal()
        preload.look_ahead()
        show_examples = parts.results.invitation.show_examples
        catalog_probe.look_around(self.gate, start.catalog, self.painter.silent, show_examples)
        catalog_probe.load_backdrop(self.gate, start.catalog, self.painter.lay_backdrop)

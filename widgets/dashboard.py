"""Puts the parts together and passes values between them: the only file that knows them all."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import ipywidgets as ipw

from pipeline import permalink
from pipeline.area.aoi import AreaOfInterest
from pipeline.area.grid import PIXEL_HA
from pipeline.area.polygons import pixels_inside, shape_on_map
from pipeline import config
from pipeline.catalogs import profiles
from pipeline.errors import Cancelled, InvalidRequest
from pipeline.estimate import estimate, largest_km
from pipeline.exports import credit
from pipeline.request import AnalysisRequest
from pipeline.text import day_words
from widgets.controls import AGAIN, CALCULATE, RUNNING, UPDATE, Fields, Foot
from widgets.form import area_input
from widgets.form.area_input import AreaInput
from widgets.form.area_part import HOW_TO_MOVE, invitation
from widgets.form.settings import Settings, at_the_start
from widgets.map.layers import Shape
from widgets.map.view import Box
from widgets.map.zoomed_in import ZoomedIn
from widgets.map_view import MapView
from widgets.page import messages, query_string
from widgets.page.header import header, style
from widgets.page.messages import Action, Message
from widgets.page.permalink import Address
from widgets.page.start_view import demo, demo_example, first_view
from widgets.results.tabs.host import Host, Layers
from widgets.results_view import FRESH, STALE, UPDATING, Results
from widgets.session import catalog_probe, preload
from widgets.session.prefit import Prefit
from widgets.session.read_speed import ReadingClock
from widgets.session.runs import Delay, Gate, Progress, Worker
from widgets.session.workers import Workers
from widgets.toolkit import words
from widgets.toolkit.aria import RULES
from widgets.toolkit.browser import Download, Heartbeat, Names
from widgets.toolkit.parts import classed, column

if TYPE_CHECKING:
    from pipeline.clustering.model import ClusterModel
    from pipeline.drawing.overlays import Overlays
    from pipeline.result import Analysis

log = logging.getLogger(__name__)

RECLUSTER_AFTER_S = 0.3
"""How long the number of clusters must rest before pixels are grouped anew."""
QUICK_S = 0.1
"""The same where that number was fitted ahead: it costs little to change one's mind."""
ENTER_AFTER_S = 0.3
"""How long after Enter a run starts: the field's own value may arrive after the key."""


class Dashboard(ipw.VBox):
    """The page. Show it as the last value of a notebook cell."""

    def __init__(self) -> None:
        self._gate = Gate(self._report)
        guard = self._gate.guard
        self._worker = Worker(
            self._gate,
            progress=self._progressed,
            done=self._done,
            failed=self._failed,
            early=self._previewed,
        )
        self._later = Delay(RECLUSTER_AFTER_S, guard(self._recluster))
        self._soon = Delay(ENTER_AFTER_S, guard(self._run))
        self._analysis: Analysis | None = None
        self._area: AreaOfInterest | None = None
        self._done_message: Message | None = None
        self._unsaid: Message | None = None
        self._shift, self._started = 0.0, 0.0
        self._reclustering = False
        self._clock, self._prefit = ReadingClock(), Prefit()
        self._looked_at: tuple[float, ...] = ()

        linked = permalink.from_query(query_string.query_string(), area_input.offered())
        start = at_the_start().of_values(linked.values)
        self._fields = Fields(
            start,
            profiles.offered(),
            largest_km(),
            on_clear=guard(self._clear_drawing),
            on_file=guard(lambda name, content: self._input.take_file(name, content)),
            on_refused=guard(lambda name, size: self._input.refuse_file(name, size)),
        )
        self._input = AreaInput(self._gate, self._fields, self._refresh, self._failed)
        self._address = Address(guard(self._save_request))
        self._foot = Foot(on_run=guard(self._run), on_cancel=guard(self._cancel))
        self._results = Results(
            on_example=guard(self._take_example),
            on_ticks=guard(self._ticked),
            on_mixed=lambda mixed: setattr(self._names, "mixed", mixed),
            host=self._host(),
        )
        self._map = MapView(*first_view(start.catalog), guard(self._clicked), guard(self._drawn), guard)
        self._zoomed_in = ZoomedIn(
            self._gate, lambda: (self._map.seen, self._map.map.zoom), self._show_zoomed_in
        )
        self._map.on_move(self._zoomed_in.moved)
        self._workers = Workers(self._gate, config.scheduler_address())
        self._names = Names(RULES, on_enter=self._soon.restart, on_escape=guard(self._escape))
        self._saver = Download()
        form = column("eo-form", self._fields, self._foot)
        app = column("eo-app", header(self._workers, self._address), form, self._map, self._results)
        unseen = classed(ipw.Box([self._names, self._saver, Heartbeat()]), "eo-unseen")
        super().__init__([style(), app, unseen])
        self.add_class("eo-wrap")

        self._names.observe(guard(lambda change: self._map.set_calm(change.new)), "reduced_motion")
        catalog_probe.log_to_terminal()
        preload.look_ahead()
        self._fields.observe(guard(self._changed), "settings")
        self._refresh(area_input.left_out(linked.unread, "link") if linked.unread else None)
        if "area" in linked.values:
            self._map.look_at_first(self._box(linked.values["area"]))
        show_examples = self._results.invitation.show_examples
        catalog_probe.look_around(self._gate, start.catalog, self._silent, show_examples)
        catalog_probe.load_backdrop(self._gate, start.catalog, self._lay_backdrop)

    def _host(self) -> Host:
        return Host(
            gate=self._gate,
            adopt=self._edited,
            request=self._request,
            save=self._save,
            lay=self._lay,
            inspect=lambda on: self._map.set_inspecting(on),
            centre=lambda: self._map.map.center,
            use_scenes=self._use_scenes,
            use_model=self._use_model,
            set_clusters=self._set_clusters,
        )

    # What the visitor does

    def _clicked(self, latitude: float, longitude: float) -> None:
        if self._results.inspecting:
            self._results.inspect(latitude, longitude)
            return
        if self._fields.settings.mode != "square":
            return
        self._shift = longitude - words.wrapped(longitude)
        self._fields.settings = self._fields.settings.at(latitude, longitude)

    def _changed(self, change: Any) -> None:
        preload.TOOLS.prepare(change.new.catalog)
        if change.new.catalog != change.old.catalog:
            self._lay_backdrop(change.new.catalog, None)
            catalog_probe.load_backdrop(self._gate, change.new.catalog, self._lay_backdrop)
            example = demo_example(change.new)
            if example is not None:
                self._take_example(example)
                return
        self._refresh()

    def _drawn(self, geometry: dict[str, Any]) -> None:
        self._input.take_drawing(geometry)

    def _clear_drawing(self) -> None:
        self._map.drawing.start_over()
        self._fields.settings = self._fields.settings.changed(drawn=None)

    def _escape(self) -> None:
        self._results.close_cards()
        self._map.drawing.start_over()

    def _take_example(self, example: profiles.Example) -> None:
        self._shift = self._map.copy_of(example.longitude)
        self._fields.settings = self._fields.settings.of_example(example)
        if self._area is not None:
            self._map.look_at(self._box(self._area))

    def _act(self, action: Action) -> None:
        if action.deed == "demo":
            self._take_example(demo())
        if action.deed == "scenes" and (request := self._request()) is not None:
            self._results.offer_scenes(request)
        if action.deed == "here":
            self._workers.leave()
        if action.changes is not None:
            self._fields.settings = action.changes
        if action.deed in ("retry", "here", "change and run"):
            self._run()

    def _ticked(self) -> None:
        self._map.set_ticks(self._results.legend.ticks)

    def _run(self, model: ClusterModel | None = None) -> None:
        self._later.cancel()
        request = self._request()
        if request is None or self._worker.busy:
            return
        if model is None and self._differs_in_clusters_only(request):
            self._recluster()
            return

        def work(progress: Progress, cancelled: Any) -> Analysis:
            preload.TOOLS.wait(progress, cancelled)
            from pipeline import analyse

            return analyse(
                request,
                progress,
                cancelled,
                on_detail=progress.detail,
                on_preview=progress.early,
                workers=self._workers.used,
                model=model,
            )

        self._clock.start(request)
        self._start(work, "searching")

    def _cancel(self) -> None:
        if self._worker.cancel():
            self._refresh(messages.of_error(Cancelled(), self._fields.settings))
            self._names.focus(".eo-main")

    def _use_scenes(self, ids: tuple[str, ...] | None) -> None:
        """Calculate with these scenes, or with those that are chosen automatically."""
        self._fields.settings = self._fields.settings.with_scenes(ids)
        self._run()

    def _use_model(self, model: ClusterModel) -> None:
        """Calculate with given clusters; the form tells their number."""
        self._set_clusters(model.n_clusters)
        self._later.cancel()
        self._run(model)

    def _set_clusters(self, n_clusters: int) -> None:
        self._fields.settings = self._fields.settings.changed(n_clusters=n_clusters)

    def _save(self, content: bytes, name: str, mime_type: str) -> None:
        self._saver.save(content, name, mime_type)

    def _save_request(self) -> None:
        request = self._request()
        if request is not None:
            name = f"request_{request.start:%Y-%m-%d}_{request.end:%Y-%m-%d}.json"
            self._saver.save(request.to_json().encode(), name, "application/json")

    # Runs

    def _recluster(self) -> None:
        analysis, request = self._analysis, self._request()
        if analysis is None or request is None or not self._differs_in_clusters_only(request):
            return
        n_clusters = request.n_clusters
        if self._worker.busy:
            if not self._reclustering:
                return
            self._worker.cancel()

        def work(progress: Progress, cancelled: Any) -> Analysis:
            return analysis.recluster(n_clusters, progress, cancelled)

        self._start(work, "clustering")

    def _start(self, work: Any, stage: str) -> None:
        if not self._worker.start(work):
            return
        self._prefit.stop()
        self._started = time.monotonic()
        self._reclustering = stage == "clustering"
        self._looked_at = self._map.looks_at
        self._foot.show_progress(words.STAGES[stage], "", 0)
        self._refresh()

    def _progressed(self, stage: str, fraction: float, detail: str) -> None:
        self._clock.stage(stage)
        self._foot.show_progress(words.STAGES[stage], detail, fraction)

    def _previewed(self, analysis: Analysis) -> None:
        """Show a first look while the run goes on."""
        self._show_new(analysis)
        self._refresh()

    def _done(self, analysis: Analysis) -> None:
        self._show_new(analysis)
        self._prefit.of(analysis)
        area_ha = float(analysis.areas["hectares"].sum())
        self._done_message = messages.done(
            time.monotonic() - self._started,
            len(analysis.areas) - 1,
            analysis.clear_share * area_ha,
            area_ha,
        )
        self._refresh()

    def _show_new(self, analysis: Analysis) -> None:
        moved_area = self._analysis is None or self._analysis.request.area != analysis.request.area
        self._adopt(analysis, self._results.begin)
        if moved_area and self._map.looks_at == self._looked_at:
            self._map.look_at_if_needed(self._box(analysis.request.area))

    def _adopt(self, analysis: Analysis, show: Callable[[Analysis], None] | None = None) -> None:
        """Make a result the present one, on the map and, which takes longer, in the results column."""
        self._analysis = analysis
        made_up = analysis.request.catalog == profiles.DEMO.name
        source = "Made-up demo land" if made_up else credit(analysis)
        shift = self._shift_of(analysis.request.area)
        ticks = self._results.legend.ticks_for(len(analysis.areas) - 1)
        self._map.show_result(analysis.overlays, shift, source, ticks)
        (show or self._results.show)(analysis)
        self._zoomed_in.of(analysis, self._box(analysis.request.area), shift)

    def _show_zoomed_in(self, pictures: Overlays | None) -> None:
        if self._analysis is not None:
            self._map.show_zoomed_in(pictures, self._shift_of(self._analysis.request.area))

    def _edited(self, analysis: Analysis) -> None:
        """Show a result whose classes or patches were edited; it is as fresh or stale as before."""
        self._adopt(analysis)
        self._refresh()

    def _failed(self, error: Exception) -> None:
        self._refresh(messages.of_error(error, self._fields.settings))

    def _report(self, error: Exception) -> None:
        """Say that a callback failed; the page stays usable."""
        message = messages.of_error(error, self._fields.settings)
        try:
            self._refresh(message)
        except Exception:
            log.exception("the page could not be brought up to date")
            self._foot.show(message, self._act)

    # What the page shows

    def _refresh(self, message: Message | None = None) -> None:
        """Bring every part in line with the form, the result and the worker."""
        settings, problem, request = self._fields.settings, None, None
        area_before = self._area
        try:
            self._area = settings.area()
            request = settings.request()
        except InvalidRequest as error:
            problem = messages.of_error(error, settings)
        self._address.show(request)
        self._show_area(settings)
        if self._area is not None and self._area != area_before and not self._worker.busy:
            self._map.look_at_if_unseen(self._box(self._area))
        if self._worker.busy:
            self._foot.show_button(RUNNING, primary=True, enabled=False)
            self._set_results(UPDATING)
            if message is not None and message.kind != "plain":
                self._unsaid = message
            return
        message, self._unsaid = message or self._unsaid, None
        result = self._analysis
        current = result is not None and result.request == request and not result.preview
        if self._analysis is not None and request is not None and self._differs_in_clusters_only(request):
            self._set_results(UPDATING)
            if message is None:
                self._later.restart(QUICK_S if self._prefit.has(request.n_clusters) else None)
                return
        stopped = result is not None and result.preview and result.request == request
        self._set_results(FRESH if current or stopped else STALE)
        self._foot.show(message or problem or self._state_message(request, current), self._act)
        label = AGAIN if current else CALCULATE if result is None or stopped else UPDATE
        self._foot.show_button(label, primary=not current, enabled=request is not None)

    def _state_message(self, request: AnalysisRequest | None, current: bool) -> Message:
        if request is None:
            return Message("plain", "Choose an area first.")
        result = self._analysis
        if result is None or (result.preview and result.request == request):
            cost = estimate(request.area, self._clock.pace.link_mbit(request.catalog))
            return messages.ready(pixels_inside(request.area) * PIXEL_HA, cost)
        if current and self._done_message is not None:
            return self._done_message
        return messages.stale(day_words(result.date))

    def _set_results(self, state: str) -> None:
        if self._analysis is not None:
            self._results.set_state(self._analysis, state)

    def _show_area(self, settings: Settings) -> None:
        area, result, busy = self._area, self._analysis, self._worker.busy
        shape, pixels = None, 0
        if area is not None:
            shape, pixels = self._shape(area), pixels_inside(area)
        self._fields.show_area((pixels * PIXEL_HA, pixels) if area is not None else None)
        self._map.show_areas(shape, self._shape(result.request.area) if result else None, running=busy)
        draws = settings.mode == "draw" and area is None
        self._map.drawing.use(settings.tool if draws and not busy else None)
        self._map.invite(invitation(settings) if area is None and (result is None or draws) else None)
        if result is not None:
            self._map.bar.show_controls()
            return
        self._results.invitation.show_step(0 if area is None else 2 if busy else 1, running=busy)
        self._map.bar.show_hint(
            "No area chosen yet"
            if area is None
            else "You can go on looking around while this runs"
            if busy
            else HOW_TO_MOVE[settings.mode]
        )

    def _silent(self, profile: profiles.CatalogProfile) -> None:
        """Tell that the chosen catalogue does not answer, unless the visitor has gone on."""
        unchanged = self._fields.settings.catalog == profile.name and self._analysis is None
        if unchanged and not self._worker.busy:
            self._foot.show(messages.silent_catalog(profile.label), self._act)
        if self._area is None:
            self._map.look_at_world()

    def _lay_backdrop(self, catalog: str, overlay: Any) -> None:
        if catalog == self._fields.settings.catalog:
            self._map.set_backdrop(overlay)

    def _lay(self, name: str, layers: Layers | None) -> None:
        shift = self._shift_of(self._analysis.request.area) if self._analysis is not None else 0.0
        self._map.lay_over(name, layers(shift) if layers is not None else ())

    # Small answers

    def _request(self) -> AnalysisRequest | None:
        try:
            return self._fields.settings.request()
        except InvalidRequest:
            return None

    def _differs_in_clusters_only(self, request: AnalysisRequest) -> bool:
        if self._analysis is None or request == self._analysis.request:
            return False
        return replace(request, n_clusters=self._analysis.request.n_clusters) == self._analysis.request

    def _shift_of(self, area: AreaOfInterest) -> float:
        return self._shift if area == self._area else self._map.copy_of(area.longitude)

    def _shape(self, area: AreaOfInterest) -> Shape:
        shift = self._shift_of(area)
        return [[[(y, x + shift) for y, x in ring] for ring in polygon] for polygon in shape_on_map(area)]

    def _box(self, area: AreaOfInterest) -> Box:
        return Box.around(point for polygon in self._shape(area) for ring in polygon for point in ring)

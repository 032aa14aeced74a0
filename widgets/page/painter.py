"""Brings every part of the page in line with the state, and shows the progress and end of a run."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pipeline.area.aoi import AreaOfInterest
from pipeline.catalogs import profiles
from pipeline.exports.provenance import credit
from widgets.page import messages
from widgets.page.state import Outcome, PageState, Situation, state_of
from widgets.page.whereabouts import Whereabouts
from widgets.results.tabs.host import Layers
from widgets.toolkit.message import STAGE_WORDS, Action, Message

if TYPE_CHECKING:
    from pipeline.drawing.overlays import Overlays
    from pipeline.request import AnalysisRequest
    from pipeline.result import Analysis
    from widgets.page.parts import Parts

log = logging.getLogger(__name__)


class Painter:
    """Paints. It is made before the parts, which call it; `take` hands them over.

    Parameters
    ----------
    act : callable
        Called with the next step that the visitor chose.
    tell : callable
        Called with the request and the result, whenever the page was brought up to date.
    """

    def __init__(
        self,
        act: Callable[[Action], None],
        tell: Callable[[AnalysisRequest | None, Analysis | None], None] = lambda _request, _result: None,
    ) -> None:
        self._act, self._tell = act, tell
        self._unsaid: Message | None = None
        self._looked_at: tuple[float, ...] = ()
        self._shown_area: AreaOfInterest | None = None
        self.moving = False
        """Whether the next click is to move the area."""

    def take(self, parts: Parts, limit_km: float) -> None:
        """Take the parts to paint, and the longest side of an area that can be calculated here."""
        self._parts, self._limit_km = parts, limit_km
        self.where = Whereabouts(parts.map.camera)
        self.state = state_of(Situation(parts.fields.settings, limit_km))
        self.where.area = self.state.area

    # What a run tells (session.runs.Listener)

    def run_began(self, stage: str) -> None:
        """Show the progress of a run."""
        self._looked_at = self._parts.map.camera.looks_at
        self._parts.foot.show_progress(STAGE_WORDS[stage], "", 0)
        self.refresh()

    def run_progressed(self, stage: str, fraction: float, detail: str) -> None:
        """Show how far a run is."""
        self._parts.foot.show_progress(STAGE_WORDS[stage], detail, fraction)

    def run_arrived(self, analysis: Analysis, *, last: bool) -> None:
        """Show a result, or a first look at it, and move the map to it if the visitor has not moved it."""
        moved = self._shown_area != analysis.request.area
        self._shown_area = analysis.request.area
        self._show(analysis, self._parts.results.begin)
        if moved and self._parts.map.camera.looks_at == self._looked_at:
            self._parts.map.camera.look_at_if_needed(self.where.box(analysis.request.area))
        self.refresh()

    def run_failed(self, error: Exception) -> None:
        """Say why a run has no result."""
        self.refresh(messages.of_error(error, self._parts.fields.settings))

    # What else is shown

    def edited(self, analysis: Analysis) -> None:
        """Show a result whose classes or patches were edited; it is as fresh or stale as before."""
        self._parts.runs.adopt(analysis)
        self._show(analysis, self._parts.results.show)
        self.refresh()

    def zoomed_in(self, pictures: Overlays | None) -> None:
        """Show sharper pictures of the part of the result that the map shows."""
        result = self._parts.runs.result
        if result is not None:
            self._parts.map.show_zoomed_in(pictures, self.where.turn_of(result.request.area))

    def lay(self, name: str, layers: Layers | None) -> None:
        """Lay a tab's layers over the result; None takes them away."""
        result = self._parts.runs.result
        turn = self.where.turn_of(result.request.area if result is not None else None)
        self._parts.map.lay_over(name, layers(turn) if layers is not None else ())

    def show_second(self, overlays: Overlays | None) -> None:
        """Show the pictures of a second date in place of those of the result; None: the result's again."""
        result = self._parts.runs.result
        turn = self.where.turn_of(result.request.area if result is not None else None)
        self._parts.map.show_second(overlays, turn)

    def lay_backdrop(self, catalog: str, overlay: Any) -> None:
        """Show a catalogue's picture of its own land, if the catalogue is still chosen."""
        if catalog == self._parts.fields.settings.catalog:
            self._parts.map.set_backdrop(overlay)

    def silent(self, profile: profiles.CatalogProfile) -> None:
        """Say that the chosen catalogue does not answer, unless the visitor has moved on."""
        parts = self._parts
        if (
            parts.fields.settings.catalog == profile.name
            and parts.runs.result is None
            and not parts.runs.busy
        ):
            parts.foot.show(messages.silent_catalog(profile.label), self._act)
        if self.state.area is None:
            parts.map.camera.look_at_world()

    def report(self, error: Exception) -> None:
        """Say that a callback failed; the page stays usable."""
        message = messages.of_error(error, self._parts.fields.settings)
        try:
            self.refresh(message)
        except Exception:  # a part may be broken in any way; the message is shown all the same
            log.exception("the page could not be brought up to date")
            self._parts.foot.show(message, self._act)

    def stop_moving(self) -> None:
        """Call off moving the area with the next click."""
        if self.moving:
            self.moving = False
            self.refresh()

    # State

    def refresh(self, message: Message | None = None) -> None:
        """Bring every part in line with the form, the result and the run; a message is shown once."""
        parts, before = self._parts, self.state
        if parts.runs.busy and message is not None and message.kind != "plain":
            self._unsaid = message
        if not parts.runs.busy:
            message, self._unsaid = message or self._unsaid, None
        state = self.state = state_of(self._situation(message))
        self.where.area = state.area
        self._paint_map(state)
        self._paint_form(state)
        result = parts.runs.result
        if result is not None and state.freshness is not None:
            parts.results.set_state(result, state.freshness)
        else:
            parts.results.invitation.show_step(state.step, running=parts.runs.busy)
        if state.area is not None and state.area != before.area and not parts.runs.busy:
            parts.map.camera.look_at_if_unseen(self.where.box(state.area))
        if state.regroup and state.request is not None:
            parts.runs.regroup_soon(state.request.n_clusters)
        self._tell(state.request, result if result is not None and not result.preview else None)

    def _situation(self, message: Message | None = None) -> Situation:
        parts = self._parts
        result, settings = parts.runs.result, parts.fields.settings
        return Situation(
            settings,
            self._limit_km,
            Outcome.of(result, parts.runs.seconds) if result is not None else None,
            parts.runs.busy,
            message,
            self.moving,
            parts.history.can_undo,
            self.state.area,
            parts.runs.clock.pace.link_mbit(settings.catalog),
        )

    def _paint_map(self, state: PageState) -> None:
        view, result = self._parts.map, self._parts.runs.result
        shape = self.where.shape(state.area) if state.area is not None else None
        view.show_areas(
            shape, self.where.shape(result.request.area) if result else None, running=self._parts.runs.busy
        )
        view.show_knob(shape if state.knob else None)
        view.drawing.use(state.tool)
        view.invite(state.invitation)
        view.bar.show(state.hint)
        view.mover.show(can_move=state.can_move, moving=state.moving, can_undo=state.can_undo)
        view.set_click(state.click)

    def _paint_form(self, state: PageState) -> None:
        parts = self._parts
        result, carried = parts.runs.result, parts.results.editor.carried
        run = result is not None and result.request == state.request
        if carried is not None and run:
            parts.address.show(state.request, carried.to_text(), carried.steps, run=run)
        else:
            parts.address.show(state.request, run=run)
        parts.fields.show_area(state.counted)
        parts.foot.show_button(state.button.text, primary=state.button.primary, enabled=state.button.enabled)
        if state.message is not None:
            parts.foot.show(state.message, self._act)

    def _show(self, analysis: Analysis, show: Callable[[Analysis], None]) -> None:
        """Show a result on the map and, which takes longer, in the results column."""
        parts, area = self._parts, analysis.request.area
        made_up = analysis.request.catalog == profiles.DEMO.name
        source = "Made-up demo land" if made_up else credit(analysis)
        ticks = parts.results.legend.ticks_for(len(analysis.areas) - 1)
        parts.map.show_result(analysis.overlays, self.where.turn_of(area), source, ticks)
        show(analysis)
        parts.zoomed_in.of(analysis, self.where.box(area), self.where.turn_of(area))

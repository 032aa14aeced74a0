"""The visitor's actions and their consequences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.catalogs import profiles
from pipeline.errors import Cancelled, InvalidRequest
from pipeline.request import AnalysisRequest
from widgets.page import messages
from widgets.page.start_view import demo, demo_example
from widgets.session import catalog_probe, preload
from widgets.session.gate import Gate
from widgets.toolkit.message import Action

if TYPE_CHECKING:
    from pipeline.clustering.model import ClusterModel
    from widgets.page.painter import Painter
    from widgets.page.parts import Parts


class Visitor:
    """Turns clicks, keys and fields into settings and runs. Made before the parts, which call it.

    Parameters
    ----------
    gate : Gate
        Guards what happens in threads.
    """

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def meet(self, parts: Parts, painter: Painter) -> None:
        """Take the parts of the page and the painter that shows the effect."""
        self._parts, self._painter = parts, painter

    # The form

    def changed(self, change: Any) -> None:
        """React to a change in the form."""
        self._parts.history.changed(change.old, change.new)
        preload.TOOLS.prepare(change.new.catalog)
        if change.new.catalog != change.old.catalog:
            self._painter.lay_backdrop(change.new.catalog, None)
            catalog_probe.load_backdrop(self._gate, change.new.catalog, self._painter.lay_backdrop)
            example = demo_example(change.new)
            if example is not None:
                self.take_example(example)
                return
        self._painter.refresh()

    def take_example(self, example: profiles.Example) -> None:
        """Fill the form with an example and look at it."""
        self._painter.where.placed_in_view(example.longitude)
        self._parts.fields.settings = self._parts.fields.settings.of_example(example)
        if self._painter.state.area is not None:
            self._parts.map.camera.look_at(self._painter.where.box(self._painter.state.area))

    def set_clusters(self, n_clusters: int) -> None:
        """Set the number of clusters."""
        self._change(n_clusters=n_clusters)

    def request(self) -> AnalysisRequest | None:
        """Return the request of the form; None while it cannot be calculated."""
        try:
            return self._parts.fields.settings.request()
        except InvalidRequest:
            return None

    # Cards

    def escape(self) -> None:
        """Close what is open, and start a drawing over."""
        self._parts.results.close_cards()
        self._parts.map.drawing.start_over()
        self._painter.stop_moving()

    # Runs

    def run(self, model: ClusterModel | None = None) -> None:
        """Calculate the request of the form."""
        request = self._painter.state.request
        if request is not None:
            self._parts.runs.run(request, model)

    def cancel(self) -> None:
        """Stop the run."""
        if self._parts.runs.cancel():
            self._painter.refresh(messages.of_error(Cancelled(), self._parts.fields.settings))
            self._parts.names.focus(".eo-main")

    def use_scenes(self, ids: tuple[str, ...] | None) -> None:
        """Calculate with these scenes, or with those that are chosen automatically."""
        self.choose_scenes(ids)
        self.run()

    def choose_scenes(self, ids: tuple[str, ...] | None) -> None:
        """Put these scenes into the form, or those that are chosen automatically."""
        self._parts.fields.settings = self._parts.fields.settings.with_scenes(ids)

    def use_model(self, model: ClusterModel) -> None:
        """Calculate with given clusters; the form shows their number."""
        self.set_clusters(model.n_clusters)
        self._parts.runs.forget_regrouping()
        self.run(model)

    def act(self, action: Action) -> None:
        """Take a next step that a message offered."""
        if action.deed == "demo":
            self.take_example(demo())
        request = self.request()
        if action.deed == "scenes" and request is not None:
            self._parts.results.offer_scenes(request)
        if action.deed == "here":
            self._parts.workers.leave()
        if action.changes is not None:
            self._parts.fields.settings = action.changes
        if action.deed in ("retry", "here", "change and run"):
            self.run()

    # The rest

    def ticked(self) -> None:
        """Show the clusters that are switched on."""
        self._parts.map.set_ticks(self._parts.results.legend.ticks)

    def save_request(self) -> None:
        """Save the request as a file."""
        request = self.request()
        if request is not None:
            name = f"request_{request.start:%Y-%m-%d}_{request.end:%Y-%m-%d}.json"
            self._parts.saver.save(request.to_json().encode(), name, "application/json")

    def _change(self, **changes: object) -> None:
        self._parts.fields.settings = self._parts.fields.settings.changed(**changes)

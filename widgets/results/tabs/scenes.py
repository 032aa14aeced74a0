"""The tab of scenes: all images of the period, how clear each is over the area, one click to use another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import TYPE_CHECKING

import ipywidgets as ipw

from pipeline.request import MIN_CLUSTERS, AnalysisRequest
from pipeline.text import period_words
from widgets.results.tabs.found import Tab
from widgets.results.tabs.host import Host
from widgets.results.tabs.looks import ClearLooks
from widgets.results.tabs.scene_list import SceneList, told
from widgets.toolkit.message import plain_words
from widgets.toolkit.parts import arrange, html

if TYPE_CHECKING:
    from pipeline.explore.candidates import SceneFacts
    from pipeline.result import Analysis


CHOSEN = "Chosen for the next run: press “Update clusters”."
COMBINED = "The coloured dates were combined: clear over your area and spread over the time."


class Scenes(ipw.VBox):
    """A sentence and the list.

    Parameters
    ----------
    host : Host
        Runs with another image.
    on_compare : callable
        Called with an image that is to be compared with that of the result.
    """

    def __init__(self, host: Host, on_compare: Callable[[SceneFacts], None] = lambda _facts: None) -> None:
        self._host = host
        self._listed: AnalysisRequest | None = None
        self._combined: frozenset[str] | None = None
        self._automatic: frozenset[str] = frozenset()
        self._calculated: frozenset[str] = frozenset()
        self.head, self.used = html("", "eo-scenes-head"), html("", "eo-scenes-used")
        self.looks = ClearLooks(host)
        self.list_of_scenes = SceneList(host, "Use", "In use", self._use, self._tell, on_other=on_compare)
        super().__init__([self.head, self.list_of_scenes.rows])
        self.add_class("eo-pad")

    def show(self, analysis: Analysis) -> None:
        """List the images the result was chosen from; the one in use is marked."""
        self.list(analysis.request)
        self.looks.show(analysis)
        can_compare = not (analysis.is_composite or analysis.preview)
        self.list_of_scenes.rows.other_text = "Compare" if can_compare else ""
        ids = frozenset(scene.id for scene in analysis.scenes)
        if analysis.is_composite:
            self._combined = self._calculated = ids
            self._automatic = ids if analysis.request.scene_ids is None else frozenset()
            self._mark_combined(ids)
            arrange(self, self.looks, self.used, self.head, self.list_of_scenes.rows)
            return
        self.looks.leave()
        self._combined = None
        clear = None if analysis.preview else analysis.clear_share
        self.list_of_scenes.mark_used(ids, clear)
        arrange(self, self.head, self.list_of_scenes.rows)

    def list(self, request: AnalysisRequest) -> None:
        """List the images of a request, unless they are listed already."""
        wanted = _listing(request)
        if wanted != self._listed:
            self._listed = wanted
            self.list_of_scenes.mark_used(())
            self.list_of_scenes.search(request)

    def leave(self) -> None:
        """Another tab has been opened: no footprint on the map any more."""
        self._host.lay("footprint", None)
        self.looks.leave()

    def _use(self, facts: SceneFacts) -> None:
        wanted = self._host.request()
        if wanted is not None and _listing(wanted) != self._listed:
            self.list(wanted)
            return
        if self._combined is not None:
            self._toggle(self._combined, frozenset(facts.ids))
            return
        self._host.use_scenes(None if facts.automatic else facts.ids)

    def _toggle(self, before: frozenset[str], ids: frozenset[str]) -> None:
        """Add a date to those that are combined, or leave it out; it counts from the next run on."""
        combined = before - ids if ids & before else before | ids
        if not combined:
            combined = self._calculated = ids
        self._combined = combined
        self._host.choose_scenes(None if combined == self._automatic else tuple(sorted(combined)))
        self._mark_combined(combined)

    def _mark_combined(self, combined: frozenset[str]) -> None:
        self.list_of_scenes.mark_used(combined, combined=True)
        what = COMBINED if combined == self._calculated else CHOSEN
        self.used.value = f"<p>{what}</p>"

    def _tell(self, found: Sequence[SceneFacts], searching: bool, error: Exception | None) -> None:
        request = self._listed
        if request is None:
            return
        period = period_words(request.start, request.end)
        if error is not None:
            self._listed = None
        text = told(found, searching, period) if error is None else plain_words(error)
        self.head.value = f"<p>{escape(text)}</p>"


def _listing(request: AnalysisRequest) -> AnalysisRequest:
    """Return a request without the settings that make no difference to the list of images."""
    return AnalysisRequest(
        request.area,
        request.start,
        request.end,
        max_cloud_cover=request.max_cloud_cover,
        n_clusters=MIN_CLUSTERS,
        catalog=request.catalog,
        mask_classes=request.mask_classes,
        mask_buffer_m=request.mask_buffer_m,
    )


TAB = Tab(30, "Scenes", lambda column: Scenes(column.host, column.compare))

"""The tab of scenes: all images of the period, how clear each is over the area, one click to use another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

import ipywidgets as ipw

from pipeline.request import MIN_CLUSTERS, AnalysisRequest
from pipeline.text import period_words
from widgets.page.messages import plain_words
from widgets.results.tabs.host import Host
from widgets.results.tabs.scene_list import SceneList, told
from widgets.toolkit.parts import html

if TYPE_CHECKING:
    from pipeline.explore.candidates import SceneFacts
    from pipeline.result import Analysis


class Scenes(ipw.VBox):
    """A sentence and the list.

    Parameters
    ----------
    host : Host
        Runs with another image.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._listed: AnalysisRequest | None = None
        self.head = html("", "eo-scenes-head")
        self.list_of_scenes = SceneList(host, "Use", "In use", self._use, self._tell)
        super().__init__([self.head, self.list_of_scenes.rows])
        self.add_class("eo-pad")

    def show(self, analysis: Analysis) -> None:
        """List the images the result was chosen from; the one in use is marked."""
        self.list(analysis.request)
        clear = None if analysis.preview else analysis.clear_share
        self.list_of_scenes.mark_used((scene.id for scene in analysis.scenes), clear)

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

    def _use(self, facts: SceneFacts) -> None:
        wanted = self._host.request()
        if wanted is not None and _listing(wanted) != self._listed:
            self.list(wanted)
            return
        self._host.use_scenes(None if facts.automatic else facts.ids)

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
    """Return a request without what makes no difference to the images there are."""
    return replace(request, n_clusters=MIN_CLUSTERS, scene_ids=None)

"""The tab of change: the same clusters on a second date, and how many hectares moved from one to another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from html import escape
from typing import TYPE_CHECKING

import ipywidgets as ipw

from pipeline.errors import AnalysisError, NoScenesFound
from widgets.results.edits import Editor
from widgets.results.tabs import change_words
from widgets.results.tabs.change_file import ChangeFile
from widgets.results.tabs.change_views import ChangeViews
from widgets.results.tabs.found import Tab
from widgets.results.tabs.host import Host
from widgets.results.tabs.period import Period
from widgets.results.tabs.saved_model import SavedModel
from widgets.results.tabs.scene_list import SceneList, told
from widgets.results.tabs.second_date import Comparison, compared, labelled_as, periods_for, year_before
from widgets.session.worker import Progress, Worker
from widgets.toolkit.fold import Fold
from widgets.toolkit.message import STAGE_WORDS, plain_words
from widgets.toolkit.parts import arrange, column, html, push_button, row

if TYPE_CHECKING:
    from pipeline.explore.candidates import SceneFacts
    from pipeline.result import Analysis

COMPOSITES = "Combine the dates of another year in the same way, and see how many hectares changed."
INTRODUCTION = "Label a second date with the same clusters, and see how many hectares changed."


class ChangeTab(ipw.VBox):
    """Period, images to choose from, and the comparison.

    Parameters
    ----------
    host : Host
        Takes the pictures of the second date.
    editor : Editor
        Knows the result as calculated and the present edits, which the second date gets too.
    offer : callable
        Offers the files of the result with its second date.
    """

    def __init__(self, host: Host, editor: Editor, offer: Callable[[Analysis], None]) -> None:
        self._host, self._editor, self._offer = host, editor, offer
        guard = host.gate.guard
        self._base: Analysis | None = None
        self._analysis: Analysis | None = None
        self._second: Analysis | None = None
        self._others: list[tuple[date, date]] = []
        self._period = Period()
        self._find = push_button("Find images", guard(self._find_images))
        self._told = html("", "eo-scenes-head")
        self._list = SceneList(host, "Compare", "Compared", self._choose, self._tell, tell_automatic=False)
        self._status = html("", "eo-sentence")
        self._stop = push_button("Cancel", guard(self._cancel), "eo-link")
        self._running = row("eo-running", self._status, self._stop)
        self._views, self._outcome, self.file = ChangeViews(host), html("", "eo-change"), ChangeFile(host)
        self._introduction = html(f"<p>{INTRODUCTION}</p>", "eo-muted")
        self._search_part = column("eo-second", self._introduction, self._period, self._find)
        self._result_part = column("eo-compared", self._views, self._outcome, self.file)
        saved = Fold("Use a saved model", SavedModel(host))
        self._runs = Worker(host.gate, progress=self._progressed, done=self._done, failed=self._fail)
        self._compares = Worker(host.gate, progress=lambda *_: None, done=self._told_all, failed=self._fail)
        self._searching: tuple[ipw.Widget, ...] = ()
        self._place: object = None
        self._parts = column("eo-parts", self._search_part)
        super().__init__([self._parts, saved])
        self.add_class("eo-pad")

    def show(self, analysis: Analysis) -> None:
        """Take a result: another one ends the comparison, an edited one is compared again."""
        if analysis is self._analysis:
            return
        self._analysis = analysis
        if self._editor.calculated is not self._base:
            self._base = self._editor.calculated
            self._end_comparison()
            if (place := _place_of(analysis)) != self._place:
                self._place = place
                self._begin(analysis)
        elif self._second is not None:
            self._compare_now()

    def compare(self, facts: SceneFacts) -> None:
        """Compare the result with an image that was found elsewhere on the page."""
        self._searching = (self._search_part,)
        self._list.stop()
        self._choose(facts)

    def leave(self) -> None:
        """Show the first date on the map again."""
        self._host.lay("footprint", None)
        self._views.leave()

    def _propose(self, *, look: bool) -> None:
        """Put the next of the periods where a second date may be into the fields, and look whether it is."""
        self._period.days = self._others.pop(0)
        if look:
            self._search()

    def _find_images(self) -> None:
        self._others = []
        self._search()

    def _begin(self, analysis: Analysis) -> None:
        """Offer second dates for another place or time: those that were found belong to the one before."""
        self._others = []
        self._list.stop()
        arrange(self._parts, self._search_part)
        start, end = analysis.request.start, analysis.request.end
        self._others = [year_before(start, end)] if analysis.is_composite else periods_for(start, end)
        self._find.description = "Compare" if analysis.is_composite else "Find images"
        self._introduction.value = f"<p>{COMPOSITES if analysis.is_composite else INTRODUCTION}</p>"
        self._propose(look=not analysis.is_composite)

    def _end_comparison(self) -> None:
        """Show the search alone: with what it has found, where that is for the same place and time."""
        self._runs.cancel()
        self._compares.cancel()
        self._second = self._editor.compared = None
        self._views.forget()
        self._list.mark_used(())
        arrange(self._parts, *(self._searching or (self._search_part,)))

    def _search(self) -> None:
        base, (start, end) = self._base, self._period.days
        if base is None:
            return
        if start is None or end is None:
            self._warn("A date is missing. Choose the first and the last day.")
            return
        try:
            request = replace(base.request, start=start, end=end, scene_ids=None)
        except AnalysisError as error:
            self._warn(str(error))
            return
        if base.is_composite:
            self._compare_period(base, start, end)
            return
        self._searching = (self._search_part, self._told, self._list.rows)
        shown = self._result_part if self._result_part in self._parts.children else None
        arrange(self._parts, *([shown] if shown else []), *self._searching)
        self._list.search(request)

    def _tell(self, found: Sequence[SceneFacts], searching: bool, error: Exception | None) -> None:
        has_none = not found and not searching and (error is None or isinstance(error, NoScenesFound))
        if has_none and self._others:
            self._propose(look=True)
            return
        if found or error is not None:
            self._others = []
        if error is not None:
            self._told.value = f"<p class='eo-warn-text'>{escape(plain_words(error))}</p>"
            return
        self._told.value = f"<p>{escape(told(found, searching, 'in this period'))}</p>"

    def _warn(self, text: str) -> None:
        self._told.value = f"<p class='eo-warn-text' role='alert'>{escape(text)}</p>"
        arrange(self._parts, self._search_part, self._told)

    def _compare_period(self, base: Analysis, start: date, end: date) -> None:
        """Calculate the same composite of another time, and compare it."""
        self._searching = (self._search_part,)

        def work(progress: Progress, cancelled: Callable[[], bool]) -> Analysis:
            from pipeline.batch.other_time import other_period

            return other_period(base, start, end, on_progress=progress, cancelled=cancelled)

        self._runs.cancel()
        self._runs.start(work)
        self._say(f"{STAGE_WORDS['searching']}…", running=True)

    def _choose(self, facts: SceneFacts) -> None:
        base = self._base
        if base is None:
            return
        self._runs.cancel()
        self._list.mark_used(facts.ids)

        def work(progress: Progress, cancelled: Callable[[], bool]) -> Analysis:
            from pipeline.batch.other_time import other_date

            return other_date(base, facts.ids, facts.day, on_progress=progress, cancelled=cancelled)

        self._runs.start(work)
        self._say(f"{STAGE_WORDS['searching']}…", running=True)

    def _cancel(self) -> None:
        self._runs.cancel()
        self._list.mark_used(())
        arrange(self._parts, *self._searching)

    def _progressed(self, stage: str, fraction: float, _detail: str) -> None:
        self._say(f"{STAGE_WORDS.get(stage, stage)} · {100 * fraction:.0f} %", running=True)

    def _done(self, second: Analysis) -> None:
        self._second = second
        self._compare_now()

    def _compare_now(self) -> None:
        before, second, editor = self._analysis, self._second, self._editor
        edits, refined = editor.edits, editor.refined
        if before is None or second is None or edits is None or refined is None:
            return
        self._compares.cancel()
        self._compares.start(
            lambda *_: compared(before, edits.applied_to(labelled_as(second, refined.model))[0])
        )

    def _told_all(self, comparison: Comparison) -> None:
        self._outcome.value = change_words.outcome(comparison)
        self.file.show(comparison)
        self._offer(comparison.before)
        arrange(self._parts, self._result_part, *self._searching)
        self._views.show(comparison)

    def _fail(self, error: Exception) -> None:
        self._list.mark_used(())
        self._say(plain_words(error), running=False)

    def _say(self, text: str, *, running: bool) -> None:
        kind = "" if running else " class='eo-warn-text' role='alert'"
        self._status.value = f"<p{kind}>{escape(text)}</p>"
        arrange(self._running, self._status, *((self._stop,) if running else ()))
        arrange(self._parts, *self._searching, self._running)


def _place_of(analysis: Analysis) -> object:
    """Return a key of the images that a second date may be chosen from."""
    request = analysis.request
    return request.area, request.start, request.end, request.catalog, request.composite


TAB = Tab(50, "Change", lambda column: ChangeTab(column.host, column.editor, column.offer))

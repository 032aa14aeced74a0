"""The results column: an invitation first, then the scene, the tabs and the downloads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from html import escape
from typing import TYPE_CHECKING

import ipywidgets as ipw

from pipeline.catalogs.profiles import Example
from pipeline.exports.provenance import credit, names_are
from pipeline.reading.ways import way_of
from pipeline.request import AnalysisRequest
from pipeline.sentinel2.platforms import PLATFORMS
from pipeline.text import day_and_month, day_words, percent, range_words, short_range
from widgets.results import rows
from widgets.results.downloads import Downloads
from widgets.results.edits import Editor
from widgets.results.inspector import Inspector, Spectrum
from widgets.results.invitation import Invitation
from widgets.results.legend import Legend
from widgets.results.tabs.areas import Areas
from widgets.results.tabs.change import ChangeTab
from widgets.results.tabs.found import Column, all_tabs
from widgets.results.tabs.host import Host
from widgets.results.tabs.quality import Quality
from widgets.results.tabs.scenes import Scenes
from widgets.results.tabs.shell import Page, Tabs
from widgets.results.tabs.spectra import Spectra
from widgets.toolkit.message import HARDLY_CLEAR, MOSTLY_CLEAR
from widgets.toolkit.parts import arrange, classed, html

if TYPE_CHECKING:
    from pipeline.explore.candidates import SceneFacts
    from pipeline.result import Analysis

FRESH, UPDATING, STALE = "fresh", "updating", "stale"
PREVIEW = "<span class='eo-badge'>Preview</span>"


class Results(ipw.VBox):
    """The column; `legend` tells which clusters are on.

    Parameters
    ----------
    on_example, on_ticks, on_mixed : callable
        Called with the chosen example; when clusters were switched; with whether only some are on.
    host : Host
        What the tabs may ask of the page.
    """

    def __init__(
        self,
        *,
        on_example: Callable[[Example], None],
        on_ticks: Callable[[], None],
        on_mixed: Callable[[bool], None],
        host: Host,
    ) -> None:
        self.invitation = Invitation(on_example)
        self.legend = Legend(on_ticks, on_mixed)
        self.head = html("", "eo-scene")
        self.editor = Editor(host.gate, host.adopt, self._edit_failed)
        self.inspector = Inspector(host, self._show_spectrum)
        column = Column(host, self.legend, self.editor, self.inspector, self._offer, self._compare_with)
        pages: dict[str, Callable[[], Page]] = {tab.title: partial(tab.make, column) for tab in all_tabs()}
        self.tabs = Tabs(pages, host.gate.guard)
        self.downloads = Downloads(host.gate, self.editor, host.save)
        super().__init__([self.invitation])
        self.add_class("eo-results")

    def begin(self, analysis: Analysis) -> None:
        """Show a result that was just calculated."""
        self.editor.begin(analysis)
        self.show(analysis)

    def show(self, analysis: Analysis) -> None:
        """Show a result, edited or not, as a fresh one."""
        checked = analysis.checked
        self.legend.show(
            rows.of(analysis),
            notes_of(analysis),
            rows.estimated(analysis, checked) if checked is not None else (),
            checked.sentence() if checked is not None else f"Names are {names_are(analysis)}.",
        )
        self.inspector.show(analysis)
        self.set_state(analysis, FRESH)
        arrange(self, self.head, self.tabs, self.downloads)
        self.downloads.show(analysis)
        change = self.tabs.made("Change")
        if isinstance(change, ChangeTab) and self.editor.compared is not None:
            change.show(analysis)  # what was compared stays compared, whichever tab is open
        self.tabs.show(analysis)

    def set_state(self, analysis: Analysis, state: str) -> None:
        """Show the result as fresh, as being updated, or as out of date."""
        stale = state == STALE
        (self.add_class if stale else self.remove_class)("eo-stale")
        self.head.value = _head(analysis, state)
        label = f"Download GeoTIFF ({_short_when(analysis)})" if stale else "Download GeoTIFF"
        self.downloads.label(label, primary=state == FRESH and not analysis.preview)
        self.downloads.allow(not analysis.preview)

    def offer_scenes(self, request: AnalysisRequest) -> None:
        """Let the visitor choose among the images of a request that has no result."""
        page = self.tabs.page("Scenes")
        if self.tabs in self.children:
            self.tabs.turn_to("Scenes")
        else:
            arrange(self, classed(ipw.Box([page]), "eo-body"))
        if isinstance(page, Scenes):
            page.list(request)

    def close_cards(self) -> None:
        """Close the list of formats and the card of a pixel."""
        self.downloads.close_list()
        self.inspector.close_card()

    def _offer(self, analysis: Analysis) -> None:
        """Offer the files of a result with its second date, and let its change be checked."""
        self.downloads.show(analysis)
        self.editor.compared = analysis
        change = self.tabs.made("Change")
        if isinstance(change, ChangeTab):
            change.file.take(analysis)
        quality = self.tabs.made("Quality")
        if isinstance(quality, Quality):
            quality.compare()

    def _compare_with(self, facts: SceneFacts) -> None:
        self.tabs.turn_to("Change")
        change = self.tabs.made("Change")
        if isinstance(change, ChangeTab):
            change.compare(facts)

    def _edit_failed(self, error: Exception) -> None:
        page = self.tabs.made(self.tabs.opened)
        if isinstance(page, Areas | Quality):
            page.fail(error)

    def _show_spectrum(self, spectrum: Spectrum | None) -> None:
        spectra = self.tabs.made("Spectra")
        if isinstance(spectra, Spectra):
            spectra.show_pixel(spectrum)


def notes_of(analysis: Analysis) -> tuple[str, ...]:
    """Return the notes on a result; for a preview, first that it is one."""
    if not analysis.preview:
        return analysis.notes
    coarse = f"Preview from pixels of {analysis.resolution_m:,.0f} m: hectares and clusters may still change."
    return (coarse, *analysis.notes)


def _head(analysis: Analysis, state: str) -> str:
    clear = analysis.clear_share
    warmth = _warmth(clear, analysis.is_doubtful)
    here = "" if analysis.is_composite else " here"
    badges = {
        FRESH: f"<span class='eo-badge{warmth}'>{escape(percent(clear))} clear{here}</span>",
        UPDATING: "<span class='eo-badge'>Updating…</span>",
        STALE: "<span class='eo-badge eo-warn'>Out of date</span>",
    }
    platforms = _joined(PLATFORMS.get(s.platform, s.platform) for s in analysis.scenes)
    tiles = sorted({s.tile for s in analysis.scenes})
    how = f"{_how(analysis)} · " if analysis.is_composite else ""
    label = f"{how}{platforms} · tile{'s' if len(tiles) > 1 else ''} {escape(', '.join(tiles))}"
    facts = "".join(f"<p><span>{name}</span>{text}</p>" for name, text in _facts(analysis))
    badge = PREVIEW if analysis.preview else badges[state]
    if analysis.model_given:
        badge += "<span class='eo-badge eo-warn'>Saved model</span>"
    return (
        f"<div class='eo-date'><h2>{_when(analysis)}</h2>{badge}</div>"
        f"<div class='eo-muted'>{label} · <details class='eo-card'><summary>Details</summary>"
        f"<div class='eo-pop'>{facts}</div></details></div>"
    )


def _when(analysis: Analysis) -> str:
    """Return the title of a result: its day, or the time and number of the dates that were combined."""
    if not analysis.is_composite:
        return day_words(analysis.date)
    n_days = len(analysis.days)
    when = range_words(analysis.request.start, analysis.request.end)
    through = (
        "Through the year " if way_of(analysis.request.composite).in_periods and when.isdecimal() else ""
    )
    return f"{through}{when} · {n_days} date{'' if n_days == 1 else 's'}"


def _how(analysis: Analysis) -> str:
    """Return how dates were combined."""
    request = analysis.request
    way = way_of(request.composite)
    return f"{request.periods} periods" if way.in_periods else way.title


def _short_when(analysis: Analysis) -> str:
    if not analysis.is_composite:
        return day_and_month(analysis.date)
    return short_range(analysis.request.start, analysis.request.end)


def _warmth(clear: float, doubtful: bool) -> str:
    """Return the class of a badge that tells a clear share: green, amber, or stronger."""
    if clear < HARDLY_CLEAR:
        return " eo-low"
    return " eo-warn" if clear < MOSTLY_CLEAR or doubtful else ""


def _facts(analysis: Analysis) -> list[tuple[str, str]]:
    """Return the facts about the images used, as names and values (HTML)."""
    scenes = analysis.scenes
    plural = "s" if len(scenes) > 1 else ""
    clouds = [f"{s.cloud_cover:.1f} %" for s in scenes if s.cloud_cover is not None]
    offsets = {s.offset.words for s in scenes}
    factor = analysis.true_area_factor
    return [
        (f"Scene{plural}", "<br>".join(escape(s.id) for s in scenes)),
        (f"Cloud cover of the whole tile{plural}", escape(", ".join(clouds)) or "not given"),
        ("Offset", "<br>".join(escape(text) for text in sorted(offsets))),
        (
            "Areas",
            f"Counted on the 10 m UTM grid (EPSG:{escape(str(scenes[0].epsg))}). "
            f"On the ellipsoid they are × {factor:.4f}.",
        ),
        ("Credit", escape(credit(analysis))),
    ]


def _joined(names: Iterable[str]) -> str:
    return escape(", ".join(dict.fromkeys(names)))

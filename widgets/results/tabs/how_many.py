"""How many clusters? Two figures for 2 to 12 of them; the visitor decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import ipywidgets as ipw

from pipeline.request import MAX_CLUSTERS, MIN_CLUSTERS
from widgets.results.tabs.host import Host
from widgets.results.tabs.lines import TICK_STYLE
from widgets.session.worker import Progress, Worker
from widgets.toolkit.message import plain_words
from widgets.toolkit.parts import arrange, classed, html, pressed, push_button, row

if TYPE_CHECKING:
    import bqplot as bq

    from pipeline.explore.cluster_count import ElbowPoint
    from pipeline.result import Analysis

NUMBERS = tuple(range(MIN_CLUSTERS, MAX_CLUSTERS + 1))
HEIGHT_PX = 116
NOTES = {
    "inertia": "Scatter within the clusters: look for the bend, after which more clusters help little.",
    "calinski_harabasz": "Compact and far apart (Calinski-Harabasz): higher is better; it leans towards few.",
}


class Curve(ipw.Box):
    """One small line over the numbers of clusters, the present one marked; a click on a point chooses it."""

    def __init__(self, on_choose: Callable[[int], None]) -> None:
        self._on_choose = on_choose
        super().__init__()
        self.add_class("eo-sfig")
        self._figure: bq.Figure | None = None

    def show(self, numbers: Sequence[int], values: Sequence[float], present: int) -> None:
        """Draw the values so far."""
        if self._figure is None:
            self._create()
        top = max(values, default=1.0) * 1.08
        now = [(n, v) for n, v in zip(numbers, values, strict=True) if n == present]
        with self._y.hold_sync(), self.line.hold_sync(), self._dots.hold_sync(), self.now.hold_sync():
            self._y.max = top
            self.line.x, self.line.y = list(numbers), list(values)
            self._dots.x, self._dots.y = list(numbers), list(values)
            self.now.x, self.now.y = [n for n, _ in now], [v for _, v in now]
        arrange(self, self._figure)

    def _create(self) -> None:
        import bqplot as bq

        self._y = bq.LinearScale(min=0.0, max=1.0)
        scales = {"x": bq.LinearScale(min=NUMBERS[0] - 0.5, max=NUMBERS[-1] + 0.5), "y": self._y}
        self.line = bq.Lines(x=[], y=[], scales=scales, colors=["#1558b0"], stroke_width=2)
        self._dots = bq.Scatter(x=[], y=[], scales=scales, colors=["#1558b0"], default_size=28)
        self.now = bq.Scatter(
            x=[], y=[], scales=scales, colors=["#ffffff"], stroke="#1558b0", stroke_width=3, default_size=90
        )
        self._dots.on_element_click(lambda _mark, event: self._on_choose(NUMBERS[event["data"]["index"]]))
        axis = bq.Axis(
            scale=scales["x"], tick_values=list(NUMBERS), tick_format="d", grid_lines="none",
            tick_style=TICK_STYLE, color="#c9d1d8",
        )  # fmt: skip
        self._figure = classed(
            bq.Figure(
                marks=[self.line, self.now, self._dots],
                axes=[axis],
                fig_margin={"top": 8, "bottom": 22, "left": 8, "right": 8},
                background_style={"fill": "transparent"},
                display_toolbar=False,
                max_aspect_ratio=100,
                layout=ipw.Layout(width="100%", height=f"{HEIGHT_PX}px", min_width="0"),
            ),
            "eo-elbow",
        )


class HowMany(ipw.VBox):
    """A sentence, two curves, and a button per number.

    Parameters
    ----------
    host : Host
        Sets the number of clusters.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        guard = host.gate.guard
        self._points: list[ElbowPoint] = []
        self._pixels: Any = None
        self._present = 0
        choose = guard(host.set_clusters)
        self.inertia, self.calinski = Curve(choose), Curve(choose)
        self.sentence = html("", "eo-sentence")
        self.buttons = {
            n: push_button(str(n), _choosing(choose, n), "eo-toggle", "eo-k-choice") for n in NUMBERS
        }
        for number, button in self.buttons.items():
            button.tooltip = f"Use {number} clusters"
        self._worker = Worker(host.gate, progress=self._grown, done=self._ended, failed=self._fail)
        super().__init__(
            [
                self.sentence,
                html(NOTES["inertia"], "eo-muted", "eo-of-scatter"),
                self.inertia,
                html(NOTES["calinski_harabasz"], "eo-muted", "eo-of-compactness"),
                self.calinski,
                row("eo-k-choices", *self.buttons.values()),
            ]
        )
        self.add_class("eo-fold-body")

    def show(self, analysis: Analysis) -> None:
        """Show the figures of a result's pixels; they are computed once for the same pixels."""
        self._present = analysis.request.n_clusters
        for number, button in self.buttons.items():
            pressed(button, number == self._present)
        if analysis.pixels is self._pixels:
            self._draw()
            return
        self._pixels = analysis.pixels
        self._worker.cancel()
        self._points = points = []
        self.sentence.value = "<p>Grouping a sample of the pixels 2 to 12 times…</p>"

        def work(progress: Progress, cancelled: Callable[[], bool]) -> None:
            from pipeline.explore.cluster_count import elbow_points

            for point in elbow_points(analysis.sample_features, analysis.request.seed, cancelled):
                points.append(point)
                progress(str(point.n_clusters), point.n_clusters / NUMBERS[-1])

        self._worker.start(work)
        self._draw()

    def _grown(self, *_: Any) -> None:
        self._draw()

    def _ended(self, _result: None) -> None:
        self._draw()

    def _draw(self) -> None:
        points = list(self._points)
        numbers = [p.n_clusters for p in points]
        self.inertia.show(numbers, [p.inertia for p in points], self._present)
        self.calinski.show(numbers, [p.calinski_harabasz for p in points], self._present)
        if not self._worker.busy:
            from pipeline.explore.cluster_count import reading

            self.sentence.value = f"<p>{escape(reading(points, self._present))}</p>"

    def _fail(self, error: Exception) -> None:
        self._pixels = None
        self.sentence.value = f"<p class='eo-warn-text'>{escape(plain_words(error))}</p>"


def _choosing(choose: Callable[[int], None], number: int) -> Callable[[], None]:
    return lambda: choose(number)

"""A figure of lines over one axis: a line, a band of one standard deviation and a number per cluster."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ipywidgets as ipw

from pipeline.explore.spectra import Signature
from widgets.toolkit.parts import arrange, classed

if TYPE_CHECKING:
    import bqplot as bq

HEIGHT_PX = 280
MARGIN = {"top": 10, "bottom": 46, "left": 50, "right": 12}
GAP = 13 / (HEIGHT_PX - MARGIN["top"] - MARGIN["bottom"])
"""Smallest distance of two numbers at the line ends, as a share of the axis."""
ROOM = 0.08
"""Room for those numbers, as a share of the axis from left to right."""
INK = {"#f5f0cf": "#b9ad62"}
"""Colours too pale for a line on white, and what stands for them."""
PIXEL = "#14212b"
"""Colour of the line of a single pixel."""
TICK_STYLE = {"font-size": "11px", "fill": "#51606d"}
MOST = 12


@dataclass(frozen=True)
class Across:
    """The axis from left to right: where the values of each line stand."""

    places: tuple[float, ...]
    label: str
    ticks: tuple[float, ...]
    texts: tuple[str, ...] = ()
    """What stands at the ticks; empty: their numbers."""


class LineFigure(ipw.Box):
    """One figure for the life of the page; `show` changes its marks. Created when first shown.

    Parameters
    ----------
    name : str
        CSS class of the figure.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.add_class("eo-sfig")
        self._name = name
        self._figure: bq.Figure | None = None

    def show(
        self,
        lines: Sequence[Signature],
        names: Sequence[str],
        colors: Sequence[str],
        across: Across,
        label: str,
    ) -> None:
        """Draw a line per cluster, cluster 1 first; `label` is of the axis from below to above."""
        if self._figure is None:
            self._create()
        low, top, ticks = value_axis(lines)
        inks = [INK.get(color, color) for color in colors]
        last = {n: g.mean[-1] for n, g in enumerate(lines, start=1) if math.isfinite(g.mean[-1])}
        ends = spread(list(last.values()), GAP * (top - low), top)
        x, first, end = list(across.places), across.places[0], across.places[-1]
        upper = [[m + s for m, s in zip(g.mean, g.sd, strict=True)] for g in lines]
        lower = [[max(m - s, low) for m, s in zip(g.mean, g.sd, strict=True)] for g in lines]
        scales, axes = (self.y_scale, self._x_scale), (self._axis, self._below)
        holds = [w.hold_sync() for w in (*scales, *axes, self.bands, self.lines, self.numbers)]
        with holds[0], holds[1], holds[2], holds[3], holds[4], holds[5], holds[6]:
            self.y_scale.min, self.y_scale.max = low, top
            self._x_scale.min = first - 0.02 * (end - first)
            self._x_scale.max = end + ROOM * (end - first)
            self._axis.tick_values, self._axis.tick_format = ticks, f".{decimals(ticks)}f"
            self._axis.label, self._below.label = label, across.label
            self._below.tick_values = list(across.ticks)
            self._below.tick_labels = {
                str(n if n % 1 else int(n)): text for n, text in zip(across.ticks, across.texts, strict=False)
            }
            self.bands.x = x + x[::-1]
            self.bands.y = [u + down[::-1] for u, down in zip(upper, lower, strict=True)]
            self.bands.fill_colors = inks
            self.lines.x, self.lines.y = x, [list(g.mean) for g in lines]
            self.lines.colors = inks
            self.lines.labels = [f"{n} {name}" for n, name in enumerate(names, start=1)]
            self.numbers.x, self.numbers.y = [end] * len(ends), ends
            self.numbers.text = [str(n) for n in last]
        arrange(self, self._figure)

    def show_pixel(self, values: Sequence[float] | None) -> None:
        """Lay the values of one pixel over the lines, or take them away."""
        if self._figure is None:
            return
        fits = values is not None and len(values) == len(self.lines.x)
        with self.pixel.hold_sync():
            if fits and values is not None:
                self.pixel.x, self.pixel.y = self.lines.x, list(values)
                self.y_scale.max = max(self.y_scale.max, 1.03 * max(values))
            self.pixel.visible = fits

    def _create(self) -> None:
        import bqplot as bq

        self.y_scale, self._x_scale = bq.LinearScale(min=0.0, max=0.5), bq.LinearScale(min=0.0, max=1.0)
        scales = {"x": self._x_scale, "y": self.y_scale}
        self.bands = bq.Lines(
            x=[], y=[], scales=scales, fill="inside", fill_opacities=[0.14] * MOST,
            colors=["#ffffff"], stroke_width=0,
        )  # fmt: skip
        self.lines = bq.Lines(
            x=[], y=[], scales=scales, stroke_width=2, marker="circle", marker_size=36,
            labels_visibility="none", interactions={"hover": "tooltip"},
            tooltip=bq.Tooltip(fields=["name"], labels=["Cluster"]),
        )  # fmt: skip
        self.pixel = bq.Lines(
            x=[0.0], y=[0.0], scales=scales, colors=[PIXEL], stroke_width=2,
            marker="circle", marker_size=36, visible=False,
        )  # fmt: skip
        self.numbers = bq.Label(
            x=[], y=[], text=[], scales=scales, colors=["#14212b"], default_size=12, font_weight="bold",
            align="start", x_offset=10, y_offset=4,
        )  # fmt: skip
        look = {"tick_style": TICK_STYLE, "color": "#c9d1d8"}
        self._axis = bq.Axis(
            scale=self.y_scale, side="left", label_offset="36px", grid_color="#e6eaee", **look
        )
        self._below = bq.Axis(
            scale=self._x_scale, label_offset="32px", tick_format=".0f", grid_lines="none", **look
        )
        self._figure = classed(
            bq.Figure(
                marks=[self.bands, self.lines, self.numbers, self.pixel],
                axes=[self._below, self._axis],
                fig_margin=MARGIN,
                background_style={"fill": "transparent"},
                display_toolbar=False,
                layout=ipw.Layout(width="100%", height=f"{HEIGHT_PX}px", min_width="0"),
            ),
            self._name,
        )


def value_axis(lines: Sequence[Signature]) -> tuple[float, float, list[float]]:
    """Return where the axis of values begins and ends, and its ticks: below 0 only where values are."""
    ends = [m + side * s for g in lines for m, s in zip(g.mean, g.sd, strict=True) for side in (-1, 1)]
    known = [v for v in ends if math.isfinite(v)] or [0.5]
    top, ticks = reflectance_axis(max(known))
    means = [m for g in lines for m in g.mean if math.isfinite(m)]
    if min(means, default=0.0) >= 0:
        return 0.0, top, ticks
    step = reflectance_axis(max(known) - min(known))[1][1]
    low, high = math.floor(min(known) / step), math.floor(max(top, step) / step)
    return min(known) * 1.05, max(top, 0.05), [round(n * step, 10) for n in range(low + 1, high + 1)]


def reflectance_axis(largest: float) -> tuple[float, list[float]]:
    """Return where the axis of reflectance ends, and its ticks: three to six round steps from 0."""
    end = max(largest, 0.01) * 1.05
    magnitude = 10 ** math.floor(math.log10(end / 3))
    step = next(f * magnitude for f in (1, 2, 5, 10) if end / (f * magnitude) <= 6)
    return end, [round(i * step, 10) for i in range(math.floor(end / step) + 1)]


def decimals(ticks: Sequence[float]) -> int:
    """Return how many decimals the ticks of an axis need."""
    return max(1, -math.floor(math.log10(ticks[1] - ticks[0]))) if len(ticks) > 1 else 1


def spread(values: Sequence[float], gap: float, top: float) -> list[float]:
    """Return places for labels beside values: in their order, at least a gap apart, none above the top."""
    order = sorted(range(len(values)), key=values.__getitem__)
    places = [values[i] for i in order]
    for i in range(1, len(places)):
        places[i] = max(places[i], places[i - 1] + gap)
    ceiling = top
    for i in reversed(range(len(places))):
        places[i] = min(places[i], ceiling)
        ceiling = places[i] - gap
    result = list(values)
    for place, i in zip(places, order, strict=True):
        result[i] = place
    return result

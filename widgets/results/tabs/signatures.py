"""The figure of spectral signatures: a line, a band of one standard deviation and a number per cluster."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import ExitStack
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
INK = {"#f5f0cf": "#b9ad62"}
"""Colours too pale for a line on white, and what stands for them."""
TICK_STYLE = {"font-size": "11px", "fill": "#51606d"}
MARGIN_NM = (30, 35)
"""Room before the first and after the last wavelength; numbers stand behind the latter."""


class SignatureFigure(ipw.Box):
    """One figure for the life of the page; `show` changes its marks. Created when first shown."""

    def __init__(self) -> None:
        super().__init__()
        self.add_class("eo-sfig")
        self._figure: bq.Figure | None = None

    def show(
        self,
        signatures: Sequence[Signature],
        wavelengths_nm: Sequence[float],
        names: Sequence[str],
        colors: Sequence[str],
    ) -> None:
        """Draw a signature per cluster, cluster 1 first; its values lie at the wavelengths."""
        if self._figure is None:
            self._create()
        nm = list(wavelengths_nm)
        upper = [[m + s for m, s in zip(g.mean, g.sd, strict=True)] for g in signatures]
        lower = [[max(m - s, 0.0) for m, s in zip(g.mean, g.sd, strict=True)] for g in signatures]
        top, ticks = reflectance_axis(max((v for row in upper for v in row if math.isfinite(v)), default=0.5))
        inks = [INK.get(color, color) for color in colors]
        last = {n: g.mean[-1] for n, g in enumerate(signatures, start=1) if math.isfinite(g.mean[-1])}
        ends = spread(list(last.values()), GAP * top, top)
        changed = (
            self.y_scale,
            self.x_scale,
            self._axis,
            self._nm_axis,
            self.bands,
            self.lines,
            self.numbers,
        )
        with ExitStack() as held:
            for widget in (*changed, self.pixel):
                held.enter_context(widget.hold_sync())
            self.x_scale.min, self.x_scale.max = nm[0] - MARGIN_NM[0], nm[-1] + MARGIN_NM[1]
            self._nm_axis.tick_values = nm
            self.bands.x, self.lines.x = nm + nm[::-1], nm
            if len(self.pixel.y) != len(nm):
                self.pixel.x, self.pixel.y = nm, [0.0] * len(nm)
            self.y_scale.max = top
            self._axis.tick_values, self._axis.tick_format = ticks, f".{decimals(ticks)}f"
            self.bands.y = [u + low[::-1] for u, low in zip(upper, lower, strict=True)]
            self.bands.fill_colors = inks
            self.lines.y = [list(g.mean) for g in signatures]
            self.lines.colors = inks
            self.lines.labels = [f"{n} {name}" for n, name in enumerate(names, start=1)]
            self.numbers.x, self.numbers.y = [nm[-1]] * len(ends), ends
            self.numbers.text = [str(n) for n in last]
        arrange(self, self._figure)

    def show_pixel(self, reflectance: Sequence[float] | None) -> None:
        """Lay one pixel's spectrum over the signatures, or take it away."""
        if self._figure is None:
            return
        with self.pixel.hold_sync():
            if reflectance is not None:
                self.pixel.y = list(reflectance)
                self.y_scale.max = max(self.y_scale.max, 1.03 * max(reflectance))
            self.pixel.visible = reflectance is not None

    def _create(self) -> None:
        import bqplot as bq

        self.y_scale = bq.LinearScale(min=0.0, max=0.5)
        self.x_scale = bq.LinearScale(min=462.0, max=868.0)
        scales = {"x": self.x_scale, "y": self.y_scale}
        self.bands = bq.Lines(
            x=[], y=[], scales=scales, fill="inside", fill_opacities=[0.14] * 12,
            colors=["#ffffff"], stroke_width=0,
        )  # fmt: skip
        self.lines = bq.Lines(
            x=[], y=[], scales=scales, stroke_width=2, marker="circle", marker_size=36,
            labels_visibility="none", interactions={"hover": "tooltip"},
            tooltip=bq.Tooltip(fields=["name"], labels=["Cluster"]),
        )  # fmt: skip
        self.pixel = bq.Lines(
            x=[], y=[], scales=scales, colors=["#14212b"], stroke_width=2,
            marker="circle", marker_size=36, visible=False,
        )  # fmt: skip
        self.numbers = bq.Label(
            x=[], y=[], text=[], scales=scales, colors=["#14212b"], default_size=12, font_weight="bold",
            align="start", x_offset=10, y_offset=4,
        )  # fmt: skip
        self._axis = bq.Axis(
            scale=self.y_scale, side="left", label="Reflectance", label_offset="36px",
            grid_color="#e6eaee", tick_style=TICK_STYLE, color="#c9d1d8",
        )  # fmt: skip
        self._nm_axis = bq.Axis(
            scale=self.x_scale, label="Wavelength (nm)", label_offset="32px",
            tick_format=".0f", grid_lines="none", tick_style=TICK_STYLE, color="#c9d1d8",
        )  # fmt: skip
        self._figure = classed(
            bq.Figure(
                marks=[self.bands, self.lines, self.numbers, self.pixel],
                axes=[self._nm_axis, self._axis],
                fig_margin=MARGIN,
                background_style={"fill": "transparent"},
                display_toolbar=False,
                layout=ipw.Layout(width="100%", height=f"{HEIGHT_PX}px", min_width="0"),
            ),
            "eo-signatures",
        )


def reflectance_axis(largest: float) -> tuple[float, list[float]]:
    """Return where the axis of reflectance ends, and its ticks: three to six round steps from 0."""
    end = max(largest, 0.01) * 1.05
    magnitude = 10 ** math.floor(math.log10(end / 3))
    step = next(f * magnitude for f in (1, 2, 5, 10) if end / (f * magnitude) <= 6)
    return end, [round(i * step, 10) for i in range(math.floor(end / step) + 1)]


def decimals(ticks: Sequence[float]) -> int:
    """Return how many decimals the ticks of an axis need."""
    return max(1, -math.floor(math.log10(ticks[1]))) if len(ticks) > 1 else 1


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

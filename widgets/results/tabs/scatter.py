"""The figure of single pixels: red against near infrared, coloured by cluster."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import ipywidgets as ipw

from pipeline.explore.spectra import Scatter
from widgets.results.tabs.lines import TICK_STYLE, decimals, reflectance_axis
from widgets.toolkit.parts import arrange, classed

if TYPE_CHECKING:
    import bqplot as bq

HEIGHT_PX = 300


class ScatterFigure(ipw.Box):
    """One figure for the life of the page, created when first shown."""

    def __init__(self) -> None:
        super().__init__()
        self.add_class("eo-sfig")
        self._figure: bq.Figure | None = None

    def show(self, pixels: Scatter, colors: Sequence[str]) -> None:
        """Draw a point per pixel in the colour of its cluster."""
        if self._figure is None:
            self._create()
        arrange(self, self._figure)
        with self._x.hold_sync(), self._y.hold_sync(), self._colors.hold_sync(), self._points.hold_sync():
            for scale, axis, values in ((self._x, self._red, pixels.red), (self._y, self._nir, pixels.nir)):
                scale.max, ticks = reflectance_axis(max(values))
                axis.tick_values, axis.tick_format = ticks, f".{decimals(ticks)}f"
            self._colors.domain = list(range(1, len(colors) + 1))
            self._colors.colors = list(colors)
            self._points.x, self._points.y = list(pixels.red), list(pixels.nir)
            self._points.color = list(pixels.cluster)

    def _create(self) -> None:
        import bqplot as bq

        self._x, self._y = bq.LinearScale(min=0.0, max=0.5), bq.LinearScale(min=0.0, max=0.5)
        self._colors = bq.OrdinalColorScale(domain=[1], colors=["#7d8b98"])
        self._points = bq.Scatter(
            x=[], y=[], color=[], default_size=12, stroke="#7d8b98", stroke_width=0.5,
            scales={"x": self._x, "y": self._y, "color": self._colors},
            interactions={"hover": "tooltip"},
            tooltip=bq.Tooltip(
                fields=["color", "x", "y"],
                labels=["Cluster", "Red", "Near infrared"],
                formats=["", ".2f", ".2f"],
            ),
        )  # fmt: skip
        common = {"tick_style": TICK_STYLE, "color": "#c9d1d8", "grid_color": "#e6eaee"}
        self._red = bq.Axis(scale=self._x, label="Red", label_offset="32px", **common)
        self._nir = bq.Axis(scale=self._y, side="left", label="Near infrared", label_offset="36px", **common)
        self._figure = classed(
            bq.Figure(
                marks=[self._points],
                axes=[self._red, self._nir],
                fig_margin={"top": 10, "bottom": 46, "left": 50, "right": 12},
                background_style={"fill": "transparent"},
                display_toolbar=False,
                layout=ipw.Layout(width="100%", height=f"{HEIGHT_PX}px", min_width="0"),
            ),
            "eo-scatter",
        )

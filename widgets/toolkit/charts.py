"""bqplot figures. One figure lives as long as the page; only its marks change."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

import ipywidgets as ipw

from pipeline.text import percent
from widgets.toolkit.parts import arrange, classed

ROW_PX, DENSE_ROW_PX, DENSE_FROM = 46, 38, 10
"""Height of a legend row, and of one when there are many rows."""
AXIS_PX = 22
_TICK_STYLE = {"font-size": "11px", "fill": "#51606d"}


def row_height(n_clusters: int) -> int:
    """Return the height of a legend row in pixels."""
    return DENSE_ROW_PX if n_clusters >= DENSE_FROM else ROW_PX


class Bar(Protocol):
    """What a bar shows: a row of the legend."""

    @property
    def number(self) -> int:
        """1..k; 0 for what is in no cluster."""

    @property
    def name(self) -> str:
        """Name of the class."""

    @property
    def color(self) -> str:
        """``#rrggbb``."""

    @property
    def hectares(self) -> float:
        """Length of the bar."""

    @property
    def share(self) -> float:
        """Of the area, 0..1."""

    @property
    def high_ha(self) -> float | None:
        """Upper end of the interval, where there is one."""


class HectareBars(ipw.Box):
    """One horizontal bar per row of the legend, lying behind the rows; the axis is below.

    The figure is created with the first result: inside a hidden box it would log errors in the browser.
    """

    def __init__(self) -> None:
        super().__init__()
        self.add_class("eo-fig")
        self._drawn: _Drawn | None = None

    def show(self, rows: Sequence[Bar], n_clusters: int) -> None:
        """Draw one bar per row, in the rows' order and colours."""
        names = [f"{row.number or '–'} {row.name} · {percent(row.share)}" for row in rows]
        hectares = [row.hectares for row in rows]
        top, ticks = nice_axis(longest(rows))
        height = f"{row_height(n_clusters) * len(rows) + AXIS_PX}px"
        if self._drawn is None:
            self._drawn = _Drawn()
        drawn = self._drawn
        with (
            drawn.scale.hold_sync(),
            drawn.bars.hold_sync(),
            drawn.axis.hold_sync(),
            drawn.names.hold_sync(),
        ):
            drawn.names.domain = names[::-1]
            drawn.scale.max = top
            drawn.axis.tick_values = ticks
            drawn.bars.x, drawn.bars.y = names, hectares
            drawn.bars.colors = [row.color for row in rows]
        drawn.figure.layout.height = height
        arrange(self, drawn.figure)


class _Drawn:
    """The figure and its parts; made once, then only its values change."""

    def __init__(self) -> None:
        import bqplot as bq

        self.names = bq.OrdinalScale(domain=[])
        self.scale = bq.LinearScale(min=0.0, max=1.0)
        self.bars = bq.Bars(
            x=[],
            y=[],
            scales={"x": self.names, "y": self.scale},
            orientation="horizontal",
            padding=0.8,
            stroke="#7d8b98",
            stroke_width=0.6,
            tooltip=bq.Tooltip(fields=["x", "y"], labels=["Cluster", "Hectares"], formats=["", ",.1f"]),
            interactions={"hover": "tooltip"},
        )
        self.axis = bq.Axis(
            scale=self.scale, tick_format=",", grid_lines="none", tick_style=_TICK_STYLE, color="#c9d1d8"
        )
        self.figure = classed(
            bq.Figure(
                marks=[self.bars],
                axes=[self.axis],
                fig_margin={"top": 0, "bottom": AXIS_PX, "left": 8, "right": 14},
                padding_x=0,
                padding_y=0,
                background_style={"fill": "transparent"},
                display_toolbar=False,
                max_aspect_ratio=100,
                layout=ipw.Layout(width="100%", min_width="0"),
            ),
            "eo-bars",
        )


def longest(rows: Sequence[Bar]) -> float:
    """Return the hectares up to which bars and their whiskers reach."""
    return max(max(row.hectares, row.high_ha or 0.0) for row in rows)


def nice_axis(largest: float) -> tuple[float, list[float]]:
    """Return where a bar axis ends and its ticks: three to five round steps from 0.

    The last tick leaves room for the unit at the axis' end.
    """
    if largest <= 0:
        return 1.0, [0.0]
    end = largest * 1.03
    magnitude = 10 ** math.floor(math.log10(end / 3))
    step = next(f * magnitude for f in (1, 2, 2.5, 5, 10) if end / (f * magnitude) < 5)
    count = math.floor(0.93 * end / step)
    return end, [round(i * step, 10) for i in range(count + 1)]

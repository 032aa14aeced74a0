"""The side length of a square: a slider whose steps grow, and a field for any other length."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as ipw
import traitlets

from pipeline.area.aoi import MIN_SIZE_KM
from widgets.toolkit.parts import classed

STEPS = ((10.0, 0.5), (20.0, 1.0), (50.0, 5.0))
"""Up to this side the slider's steps are so long, kilometres."""
LAST_STEP_KM = 10.0


class SizeField(ipw.Box):
    """Slider and field; `value` is the side in kilometres and may lie between two steps or beyond the last.

    Parameters
    ----------
    label : str
        What stands over it.
    largest_km : float
        Where the slider ends.
    """

    value = traitlets.Float(5.0)

    def __init__(self, label: str, largest_km: float) -> None:
        self._stops = stops(largest_km)
        self._quiet = False
        slider = ipw.SelectionSlider(
            options=_options([*self._stops, self.value]),
            value=self.value,
            description=label,
            continuous_update=False,
            readout=False,
        )
        self.slider = classed(slider, "eo-field", "eo-slide", "eo-size", "eo-stops")
        self.typed = classed(ipw.Text(value=_shown(self.value), continuous_update=False), "eo-size-typed")
        super().__init__([self.slider, self.typed])
        self.add_class("eo-side")
        self.slider.observe(self._slid, "value")
        self.typed.observe(self._was_typed, "value")
        self.observe(lambda _change: self._silently(self._take), "value")

    def _slid(self, _change: object) -> None:
        if not self._quiet:
            self.value = self.slider.value

    def _was_typed(self, _change: object) -> None:
        """Take a length that was typed; anything else is replaced by the present one."""
        if self._quiet:
            return
        side = parse_km(self.typed.value)
        if side is not None and side != self.value:
            self.value = side
        else:
            self._silently(self._take)

    def _take(self) -> None:
        options = _options([*self._stops, self.value])
        if options != self.slider.options:
            self.slider.options = options
        self.slider.value = self.value
        self.typed.value = _shown(self.value)

    def _silently(self, act: Callable[[], Any]) -> None:
        self._quiet = True
        try:
            with self.slider.hold_sync():
                act()
        finally:
            self._quiet = False


def parse_km(text: str) -> float | None:
    """Return the kilometres that were typed, at least the shortest side; None for anything else."""
    cleaned = text.strip().lower().removesuffix("km").strip().replace(",", ".")
    try:
        side = float(cleaned)
    except ValueError:
        return None
    return max(side, MIN_SIZE_KM) if 0 < side < float("inf") else None


def stops(largest_km: float) -> list[float]:
    """Return the sides the slider offers, kilometres: fine steps first, the largest last."""
    found, side = [], MIN_SIZE_KM
    while side < largest_km:
        found.append(side)
        side += next((step for end, step in STEPS if side < end), LAST_STEP_KM)
    return [*found, largest_km]


def _options(sides: list[float]) -> tuple[tuple[str, float], ...]:
    """Return labels and values in order, one of each."""
    return tuple((_shown(side), side) for side in sorted(set(sides)))


def _shown(side: float) -> str:
    return f"{side:.1f}" if side < 10 and round(side, 1) == side else f"{side:g}"

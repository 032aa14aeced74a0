"""The figure of spectral signatures: reflectance by wavelength, to 2,200 nm where those bands were read."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.explore.spectra import WAVELENGTHS_NM, Signature
from widgets.results.tabs.lines import Across, LineFigure

NEAREST_TICKS = 0.09
"""Wavelengths nearer than this share of the axis to the tick before have none."""


class SignatureFigure(LineFigure):
    """A line per cluster over the wavelengths of the bands that were read."""

    def __init__(self) -> None:
        super().__init__("eo-signatures")

    def show_signatures(
        self,
        signatures: Sequence[Signature],
        names: Sequence[str],
        colors: Sequence[str],
        bands: Sequence[str],
    ) -> None:
        """Draw a signature per cluster, cluster 1 first; `bands` are their keys, by wavelength."""
        places = tuple(WAVELENGTHS_NM[band] for band in bands)
        across = Across(places, "Wavelength (nm)", with_room(places))
        self.show(signatures, names, colors, across, "Reflectance")


def with_room(places: Sequence[float]) -> tuple[float, ...]:
    """Return the places whose labels do not overlap the one before."""
    gap = NEAREST_TICKS * (places[-1] - places[0])
    kept = [places[0]]
    for place in places[1:]:
        if place - kept[-1] >= gap:
            kept.append(place)
    return tuple(kept)

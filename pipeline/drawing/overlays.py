"""Pictures of an analysis for a web map: warped to web mercator, as data URLs with their bounds.

They may show a whole area, a thinned view of it, or the window a user looks at. Pictures only: nothing is
counted here.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from pipeline.drawing.encode import data_url, indexed_png, webp
from pipeline.drawing.warp import Bounds, Warp
from pipeline.sentinel2 import bands

STRETCH = (2, 98)
"""Percentiles of the clear pixels that become black and full colour."""
STRETCH_PX = 50_000
"""About as many clear pixels tell the percentiles."""
TRUE_COLOUR = tuple(map(bands.BANDS.index, bands.TRUE_COLOUR))
FALSE_COLOUR = tuple(map(bands.BANDS.index, bands.FALSE_COLOUR))
"""Places of the bands shown as red, green, blue: those of 10 m are always read first."""
THREADS = 2


@dataclass(frozen=True)
class Overlay:
    """A picture and where it belongs."""

    url: str
    """Data URL; transparent where there is nothing to show."""
    bounds: Bounds


@dataclass(frozen=True)
class Stretch:
    """The contrast of the images: what becomes black and what becomes full colour, band by band."""

    low: tuple[float, ...]
    """Value per band, in units of the planes."""
    high: tuple[float, ...]

    @classmethod
    def of(cls, planes: np.ndarray, clear: np.ndarray) -> Stretch:
        """Return the stretch from 2 to 98 % of the clear pixels, of all pixels with data where none is clear.

        Parameters
        ----------
        planes, clear : numpy.ndarray
            As for `image_overlays`.
        """
        shown = planes.min(axis=0) > 0
        for reference in (clear & shown, shown):
            places = np.flatnonzero(reference)
            if places.size:
                sample = planes.reshape(len(planes), -1)[:, places[:: max(1, places.size // STRETCH_PX)]]
                low, high = np.percentile(sample, STRETCH, axis=1)
                return cls(tuple(low.tolist()), tuple(high.tolist()))
        return cls((0.0,) * len(planes), (10_000.0,) * len(planes))

    def tables(self) -> np.ndarray:
        """Return the brightness of every value: uint8 ``(band, 65536)``."""
        low, high = (np.array(side)[:, None] for side in (self.low, self.high))
        scaled = (np.arange(2**16) - low) * (255 / np.maximum(high - low, 1e-2))
        return np.asarray(np.clip(scaled, 0, 255), np.uint8)


@dataclass(frozen=True)
class Overlays:
    """All pictures of an analysis, in the order they lie on the map."""

    true_colour: Overlay
    false_colour: Overlay
    clusters: tuple[Overlay, ...]
    """One per cluster, cluster 1 first."""
    warp: Warp = field(repr=False, compare=False)
    """From the grid of the pixels to that of the pictures; other clusters on the same grid reuse it."""
    stretch: Stretch = field(repr=False)
    """Contrast of the images: a window of them keeps it."""
    swir: Overlay | None = None
    """The image in shortwave infrared, near infrared and red; None where those bands were not read."""
    step: int = 1
    """Of the grid's pixels, each step-th is drawn."""


def cluster_overlays(labels: np.ndarray, warp: Warp, colors: Sequence[str]) -> tuple[Overlay, ...]:
    """Return one 1-bit PNG per cluster: its colour where it is, transparent elsewhere.

    Parameters
    ----------
    labels : numpy.ndarray
        uint8 ``(y, x)``, 1..k.
    warp : Warp
        From the grid of the labels to that of the pictures.
    colors : sequence of str
        ``#rrggbb`` of clusters 1..k.
    """
    warped = warp(labels)

    def one(cluster: int) -> Overlay:
        png = indexed_png(warped == cluster, [colors[cluster - 1]])
        return Overlay(data_url("png", png), warp.target.bounds)

    with ThreadPoolExecutor(THREADS) as threads:
        return tuple(threads.map(one, range(1, len(colors) + 1)))


def swir_overlay(planes: np.ndarray, clear: np.ndarray, warp: Warp) -> Overlay:
    """Return the image with shortwave infrared as red, near infrared as green, red as blue.

    Parameters
    ----------
    planes : numpy.ndarray
        uint16 ``(band, y, x)`` of these bands, as for `image_overlays`.
    clear, warp
        As for `image_overlays`. The contrast is that of the pixels given.
    """
    tables = Stretch.of(planes, clear).tables()
    warped = [warp(plane) for plane in planes]
    alpha = np.where(np.minimum.reduce(warped) > 0, np.uint8(255), np.uint8(0))
    colours = [np.take(table, values) for table, values in zip(tables, warped, strict=True)]
    return Overlay(data_url("webp", webp(np.dstack([*colours, alpha]))), warp.target.bounds)


def image_overlays(
    planes: np.ndarray, clear: np.ndarray, warp: Warp, stretch: Stretch | None = None
) -> tuple[Overlay, Overlay]:
    """Return the image in true and in false colour, transparent where there is no data.

    Parameters
    ----------
    planes : numpy.ndarray
        uint16 ``(band, y, x)`` of blue, green, red, near infrared: 10,000 times the reflectance, at least 1;
        0 where there is nothing to show.
    clear : numpy.ndarray
        bool ``(y, x)``: pixels that set the contrast where none is given.
    warp : Warp
        From the grid of the planes to that of the pictures.
    stretch : Stretch, optional
        Contrast of an image that this one is a part of.
    """
    if stretch is None:
        stretch = Stretch.of(planes, clear)
    warped = [warp(plane) for plane in planes]
    alpha = np.where(np.minimum.reduce(warped) > 0, np.uint8(255), np.uint8(0))
    bands = [np.take(table, values) for table, values in zip(stretch.tables(), warped, strict=True)]

    def one(shown: Sequence[int]) -> Overlay:
        picture = webp(np.dstack([*(bands[b] for b in shown), alpha]))
        return Overlay(data_url("webp", picture), warp.target.bounds)

    with ThreadPoolExecutor(THREADS) as threads:
        true_colour, false_colour = threads.map(one, (TRUE_COLOUR, FALSE_COLOUR))
    return true_colour, false_colour

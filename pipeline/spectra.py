"""Numbers behind the figures of spectra: signatures per cluster, and a sample of pixels to scatter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from pipeline.analysis import Analysis

WAVELENGTHS_NM = {"blue": 492.0, "green": 560.0, "red": 665.0, "nir": 833.0}
"""Central wavelength of B02, B03, B04 and B08; Sentinel-2A, B and C differ by less than 1 nm."""
SCATTER_PX = 1_200
"""Points that a figure shows without becoming slow or solid."""


@dataclass(frozen=True)
class Signature:
    """Mean and standard deviation of reflectance in a cluster, one value a band."""

    mean: tuple[float, ...]
    sd: tuple[float, ...]


@dataclass(frozen=True)
class Scatter:
    """Red and near-infrared reflectance of single pixels with their clusters."""

    red: tuple[float, ...]
    nir: tuple[float, ...]
    cluster: tuple[int, ...]


def signatures_of(analysis: Analysis) -> tuple[Signature, ...]:
    """Return the signatures of clusters 1..k over all their pixels; an empty cluster has its centre."""
    found = getattr(analysis, "signatures", None)
    if found is None:
        return _computed(analysis)
    return tuple(Signature(_row(m), _row(s)) for m, s in zip(found.mean, found.sd, strict=True))


def scatter_of(analysis: Analysis, bands: Sequence[str] = ("blue", "green", "red", "nir")) -> Scatter:
    """Return pixels drawn evenly over the area's clear pixels, `SCATTER_PX` at most."""
    import numpy as np

    labels = analysis.labels.values
    rows, columns = np.nonzero(labels)
    every = max(1, -(-len(rows) // SCATTER_PX))
    rows, columns = rows[every // 2 :: every], columns[every // 2 :: every]
    values = analysis.imagery.values[:, rows, columns]
    red, nir = values[list(bands).index("red")], values[list(bands).index("nir")]
    return Scatter(_row(red), _row(nir), tuple(int(n) for n in labels[rows, columns]))


def _computed(analysis: Analysis) -> tuple[Signature, ...]:
    import numpy as np

    labels, cube = analysis.labels.values, analysis.imagery.values
    found = []
    for number, centre in enumerate(analysis.model.centres, start=1):
        pixels = cube[:, labels == number]
        some = pixels.shape[1] > 0
        mean = pixels.mean(axis=1, dtype=np.float64) if some else np.array(centre)
        sd = pixels.std(axis=1, dtype=np.float64) if some else np.zeros(len(centre))
        found.append(Signature(_row(mean), _row(sd)))
    return tuple(found)


def _row(values: np.ndarray) -> tuple[float, ...]:
    return tuple(float(v) for v in values)

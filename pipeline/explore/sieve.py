"""A minimum mapping unit: patches below a number of hectares join their largest neighbour.

A patch is a connected set of pixels of one cluster. Masked pixels (0) neither grow nor are swallowed: no
cluster spreads into them, and a small patch that only masked pixels surround stays as it is.
"""

# A size comes from a form: it is checked whatever its type promises.
# mypy: disable-error-code="redundant-expr"

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from pipeline.area.grid import PIXEL_HA
from pipeline.clustering.surface_types import Suggestion
from pipeline.errors import InvalidRequest
from pipeline.progress import IsCancelled, Progress

if TYPE_CHECKING:
    import pandas as pd

Connectivity = Literal[4, 8]


@dataclass(frozen=True)
class Sieved:
    """Labels without small patches, and the effect of removing them."""

    labels: np.ndarray = field(repr=False)
    """uint8 ``(y, x)``."""
    table: pd.DataFrame = field(repr=False)
    """Index ``cluster`` 0..k, columns name, color, before_ha, after_ha, change_ha; row 0 does not change."""
    hectares: float
    """The smallest patch wanted."""
    changed_px: int
    patches_before: int
    patches_after: int
    left_over: int
    """Patches that are still smaller: nearly all have only masked pixels or the area's edge around them."""

    @property
    def sentence(self) -> str:
        """The effect, in plain words."""
        share = self.changed_px / max(int((self.labels > 0).sum()), 1)
        said = (
            f"{self.patches_before:,} patches became {self.patches_after:,}; "
            f"{self.changed_px * PIXEL_HA:,.1f} ha ({100 * share:.1f} %) changed cluster."
        )
        if self.left_over:
            said += f" {self.left_over:,} smaller stayed: no larger patch lies beside them."
        return said


def sieve(
    labels: np.ndarray,
    hectares: float,
    connectivity: Connectivity = 4,
    cancelled: IsCancelled | None = None,
) -> np.ndarray:
    """Return labels in which patches smaller than `hectares` have joined their largest neighbour.

    Parameters
    ----------
    labels : numpy.ndarray
        uint8 ``(y, x)``: 0 masked, missing or outside; 1..k clusters.
    hectares : float
        The smallest patch that stays (grid area; a pixel is 0.01 ha); 0 leaves everything as it is.
    connectivity : {4, 8}
        Whether pixels that touch at a corner belong together (8) or not (4).
    cancelled : callable, optional
        Returns True when the labels are no longer needed; asked before each pass (0.06 s a million pixels).

    Raises
    ------
    InvalidRequest
        For a size that is negative, no number, or larger than the area.
    Cancelled
        When cancelled.

    Notes
    -----
    GDAL's sieve filter leaves patches whose neighbours are all too small themselves. So it runs with growing
    sizes, doubled each time: the smallest patches join first, and what they became goes on joining. The few
    that remain, each the largest neighbour of the other, are joined from the smallest up.
    """
    from rasterio.features import sieve as gdal_sieve

    least, progress = _pixels(hectares, labels), Progress(cancelled=cancelled)
    valid = labels > 0
    result = np.array(labels, np.uint8)
    for size in _growing(least):
        progress.check()
        result = gdal_sieve(result, size, mask=valid, connectivity=connectivity)
    sizes = patch_sizes(result, connectivity) if least > 1 else np.zeros(0, np.intp)
    for size in np.unique(sizes[sizes < least]):
        progress.check()
        result = gdal_sieve(result, int(size) + 1, mask=valid, connectivity=connectivity)
    return np.asarray(result)


def sieved(
    labels: np.ndarray,
    inside: np.ndarray,
    suggestions: Sequence[Suggestion],
    hectares: float,
    connectivity: Connectivity = 4,
    cancelled: IsCancelled | None = None,
) -> Sieved:
    """Return the sieved labels with hectares before and after.

    Parameters
    ----------
    labels, hectares, connectivity, cancelled
        As for `sieve`.
    inside : numpy.ndarray
        bool ``(y, x)``: pixels of the area.
    suggestions : sequence of Suggestion
        Name and colour of clusters 1..k.
    """
    from pipeline.clustering.areas import areas_of, counted

    after = sieve(labels, hectares, connectivity, cancelled)
    k = len(suggestions)
    table = areas_of(counted(labels, inside, k), suggestions)[["name", "color", "hectares"]]
    table = table.rename(columns={"hectares": "before_ha"})
    table["after_ha"] = areas_of(counted(after, inside, k), suggestions)["hectares"]
    table["change_ha"] = (table["after_ha"] - table["before_ha"]).round(2)
    sizes = patch_sizes(after, connectivity)
    return Sieved(
        labels=after,
        table=table,
        hectares=float(hectares),
        changed_px=int((after != labels).sum()),
        patches_before=len(patch_sizes(labels, connectivity)),
        patches_after=len(sizes),
        left_over=int((sizes < _pixels(hectares, labels)).sum()),
    )


def patch_sizes(labels: np.ndarray, connectivity: Connectivity = 4) -> np.ndarray:
    """Return the pixels of each patch of clusters, in no particular order."""
    from scipy.ndimage import generate_binary_structure, label

    structure = generate_binary_structure(2, 1 if connectivity == 4 else 2)
    sizes = [np.zeros(0, np.intp)]
    for cluster in np.unique(labels[labels > 0]):
        patches, _ = label(labels == cluster, structure)
        sizes.append(np.bincount(patches.ravel())[1:])
    return np.concatenate(sizes)


def _pixels(hectares: float, labels: np.ndarray) -> int:
    """Return the fewest pixels of a patch that stays."""
    if not isinstance(hectares, int | float) or not 0 <= hectares < math.inf:
        raise InvalidRequest(f"The smallest patch is not a size: {hectares!r}. Give hectares, 0 for none.")
    total = labels.size * PIXEL_HA
    if hectares > total:
        raise InvalidRequest(
            f"The smallest patch is larger than the area: {hectares:g} ha, the area has {total:,.1f} ha."
        )
    return math.ceil(hectares / PIXEL_HA - 1e-6)


def _growing(least: int) -> list[int]:
    sizes = [2**n for n in range(1, least.bit_length()) if 2**n < least]
    return [*sizes, least] if least > 1 else []

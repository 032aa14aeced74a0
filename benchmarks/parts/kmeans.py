"""k-means on three landscapes: seconds and loss of inertia, beside scikit-learn on all pixels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from benchmarks.measure import Spread, measured_process, spread
from benchmarks.parts import Found, Part
from benchmarks.settings import Settings
from benchmarks.tables import Target, at_least, table

LARGEST_LOSS = 0.001
"""Share of inertia that a fit may lose against the best known."""
GOOD_SHARE = 47 / 48
METHODS = ("ours", "one start", "ten starts")


@dataclass(frozen=True)
class Fits:
    """The fits of all methods (clustering.fits)."""

    fits: list[dict[str, Any]]

    def seconds(self, method: str, k: int) -> Spread:
        """Return seconds of the fits of a method over all areas."""
        return spread(f["seconds"] for f in self.fits if (f["method"], f["k"]) == (method, k))

    def faster(self, method: str, k: int) -> float:
        """Return how many times faster than a method ours is."""
        return self.seconds(method, k).median / self.seconds("ours", k).median

    def losses(self, method: str, k: int | None = None) -> list[float]:
        """Return by how much more inertia each fit has than the best known one, as a share."""
        best: dict[tuple[str, int], float] = {}
        for f in self.fits:
            key = (f["area"], f["k"])
            best[key] = min(best.get(key, f["inertia"]), f["inertia"])
        chosen: Iterable[dict[str, Any]] = (f for f in self.fits if f["method"] == method)
        return [f["inertia"] / best[f["area"], f["k"]] - 1 for f in chosen if k in (None, f["k"])]

    def good(self, method: str, k: int | None = None) -> int:
        """Return how many fits of a method lose no more than `LARGEST_LOSS`."""
        return sum(loss <= LARGEST_LOSS for loss in self.losses(method, k))


def measure(settings: Settings) -> Found:
    """Fit in a process of its own."""
    return {"fits": measured_process("benchmarks.clustering", settings.name)}


def targets(found: Found, settings: Settings) -> list[Target]:
    """Return the demands on clustering (5)."""
    fits = Fits(found["fits"])
    rows = []
    for k in settings.clusters:
        for method, least in (("one start", 4), ("ten starts", 40)):
            ratio = partial(fits.faster, method, k)
            rows.append(at_least(f"5 {method} of scikit-learn, k={k}", least, ratio, "x faster"))
    count = len(fits.losses("ours"))
    asked = count - int(count * (1 - GOOD_SHARE) + 1e-9)
    return [*rows, at_least(f"5 loss ≤ 0.1 %, fits of {count}", asked, lambda: fits.good("ours"), digits=0)]


def section(found: Found, settings: Settings) -> str:
    """Return the table."""
    fits = Fits(found["fits"])
    rows = []
    for k in settings.clusters:
        for method in METHODS:
            losses = spread(100 * loss for loss in fits.losses(method, k))
            rows.append(
                (
                    str(k),
                    method if method == "ours" else f"scikit-learn, all pixels, {method}",
                    str(fits.seconds(method, k)),
                    f"{fits.faster(method, k):.1f}",
                    f"{losses.median:.4f} (at most {losses.most:.4f})",
                    f"{fits.good(method, k)} of {losses.count}",
                )
            )
    pixels = settings.cluster_side_px**2 / 1e6
    return (
        f"Fit and labels of {pixels:g} million pixels; {settings.landscapes} made-up landscapes. Loss "
        "against the best fit known, full fits among them, in the space that is optimised.\n\n"
        + table(("k", "method", "s", "over ours", "loss of inertia, %", "within 0.1 %"), rows)
    )


PART = Part("Clustering", measure, targets, section)

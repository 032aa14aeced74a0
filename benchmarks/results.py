"""What one run of the suite has measured, and the figures that come of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from benchmarks.measure import Run, Spread, spread
from benchmarks.servers.proxy import LINK_BYTES_PER_S
from benchmarks.settings import Settings

READERS = ("ours", "odc_stac", "floor")
LARGEST_LOSS = 0.001
"""Share of inertia that a fit may lose against the best known."""


@dataclass(frozen=True)
class Results:
    """All measurements of one run."""

    settings: Settings
    least: dict[float, tuple[int, int]]
    """Per size: number and bytes of the blocks under the area."""
    runs: list[Run]
    fits: list[dict[str, Any]] = field(default_factory=list)
    """Records of clustering.fits."""

    def of(self, task: str, size_km: float) -> list[Run]:
        """Return the runs of a task at a size."""
        return [r for r in self.runs if (r.task, r.size_km) == (task, size_km)]

    def seconds(self, task: str, size_km: float) -> Spread:
        """Return the wall time of a task at a size."""
        return spread(r.seconds for r in self.of(task, size_km))

    def has(self, task: str, size_km: float) -> bool:
        """Tell whether a task ran at a size."""
        return bool(self.of(task, size_km))

    def link_s(self, size_km: float) -> float:
        """Return the seconds that the line alone needs for the blocks."""
        return self.least[size_km][1] / LINK_BYTES_PER_S

    def floor_s(self, size_km: float) -> float:
        """Return the larger of the line's own time and the fastest reader's median."""
        fastest = min(self.seconds(reader, size_km).median for reader in READERS)
        return max(self.link_s(size_km), fastest)

    def over_floor(self, size_km: float) -> float:
        """Return button to result over one search and the reading floor."""
        search = self.seconds("search", size_km).median
        return self.seconds("analyse", size_km).median / (search + self.floor_s(size_km))

    def over_baseline(self, size_km: float) -> float:
        """Return how many times faster than the baseline ours is."""
        return self.seconds("baseline", size_km).median / self.seconds("analyse", size_km).median

    def stages(self, size_km: float) -> dict[str, float]:
        """Return the median seconds of each stage of ours."""
        lengths: dict[str, list[float]] = {}
        for run in self.of("analyse", size_km):
            began = list(run.detail["began"].items())
            ends = [start for _, start in began[1:]] + [run.seconds]
            for (stage, start), end in zip(began, ends, strict=True):
                lengths.setdefault(stage, []).append(end - start)
        return {stage: spread(values).median for stage, values in lengths.items()}

    def again(self, key: str) -> Any:
        """Return a detail of the runs after the first result: values of all runs, or one number."""
        found = [r.detail[key] for r in self.runs if r.task == "again"]
        return [v for values in found for v in values] if isinstance(found[0], list) else found[0]

    def fit_seconds(self, method: str, k: int) -> Spread:
        """Return seconds of the fits of a method over all areas."""
        return spread(f["seconds"] for f in self.fits if (f["method"], f["k"]) == (method, k))

    def losses(self, method: str, k: int | None = None) -> list[float]:
        """Return by how much more inertia each fit has than the best known one, as a share."""
        best: dict[tuple[str, int], float] = {}
        for f in self.fits:
            key = (f["area"], f["k"])
            best[key] = min(best.get(key, f["inertia"]), f["inertia"])
        chosen: Iterable[dict[str, Any]] = (f for f in self.fits if f["method"] == method)
        return [f["inertia"] / best[f["area"], f["k"]] - 1 for f in chosen if k in (None, f["k"])]

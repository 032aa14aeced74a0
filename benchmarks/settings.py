"""How large a run is: full (the report in docs), quick (a few minutes), toy (seconds, for the tests)."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Settings:
    """Sizes and numbers of rounds of one run of the suite."""

    name: str
    tile_px: int
    """Side of the tile at 10 m; the classification has half as many."""
    block_px: int
    centre_px: int
    """Row and column of the areas' centre: beside a block edge at the same place in each setting."""
    sizes_km: tuple[float, ...]
    rounds: int
    """Runs of each reader and of ours from button to result."""
    baseline_sizes_km: tuple[float, ...]
    baseline_rounds: int
    preview_sizes_km: tuple[float, ...]
    """The whole tile comes on top."""
    preview_rounds: int
    result_km: float
    """Size at which another k, the pictures and the browser are measured."""
    landscapes: int
    """How many of the made-up landscapes k-means is tried on."""
    clusters: tuple[int, ...]
    """Numbers of clusters it is tried with."""
    cluster_side_px: int
    """Side of the areas on which k-means is timed."""
    cluster_rounds: int
    fit_seeds: int
    """Seeded fits per area and number of clusters."""
    fit_starts: int
    """Starts of the reference fit on all pixels."""
    growth_km: tuple[float, ...]
    """Sizes read from local files, below the whole tile."""
    local_rounds: int
    """Runs on local files: growth, GRASS, one and two workers."""
    dates: int
    """Dates that are combined behind the line; twice as many where memory is measured."""
    dates_km: float
    """Size of that area; twice as long where memory is measured."""
    dates_rounds: int
    agreement_km: float
    """Size of the demo's land whose clusters are compared with the truth."""
    agreement_days: int
    """Every how many-th of its days is."""
    tiles_across: int
    """Rows and columns of tiles for the worker processes' largest area; 1: left out."""

    @property
    def tile_km(self) -> float:
        """Side of the whole tile."""
        return self.tile_px / 100


FULL = Settings(
    name="full",
    tile_px=10980,
    block_px=1024,
    centre_px=5490,
    sizes_km=(1, 5, 10, 20),
    rounds=2,
    baseline_sizes_km=(1, 5, 10, 20),
    baseline_rounds=2,
    preview_sizes_km=(1, 5, 10, 20),
    preview_rounds=3,
    result_km=10,
    landscapes=3,
    clusters=(5, 10),
    cluster_side_px=2000,
    cluster_rounds=2,
    fit_seeds=8,
    fit_starts=10,
    growth_km=(20, 60),
    local_rounds=3,
    dates=6,
    dates_km=10,
    dates_rounds=3,
    agreement_km=10,
    agreement_days=1,
    tiles_across=2,
)
QUICK = replace(
    FULL,
    name="quick",
    tile_px=4096,
    centre_px=2418,
    sizes_km=(1, 10),
    rounds=2,
    baseline_sizes_km=(1, 10),
    baseline_rounds=1,
    preview_sizes_km=(1, 10),
    preview_rounds=1,
    landscapes=1,
    cluster_side_px=1000,
    cluster_rounds=1,
    fit_seeds=4,
    growth_km=(10, 20),
    local_rounds=1,
    dates_rounds=1,
    tiles_across=1,
)
TOY = replace(
    QUICK,
    name="toy",
    tile_px=512,
    block_px=128,
    centre_px=302,
    sizes_km=(1,),
    rounds=1,
    baseline_sizes_km=(1,),
    preview_sizes_km=(),
    result_km=1,
    clusters=(5,),
    cluster_side_px=100,
    fit_seeds=1,
    fit_starts=2,
    growth_km=(1,),
    dates=4,
    agreement_km=2,
    agreement_days=6,
    dates_km=1,
    tiles_across=2,
)
BY_NAME = {s.name: s for s in (FULL, QUICK, TOY)}

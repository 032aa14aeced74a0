"""One area on the rig: what a task is told, and what every reader needs of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from odc.geo.geobox import GeoBox

from benchmarks.settings import BY_NAME
from benchmarks.tiles import LEFT_M, TOP_M, Block, Tile, step_m
from pipeline import AnalysisRequest, AreaOfInterest
from pipeline.area.grid import grid_for
from pipeline.clustering.features import bands_to_read

CATALOG = "benchmarks"
"""Name of the rig's STAC API in requests (rig.py configures it)."""
START, END = date(2022, 6, 1), date(2022, 6, 30)
YEAR: dict[str, Any] = {"start": date(2022, 1, 1), "end": date(2022, 12, 31)}


@dataclass(frozen=True)
class Case:
    """An area of the tile and where its servers are; JSON in and out."""

    setting: str
    folder: str
    catalog: str
    """Landing page, for tools that are given an address."""
    item: str
    size_km: float
    centre_px: int
    """Row and column of the area's centre."""
    n_clusters: int = 5
    features: str = "10m"
    """Name of a set of features."""
    composite: str = "day"
    dates: int = 1
    """Dates that are combined; more than one are read of the whole year."""
    periods: int = 4

    @property
    def tile(self) -> Tile:
        """The tile on disk."""
        return Tile(Path(self.folder), BY_NAME[self.setting])

    @cached_property
    def request(self) -> AnalysisRequest:
        """The request that all tools answer."""
        longitude, latitude = self.tile.point(self.centre_px)
        area = AreaOfInterest.square(longitude, latitude, self.size_km)
        one = AnalysisRequest(
            area=area,
            start=START,
            end=END,
            n_clusters=self.n_clusters,
            catalog=CATALOG,
            features=self.features,  # type: ignore[arg-type]
        )
        if self.composite == "day":
            return one
        return replace(one, **YEAR, composite=self.composite, max_dates=self.dates, periods=self.periods)

    @cached_property
    def grid(self) -> GeoBox:
        """The area's own grid."""
        return grid_for(self.request.area)

    def stac_item(self) -> dict[str, Any]:
        """Return the clearest item."""
        found: dict[str, Any] = json.loads(Path(self.item).read_text())
        return found

    @property
    def assets(self) -> tuple[str, ...]:
        """The files that are read of every date: those of the bands, and the scene classification."""
        return (*bands_to_read(self.request.features), "scl")

    def window(self, asset: str) -> tuple[slice, slice]:
        """Return rows and columns of a file that the area covers."""
        step = step_m(asset)
        left, top = (self.grid.affine.c - LEFT_M) / step, (TOP_M - self.grid.affine.f) / step
        height, width = (n * 10 / step for n in self.grid.shape)
        return slice(int(top), -int(-(top + height) // 1)), slice(int(left), -int(-(left + width) // 1))

    def blocks(self, asset: str) -> tuple[Block, ...]:
        """Return the blocks of a file under the area."""
        return tuple(self.tile.blocks(asset, *self.window(asset)))

    def least(self) -> tuple[int, int]:
        """Return number and bytes of the blocks under the area, all files and dates together."""
        blocks = [block for asset in self.assets for block in self.blocks(asset)]
        return self.dates * len(blocks), self.dates * sum(block.size for block in blocks)

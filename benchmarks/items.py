"""STAC items that describe the tiles, several visits of each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from benchmarks.tiles import EPSG, Tile, step_m
from synthetic.items import COG, feature, grid, outline

COLLECTION = "sentinel-2-c1-l2a"
MONTHS = tuple((f"2022-{month:02d}-15", 3.0 + month) for month in range(1, 13))
"""One more visit in every month, for what is made of many dates."""
VISITS = ((2, 71.0), (7, 44.0), (12, 18.0), (17, 2.0), (22, 63.0), (27, 9.0))
"""Days of June 2022 and cloud cover; each is described by the same files."""
CODES = (("32TPS", "32TQS"), ("32TPR", "32TQR"))
"""Names of up to 2 x 2 tiles."""


def items(tiles: Iterable[Tile], base: str | None = None) -> list[dict[str, Any]]:
    """Return the items of all visits, the clearest one of the first tile first.

    Parameters
    ----------
    tiles : iterable of Tile
        What was visited.
    base : str, optional
        Address of the files of the only tile; each visit has a folder of its own there, so that nothing
        remembers another visit's files. Without it, hrefs name local files.
    """
    visits = [(f"2022-06-{day:02d}", cover) for day, cover in sorted(VISITS, key=lambda visit: visit[1])]
    return [
        _item(tile, f"{base}/{day}" if base else tile.folder.as_uri(), day, cover)
        for tile in tiles
        for day, cover in (*visits, *MONTHS)
    ]


def _item(tile: Tile, base: str, day: str, cover: float) -> dict[str, Any]:
    side = tile.settings.tile_px
    code = CODES[tile.down][tile.across]
    properties = {
        "datetime": f"{day}T10:16:00Z",
        "platform": "sentinel-2a",
        "proj:epsg": EPSG,
        "eo:cloud_cover": cover,
        "grid:code": f"MGRS-{code}",
        "s2:processing_baseline": "05.10",
    }
    return feature(
        f"S2A_T{code}_{day.replace('-', '')}T101559_L2A",
        COLLECTION,
        outline(*tile.corner, (side, side), 10, EPSG),
        properties,
        {asset: _asset(tile, base, asset) for asset in tile.assets},
        ("projection/v1.1.0",),
    )


def _asset(tile: Tile, base: str, asset: str) -> dict[str, Any]:
    factor = step_m(asset) // 10
    side = tile.settings.tile_px // factor
    return {
        "href": f"{base}/{asset}.tif",
        "type": COG,
        "roles": ["data"],
        "gsd": 10 * factor,
        **grid((side, side), *tile.corner, 10 * factor),
        "raster:bands": [{"nodata": 0, "data_type": "uint8" if asset == "scl" else "uint16"}],
    }

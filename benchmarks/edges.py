"""Is a margin around clouds worth its land? ``python -m benchmarks.edges`` counts on true and on real clouds.

A pixel that the scene classification calls clear can be thin cloud or half shadow. A margin (`mask_buffer_m`)
masks such pixels, which are saved, and clear ones beside them, which are lost. On the demo the sky over every
pixel is known. On two partly cloudy days of a real series (Carpathians) a clear day of the same summer tells:
a pixel is not clear where it is much brighter in blue or much darker in near infrared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio

import demo
from benchmarks.tables import table
from demo.place import VISITS
from demo.scenes import BAND_FILES, folder
from pipeline.arrays import Mask
from pipeline.reading.cloud_mask import CloudMask
from pipeline.request import DEFAULT_MASK
from synthetic.sky import imaged, sky
from tests.support.servers import SHARED

MARGINS_M = (0, 20, 40, 60, 100, 200)
CLOUD_OPACITY, SHADOW = 0.03, 0.15
"""From here on a pixel of the demo is not clear: its reflectance is off by about 0.02."""
BRIGHTER, DARKER = 0.02, 0.75
"""So much more reflectance in blue is haze, so small a share of it in near infrared is shadow."""
PAIRS = (("20170830", "20170711"), ("20190731", "20190706"))
"""Partly cloudy days of the Carpathian series, and clear ones of the same summers."""


@dataclass(frozen=True)
class Day:
    """A scene classification and what is really not clear, both at 10 m."""

    classes: np.ndarray
    not_clear: Mask


@dataclass(frozen=True)
class Worth:
    """What a margin does to the pixels that the classification calls clear."""

    margin_m: int
    saved_ha: float
    """Pixels that are masked now and were not clear."""
    lost_ha: float
    """Pixels that are masked now and were clear."""
    left_ha: float
    """Pixels that are not clear and still count as such."""


def worth(days: list[Day], margin_m: int) -> Worth:
    """Return what a margin does on some days together."""
    saved = lost = left = 0
    for day in days:
        before = CloudMask(DEFAULT_MASK).clear_classes(day.classes, 10)
        after = CloudMask(DEFAULT_MASK, margin_m).clear_classes(day.classes, 10)
        gone = before & ~after
        saved += int((gone & day.not_clear).sum())
        lost += int((gone & ~day.not_clear).sum())
        left += int((after & day.not_clear).sum())
    return Worth(margin_m, saved / 100, lost / 100, left / 100)


def demo_days() -> Iterator[Day]:
    """Yield the demo's days that have clouds, tile by tile."""
    home = next(iter(demo.true_classes().values())).parent
    for visit in VISITS:
        if visit.clouds == ():
            continue
        above, inside = sky(visit), imaged()
        for tile in visit.tiles:
            classes = _read(home / folder(visit, tile) / BAND_FILES["scl"]).repeat(2, 0).repeat(2, 1)
            here = (tile.rows, tile.columns)
            not_clear = (above.opacity[here] > CLOUD_OPACITY) | (above.shadow[here] > SHADOW)
            yield Day(classes, not_clear & inside[here])


def carpathian_days() -> Iterator[Day]:
    """Yield the partly cloudy days of the real series."""
    for cloudy, clear in PAIRS:
        there, other = (SHARED / "dates" / f"carpathians_nrt_{day}" for day in (cloudy, clear))
        blue, nir = (_read(there / f"{b}.tif") / 10_000 for b in ("B02", "B08"))
        usual_blue, usual_nir = (_read(other / f"{b}.tif") / 10_000 for b in ("B02", "B08"))
        not_clear = (blue - usual_blue > BRIGHTER) | (nir < DARKER * usual_nir)
        yield Day(_read(there / "SCL.tif"), not_clear)


def _read(path: Path) -> np.ndarray:
    with rasterio.open(path) as file:
        return np.asarray(file.read(1))


def told(days: list[Day]) -> str:
    """Return the table of some days."""
    rows = (worth(days, margin) for margin in MARGINS_M)
    cells = (
        (f"{w.margin_m} m", f"{w.saved_ha:,.0f}", f"{w.lost_ha:,.0f}", f"{w.left_ha:,.0f}") for w in rows
    )
    return table(("margin", "saved, ha", "lost, ha", "still not clear, ha"), cells)


def main() -> None:
    """Print both tables."""
    print(f"Demo, true sky:\n\n{told(list(demo_days()))}")
    if (SHARED / "dates").is_dir():
        print(f"\nCarpathians, two days against clear ones:\n\n{told(list(carpathian_days()))}")


if __name__ == "__main__":
    main()

"""The opened files of a scene, and the parts of them that lie under a block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from rasterio.windows import Window

from pipeline.area.blocks import Block
from pipeline.arrays import Mask
from pipeline.reading.alignment import Placement, SourceWindow
from pipeline.reading.cloud_mask import CloudMask
from pipeline.reading.mosaic import Layer
from pipeline.sentinel2.scene import Scene


@dataclass(frozen=True)
class Part:
    """The pixels of some files under a block."""

    group: FileGroup
    window: SourceWindow
    data: np.ndarray
    """``(file, y, x)`` in the files' own pixels, filled by `Reading`; 0 where a file has nothing."""
    within: Mask | None
    """Pixels of the area in the block; None: all of them."""

    def reads(self) -> Iterator[tuple[int, Any, Window, np.ndarray]]:
        """Yield the reads to do: place in the file's order, file, window, target."""
        for reader, band in zip(self.group.readers, self.data, strict=True):
            if reader is not None:
                needed = self.window.needed(self.within, self.group.margin)
                for number, (window, inner) in enumerate(reversed(needed)):
                    yield number, reader, window, band[inner]


@dataclass(frozen=True)
class FileGroup:
    """Files of a scene that share a grid, opened, and how they lie under the area."""

    placement: Placement
    readers: Sequence[Any]
    """None for a file that lies elsewhere."""
    dtype: np.dtype[Any]
    places: tuple[int, ...] = ()
    """Position of each file's band among all bands."""
    margin: int = 0
    """Pixels of 10 m that are read around a block."""

    def part(self, block: Block, within: Mask | None) -> Part:
        """Return the part under a block, still unread; `within`: pixels of the area in it, None: all."""
        window = self.placement.under(block.grown(self.margin))
        return Part(self, window, np.zeros((len(self.readers), *window.shape), self.dtype), within)

    def n_reads(self, block: Block, within: Mask | None) -> int:
        """Return how many pieces of files are read for a block."""
        window = self.placement.under(block.grown(self.margin))
        n_files = sum(reader is not None for reader in self.readers)
        return n_files * len(window.needed(within, self.margin))


@dataclass(frozen=True)
class SceneFiles:
    """The files of a scene."""

    bands: tuple[FileGroup, ...]
    """One group a native resolution, the finest first."""
    classes: FileGroup | None
    """The scene classification, None where there is none."""

    @property
    def groups(self) -> tuple[FileGroup, ...]:
        """All groups, the scene classification last."""
        return self.bands if self.classes is None else (*self.bands, self.classes)


def layer_of(
    number: int, scene: Scene, parts: Sequence[Part], shape: tuple[int, int], mask: CloudMask
) -> Layer:
    """Return the layer of a scene on a block, put together from its parts."""
    at_10_m: dict[int, np.ndarray] = {}
    fine, coarse, classes, near = np.empty((0, *shape), np.uint16), None, None, None
    for part in parts:
        places = part.group.places
        if not places:
            around = scene.scene_classes(part.window.placed(part.data)[0])
            middle = tuple(slice(part.group.margin, part.group.margin + n) for n in shape)
            surrounded = mask.near(around)
            classes, near = around[middle], None if surrounded is None else surrounded[middle]
        elif part.window.factor == 1:
            fine = part.window.placed(part.data)
            at_10_m |= dict(zip(places, fine, strict=True))
        else:
            coarse = part.window.kept(part.data, places)
    if len(at_10_m) > len(fine):  # bands of two groups, one of them warped onto 10 m
        fine = np.stack([at_10_m[place] for place in sorted(at_10_m)])
    return Layer(number, fine, classes, near, coarse)

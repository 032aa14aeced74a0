"""Blocks put together again: whole rasters, windows, and every n-th pixel for a picture."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pipeline.area.blocks import Block

IN_MEMORY_PX = 8_000_000
"""Up to this size (about 28 km) rasters are plain arrays, beyond it they stay lazy."""
WHOLE_PX = 1600
"""Most pixels a side of the pictures of a whole area: about what a map on a large screen shows of it."""


def step_for(shape: tuple[int, int], max_px: int = WHOLE_PX) -> int:
    """Return every how many-th pixel is drawn, so that a picture has at most `max_px` a side.

    A thin strip may get more than that: a step must not jump over it (`stepped`).
    """
    return min(math.ceil(max(shape) / max_px), max(2 * min(shape) - 1, 1))


def stepped(span: slice, step: int) -> range:
    """Return every `step`-th pixel of a span, counted from the grid's edge: ``step // 2`` is the first."""
    first = span.start + (step // 2 - span.start) % step
    return range(first, max(span.stop, first), step)


def overlap(block: Block, rows: range, columns: range) -> tuple[Any, Any] | None:
    """Return where the wanted pixels lie in a block, and where they go; None where there are none.

    Returns
    -------
    tuple
        ``(rows, columns)`` slices of the block, ``(rows, columns)`` slices of the target.
    """
    found = [
        _along(block.row, block.height, rows),
        _along(block.column, block.width, columns),
    ]
    if found[0] is None or found[1] is None:
        return None
    (here_rows, there_rows), (here_columns, there_columns) = found[0], found[1]
    return (here_rows, here_columns), (there_rows, there_columns)


def _along(start: int, length: int, wanted: range) -> tuple[slice, slice] | None:
    step = wanted.step
    first = max(0, -(-(start - wanted.start) // step))
    last = min(len(wanted), -(-(start + length - wanted.start) // step))
    if first >= last:
        return None
    here = wanted.start + first * step - start
    return slice(here, wanted.start + (last - 1) * step - start + 1, step), slice(first, last)


def assembled(
    blocks: Sequence[Block],
    shape: tuple[int, ...],
    of_block: Callable[[int], np.ndarray],
    dtype: np.dtype[Any],
) -> Any:
    """Return a raster ``(…, y, x)`` made of blocks: an array, or a dask array beyond `IN_MEMORY_PX`.

    Parameters
    ----------
    blocks : sequence of Block
        Row by row.
    shape : tuple of int
        Shape of the raster.
    of_block : callable
        Gives the values of the block of a number.
    """
    if len(blocks) == 1:
        return of_block(0)
    if shape[-2] * shape[-1] <= IN_MEMORY_PX:
        whole = np.empty(shape, dtype)
        for number, block in enumerate(blocks):
            whole[..., block.rows, block.columns] = of_block(number)
        return whole
    import dask.array as da
    from dask.delayed import delayed

    later: Any = delayed(of_block, pure=False)
    across = sum(b.row == blocks[0].row for b in blocks)
    lazy = [
        da.from_delayed(later(n), shape=(*shape[:-2], *b.shape), dtype=dtype)  # type: ignore[no-untyped-call]
        for n, b in enumerate(blocks)
    ]
    rows = [lazy[i : i + across] for i in range(0, len(lazy), across)]
    return da.block(rows)  # type: ignore[no-untyped-call]

"""How the C library keeps freed memory: for reuse during a run, and given back to the system after it.

Left alone, glibc gives every thread a heap of its own (up to eight a core) and cuts arrays of 4 to 37 MB,
which come and go in a dozen threads, from all of them: the holes count as memory of the process for good.
Giving each array back at once costs as much as it saves: the system has to hand out and clear every page of
the next one, a third of the processor time of a whole tile. So there are few heaps, which keep what is
freed, and `give_back` empties them when a run is through.

The page and the dask workers ask for it; importing `pipeline` leaves the process as it is.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""Names of glibc's malloc.h."""
ARENAS = 2
SPARE_BYTES = 2**26
"""What a heap may keep at its end."""
LARGE_BYTES = 2**25
"""Arrays from this size on (the bands of a whole block) never come from a heap: glibc allows no more."""


def keep_for_the_run() -> bool:
    """Set how the process keeps memory that was freed; return whether that was done.

    Does nothing on systems without glibc, nor where the environment has settings of its own (``MALLOC_…``,
    ``GLIBC_TUNABLES``).
    """
    glibc = _glibc()
    wanted = {M_ARENA_MAX: ARENAS, M_MMAP_THRESHOLD: LARGE_BYTES, M_TRIM_THRESHOLD: SPARE_BYTES}
    return glibc is not None and all(glibc.mallopt(name, value) for name, value in wanted.items())


def give_back() -> bool:
    """Give all freed memory back to the system (a few milliseconds); return whether there was any."""
    glibc = _glibc()
    return glibc is not None and bool(glibc.malloc_trim(0))


@contextmanager
def giving_back() -> Iterator[None]:
    """Give freed memory back when the `with` block ends, however it ends."""
    try:
        yield
    finally:
        give_back()


def _glibc() -> Any:
    """Return the C library if it is glibc and nothing else has set its allocator."""
    if any(name.startswith("MALLOC_") or name == "GLIBC_TUNABLES" for name in os.environ):
        return None
    try:
        os.confstr("CS_GNU_LIBC_VERSION")
        return ctypes.CDLL(None)
    except (AttributeError, OSError, TypeError, ValueError):
        return None

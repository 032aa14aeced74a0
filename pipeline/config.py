"""What an installation may set: every environment variable and the TOML file, read here and nowhere else.

- ``DASHBOARD_CATALOG``: name of the catalogue that is chosen at the start (default ``earth-search``).
- ``DASHBOARD_CATALOGS``: path of a TOML file with further catalogues, and what the form offers
  (catalogs/configured.py documents its entries).
- ``DASHBOARD_MAX_SIZE_KM``: longest side of an area (default 110: a whole tile).
- ``DASHBOARD_PLACES``: heavy pieces of work at the same time over all pages of this user (default: one a
  core; 0: no turns). Scripts that call `analyse` take turns only where it is set (pipeline/machine/turns.py).
- ``DASHBOARD_MEMORY_MB``: most memory of all runs of this user together (default: three quarters of the
  machine's).
- ``DASHBOARD_SESSION_MB``: most memory of one run (default: what is free).
- ``DASHBOARD_SHARED_DIR``: folder of what this user's processes share (default: one in the temporary folder).
- ``DASK_SCHEDULER_ADDRESS``: scheduler of a dask cluster that reads and labels (reading/storage/dask.py).

The demo keeps its own setting (``DASHBOARD_CACHE_DIR``, demo/cache.py), and Voilà tells each kernel about
its visitor in variables of its own (widgets/page/query_string.py).
"""

from __future__ import annotations

import logging
import math
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

CATALOG, CATALOGS, MAX_SIZE = "DASHBOARD_CATALOG", "DASHBOARD_CATALOGS", "DASHBOARD_MAX_SIZE_KM"
SCHEDULER = "DASK_SCHEDULER_ADDRESS"
PLACES, SHARED = "DASHBOARD_PLACES", "DASHBOARD_SHARED_DIR"
MEMORY, SESSION = "DASHBOARD_MEMORY_MB", "DASHBOARD_SESSION_MB"
MAX_SIZE_KM = 110.0
MAX_TOML_BYTES = 2**20


@dataclass(frozen=True)
class CatalogsFile:
    """The TOML file, as it is written: its entries are checked where they are used."""

    entries: Mapping[str, Any] = field(default_factory=dict)
    """Tables below ``[catalogs]`` by name."""
    offer: tuple[str, ...] = ()
    """Names and order in the form; empty: all."""
    references: Mapping[str, Any] = field(default_factory=dict)
    """Tables below ``[references]`` by name: maps that names are compared with (reference/profiles.py)."""


def catalog() -> str | None:
    """Return the name of the catalogue to start with, None when none is set."""
    return os.environ.get(CATALOG) or None


def max_size_km() -> float:
    """Return the longest side of an area that this installation allows, kilometres."""
    limit = _positive(MAX_SIZE)
    return MAX_SIZE_KM if limit is None else limit


def places() -> int | None:
    """Return how many heavy pieces of work may run at the same time; 0: any; None: not set."""
    try:
        return max(int(os.environ.get(PLACES, "")), 0)
    except ValueError:
        return None


def memory_mb() -> float | None:
    """Return the memory of all runs together, 10^6 bytes; None: not set."""
    return _positive(MEMORY)


def session_mb() -> float:
    """Return the memory of one run, 10^6 bytes; infinite when not set."""
    limit = _positive(SESSION)
    return math.inf if limit is None else limit


def shared_dir() -> Path | None:
    """Return the folder of what this user's processes share; None: not set."""
    named = os.environ.get(SHARED)
    return Path(named).expanduser().absolute() if named else None


def _positive(name: str) -> float | None:
    try:
        value = float(os.environ.get(name, ""))
    except ValueError:
        return None
    return value if math.isfinite(value) and value > 0 else None


def scheduler_address() -> str | None:
    """Return the address of the dask scheduler, None where there is none."""
    return os.environ.get(SCHEDULER) or None


def catalogs_file() -> CatalogsFile:
    """Return the contents of the TOML file; empty without one, or if it cannot be read, which is logged."""
    named = os.environ.get(CATALOGS)
    if not named:
        return CatalogsFile()
    path = Path(named)
    try:
        return _read(path, path.stat().st_mtime_ns)
    except (OSError, ValueError, RecursionError) as error:
        log.warning("%s cannot be read, only the built-in catalogues are offered: %s", CATALOGS, error)
        return CatalogsFile()


@lru_cache(maxsize=4)
def _read(path: Path, _modified: int) -> CatalogsFile:
    with path.open("rb") as file:
        content = file.read(MAX_TOML_BYTES + 1)
    if len(content) > MAX_TOML_BYTES:
        raise ValueError(f"{path} is larger than {MAX_TOML_BYTES // 2**20} MB")
    settings = tomllib.loads(content.decode("utf-8"))
    entries, offer = settings.get("catalogs", {}), settings.get("offer", [])
    if not isinstance(entries, dict):
        raise ValueError("catalogs is no table: write [catalogs.NAME]")
    if not isinstance(offer, list) or not all(isinstance(name, str) for name in offer):
        raise ValueError('offer is no list of names: write offer = ["earth-search"]')
    references = settings.get("references", {})
    if not isinstance(references, dict):
        raise ValueError("references is no table: write [references.NAME]")
    return CatalogsFile(entries, tuple(offer), references)

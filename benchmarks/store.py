"""What each part has measured, one JSON file a part: saved at once, so that a later failure loses nothing."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = (
    "stackstac",
    "odc-stac",
    "rasterio",
    "dask",
    "distributed",
    "numpy",
    "scikit-learn",
    "pillow",
    "rustac",
)


@dataclass(frozen=True)
class Record:
    """One part of one run."""

    part: str
    setting: str
    day: str
    """UTC, ISO 8601."""
    seconds: float
    """How long the part took."""
    machine: str
    versions: dict[str, str]
    found: dict[str, Any] | None
    """What was measured; None: the part failed."""
    failed: str = ""
    """Why, in words."""


class Store:
    """The records of a run in a folder.

    Parameters
    ----------
    folder : pathlib.Path
        Where the files are; made when the first one is saved.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(
        self, part: str, setting: str, seconds: float, found: dict[str, Any] | None, failed: str = ""
    ) -> None:
        """Write the record of a part in the place of an earlier one."""
        record = Record(
            part, setting, f"{datetime.now(UTC):%Y-%m-%d}", seconds, machine(), versions(), found, failed
        )
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{part}.json"
        unfinished = path.with_suffix(".part")
        unfinished.write_text(json.dumps(_rounded(asdict(record)), indent=1) + "\n", encoding="utf-8")
        unfinished.replace(path)

    def load(self, part: str) -> Record | None:
        """Return the record of a part; None where it never ran."""
        path = self.folder / f"{part}.json"
        return Record(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def machine() -> str:
    """Return processor and memory in words."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30 if hasattr(os, "sysconf") else 0
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [x.split(":")[1].strip() for x in cpuinfo.read_text().splitlines() if "model name" in x]
        model = names[0] if names else model
    return f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB, {platform.system()}"


def versions() -> dict[str, str]:
    """Return the versions of Python and of what matters for speed."""
    found = {"Python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _rounded(value: Any) -> Any:
    """Return plain values with floats of nine significant digits."""
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, dict):
        return {key: _rounded(v) for key, v in value.items()}
    return [_rounded(v) for v in value] if isinstance(value, list | tuple) else value

"""The same whole tile with GRASS: i.cluster and i.maxlik on four imported bands, no mask, no file written.

``python -m benchmarks.grass CASE LOCATION`` imports the bands when the location is new, classifies, and
prints one line of JSON. Import and classification are told apart: a user imports once.
"""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.case import Case
from benchmarks.task import KIB_MB
from benchmarks.tiles import EPSG
from synthetic.bands import TEN_M as BANDS

MAPSET = "PERMANENT"
LOOK_S = 0.01


def version() -> str | None:
    """Return the version of the GRASS on this machine; None without one."""
    if shutil.which("grass") is None:
        return None
    with tempfile.TemporaryDirectory() as home:
        said = subprocess.run(
            ["grass", "--version"], env={**os.environ, "HOME": home}, capture_output=True, text=True
        )
    found = re.search(r"GRASS GIS (\S+)", said.stdout + said.stderr)
    return found[1] if found else "unknown"


@dataclass(frozen=True)
class Used:
    """What one module took."""

    seconds: float
    cpu: float
    peak_mb: float


def main(case: Case, location: Path) -> None:
    """Import where needed, classify, print."""
    detail: dict[str, float] = {}
    modules = _Modules(location)
    if not location.exists():
        _grass("-e", "-c", f"EPSG:{EPSG}", str(location))
        files = {band: case.tile.folder / f"{band}.tif" for band in BANDS}
        imports = [modules.run("r.in.gdal", "-o", f"input={f}", f"output={b}") for b, f in files.items()]
        detail |= {"import_s": sum(i.seconds for i in imports), "import_mb": max(i.peak_mb for i in imports)}
    modules.run("g.region", f"raster={BANDS[0]}")
    modules.run("i.group", "group=bands", "subgroup=bands", f"input={','.join(BANDS)}")
    group = ("group=bands", "subgroup=bands", "signaturefile=clusters")
    cluster = modules.run("i.cluster", *group, f"classes={case.n_clusters}")
    maxlik = modules.run("i.maxlik", *group, "output=classes")
    found = Used(
        cluster.seconds + maxlik.seconds, cluster.cpu + maxlik.cpu, max(cluster.peak_mb, maxlik.peak_mb)
    )
    detail |= {"cluster_s": cluster.seconds, "maxlik_s": maxlik.seconds}
    print(json.dumps({**asdict(found), "detail": detail}))


class _Modules:
    """Runs modules of GRASS as its start script would, without that script's own second."""

    def __init__(self, location: Path) -> None:
        base = Path(_grass("--config", "path").strip())
        self._bin = base / "bin"
        gisrc = location.parent / "gisrc"
        gisrc.write_text(f"GISDBASE: {location.parent}\nLOCATION_NAME: {location.name}\nMAPSET: {MAPSET}\n")
        self._environment = {
            **os.environ,
            "GISBASE": str(base),
            "GISRC": str(gisrc),
            "PATH": os.pathsep.join([str(self._bin), os.environ["PATH"]]),
            "LD_LIBRARY_PATH": str(base / "lib"),
            "HOME": str(location.parent),
        }

    def run(self, name: str, *arguments: str) -> Used:
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        process = subprocess.Popen(
            [str(self._bin / name), "--quiet", "--overwrite", *arguments], env=self._environment
        )
        peak_mb = 0.0
        while process.poll() is None:
            peak_mb = max(peak_mb, _peak_mb(process.pid))
            time.sleep(LOOK_S)
        if process.returncode:
            raise SystemExit(f"{name} ended with {process.returncode}")
        seconds, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return Used(seconds, cpu, peak_mb)


def _peak_mb(pid: int) -> float:
    """Return the largest resident set of a process so far; its rusage would count in who started it."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) * KIB_MB for line in lines if line.startswith("VmHWM")), 0.0)


def _grass(*arguments: str) -> str:
    done = subprocess.run(["grass", *arguments], check=True, capture_output=True, text=True)
    return done.stdout


if __name__ == "__main__":
    main(Case(**json.loads(sys.argv[1])), Path(sys.argv[2]))

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
from pathlib import Path

from benchmarks.case import Case
from benchmarks.tiles import BANDS, EPSG

MAPSET = "PERMANENT"


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


def main(case: Case, location: Path) -> None:
    """Import where needed, classify, print."""
    import_s = None
    if not location.exists():
        _grass("-e", "-c", f"EPSG:{EPSG}", str(location))
        started = time.perf_counter()
        for band in BANDS:
            _module(location, "r.in.gdal", "-o", f"input={case.tile.folder / band}.tif", f"output={band}")
        import_s = time.perf_counter() - started
    _module(location, "g.region", f"raster={BANDS[0]}")
    _module(location, "i.group", "group=bands", "subgroup=bands", f"input={','.join(BANDS)}")
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    group = ("group=bands", "subgroup=bands", "signaturefile=clusters")
    _module(location, "i.cluster", *group, f"classes={case.n_clusters}")
    clustered = time.perf_counter()
    _module(location, "i.maxlik", *group, "output=classes")
    ended, after = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    stages = {"cluster_s": clustered - started, "maxlik_s": ended - clustered}
    detail = {"import_s": import_s, **stages} if import_s else stages
    print(
        json.dumps(
            {"seconds": ended - started, "cpu": cpu, "peak_mb": after.ru_maxrss / 1024, "detail": detail}
        )
    )


def _module(location: Path, name: str, *arguments: str) -> None:
    """Run a module of GRASS as its start script would, without that script's own second."""
    base = Path(_grass("--config", "path").strip())
    run = location.parent / "gisrc"
    run.write_text(f"GISDBASE: {location.parent}\nLOCATION_NAME: {location.name}\nMAPSET: {MAPSET}\n")
    environment = {
        **os.environ,
        "GISBASE": str(base),
        "GISRC": str(run),
        "PATH": os.pathsep.join([str(base / "bin"), str(base / "scripts"), os.environ["PATH"]]),
        "LD_LIBRARY_PATH": str(base / "lib"),
        "HOME": str(location.parent),
    }
    command = [str(base / "bin" / name), "--quiet", "--overwrite", *arguments]
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)


def _grass(*arguments: str) -> str:
    done = subprocess.run(["grass", *arguments], check=True, capture_output=True, text=True)
    return done.stdout


if __name__ == "__main__":
    main(Case(**json.loads(sys.argv[1])), Path(sys.argv[2]))

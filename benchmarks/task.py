"""One measured run in a fresh process: ``python -m benchmarks.task NAME CASE``, both from measure.py.

Imports come before the clock starts. Prints one line of JSON.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from benchmarks.case import Case
from pipeline import preload
from pipeline.machine.allocator import keep_for_the_run

OURS = preload.MODULES
IMPORTS = {
    "ours": ("pipeline.reading.imagery", "pipeline.reading.reader", "requests.utils"),
    "odc_stac": ("odc.stac",),
    "floor": ("benchmarks.readers",),
    "async_tiff": ("benchmarks.async_tiff_trial", "async_tiff", "obstore.store"),
    "decode": ("benchmarks.readers", "rasterio"),
    "search": ("http.client",),
    "analyse": OURS,
    "previewed": OURS,
    "preview": OURS,
    "whole": OURS,
    "baseline": ("benchmarks.baseline",),
    "again": ("benchmarks.pictures",),
    "regroup": ("benchmarks.pictures",),
}
"""What a task imports before it is timed."""


KIB_MB = 1024 / 1e6


def search(case: Case) -> dict[str, Any]:
    """Ask the STAC API once, as little as answers the request."""
    import http.client
    from urllib.parse import urlsplit

    from pipeline.area.grid import footprint

    body = {
        "collections": ["sentinel-2-c1-l2a"],
        "intersects": footprint(case.request.area),
        "datetime": f"{case.request.start}T00:00:00Z/{case.request.end}T23:59:59Z",
        "limit": 100,
    }
    connection = http.client.HTTPConnection(urlsplit(case.catalog).netloc)
    connection.request("POST", "/search", json.dumps(body), {"Content-Type": "application/json"})
    found = json.load(connection.getresponse())
    return {"items": len(found["features"])}


def analyse(case: Case) -> dict[str, Any]:
    """Run ours from button to result; returns when each stage began, seconds."""
    from pipeline.analysis import analyse as run

    started = time.perf_counter()
    began: dict[str, float] = {}
    run(case.request, on_progress=lambda stage, _: began.setdefault(stage, time.perf_counter() - started))
    return {"began": began}


def previewed(case: Case) -> dict[str, Any]:
    """Run ours from button to result as the page does, with a preview on the way."""
    from pipeline.analysis import analyse as run

    seen: list[float] = []
    started = time.perf_counter()
    run(case.request, on_preview=lambda _: seen.append(time.perf_counter() - started))
    return {"preview_s": seen}


def preview(case: Case) -> dict[str, Any]:
    """Run ours until the first pictures; small areas may have none but the final ones."""
    from pipeline import Analysis, Cancelled
    from pipeline.analysis import analyse as run

    shown: list[Analysis] = []
    with suppress(Cancelled):
        shown.append(run(case.request, cancelled=lambda: bool(shown), on_preview=shown.append))
    first = shown[0]
    return {"preview": first.preview, "resolution_m": first.resolution_m, "bars": len(first.areas)}


def whole(case: Case) -> dict[str, Any]:
    """Run ours, then write the labels."""
    from pipeline.analysis import analyse as run

    started = time.perf_counter()
    analysis = run(case.request)
    result_s = time.perf_counter() - started
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        target = Path(folder) / "clusters.tif"
        analysis.to_geotiff(target)
        file_bytes = target.stat().st_size
    return {
        "result_s": result_s,
        "file_s": time.perf_counter() - started - result_s,
        "file_bytes": file_bytes,
        "pixels": int(analysis.areas["pixels"].sum()),
        "hectares": [float(ha) for ha in analysis.areas["hectares"]],
    }


def _reader(name: str) -> Callable[[Case], dict[str, Any]]:
    def run(case: Case) -> dict[str, Any]:
        from benchmarks import readers

        return {"shape": getattr(readers, name)(case).shape}

    return run


def async_tiff(case: Case) -> dict[str, Any]:
    """Read as async-tiff does, where it is installed (async_tiff_trial.py)."""
    from benchmarks.async_tiff_trial import read

    return {"shape": read(case).shape}


def decode(case: Case) -> dict[str, Any]:
    """Only decode the blocks of local files."""
    from benchmarks.readers import decode as run

    return {"blocks": run(case)}


def baseline(case: Case) -> dict[str, Any]:
    """Run the baseline from button to result."""
    from benchmarks.baseline import baseline as run

    return {"url": run(case)}


def again(case: Case) -> dict[str, Any]:
    """Run ours, then other numbers of clusters and the pictures."""
    from benchmarks.pictures import again as run

    return run(case)


def regroup(case: Case) -> dict[str, Any]:
    """Run ours, then other numbers of clusters."""
    from benchmarks.pictures import regroup as run

    return run(case)


TASKS: dict[str, Callable[[Case], dict[str, Any]]] = {
    "search": search,
    "analyse": analyse,
    "previewed": previewed,
    "preview": preview,
    "whole": whole,
    "decode": decode,
    "baseline": baseline,
    "again": again,
    "regroup": regroup,
    **{name: _reader(name) for name in ("ours", "odc_stac", "floor")},
    "async_tiff": async_tiff,
}


def peak_mb() -> float:
    """Return the largest resident set of this process or of a child, 10^6 bytes."""
    children = _maxrss_mb(resource.RUSAGE_CHILDREN)
    status = Path("/proc/self/status")
    if not status.exists():
        return max(_maxrss_mb(resource.RUSAGE_SELF), children)
    line = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
    return max(int(line.split()[1]) * KIB_MB, children)


def _maxrss_mb(who: int) -> float:
    unit_mb = 1e-6 if sys.platform == "darwin" else KIB_MB
    return resource.getrusage(who).ru_maxrss * unit_mb


def _cpu_s() -> float:
    """Return processor time of this process and of its ended children."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def main(name: str, case: Case) -> None:
    """Make ready, run, print; with memory kept as the page keeps it.

    Ours is made ready as the page does. The others have their imports, too, left alone by the collector.
    """
    keep_for_the_run()
    for module in IMPORTS[name]:
        importlib.import_module(module)
    if IMPORTS[name] == OURS:
        preload.for_a_run()
    gc.freeze()
    _ = case.grid
    cpu, started = _cpu_s(), time.perf_counter()
    detail = TASKS[name](case)
    seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "cpu": _cpu_s() - cpu, "peak_mb": peak_mb(), "detail": detail}))


if __name__ == "__main__":
    main(sys.argv[1], Case(**json.loads(sys.argv[2])))

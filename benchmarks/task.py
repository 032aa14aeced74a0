"""One measured run in a fresh process: ``python -m benchmarks.task NAME CASE``, both from measure.py.

Imports come before the clock starts. Prints one line of JSON.
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.case import Case

IMPORTS = {
    "ours": ("pipeline.imagery",),
    "odc_stac": ("odc.stac",),
    "floor": ("benchmarks.readers",),
    "search": ("http.client",),
    "analyse": (
        "pipeline.analysis",
        "pystac_client",
        "PIL.Image",
        "PIL.PngImagePlugin",
        "PIL.WebPImagePlugin",
    ),
    "baseline": ("benchmarks.baseline",),
    "again": ("benchmarks.pictures",),
}
"""What a task imports before it is timed."""


def search(case: Case) -> dict[str, Any]:
    """Ask the STAC API once, as little as answers the request."""
    import http.client
    from urllib.parse import urlsplit

    from pipeline.grid import footprint

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


def _reader(name: str) -> Callable[[Case], dict[str, Any]]:
    def run(case: Case) -> dict[str, Any]:
        from benchmarks import readers

        return {"shape": getattr(readers, name)(case).shape}

    return run


def baseline(case: Case) -> dict[str, Any]:
    """Run the baseline from button to result."""
    from benchmarks.baseline import baseline as run

    return {"url": run(case)}


def again(case: Case) -> dict[str, Any]:
    """Run ours, then other numbers of clusters and the pictures."""
    from benchmarks.pictures import again as run

    return run(case)


TASKS: dict[str, Callable[[Case], dict[str, Any]]] = {
    "search": search,
    "analyse": analyse,
    "baseline": baseline,
    "again": again,
    **{name: _reader(name) for name in ("ours", "odc_stac", "floor")},
}


def peak_mb() -> float:
    """Return the largest resident set of this process; the parent's is not counted in."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main(name: str, case: Case) -> None:
    for module in IMPORTS[name]:
        importlib.import_module(module)
    _ = case.grid
    started, cpu = time.perf_counter(), time.process_time()
    detail = TASKS[name](case)
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    print(json.dumps({"seconds": seconds, "cpu": cpu, "peak_mb": peak_mb(), "detail": detail}))


if __name__ == "__main__":
    main(sys.argv[1], Case(**json.loads(sys.argv[2])))

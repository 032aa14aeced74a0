"""Many visitors at once: ``python -m benchmarks.load --visitors 30 --within 60``.

Starts a server of its own on loopback with the demo and lets visitors press the link one after the other
within the time given. Each waits for the page, calculates, and takes the GeoTIFF. Prints how long each step
took, and the memory of all processes of the server. No browser: what is measured is the server
(`benchmarks.visitor`).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any

import psutil

from benchmarks.notebook_server import REPO, serving
from benchmarks.visitor import Outcome, visit

MOST_VISITORS, LONGEST_S = 200, 1800
LINK = "lat=48.4565&lon=11.6365&km=5&from=2024-06-01&to=2024-06-30&catalog=demo"
MB = 2**20


@dataclass(frozen=True)
class Plan:
    """How many come, and how fast."""

    visitors: int
    within_s: float
    """They press the link one after the other, at equal distances within this time."""
    patience_s: float = 300
    """How long each waits for the page, and for the result."""
    think_s: float = 2
    """Between the page and the click."""

    def __post_init__(self) -> None:
        """Keep the load within bounds."""
        if not 1 <= self.visitors <= MOST_VISITORS:
            raise ValueError(f"1 to {MOST_VISITORS} visitors")
        if not 0 <= self.within_s <= LONGEST_S or not 0 < self.patience_s <= LONGEST_S:
            raise ValueError(f"times up to {LONGEST_S} s")


@dataclass
class Memory:
    """Memory of a server and its kernels, looked at once a second; MB. What is shared counts once."""

    server: psutil.Process
    most_mb: float = 0
    stopped: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        """Look until stopped."""
        while not self.stopped.wait(1):
            total = 0
            with suppress(psutil.NoSuchProcess):
                for process in (self.server, *self.server.children(recursive=True)):
                    with suppress(psutil.NoSuchProcess):
                        memory = process.memory_full_info()
                        total += getattr(memory, "pss", memory.rss)
            self.most_mb = max(self.most_mb, total / MB)


async def crowd(address: str, plan: Plan, query: str = LINK) -> list[Outcome]:
    """Let everybody visit.

    Parameters
    ----------
    address
        Of a server on this machine.
    plan
        How many, and how fast.
    query
        The link they press.
    """

    async def one(index: int) -> Outcome:
        await asyncio.sleep(index * plan.within_s / plan.visitors)
        return await visit(address, query, plan.patience_s, plan.think_s, takes_file=True)

    return list(await asyncio.gather(*map(one, range(plan.visitors))))


def summary(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return the numbers of a crowd: how many got what, medians and 95th percentiles in seconds."""
    failures = [outcome.failure for outcome in outcomes if outcome.failure]
    numbers: dict[str, Any] = {"visitors": len(outcomes), "failed": len(failures)}
    for name in ("frame_s", "usable_s", "result_s", "file_s"):
        values = [value for outcome in outcomes if (value := getattr(outcome, name)) is not None]
        numbers[name] = {"count": len(values), **_percentiles(values)}
    return numbers | {"failures": {text: failures.count(text) for text in sorted(set(failures))}}


def _percentiles(values: list[float]) -> dict[str, float]:
    if not values:
        return {}
    cuts = quantiles(values, n=20, method="inclusive") if len(values) > 1 else values * 19
    return {"p50": round(cuts[9], 1), "p95": round(cuts[18], 1), "most": round(max(values), 1)}


def measure(
    plan: Plan, module: str, folder: Path = REPO, options: Sequence[str] = ()
) -> tuple[dict[str, Any], list[Outcome]]:
    """Serve the demo to a crowd; return the numbers and what everyone met."""
    subprocess.run(
        [sys.executable, "-m", "demo", "--generate"], cwd=folder, check=True, stdout=subprocess.DEVNULL
    )
    with ExitStack() as stack:
        runtime = stack.enter_context(tempfile.TemporaryDirectory())
        settings = {"DASHBOARD_CATALOG": "demo", "JUPYTER_RUNTIME_DIR": runtime}
        address, pid = stack.enter_context(serving(module, settings, options, folder))
        memory = Memory(psutil.Process(pid))
        watcher = threading.Thread(target=memory.watch, daemon=True)
        watcher.start()
        try:
            outcomes = asyncio.run(crowd(address, plan))
        finally:
            memory.stopped.set()
            watcher.join()
    return summary(outcomes) | {"memory_mb": round(memory.most_mb)}, outcomes


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--visitors", type=int, default=30)
    parser.add_argument("--within", type=float, default=60, help="seconds in which they come")
    parser.add_argument("--patience", type=float, default=300, help="seconds that each waits")
    parser.add_argument("--server", choices=("voila", "server"), default="server")
    parser.add_argument("--folder", type=Path, default=REPO, help="another checkout to measure")
    parser.add_argument("--each", action="store_true", help="print what every visitor met, too")
    given, options = parser.parse_known_args()
    plan = Plan(given.visitors, given.within, given.patience)
    numbers, outcomes = measure(plan, given.server, given.folder, options)
    print(json.dumps(numbers, indent=1))
    if given.each:
        print(json.dumps([asdict(outcome) for outcome in outcomes]))


if __name__ == "__main__":
    main()

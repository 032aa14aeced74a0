"""Broken input by the thousand, each case in a child with limits on memory and time.

    python -m benchmarks.fuzz --cases 10000 [--only item] [--seed 0]

Prints what was found, and ends with 1 where a case raised a stray error, hung or ended its process. A case
is made from its number: ``python -m benchmarks.fuzz.child KIND SEED NUMBER NUMBER+1 FOLDER`` repeats it.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.fuzz.cases import KINDS, SHARES, prepare

BATCH = 250
"""Cases of one process."""
CHILD = ["-m", "benchmarks.fuzz.child"]


@dataclass(frozen=True)
class End:
    """How a case ended."""

    kind: str
    number: int
    outcome: str
    """fine, refused, stray, hang or crash."""
    told: str = ""


def shared_out(cases: int, kinds: Sequence[str]) -> dict[str, int]:
    """Return how many cases there are of each kind."""
    total = sum(SHARES[kind] for kind in kinds)
    return {kind: max(cases * SHARES[kind] // total, 1) for kind in kinds}


def run(kind: str, seed: int, count: int, folder: Path) -> Iterator[End]:
    """Run the cases of a kind; a process that ends early is followed by one for the rest."""
    first = 0
    while first < count:
        for end in _batch(kind, seed, first, min(first + BATCH, count), folder):
            first = end.number + 1
            yield end


def _batch(kind: str, seed: int, first: int, end: int, folder: Path) -> Iterator[End]:
    limits = [str(seed), str(first), str(end), str(folder)]
    command = [sys.executable, *CHILD, kind, *limits]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None  # Popen's type does not know of PIPE
        begun = None
        for line in process.stdout:
            told = json.loads(line)
            if "outcome" not in told:
                begun = told["case"]
                continue
            begun = None
            yield End(kind, told["case"], told["outcome"], told["told"])
        complaint = process.stderr.read() if process.stderr is not None else ""
        code = process.wait()
        if code and begun is None:
            raise RuntimeError(f"{kind} from {first} on: {complaint.strip()[-500:]}")
        if begun is not None:
            outcome = "hang" if code == -signal.SIGALRM else "crash"
            yield End(kind, begun, outcome, f"the process ended with {code}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, and return 1 where something was found."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--only", action="append", choices=list(KINDS))
    parser.add_argument("--seed", type=int, default=0)
    wanted = parser.parse_args(arguments)
    began, counts, found = time.monotonic(), Counter[tuple[str, str]](), list[End]()
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder))
        for kind, count in shared_out(wanted.cases, wanted.only or list(KINDS)).items():
            for end in run(kind, wanted.seed, count, Path(folder)):
                counts[kind, end.outcome] += 1
                if end.outcome not in ("fine", "refused"):
                    found.append(end)
                    print(f"{end.outcome}: {end.kind} {end.number}: {end.told}", flush=True)
    for kind in dict.fromkeys(kind for kind, _ in counts):
        each = ", ".join(f"{n} {outcome}" for (k, outcome), n in sorted(counts.items()) if k == kind)
        print(f"{kind}: {each}")
    print(f"{sum(counts.values())} cases, {len(found)} findings, {time.monotonic() - began:.0f} s")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

"""Processes and threads that hold or wait for a place in the queue."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import Cancelled
from pipeline.machine import turns
from pipeline.machine.turns import Turns
from pipeline.progress import Progress
from tests.support.patience import PATIENCE_S

HOLD = """
import sys, time
from pathlib import Path
from pipeline.progress import Progress
from pipeline.machine.turns import Turns
with Turns(Path(sys.argv[1]), int(sys.argv[2]), lambda _: 1e6).turn(sys.argv[3], Progress()):
    print("working", flush=True)
    sys.stdin.read()
print("left", flush=True)
"""


@contextmanager
def holder(folder: Path, places: int, size: str = "small") -> Iterator["subprocess.Popen[str]"]:
    """Start a process that works until its input is closed."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder), str(places), size],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def works(process: "subprocess.Popen[str]") -> bool:
    assert process.stdout is not None
    return process.stdout.readline() == "working\n"


def queue(folder: Path, places: int, memory_mb: float = 1e6) -> Turns:
    return Turns(folder, places, lambda _: memory_mb)


class Waiter:
    """Waits in a thread and works until told to leave."""

    def __init__(self, turns: Turns, size: turns.Size = "small", memory_mb: float = 0.0) -> None:
        self.details: list[str] = []
        self.works, self.leave, self.stop = threading.Event(), threading.Event(), threading.Event()
        self.outcome = ""
        self._arguments = turns, size, memory_mb
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        queue, size, memory_mb = self._arguments
        self.progress = Progress(None, self.stop.is_set, self.details.append)
        try:
            with queue.turn(size, self.progress, memory_mb) as self.turn:
                self.works.set()
                assert self.leave.wait(PATIENCE_S)
            self.outcome = "done"
        except Cancelled:
            self.outcome = "cancelled"

    def end(self) -> None:
        self.leave.set()
        self.thread.join(PATIENCE_S)

"""Memory that was freed serves the run, and does not stay with the process."""

import gc
import platform
import subprocess
import sys
import weakref
from pathlib import Path

import numpy as np
import pytest

from pipeline import Cancelled, analyse, progress
from pipeline.area.blocks import Block
from pipeline.machine import allocator
from pipeline.reading.pixels import Pixels
from pipeline.reading.storage.local import LocalStore
from tests.pipeline.conftest import Land
from tests.support.patience import until

HOLES = """
import numpy as np
from pipeline.machine.allocator import give_back, keep_for_the_run

keep_for_the_run()

def resident():
    return next(int(l.split()[1]) for l in open("/proc/self/status") if l.startswith("VmRSS")) / 1000

before = resident()
first = np.ones(3_000_000, np.uint8)
del first
arrays = [np.ones(3_000_000, np.uint8) for _ in range(100)]
last = arrays.pop()
del arrays
give_back()
print(resident() - before)
"""
AGAIN = """
import numpy as np
import resource
from pipeline.machine.allocator import keep_for_the_run

keep_for_the_run()

for _ in range(20):
    np.ones(20_000_000, np.uint8)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt * resource.getpagesize() / 1e6)
"""
glibc = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="needs glibc")


def told(code: str, repository: Path, **environment: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=repository,
        env={"PATH": "", **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


@glibc
def test_after_a_run_what_is_freed_goes_back_to_the_system(repository: Path) -> None:
    assert told(HOLES, repository) < 30
    assert told(HOLES, repository, MALLOC_PERTURB_="0") > 100, "as it would be without"


@glibc
def test_within_a_run_it_is_used_again(repository: Path) -> None:
    """The system clears every page that it hands out: a fault each."""
    assert told(AGAIN, repository) < 300, "20 times 20 MB went through fresh pages"


SPY = """
import ctypes
real, asked = ctypes.CDLL, []

class Spy(real):
    def __getattr__(self, name):
        asked.append(name)
        return super().__getattr__(name)

ctypes.CDLL = Spy
import pipeline
from pipeline import Analysis, AnalysisRequest, analyse
if page:
    from widgets.session import preload
    preload.look_ahead()
print("mallopt" in asked)
"""


@glibc
@pytest.mark.parametrize("page", [False, True])
def test_the_page_settles_how_memory_is_kept_and_an_import_does_not(repository: Path, page: bool) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"page = {page}\n{SPY}"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str(page)


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was given back."""
    found: list[str] = []
    monkeypatch.setattr(allocator, "give_back", lambda: found.append("back"))
    return found


def test_a_run_gives_back_what_it_freed(land: Land, given: list[str]) -> None:
    found = analyse(land.request())
    assert given == ["back"]
    found.recluster(3)
    assert given == ["back", "back"]


@pytest.mark.parametrize("error", [Cancelled, ValueError])
def test_a_run_that_fails_keeps_nothing(error: type[Exception], given: list[str]) -> None:
    """No cycle of error, frame and future holds the pixels until the collector comes by."""
    held: list[weakref.ref[np.ndarray]] = []

    def read(_block: Block) -> Pixels:
        pixels = np.ones((4, 500, 500), np.uint16)
        held.append(weakref.ref(pixels))
        raise error

    def work() -> None:
        store = LocalStore([Block(0, 0, 500, 500)] * 3)
        for _ in store.fill(read, lambda _block, _pixels: None, progress.Progress()):
            pass

    gc.disable()
    try:
        with pytest.raises((Cancelled, ValueError)):
            progress.Progress().run(work)
        until(lambda: not any(r() is not None for r in held))
    finally:
        gc.enable()
    assert held
    assert given == ["back"]


def test_settings_of_the_environment_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MALLOC_ARENA_MAX", "3")
    assert not allocator.keep_for_the_run()
    assert not allocator.give_back()


def test_other_systems_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_glibc(_name: str) -> None:
        raise ValueError("unrecognized configuration name")

    monkeypatch.setattr(allocator.os, "confstr", no_glibc)
    assert not allocator.keep_for_the_run()
    assert not allocator.give_back()

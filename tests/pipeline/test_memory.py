"""Memory that was freed does not stay with the process."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline import memory

HOLES = """
import pipeline
import numpy as np

def resident():
    return next(int(l.split()[1]) for l in open("/proc/self/status") if l.startswith("VmRSS")) / 1000

before = resident()
first = np.ones(3_000_000, np.uint8)
del first
arrays = [np.ones(3_000_000, np.uint8) for _ in range(100)]
last = arrays.pop()
del arrays
print(resident() - before)
"""
glibc = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="needs glibc")


def kept_mb(repository: Path, **environment: str) -> float:
    done = subprocess.run(
        [sys.executable, "-c", HOLES],
        cwd=repository,
        env={"PATH": "", **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


@glibc
def test_what_is_freed_goes_back_to_the_system(repository: Path) -> None:
    assert kept_mb(repository) < 30
    assert kept_mb(repository, MALLOC_PERTURB_="0") > 100, "as it would be without"


def test_settings_of_the_environment_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MALLOC_ARENA_MAX", "3")
    assert not memory.return_what_is_freed()


def test_other_systems_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_glibc(_name: str) -> None:
        raise ValueError("unrecognized configuration name")

    monkeypatch.setattr(memory.os, "confstr", no_glibc)
    assert not memory.return_what_is_freed()

"""The memory of this machine, and the share of it that runs may take."""

import math
from pathlib import Path

import pytest

from pipeline.machine import memory


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_free_memory_is_the_containers_where_that_is_less(tmp_path: Path) -> None:
    proc, cgroup = tmp_path / "proc", tmp_path / "cgroup"
    write(proc / "meminfo", "MemTotal: 9000000 kB\nMemAvailable: 4000000 kB\n")
    write(proc / "self/status", "Name: python\nVmRSS:   100000 kB\n")
    assert memory.free_memory_mb(proc, cgroup) == pytest.approx(4_100_000 * 1.024e-3)
    write(cgroup / "memory.max", "2000000000\n")
    write(cgroup / "memory.current", "500000000\n")
    assert memory.free_memory_mb(proc, cgroup) == pytest.approx(1500 + 102.4)
    write(cgroup / "memory.max", "max\n")
    assert memory.free_memory_mb(proc, cgroup) == pytest.approx(4_100_000 * 1.024e-3)


def test_where_nobody_tells_the_memory_is_no_limit(tmp_path: Path) -> None:
    assert math.isinf(memory.free_memory_mb(tmp_path, tmp_path))


def test_the_memory_of_all_runs_is_a_share_of_the_machines_or_what_is_configured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DASHBOARD_MEMORY_MB", raising=False)
    monkeypatch.setattr(memory, "free_memory_mb", lambda: 1e9)
    write(tmp_path / "meminfo", "MemTotal: 24000000 kB\n")
    machine = memory.runs_memory_mb(proc=tmp_path)
    assert machine == pytest.approx(memory.MEMORY_SHARE * min(24_576, memory.total_memory_mb(tmp_path)))
    monkeypatch.setenv("DASHBOARD_MEMORY_MB", "3000")
    assert memory.runs_memory_mb(proc=tmp_path) == 3000


def test_what_runs_take_already_is_room_of_theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHBOARD_MEMORY_MB", "64000")
    monkeypatch.setattr(memory, "free_memory_mb", lambda: 1000.0)
    write(tmp_path / "7/status", "VmRSS: 500000 kB\n")
    alone, with_one = memory.runs_memory_mb(proc=tmp_path), memory.runs_memory_mb([7, 8], tmp_path)
    assert alone == 750
    assert with_one == pytest.approx(0.75 * 1512)

"""Temporary folders go with their process, however it ends."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

from pipeline.machine import scratch
from pipeline.reading.storage.spill import Spill

HOLDS = (
    "import sys, time; from pipeline.machine import scratch; "
    "print(scratch.new_folder(), flush=True); time.sleep(600)"
)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(scratch, "_own", {})
    return tmp_path


def holder(folder: Path) -> tuple[subprocess.Popen[str], Path]:
    """Start a process that has a folder; returns it and its folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDS],
        env={**os.environ, "TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    path = Path(process.stdout.readline().strip())
    process.stdout.close()
    return process, path.parent


def test_what_a_killed_process_left_is_swept_and_what_lives_is_not(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed, left = holder(temporary)
    living, kept = holder(temporary)
    monkeypatch.setattr(scratch, "YOUNG_S", -1)
    killed.send_signal(signal.SIGKILL)
    killed.wait(30)
    assert left.is_dir()
    ours = scratch.new_folder()
    assert not left.exists()
    assert kept.is_dir()
    assert ours.is_dir()
    assert scratch.sweep() == []
    living.send_signal(signal.SIGTERM)
    living.wait(30)


def test_young_folders_links_and_files_of_others_are_left_alone(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    young = temporary / "clusters-young"
    young.mkdir()
    assert scratch.sweep() == []
    monkeypatch.setattr(scratch, "YOUNG_S", -1)
    elsewhere = temporary / "elsewhere"
    elsewhere.mkdir()
    (temporary / "clusters-link").symlink_to(elsewhere)
    (temporary / "clusters-file").touch()
    assert scratch.sweep() == [young]
    assert elsewhere.is_dir()


def test_a_process_that_ends_by_itself_leaves_nothing(tmp_path: Path) -> None:
    command = "from pipeline.machine import scratch; (scratch.new_folder() / 'file').touch()"
    subprocess.run([sys.executable, "-c", command], env={**os.environ, "TMPDIR": str(tmp_path)}, check=True)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_a_block_ends_with_it(temporary: Path) -> None:
    with scratch.folder() as path:
        (path / "file").touch()
        assert path.parent.parent == temporary
    assert not path.exists()


def test_pixels_kept_aside_lie_in_the_processs_own_folder(temporary: Path) -> None:
    spool = Spill(memory_bytes=0)
    spool.put("block", np.zeros(10))
    (own,) = temporary.glob("clusters-*")
    assert list(own.glob("*/0.npy"))

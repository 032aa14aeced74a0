"""Turns of several processes: places are shared, freed by whoever dies, and given to those who came first."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pipeline.machine import turns
from pipeline.progress import Progress
from tests.pipeline.waiting import Waiter, holder, queue, works
from tests.support.patience import PATIENCE_S, until


def test_a_killed_process_frees_its_place(tmp_path: Path) -> None:
    with holder(tmp_path, 1) as process:
        assert works(process)
        mine = Waiter(queue(tmp_path, 1))
        until(lambda: mine.details == ["1 before you"] or len(mine.details) > 1)
        assert not mine.works.is_set()
        process.kill()
        assert mine.works.wait(PATIENCE_S)
        mine.end()
    assert mine.outcome == "done"
    assert [p.name for p in tmp_path.iterdir()] == ["lock"], "no ticket is left"


def test_no_more_work_at_once_than_there_are_places(tmp_path: Path) -> None:
    with holder(tmp_path, 2) as one, holder(tmp_path, 2) as two:
        assert works(one)
        assert works(two)
        mine = Waiter(queue(tmp_path, 2))
        until(lambda: "2 before you" in mine.details)
        one.communicate()
        assert mine.works.wait(PATIENCE_S)
        mine.end()
        assert mine.details[-1] == ""


def test_first_come_first_served_and_a_whole_tile_comes_after_small_areas(tmp_path: Path) -> None:
    turns, order = queue(tmp_path, 1), []
    first = Waiter(turns)
    assert first.works.wait(PATIENCE_S)
    tile = Waiter(turns, "large")
    until(lambda: bool(tile.details))
    small = [Waiter(turns) for _ in range(1)]
    until(lambda: all(w.details for w in small))
    quick = Waiter(turns, "quick")
    until(lambda: bool(quick.details))
    waiting = {"tile": tile, "small": small[0], "quick": quick}
    first.end()
    while waiting:
        until(lambda: any(w.works.is_set() for w in waiting.values()))
        (name,) = [n for n, w in waiting.items() if w.works.is_set()]
        order.append(name)
        waiting.pop(name).end()
    assert order == ["quick", "small", "tile"]


def test_whoever_is_not_wanted_any_more_leaves_the_queue(tmp_path: Path) -> None:
    turns = queue(tmp_path, 1)
    with turns.turn("small", Progress()):
        mine = Waiter(turns)
        until(lambda: bool(mine.details))
        mine.stop.set()
        mine.thread.join(PATIENCE_S)
        assert mine.outcome == "cancelled"
        assert len(turns.tickets()) == 1


def test_a_whole_tile_makes_way_between_blocks_and_goes_on_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "HELD_S", 0.0)
    shared = queue(tmp_path, 1)
    with shared.turn("large", Progress()) as tile:
        tile.make_way(Progress())  # nobody waits
        small = Waiter(shared)
        until(lambda: bool(small.details))
        ended = threading.Timer(0.3, small.leave.set)
        ended.start()
        tile.make_way(Progress())
        small.thread.join(PATIENCE_S)
        assert small.outcome == "done"
        assert tile.ticket.state == "working"


def test_a_small_area_does_not_make_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "HELD_S", 0.0)
    shared = queue(tmp_path, 1)
    with shared.turn("small", Progress()) as mine:
        other = Waiter(shared)
        until(lambda: bool(other.details))
        mine.make_way(Progress())
        assert not other.works.is_set()
    assert other.works.wait(PATIENCE_S)
    other.end()


def test_a_small_area_starts_while_whole_tiles_wait_for_each_other(tmp_path: Path) -> None:
    shared = queue(tmp_path, 2)
    with holder(tmp_path, 2, "large") as tile:
        assert works(tile)
        second = Waiter(shared, "large")
        until(lambda: bool(second.details))
        small = Waiter(shared)
        assert small.works.wait(PATIENCE_S)
        assert not second.works.is_set()
        small.end()
    assert second.works.wait(PATIENCE_S)
    second.end()


def test_what_passes_the_memory_of_all_runs_waits(tmp_path: Path) -> None:
    shared = queue(tmp_path, 4, memory_mb=2000)
    first, second = Waiter(shared, "large", 1100), None
    assert first.works.wait(PATIENCE_S)
    second = Waiter(shared, "large", 1100)
    until(lambda: bool(second.details))
    assert not second.works.is_set()
    first.end()
    assert second.works.wait(PATIENCE_S)
    second.end()


def test_work_ahead_of_need_waits_for_nobody_and_makes_way(tmp_path: Path) -> None:
    shared = queue(tmp_path, 1)
    with shared.spare() as wanted:
        assert wanted is not None
        assert not wanted()
        with shared.spare() as second:
            assert second is None
        other = Waiter(shared)
        until(wanted)
    assert other.works.wait(PATIENCE_S)
    other.end()


def test_a_folder_that_is_cleared_keeps_nobody_waiting(tmp_path: Path) -> None:
    folder = tmp_path / "turns"
    folder.mkdir()
    shared = queue(folder, 1)
    first = Waiter(shared)
    assert first.works.wait(PATIENCE_S)
    mine = Waiter(shared)
    until(lambda: bool(mine.details))
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    assert mine.works.wait(PATIENCE_S)
    mine.end()
    first.end()
    with shared.turn("small", Progress()):
        pass


@pytest.mark.skipif(sys.platform != "linux", reason="priorities of threads are Linux's")
def test_large_work_gives_way_to_all_other_threads(tmp_path: Path) -> None:
    seen: list[int] = []

    def own() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    def work() -> None:
        with queue(tmp_path, 1).turn("large", Progress()):
            inner = threading.Thread(target=lambda: seen.append(own()))
            inner.start()
            inner.join()

    before = own()
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [max(before, turns.LOW_PRIORITY)]
    assert own() == before


BURN = """
import sys, time
from pathlib import Path
from pipeline.progress import Progress
from pipeline.machine.turns import Turns
def burn(seconds):
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        sum(range(1000))
with Turns(Path(sys.argv[1]), 1, lambda _: 1e6).turn("large", Progress()) as turn:
    print("working", flush=True)
    while True:
        burn(0.05)
        turn.make_way(Progress())
"""


def test_a_small_area_waits_for_a_block_of_a_whole_tile_not_for_the_tile(tmp_path: Path) -> None:
    """On one place, the worst there is: the tile's next block is the end of the wait."""
    tile = subprocess.Popen([sys.executable, "-c", BURN, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    try:
        assert works(tile)
        for _ in range(3):
            small = Waiter(queue(tmp_path, 1))
            assert small.works.wait(PATIENCE_S)
            assert tile.poll() is None
            small.end()
    finally:
        tile.kill()
        tile.communicate()

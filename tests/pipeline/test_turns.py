"""Turns of several processes: places are shared, freed by whoever dies, and given to those who came first."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from pipeline import Analysis, AnalysisRequest, AreaOfInterest, AreaTooLarge, analyse, turns
from pipeline.errors import Cancelled
from pipeline.estimate import cost
from pipeline.progress import Progress
from pipeline.turns import Turns
from tests.pipeline.conftest import Land
from tests.support.patience import PATIENCE_S, until

HOLD = """
import sys, time
from pathlib import Path
from pipeline.progress import Progress
from pipeline.turns import Turns
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
from pipeline.turns import Turns
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


@pytest.fixture
def shared_dir_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DASHBOARD_SHARED_DIR", str(tmp_path / "shared"))
    return tmp_path / "shared"


@pytest.mark.usefixtures("shared_dir_of_its_own")
def test_scripts_take_turns_only_where_places_are_configured(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("DASHBOARD_PLACES", raising=False)
    page = turns.of_the_page()
    assert page is not None
    assert page.places == os.cpu_count()
    assert turns.of_scripts() is None
    monkeypatch.setenv("DASHBOARD_PLACES", "3")
    page, script = turns.of_the_page(), turns.of_scripts()
    assert page is not None
    assert page == script
    assert page.places == 3
    monkeypatch.setenv("DASHBOARD_PLACES", "0")
    assert turns.of_the_page() is None
    assert turns.of_scripts() is None


def test_a_folder_that_others_can_enter_is_not_used(shared_dir_of_its_own: Path) -> None:
    shared_dir_of_its_own.mkdir(mode=0o755)
    shared_dir_of_its_own.chmod(0o755)
    assert turns.of_the_page() is None
    with turns.quick(Progress()), turns.spare() as wanted:
        assert wanted is not None
        assert not wanted()


def test_a_run_waits_after_its_search_and_says_for_how_many(land: Land, tmp_path: Path) -> None:
    shared, told = queue(tmp_path, 1), []
    first = Waiter(shared)
    assert first.works.wait(PATIENCE_S)
    outcome: list[Analysis] = []

    def run() -> None:
        outcome.append(analyse(land.request(), on_detail=told.append, queue=shared))

    thread = threading.Thread(target=run)
    thread.start()
    until(lambda: "1 before you" in told)
    first.end()
    thread.join(PATIENCE_S)
    assert outcome[0].areas["pixels"].sum() == 300 * 300
    assert shared.tickets() == []


def test_a_script_waits_where_places_are_configured(
    land: Land, shared_dir_of_its_own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DASHBOARD_PLACES", "1")
    analyse(land.request())
    assert (shared_dir_of_its_own / "turns" / "lock").exists()


def test_a_run_beyond_the_memory_of_a_session_is_refused_before_anything_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DASHBOARD_SESSION_MB", "700")
    tile = AreaOfInterest.square(10.337, 46.932, 100)
    nowhere = AnalysisRequest(tile, date(2022, 6, 1), date(2022, 6, 30), catalog="http://127.0.0.1:9")
    with pytest.raises(AreaTooLarge) as refused:
        analyse(nowhere)
    side = round(100 * refused.value.limit_km)
    assert cost(side, side).memory_mb <= 700 < cost(side + 100, side + 100).memory_mb


def test_a_run_that_does_not_fit_when_its_turn_comes_is_refused_with_what_does(
    land: Land, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("pipeline.estimate", "pipeline.analysis"):
        monkeypatch.setattr(f"{module}.free_memory_mb", lambda *_: 400.0)
    with pytest.raises(AreaTooLarge) as refused:
        analyse(land.request(size_km=5), queue=queue(tmp_path, 2))
    assert refused.value.limit_km == 1
    assert queue(tmp_path, 2).tickets() == []

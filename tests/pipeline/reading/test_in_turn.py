"""Scenes under a block: read side by side, handed on in their order, never more than may be held."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import pytest

from pipeline import Cancelled
from pipeline.progress import Progress
from pipeline.reading.in_turn import in_turn
from pipeline.reading.parts import Part


class Pieces:
    """Scenes of two pieces each, which are read where the test lets them."""

    def __init__(self, bad: int | None = None) -> None:
        self.begun, self.read = list[int](), list[int]()
        self.go, self._bad = threading.Event(), bad

    def parts_of(self, scene: int) -> list[Part]:
        self.begun.append(scene)
        return [cast(Part, _Piece(self, scene)) for _ in range(2)]

    def into(self, scene: int, _target: Any) -> None:
        self.go.wait()
        if scene == self._bad:
            raise OSError(scene)
        self.read.append(scene)


class _Piece:
    def __init__(self, pieces: Pieces, scene: int) -> None:
        self._pieces, self._scene = pieces, scene

    def reads(self) -> list[Any]:
        return [(0, self._pieces, self._scene, None)]


def test_scenes_come_in_order_while_the_next_are_read() -> None:
    pieces = Pieces()
    pieces.go.set()
    with ThreadPoolExecutor(8) as pool:
        for place, (scene, parts) in enumerate(in_turn([5, 3, 8, 1], 2, pieces.parts_of, pool, Progress())):
            assert scene == [5, 3, 8, 1][place]
            assert len(parts) == 2
            assert pieces.read.count(scene) == 2, "it is complete"
            assert pieces.begun == [5, 3, 8, 1][: place + 3], "two more are under way"


def test_what_one_scene_raises_ends_it_and_drops_the_others() -> None:
    pieces = Pieces(bad=3)
    pieces.go.set()
    with ThreadPoolExecutor(1) as pool:
        scenes = in_turn([5, 3, 8, 1], 1, pieces.parts_of, pool, Progress())
        assert next(scenes)[0] == 5
        with pytest.raises(OSError, match="3"):
            next(scenes)
    assert 1 not in pieces.begun


def test_a_run_that_is_to_end_does_not_wait_for_a_silent_server() -> None:
    pieces = Pieces()
    pool = ThreadPoolExecutor(1)
    with pytest.raises(Cancelled):
        next(in_turn([1, 2], 2, pieces.parts_of, pool, Progress(cancelled=lambda: True)))
    pieces.go.set()
    pool.shutdown()
    assert pieces.read == [1], "those that had not begun never do"

"""The page as *Check it* sees it, without a map or a calculation."""

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from tests.support.patience import until
from widgets.session.gate import Gate


class Aim:
    """Stands in for `widgets.map.aim.Aim`: writes down where it was sent."""

    def __init__(self) -> None:
        self.is_on, self.places, self.photos = False, list[tuple[int, int]](), list[bool]()

    def begin(self) -> None:
        self.is_on = True

    def end(self) -> None:
        self.is_on = False

    def at(self, _grid: Any, row: int, column: int) -> None:
        self.places.append((row, column))

    def photo(self, on: bool) -> None:
        self.photos.append(on)


@dataclass
class Edits:
    """What of the editor's edits matters here."""

    sample: Any = None


class Editor:
    """Stands in for `Editor`: takes samples."""

    busy = False

    def __init__(self) -> None:
        self.edits = Edits()

    def check(self, sample: Any) -> None:
        self.edits = Edits(sample)


class Page:
    """What the fold asks of the page is written down."""

    def __init__(self) -> None:
        self.reported: list[Exception] = []
        self.gate, self.aim, self.editor = Gate(self.reported.append), Aim(), Editor()
        self.saved: list[tuple[bytes, str, str]] = []
        self.focused: list[str] = []
        self.shown: list[Any] = []
        self.host: Any = SimpleNamespace(
            gate=self.gate,
            aim=self.aim,
            focus=self.focused.append,
            save=lambda *file: self.saved.append(file),
        )

    def until(self, condition: Callable[[], bool]) -> None:
        until(condition, self.gate.lock)

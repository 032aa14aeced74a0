"""Names, colours and merges that a person made: kept for each set of clusters, and carried by a link."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.errors import InvalidRequest
from pipeline.explore.classes import Class, Classes, History

if TYPE_CHECKING:
    from pipeline.clustering.model import ClusterModel
    from pipeline.clustering.surface_types import Suggestion

MARK_DIGITS = 8

Entry = tuple[str, str, tuple[int, ...]]
"""Name, colour and clusters of a class."""


def mark_of(model: ClusterModel) -> str:
    """Return a short text that tells the clusters of one model from those of another."""
    numbers = json.dumps([model.mean, model.scale, model.centres])
    return hashlib.sha256(numbers.encode()).hexdigest()[:MARK_DIGITS]


@dataclass(frozen=True)
class Carried:
    """Classes as a link carries them."""

    mark: str
    """Of the model whose clusters they are made of."""
    entries: tuple[Entry, ...]

    @classmethod
    def of(cls, model: ClusterModel, classes: Classes) -> Carried:
        """Return the classes of a model's clusters."""
        return cls(mark_of(model), tuple((c.name, c.color, c.members) for c in classes))

    def to_text(self) -> str:
        """Return them as short text; `from_text` turns it back."""
        entries = [[name, color, list(members)] for name, color, members in self.entries]
        return json.dumps([self.mark, entries], separators=(",", ":"), ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> Carried:
        """Return what `to_text` wrote.

        Raises
        ------
        InvalidRequest
            For anything else.
        """
        try:
            mark, entries = json.loads(text)
            found = tuple(
                (str(name), str(color), tuple(int(m) for m in members)) for name, color, members in entries
            )
        except (ValueError, TypeError, RecursionError) as error:
            raise InvalidRequest("The link's class names cannot be read.", "classes") from error
        return cls(str(mark), found)

    def applied(self, suggestions: Sequence[Suggestion]) -> Classes:
        """Return the classes of clusters that have these suggestions.

        Raises
        ------
        InvalidRequest
            When they are not made of these clusters.
        """
        try:
            return Classes(tuple(_class(entry, suggestions) for entry in self.entries))
        except IndexError as error:
            raise InvalidRequest("The link's class names belong to other clusters.", "classes") from error


def carried_by(text: str) -> Carried | None:
    """Return the classes that a link carries; None where it carries none that can be read."""
    try:
        return Carried.from_text(text) if text else None
    except InvalidRequest:
        return None


class Keeper:
    """Remembers the edited classes of every model of a session."""

    def __init__(self) -> None:
        self._histories: dict[str, History] = {}
        self._carried: Carried | None = None

    def expect(self, carried: Carried | None) -> None:
        """Take classes that came with a link: they wait for the clusters they are made of."""
        self._carried = carried

    def keep(self, model: ClusterModel, history: History) -> None:
        """Remember the classes of a model's clusters."""
        self._histories[mark_of(model)] = history

    def of(self, model: ClusterModel, suggestions: Sequence[Suggestion]) -> History:
        """Return the classes of a model's clusters: as they were edited before, else as suggested."""
        mark, fresh = mark_of(model), History(Classes.of(suggestions))
        known = self._histories.get(mark)
        if known is None and self._carried is not None and self._carried.mark == mark:
            try:
                known = fresh.then(self._carried.applied(suggestions))
            except InvalidRequest:
                known = None
            self._carried = None
        return fresh if known is None or known.present.n_clusters != len(suggestions) else known


def _class(entry: Entry, suggestions: Sequence[Suggestion]) -> Class:
    name, color, members = entry
    first = suggestions[members[0] - 1]
    made = Class(name, color, first.kind, first.reason, tuple(sorted(members)))
    if len(members) == 1:
        return made
    listed = f"{', '.join(map(str, made.members[:-1]))} and {made.members[-1]}"
    return replace(made, reason=f"clusters {listed} merged")

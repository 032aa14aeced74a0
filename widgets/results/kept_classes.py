"""Names, colours and merges that a person made: kept for each set of clusters, and carried by a link."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.clustering.refinements import to_values
from pipeline.errors import InvalidRequest
from pipeline.explore.classes import Class, Classes, History

if TYPE_CHECKING:
    from pipeline.clustering.model import ClusterModel
    from pipeline.clustering.surface_types import Suggestion

MARK_DIGITS = 8
LONGEST_TITLE = 120
"""Characters of the title of a map."""

Entry = tuple[str, str, tuple[int, ...]]
"""Name, colour and clusters of a class."""


def mark_of(model: ClusterModel) -> str:
    """Return a short text that identifies the clusters of a model."""
    told: list[object] = [model.mean, model.scale, model.centres]
    if model.refinements:
        told.append(to_values(model.refinements))
    numbers = json.dumps(told)
    return hashlib.sha256(numbers.encode()).hexdigest()[:MARK_DIGITS]


@dataclass(frozen=True)
class Carried:
    """Classes as a link carries them."""

    mark: str
    """Of the model whose clusters they are made of."""
    entries: tuple[Entry, ...]
    names_from: str = ""
    """The map that gave the names (`History.names_from`)."""
    steps: str = ""
    """Splits that come before the classes (`History.steps`); a link tells them apart from the classes."""

    @classmethod
    def of(cls, model: ClusterModel, classes: Classes, names_from: str = "", steps: str = "") -> Carried:
        """Return the classes of a model's clusters."""
        entries = tuple((c.name, c.color, c.members) for c in classes)
        return cls(mark_of(model), entries, names_from, steps)

    def to_text(self) -> str:
        """Return them as short text; `from_text` turns it back."""
        entries = [[name, color, list(members)] for name, color, members in self.entries]
        told = [self.mark, entries, *([self.names_from] if self.names_from else [])]
        return json.dumps(told, separators=(",", ":"), ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str, steps: str = "") -> Carried:
        """Return what `to_text` wrote, with the steps of the same link.

        Raises
        ------
        InvalidRequest
            For anything else.
        """
        try:
            mark, entries, *others = json.loads(text)
            found = tuple(
                (str(name), str(color), tuple(int(m) for m in members)) for name, color, members in entries
            )
        except (ValueError, TypeError, RecursionError) as error:
            raise InvalidRequest("The link's class names cannot be read.", "classes") from error
        names_from = others[0] if others and isinstance(others[0], str) else ""
        return cls(str(mark), found, names_from[:LONGEST_TITLE], steps)

    def history(self, fresh: History, suggestions: Sequence[Suggestion]) -> History:
        """Return the classes as edits of the suggested ones; `suggestions` are those after the steps.

        Raises
        ------
        InvalidRequest
            When they are not made of these clusters.
        """
        classes = self.applied(suggestions)
        if self.steps or self.names_from:
            return fresh.anew(classes, steps=self.steps, names_from=self.names_from)
        return fresh.then(classes)

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


def carried_by(text: str, steps: str = "") -> Carried | None:
    """Return the classes that a link carries; None where it carries none that can be read."""
    try:
        return Carried.from_text(text, steps) if text else None
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
        carried = self._carried
        if known is None and carried is not None and carried.mark == mark and not carried.steps:
            try:
                known = carried.history(fresh, suggestions)
            except InvalidRequest:
                known = None
            self._carried = None
        if known is None:
            return fresh
        n_steps = len(known.steps.split(".")) if known.steps else 0
        return known if known.present.n_clusters == len(suggestions) + n_steps else fresh

    def waiting(self, model: ClusterModel) -> Carried | None:
        """Return classes of a link that were made after splitting this model's clusters, once."""
        carried = self._carried
        if carried is None or not carried.steps or carried.mark != mark_of(model):
            return None
        self._carried = None
        return carried


def _class(entry: Entry, suggestions: Sequence[Suggestion]) -> Class:
    name, color, members = entry
    first = suggestions[members[0] - 1]
    made = Class(name, color, first.kind, first.reason, tuple(sorted(members)))
    if len(members) == 1:
        return made
    listed = f"{', '.join(map(str, made.members[:-1]))} and {made.members[-1]}"
    return replace(made, reason=f"clusters {listed} merged")

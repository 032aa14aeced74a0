"""Classes: what a user makes of the clusters by renaming, recolouring and merging them.

A class is one or more clusters of the model. Every edit gives a new value, so undoing is going back to the
one before. The edits change neither the model nor a label: `Classes.lut` says which class each cluster is in.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.checks import quoted
from pipeline.clustering.surface_types import Suggestion
from pipeline.errors import InvalidRequest

LONGEST_NAME = 60
"""Characters of a name: it has to fit into legends, file tags and attribute tables."""
JSON_VERSION = 1
SUGGESTIBLE = ("name", "color")
"""Of a class: what a person or another map gives, or else the image."""


@dataclass(frozen=True)
class Class:
    """One class: its name, its colour and the clusters it is made of."""

    name: str
    """Plain text as the user wrote it; to be escaped before it becomes HTML or XML."""
    color: str
    """``#rrggbb``, lower case."""
    kind: str
    """Kind of surface suggested (surface_types.KINDS)."""
    reason: str
    """The figure behind the suggestion, such as ``NDVI 0.82``; after a merge, which clusters were merged."""
    members: tuple[int, ...]
    """Clusters of the model, from 1, ascending."""
    suggested: frozenset[str] = field(default=frozenset(), compare=False)
    """Which of `SUGGESTIBLE` nobody has chosen: on another image they are suggested anew (`classes_of`)."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", _plain(self.name))
        object.__setattr__(self, "color", _colour(self.color))


@dataclass(frozen=True)
class Classes:
    """All classes of an analysis, class 1 first; together they hold each cluster once."""

    classes: tuple[Class, ...]

    def __post_init__(self) -> None:
        members = sorted(m for c in self.classes for m in c.members)
        if not members or members != list(range(1, len(members) + 1)) or not all(self.members):
            raise InvalidRequest("The classes do not hold each cluster exactly once.")

    @classmethod
    def of(cls, suggestions: Sequence[Suggestion]) -> Classes:
        """Return one class for each cluster, as suggested."""
        return cls(
            tuple(Class(s.name, s.color, s.kind, s.reason, (n,)) for n, s in enumerate(suggestions, start=1))
        )

    @classmethod
    def of_lut(cls, lut: Sequence[int], suggestions: Sequence[Suggestion]) -> Classes:
        """Return the classes of a table: class of each cluster 0..k, and what the classes are called."""
        members = [tuple(m for m, n in enumerate(lut) if n == number) for number in range(1, max(lut) + 1)]
        return cls(
            tuple(
                Class(s.name, s.color, s.kind, s.reason, m) for s, m in zip(suggestions, members, strict=True)
            )
        )

    def __len__(self) -> int:
        return len(self.classes)

    def __iter__(self) -> Iterator[Class]:
        return iter(self.classes)

    def __getitem__(self, number: int) -> Class:
        return self.classes[self._index(number)]

    @property
    def members(self) -> tuple[tuple[int, ...], ...]:
        """The clusters of each class."""
        return tuple(c.members for c in self.classes)

    @property
    def n_clusters(self) -> int:
        """How many clusters the model has."""
        return sum(map(len, self.members))

    def rename(self, number: int, name: str) -> Classes:
        """Return the classes with another name for one of them.

        Parameters
        ----------
        number : int
            The class, from 1.
        name : str
            At most 60 characters; white space is joined, control characters are dropped, and anything that
            looks like HTML stays text.

        Raises
        ------
        InvalidRequest
            For a name that is empty or too long, or a number that no class has.
        """
        return self._changed(number, lambda c: replace(c, name=name))

    def recolour(self, number: int, color: str) -> Classes:
        """Return the classes with another colour, ``#rrggbb``, for one of them.

        Raises
        ------
        InvalidRequest
            For anything else than ``#rrggbb``, or a number that no class has.
        """
        return self._changed(number, lambda c: replace(c, color=color))

    def merge(self, numbers: Iterable[int], name: str | None = None) -> Classes:
        """Return the classes with some of them merged.

        The merged class takes the place of the lowest number, with its colour, its kind and, unless another
        is given, its name. The classes behind move up, so that the numbers run from 1 without a gap.

        Raises
        ------
        InvalidRequest
            When fewer than two or all classes are chosen, for a number that no class has, or for a bad name.
        """
        chosen = sorted({self._index(n) for n in numbers})
        if len(chosen) < 2:
            raise InvalidRequest("A merge needs at least two classes. Tick another one.")
        if len(chosen) == len(self.classes):
            raise InvalidRequest(
                f"All {len(chosen)} classes would become one, which says nothing any more. "
                "Leave at least one out."
            )
        first = self.classes[chosen[0]]
        members = tuple(sorted(m for i in chosen for m in self.classes[i].members))
        merged = replace(
            first,
            name=first.name if name is None else name,
            reason=f"clusters {_and(members)} merged",
            members=members,
        )
        rest = [(i, c) for i, c in enumerate(self.classes) if i not in chosen]
        return Classes(tuple(c for _, c in sorted([*rest, (chosen[0], merged)], key=lambda pair: pair[0])))

    def lut(self) -> tuple[int, ...]:
        """Return the class of each cluster: index 0..k, 0 stays 0."""
        class_of = {m: n for n, c in enumerate(self.classes, start=1) for m in c.members}
        return (0, *(class_of[m] for m in range(1, self.n_clusters + 1)))

    def suggestions(self) -> tuple[Suggestion, ...]:
        """Return name, kind, reason and colour of the classes as the rest of the pipeline takes them."""
        return tuple(Suggestion(c.name, c.kind, c.reason, c.color) for c in self.classes)

    def edited(self, suggestions: Sequence[Suggestion]) -> bool:
        """Return whether anything differs from the suggestions for the clusters."""
        return self != Classes.of(suggestions)

    def given(self) -> Classes:
        """Return the classes with all names and colours as if a person had chosen them."""
        return Classes(tuple(replace(c, suggested=frozenset()) for c in self.classes))

    def suggested_as(
        self, shown: Sequence[Suggestion], lut: Sequence[int], before: Classes | None = None
    ) -> Classes:
        """Return the classes, those marked whose name or colour is still the one that was suggested.

        Parameters
        ----------
        shown : sequence of Suggestion
            Names and colours before the edit.
        lut : sequence of int
            Which of them each cluster 0..k had.
        before : Classes, optional
            The classes before the edit: what was given then stays given. None: there were no edits.
        """

        def marked(made: Class) -> Class:
            number = lut[made.members[0]]
            same = {of for of in SUGGESTIBLE if getattr(made, of) == getattr(shown[number - 1], of)}
            return replace(
                made, suggested=frozenset(same if before is None else same & before[number].suggested)
            )

        return Classes(tuple(map(marked, self.classes)))

    def to_json(self) -> str:
        """Return the classes as JSON text."""
        return json.dumps({"version": JSON_VERSION, "classes": [_entry(c) for c in self.classes]})

    @classmethod
    def from_json(cls, text: str) -> Classes:
        """Return the classes that `to_json` wrote.

        Raises
        ------
        InvalidRequest
            For anything else.
        """
        try:
            values = json.loads(text)
            if values["version"] != JSON_VERSION:
                raise ValueError("another version")
            return cls(tuple(_from_entry(e) for e in values["classes"]))
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise InvalidRequest("The file holds no classes that this version can read.") from error

    def _changed(self, number: int, change: Callable[[Class], Class]) -> Classes:
        index = self._index(number)
        changed = (change(c) if i == index else c for i, c in enumerate(self.classes))
        return Classes(tuple(changed))

    def _index(self, number: int) -> int:
        if number not in range(1, len(self.classes) + 1):
            raise InvalidRequest(f"There is no class {number}: the classes are 1 to {len(self.classes)}.")
        return int(number) - 1


def classes_of(text: str, suggestions: Sequence[Suggestion]) -> Classes:
    """Return the classes that a model carries, with the figures of the area that it labels now.

    Names and colours that nobody chose are those that are suggested here, as for a model without classes.

    Parameters
    ----------
    text : str
        `Classes.to_json`.
    suggestions : sequence of Suggestion
        What is suggested for the model's clusters here.

    Raises
    ------
    InvalidRequest
        For a text that holds no classes of so many clusters.
    """
    kept = Classes.from_json(text)
    if kept.n_clusters != len(suggestions):
        raise InvalidRequest(
            f"The model's classes are made of {kept.n_clusters} clusters; the model has {len(suggestions)}."
        )
    taken = {c.color for c in kept if "color" not in c.suggested}

    def here(c: Class) -> Class:
        fresh = suggestions[c.members[0] - 1]
        made = replace(c, reason=fresh.reason) if len(c.members) == 1 else c
        if "name" in c.suggested:
            made = replace(made, name=fresh.name, kind=fresh.kind)
        if "color" in c.suggested and fresh.color not in taken:
            made = replace(made, color=fresh.color)
        return made

    return Classes(tuple(map(here, kept)))


@dataclass(frozen=True)
class History:
    """The present classes and those before each edit."""

    present: Classes
    past: tuple[Classes, ...] = ()
    steps: str = ""
    """Clusters that were split and water set apart, as a link tells it (explore.regroup.repeated)."""
    names_from: str = ""
    """The map that gave the names; empty: as the result suggests them, or a person."""
    before: History | None = None
    """As it was before the last split, or before names came from elsewhere."""

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit to take back."""
        return bool(self.past) or self.before is not None

    def then(self, classes: Classes) -> History:
        """Return the history with one more edit; one that changes nothing is not counted."""
        if classes == self.present:
            return self
        return replace(self, present=classes, past=(*self.past, self.present))

    def anew(self, classes: Classes, *, steps: str | None = None, names_from: str | None = None) -> History:
        """Return the history with classes of other clusters, or with all names from another source."""
        return History(
            classes,
            (),
            self.steps if steps is None else steps,
            self.names_from if names_from is None else names_from,
            self,
        )

    def undo(self) -> History:
        """Return the history without its last edit; without any edit, as it is."""
        if self.past:
            return replace(self, present=self.past[-1], past=self.past[:-1])
        return self.before or self


def _plain(name: object) -> str:
    if not isinstance(name, str):
        raise InvalidRequest("The name of a class is text.", "name")
    spaced = " ".join(name.split())
    plain = "".join(c for c in spaced if unicodedata.category(c) not in ("Cc", "Cs"))
    if not plain:
        raise InvalidRequest("The name is empty. Give the class a name.", "name")
    if len(plain) > LONGEST_NAME:
        raise InvalidRequest(
            f"The name is too long: {len(plain)} characters, at most {LONGEST_NAME}. Shorten it.", "name"
        )
    return plain


def _colour(color: object) -> str:
    if not isinstance(color, str) or not re.fullmatch(r"#[0-9a-fA-F]{6}", color):
        raise InvalidRequest(
            f"The colour {quoted(color)} is not of the form #rrggbb, such as #3563e0.", "color"
        )
    return color.lower()


def _entry(c: Class) -> dict[str, Any]:
    plain = {"name": c.name, "color": c.color, "kind": c.kind, "reason": c.reason, "clusters": c.members}
    return plain | ({"suggested": sorted(c.suggested)} if c.suggested else {})


def _from_entry(entry: dict[str, Any]) -> Class:
    members = entry["clusters"]
    if not all(type(m) is int for m in members):
        raise ValueError("clusters are whole numbers")
    suggested = frozenset(entry.get("suggested", ()))
    if not suggested <= set(SUGGESTIBLE):
        raise ValueError("nothing that is suggested")
    return Class(
        entry["name"],
        entry["color"],
        str(entry["kind"]),
        str(entry["reason"]),
        tuple(sorted(members)),
        suggested,
    )


def _and(numbers: Sequence[int]) -> str:
    return f"{', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"

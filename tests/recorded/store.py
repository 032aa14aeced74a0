"""The record on disk: for every analysis the hash of every part."""

from __future__ import annotations

import json
from collections.abc import Set
from dataclasses import asdict, dataclass
from itertools import zip_longest
from pathlib import Path

FILE = Path(__file__).with_name("recorded.json")

Hashes = dict[str, dict[str, str]]
"""By analysis, then by part."""


@dataclass(frozen=True)
class Record:
    """What was recorded, and with what."""

    analyses: Hashes
    encoders: dict[str, str]
    arithmetic: dict[str, str]


def load() -> Record:
    """Return the record; an empty one where there is none yet."""
    return Record(**json.loads(FILE.read_text("utf-8"))) if FILE.exists() else Record({}, {}, {})


def save(record: Record) -> None:
    """Write the record."""
    FILE.write_text(json.dumps(asdict(record), indent=1) + "\n", "utf-8")


def differences(recorded: Hashes, found: Hashes, but: Set[str] = frozenset()) -> list[str]:
    """Return a line for every analysis of `found` that is not as recorded: name and parts that differ.

    Parameters
    ----------
    recorded, found : dict
        Hashes by analysis and part.
    but : set of str
        Parts that are not compared.
    """
    lines = []
    for name, parts in found.items():
        expected = recorded.get(name, {})
        changed = [p for p in {**expected, **parts} if p not in but and expected.get(p) != parts.get(p)]
        if changed:
            lines.append(f"{name}: {', '.join(changed) if name in recorded else 'is new'}")
    return lines


def far_off(recorded: Hashes, found: Hashes, share: float) -> list[str]:
    """Return a line for every analysis in which a row of pixels changed by more than a share of the area."""
    lines = []
    for name, parts in found.items():
        before, now = ([int(n) for n in side["pixels"].split()] for side in (recorded[name], parts))
        moved = [abs(a - b) for a, b in zip_longest(before, now, fillvalue=0)]
        if max(moved) > share * sum(before):
            lines.append(f"{name}: {before} pixels became {now}")
    return lines

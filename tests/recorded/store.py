"""The record on disk: for every analysis the hash of every part, and the encoders that made the bytes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("recorded.json")

Hashes = dict[str, dict[str, str]]
"""By analysis, then by part."""


def load() -> tuple[dict[str, str], Hashes]:
    """Return the encoders of the record and its hashes; nothing where there is no record yet."""
    if not FILE.exists():
        return {}, {}
    found: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
    return found["encoders"], found["analyses"]


def save(encoders: dict[str, str], hashes: Hashes) -> None:
    """Write the record."""
    content = {"encoders": encoders, "analyses": dict(sorted(hashes.items()))}
    FILE.write_text(json.dumps(content, indent=1) + "\n", "utf-8")


def differences(recorded: Hashes, found: Hashes, but: set[str] | frozenset[str] = frozenset()) -> list[str]:
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

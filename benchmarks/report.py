"""The report as Markdown: the figures against what issue 3 asks for, then every part's tables."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.parts import Part
from benchmarks.servers.proxy import HANDSHAKES, LINK_BYTES_PER_S, ROUND_TRIP_S
from benchmarks.settings import Settings
from benchmarks.store import Record, Store
from benchmarks.tables import Target, table

REMARKS = Path(__file__).with_name("remarks.toml")
NO_REMARK = "not explained yet."
INTRODUCTION = "Written by `{command}`; do not edit. What is measured and how: `benchmarks/`."


def markdown(
    settings: Settings, parts: Mapping[str, Part], store: Store, command: str, pictures: Sequence[Path] = ()
) -> str:
    """Return the whole report.

    Parameters
    ----------
    settings : Settings
        Of the run.
    parts : mapping
        All parts by name; one that has no record is told to be missing.
    store : Store
        What was measured.
    command : str
        What writes this report.
    pictures : sequence of pathlib.Path
        Plots, beside or below the report.
    """
    records = {name: store.load(name) for name in parts}
    found: list[Target] = []
    sections: list[str] = []
    for name, part in parts.items():
        aims, text = _part(part, records[name], settings)
        found += aims
        sections.append(f"## {part.title}\n\n{text}")
    found.sort(key=lambda target: int(target.name.split()[0]))
    drawn = "\n\n".join(f"![{p.stem.replace('_', ', ')}]({p.parent.name}/{p.name})" for p in pictures)
    return (
        "\n\n".join(
            [
                "# Benchmarks",
                INTRODUCTION.format(command=command),
                _setting(settings, [r for r in records.values() if r]),
                "## Against what was asked for",
                "The number is that of the demand in issue 3; 9 is “many machines”, 12 issue 12.",
                _aims(found),
                *_remarks(found),
                *(["## Against area", drawn] if drawn else []),
                *sections,
            ]
        )
        + "\n"
    )


def _part(part: Part, record: Record | None, settings: Settings) -> tuple[list[Target], str]:
    if record is None:
        return [], "Not run."
    if record.found is None:
        return [], f"**This part failed**: {record.failed}"
    try:
        aims, text = part.targets(record.found, settings), part.section(record.found, settings)
    except (LookupError, ArithmeticError, TypeError) as error:
        return [], f"**This part cannot be told**: {type(error).__name__} {error}"
    runs = record.found.get("runs", record.found)
    for words in runs.get("failed", ()) if isinstance(runs, dict) else ():
        text += f"\n\n**Failed**: {words}"
    return aims, f"{text}\n\n{record.day}, {record.seconds:.0f} s."


def _aims(found: Sequence[Target]) -> str:
    words = {True: "yes", False: "**no**", None: "?"}
    rows = ((t.name, t.asked, t.measured, " ".join((words[t.met], t.distance)).strip()) for t in found)
    return table(("figure", "asked for", "measured", "met"), rows)


def _remarks(found: Sequence[Target]) -> list[str]:
    """Return the explanations of missed figures, each text once."""
    known = tomllib.loads(REMARKS.read_text(encoding="utf-8"))
    about: dict[str, list[str]] = {}
    for target in found:
        if target.met is False:
            text = known.get(target.name) or known.get(target.name.split(",")[0]) or NO_REMARK
            about.setdefault(str(text).strip(), []).append(f"{target.name} ({target.distance})")
    if not about:
        return []
    lines = [f"- **{'; '.join(names)}**: {text}" for text, names in about.items()]
    return ["### What is missed, and why", "\n".join(lines)]


def _setting(settings: Settings, records: Sequence[Record]) -> str:
    machines = " / ".join(dict.fromkeys(r.machine for r in records))
    versions: dict[str, dict[str, None]] = {}
    for record in records:
        for package, number in record.versions.items():
            versions.setdefault(package, {})[number] = None
    packages = ", ".join(f"{name} {' / '.join(numbers)}" for name, numbers in versions.items())
    return (
        f"The {settings.name} run: {machines}; {packages}. A made-up tile of {settings.tile_px} x "
        f"{settings.tile_px} px whose blocks compress like real ones. “Behind the line” is a proxy with a "
        f"round trip of {ROUND_TRIP_S * 1000:.0f} ms, {HANDSHAKES} of them for a new connection, and "
        f"{LINK_BYTES_PER_S * 8 / 1e6:.0f} Mbit/s for all. Every run in a fresh process, contenders in turn; "
        "seconds without imports, medians (ranges); peak: largest resident set."
    )

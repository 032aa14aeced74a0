"""The record of each place, as JSON beside its files: a stopped run resumes from it."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.batch.requests_file import Asked
from pipeline.clustering.model import ClusterModel
from pipeline.exports.provenance import credit
from pipeline.text import day_words, percent

if TYPE_CHECKING:
    from pipeline.result import Analysis

DONE, FAILED = "done", "failed"
VERSION = 1


@dataclass(frozen=True)
class Record:
    """The outcome of one place."""

    name: str
    key: str
    """Stem of its files."""
    state: str
    """`DONE` or `FAILED`."""
    sentence: str = ""
    """Why it failed, or what of its files could not be made; empty: all is well."""
    longitude: float | None = None
    latitude: float | None = None
    day: str = ""
    """Day of the image, ISO 8601."""
    scenes: tuple[str, ...] = ()
    hectares: float = 0.0
    clear_share: float = 0.0
    true_area_factor: float = 1.0
    model: str = ""
    """Fingerprint of the model."""
    credit: str = ""
    """What the images' licence asks to be shown."""
    notes: tuple[str, ...] = ()
    areas: tuple[Mapping[str, Any], ...] = ()
    """Rows of `Analysis.areas` with their cluster, 0 first."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Name of each file beside the record, by its format."""

    @property
    def done(self) -> bool:
        """Whether the place has numbers."""
        return self.state == DONE

    @property
    def words(self) -> str:
        """The outcome in a line: for the log."""
        if not self.done:
            return f"{self.name}: failed. {self.sentence}"
        day = day_words(date.fromisoformat(self.day))
        rest = f" {self.sentence}" if self.sentence else ""
        return f"{self.name}: {day}, {self.hectares:,.1f} ha, {percent(self.clear_share)} clear.{rest}"


def key_of(asked: Asked, model: ClusterModel | None) -> str:
    """Return the stem of a place's files: its name in plain letters, and a mark of request and model.

    Another request or another model gives another key, so that old results are never taken for new ones.
    """
    told = [asked.name, asked.request.to_json() if asked.request else asked.problem]
    if model is not None:
        told += [model.fingerprint, model.classes]
    mark = hashlib.sha256(json.dumps(told).encode()).hexdigest()[:8]
    slug = re.sub(r"[^a-z0-9]+", "-", asked.name.lower()).strip("-")[:40] or "place"
    return f"{slug}_{mark}"


def failed(asked: Asked, key: str, sentence: str) -> Record:
    """Return the record of a place that failed."""
    area = asked.request.area if asked.request else None
    return Record(
        asked.name,
        key,
        FAILED,
        sentence,
        area.longitude if area else None,
        area.latitude if area else None,
    )


def done(asked: Asked, key: str, analysis: Analysis, files: Mapping[str, str], sentence: str) -> Record:
    """Return the record of a place that has numbers."""
    area = analysis.request.area
    rows = json.loads(analysis.areas.reset_index().to_json(orient="records"))
    return Record(
        asked.name,
        key,
        DONE,
        sentence,
        area.longitude,
        area.latitude,
        analysis.date.isoformat(),
        tuple(scene.id for scene in analysis.scenes),
        float(analysis.areas["hectares"].sum()),
        analysis.clear_share,
        analysis.true_area_factor,
        analysis.model.fingerprint,
        credit(analysis),
        analysis.notes,
        tuple(rows),
        dict(files),
    )


def write(record: Record, folder: Path) -> None:
    """Write a record; it is there whole or not at all."""
    replace_text(folder / f"{record.key}.json", json.dumps({"version": VERSION, **asdict(record)}))


def read(folder: Path, key: str) -> Record | None:
    """Return the record of a key, None where there is none, or none that can be used."""
    try:
        values = json.loads((folder / f"{key}.json").read_text("utf-8"))
        if values.pop("version") != VERSION:
            return None
        for name in ("scenes", "notes", "areas"):
            values[name] = tuple(values[name])
        return Record(**values)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def replace_text(path: Path, text: str) -> None:
    """Write a text file in one step."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)

"""Samples kept in the visitor's browser, for a reload or for next week."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from pipeline.errors import AnalysisError
from widgets.toolkit.scripts import script

if TYPE_CHECKING:
    from pipeline.accuracy.design import PixelGrid, SamplingDesign

MOST_TAKEN = 12
"""Samples of one grid that are looked at."""


@dataclass(frozen=True)
class Kept:
    """A sample as the browser keeps it: not trusted until it was parsed."""

    design: str
    labels: Mapping[str, Any]
    added: Sequence[Any]

    def opened(self) -> SamplingDesign:
        """Return the sample with its labels.

        Raises
        ------
        AnalysisError
            When it cannot be read.
        """
        from pipeline.accuracy import SamplingDesign
        from pipeline.errors import InvalidRequest

        design = SamplingDesign.from_json(self.design)
        try:
            labels = {int(point): name for point, name in self.labels.items()}
            added = list(self.added)
        except (TypeError, ValueError, AttributeError) as error:
            raise InvalidRequest("The labels that this browser keeps cannot be read.") from error
        for name in added:
            design = design.with_class(name)
        return design.with_labels(labels)


class Shelf(anywidget.AnyWidget):
    """Keeps samples in the browser's storage, by the map they were drawn on.

    Parameters
    ----------
    on_kept : callable
        Called with the samples of the grid that was asked for, the newest first.
    """

    _esm = script("results/check/store.js", "results/check/shelf.js")
    grid = traitlets.Unicode().tag(sync=True)
    """Which samples the page is asked for; empty: none."""

    def __init__(self, on_kept: Callable[[list[Kept]], None]) -> None:
        self._on_kept = on_kept
        super().__init__()
        self.on_msg(lambda _widget, content, _buffers: self.receive(content))

    def ask(self, grid: PixelGrid) -> None:
        """Ask the browser for the samples it keeps of a grid."""
        self.grid = mark_of(grid)

    def keep(self, design: SamplingDesign) -> None:
        """Keep a sample and its labels; the labeller keeps later labels itself."""
        keep = {
            "key": key_of(design),
            "grid": mark_of(design.grid),
            "design": replace(design, labels={}, added=()).to_json(),
            "labels": {str(n): name for n, name in design.labels.items()},
            "added": list(design.added),
        }
        self.send({"keep": keep})

    def forget(self, design: SamplingDesign) -> None:
        """Throw a sample away."""
        self.send({"forget": key_of(design)})

    def receive(self, content: dict[str, Any]) -> None:
        """Take the kept samples from the browser."""
        entries = content.get("entries")
        if (
            content.get("event") != "kept"
            or content.get("grid") != self.grid
            or not isinstance(entries, list)
        ):
            return
        found = [e for e in entries[:MOST_TAKEN] if isinstance(e, dict) and isinstance(e.get("design"), str)]
        self._on_kept([Kept(e["design"], e.get("labels", {}), e.get("added", ())) for e in found])


def first_that_fits(
    candidates: Sequence[SamplingDesign | Kept], fits: Callable[[SamplingDesign], dict[str, str]]
) -> tuple[SamplingDesign, dict[str, str]] | None:
    """Return the first sample that is of the present map, and the class each of its strata is in now."""
    for candidate in candidates:
        try:
            design = candidate.opened() if isinstance(candidate, Kept) else candidate
            return design, fits(design)
        except AnalysisError:
            continue
    return None


def mark_of(grid: PixelGrid) -> str:
    """Return a key of a grid."""
    rows, columns = grid.shape
    return f"{grid.epsg}/{grid.left:.0f}/{grid.top:.0f}/{grid.pixel_m:g}/{rows}x{columns}"


def key_of(design: SamplingDesign) -> str:
    """Return a key of a sample: the map it was drawn on, and its points."""
    points = hashlib.sha256(repr([(p.row, p.column) for p in design.drawn]).encode()).hexdigest()[:8]
    return f"{design.fingerprint}-{design.seed}-{points}"

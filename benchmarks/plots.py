"""Time and memory against area, log-log, as SVG."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from benchmarks.measure import Run, Runs, spread
from benchmarks.store import Store

LINES = (
    ("network", "baseline", "baseline, behind the line", "#b2182b", "o"),
    ("network", "analyse", "ours, behind the line", "#2166ac", "s"),
    ("network", "odc_stac", "reading only, odc-stac", "#999999", "^"),
    ("network", "floor", "reading only, floor", "#555555", "v"),
    ("preview", "preview", "ours, first picture", "#67a9cf", "D"),
    ("whole", "whole", "ours, local files, with the label file", "#1b7837", "s"),
    ("whole", "grass", "GRASS, local files, bands imported before", "#762a83", "P"),
    ("workers", "all tiles", "ours, two Dask workers", "#5aae61", "X"),
)


def draw(store: Store, folder: Path) -> list[Path]:
    """Write the plots and return their paths; nothing where nothing was measured."""
    runs = {part: _runs(store, part) for part in {part for part, *_ in LINES}}
    if not any(found.made for found in runs.values()):
        return []
    return [
        _plot(runs, folder / "time_against_area.svg", _seconds, "seconds, imports excluded"),
        _plot(runs, folder / "memory_against_area.svg", _peak_mb, "peak resident memory, MB"),
    ]


def _runs(store: Store, part: str) -> Runs:
    record = store.load(part)
    if record is None or record.found is None:
        return Runs(())
    return Runs.from_json(record.found.get("runs", record.found))


def _seconds(run: Run) -> float:
    return run.seconds


def _peak_mb(run: Run) -> float:
    return float(max([run.peak_mb, *run.detail.get("workers_mb", [])]))


def _plot(runs: dict[str, Runs], path: Path, value: Callable[[Run], float], label: str) -> Path:
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "benchmarks"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7.2, 4.8), layout="constrained")
    for part, task, name, color, marker in LINES:
        of_task = runs[part].of(task)
        if not of_task:
            continue
        sizes = sorted({r.size_km for r in of_task})
        found = [spread(value(r) for r in of_task if r.size_km == size) for size in sizes]
        errors = [[f.median - f.least for f in found], [f.most - f.median for f in found]]
        areas, medians = [size**2 for size in sizes], [f.median for f in found]
        axes.errorbar(areas, medians, errors, color=color, marker=marker, label=name, capsize=3)
    axes.set(xscale="log", yscale="log", xlabel="area, km²", ylabel=label)
    axes.xaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.grid(visible=True, which="both", color="#dddddd", linewidth=0.5)
    axes.legend(frameon=False, fontsize="small")
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
    return path

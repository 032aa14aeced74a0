"""Time and memory against area, log-log, as SVG."""

from __future__ import annotations

from pathlib import Path

from benchmarks.measure import spread
from benchmarks.results import Results

LINES = (
    ("baseline", "baseline", "#b2182b", "o"),
    ("analyse", "ours", "#2166ac", "s"),
    ("odc_stac", "reading only, odc-stac", "#999999", "^"),
    ("floor", "reading only, floor", "#555555", "v"),
)


def draw(results: Results, folder: Path) -> list[Path]:
    """Write the plots and return their paths."""
    return [
        _plot(results, folder / "benchmarks_time.svg", "seconds", "seconds, imports excluded"),
        _plot(results, folder / "benchmarks_memory.svg", "peak_mb", "peak resident memory, MB"),
    ]


def _plot(results: Results, path: Path, value: str, label: str) -> Path:
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "benchmarks"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6.4, 4.2), layout="constrained")
    for task, name, color, marker in LINES:
        sizes = [s for s in results.least if results.has(task, s)]
        found = [spread(getattr(r, value) for r in results.of(task, s)) for s in sizes]
        medians = [f.median for f in found]
        errors = [[f.median - f.least for f in found], [f.most - f.median for f in found]]
        areas = [s**2 for s in sizes]
        axes.errorbar(areas, medians, errors, color=color, marker=marker, label=name, capsize=3)
    axes.set(xscale="log", yscale="log", xlabel="area, km²", ylabel=label)
    axes.grid(visible=True, which="both", color="#dddddd", linewidth=0.5)
    axes.legend(frameon=False)
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
    return path

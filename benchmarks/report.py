"""The report as Markdown: the figures against what issue 3 asks for, then every table."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.measure import spread
from benchmarks.results import LARGEST_LOSS, READERS, Results
from benchmarks.servers.proxy import HANDSHAKES, LINK_BYTES_PER_S, ROUND_TRIP_S

NAMES = {"ours": "ours", "odc_stac": "odc-stac, pool of 8", "floor": "floor (asyncio, exact blocks)"}
PACKAGES = ("stackstac", "odc-stac", "rasterio", "dask", "numpy", "scikit-learn", "pillow", "rustac")
MB = 1e6


def markdown(results: Results, command: str) -> str:
    """Return the whole report."""
    parts = [
        "# Benchmarks",
        "Written by `" + command + "`; do not edit. What is measured and how: `benchmarks/`.",
        _setting(results),
        "## Against what was asked for",
        targets(results),
        "## Reading: four bands and the scene classification",
        _reading(results),
        "The floor asks for a file's header and then for exactly its blocks under the area, over eight "
        "connections, with the standard library; “over least” is bytes over those of the blocks.",
        "## Button to result, five clusters",
        _button(results),
        _stages(results),
        "## Clustering",
        _clustering(results),
        f"## After the result ({results.settings.picture_km:g} km)",
        _again(results),
    ]
    return "\n\n".join(parts) + "\n"


def targets(results: Results) -> str:
    """Return the table of figures against targets."""
    rows: list[tuple[str, str, str, bool]] = []
    for size, (blocks, least) in results.least.items():
        ours = results.of("ours", size)
        wall = results.seconds("ours", size).median / results.seconds("odc_stac", size).median
        sent = max(r.traffic.bytes for r in ours) / least
        asked = max(r.traffic.requests for r in ours)
        if size >= 5:
            rows.append((f"1 bytes, {size:g} km", "≤ 1.03 x blocks", f"{sent:.3f}", sent <= 1.03))
        rows.append((f"1 wall, {size:g} km", "≤ 1.1 x odc-stac", f"{wall:.2f}", wall <= 1.1))
        most = blocks + 10
        rows.append((f"1 requests, {size:g} km", f"≤ {most}", f"{asked}", asked <= most))
    for size in results.least:
        ratio = results.over_floor(size)
        rows.append((f"2 result, {size:g} km", "≤ 1.2 x (search + floor)", f"{ratio:.2f}", ratio <= 1.2))
    again = spread(results.again("recluster_s")).median
    rows.append(("4 another k", "≤ 0.3 s", f"{again:.2f} s", again <= 0.3))
    for k in results.settings.clusters if results.fits else ():
        ours_s = results.fit_seconds("ours", k).median
        for method, least_ratio in (("one start", 4), ("ten starts", 40)):
            ratio = results.fit_seconds(method, k).median / ours_s
            words = f"≥ {least_ratio} x sklearn, {method}"
            rows.append((f"5 k-means, k={k}", words, f"{ratio:.1f}", ratio >= least_ratio))
    if results.fits:
        losses = results.losses("ours")
        good = sum(loss <= LARGEST_LOSS for loss in losses)
        enough = good >= len(losses) * 47 / 48
        rows.append(("5 loss of inertia", "≤ 0.1 % in 47 of 48", f"{good} of {len(losses)}", enough))
    rows += _picture_targets(results)
    return _table(
        ("part", "asked for", "measured", "met"), ((*row[:3], "yes" if row[3] else "**no**") for row in rows)
    )


def _picture_targets(results: Results) -> list[tuple[str, str, str, bool]]:
    masks_s, images_s = (spread(results.again(key)).median for key in ("masks_s", "images_s"))
    masks, images = (results.again(key) for key in ("masks_bytes", "images_bytes"))
    both, both_s = masks + images, masks_s + images_s
    return [
        ("8 masks", "≤ 0.25 MB", f"{masks / MB:.2f} MB", masks <= 0.25 * MB),
        ("8 masks", "≤ 60 ms", f"{masks_s * 1000:.0f} ms", masks_s <= 0.06),
        ("8 with both images", "≤ 0.9 MB", f"{both / MB:.2f} MB", both <= 0.9 * MB),
        ("8 with both images", "≤ 350 ms", f"{both_s * 1000:.0f} ms", both_s <= 0.35),
    ]


def _setting(results: Results) -> str:
    s = results.settings
    packages = ", ".join(f"{p} {version(p)}" for p in PACKAGES)
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, the {s.name} run: {_machine()}; Python {platform.python_version()}, "
        f"{packages}. A made-up tile of {s.tile_px} x {s.tile_px} px whose blocks compress like real ones, "
        f"behind a proxy with a round trip of {ROUND_TRIP_S * 1000:.0f} ms, {HANDSHAKES} of them for a new "
        f"connection, and {LINK_BYTES_PER_S * 8 / 1e6:.0f} Mbit/s for all. Every run in a fresh process, "
        "interleaved; seconds without imports, medians (ranges)."
    )


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30 if hasattr(os, "sysconf") else 0
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [x.split(":")[1].strip() for x in cpuinfo.read_text().splitlines() if "model name" in x]
        model = names[0] if names else model
    return f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB, {platform.system()}"


def _reading(results: Results) -> str:
    rows = []
    for size, (blocks, least) in results.least.items():
        for reader in READERS:
            runs = results.of(reader, size)
            sent = spread(r.traffic.bytes for r in runs).median
            rows.append(
                (
                    f"{size:g} km",
                    NAMES[reader],
                    str(results.seconds(reader, size)),
                    f"{spread(r.traffic.requests for r in runs).median:g} ({blocks} blocks)",
                    f"{sent / MB:.2f}",
                    f"{sent / least:.3f}",
                    f"{spread(r.peak_mb for r in runs).median:.0f}",
                    f"{spread(r.cpu for r in runs).median:.2f}",
                )
            )
    return _table(("area", "reader", "s", "requests", "MB", "over least", "peak MB", "CPU s"), rows)


def _button(results: Results) -> str:
    rows = []
    for size in results.least:
        runs = results.of("analyse", size)
        baseline = results.has("baseline", size)
        rows.append(
            (
                f"{size:g} km",
                f"{results.seconds('search', size).median:.2f}",
                f"{results.floor_s(size):.2f} ({results.link_s(size):.2f})",
                str(results.seconds("analyse", size)),
                f"{results.over_floor(size):.2f}",
                f"{spread(r.cpu for r in runs).median:.2f}",
                f"{spread(r.peak_mb for r in runs).median:.0f}",
                str(results.seconds("baseline", size)) if baseline else "",
                f"{spread(r.peak_mb for r in results.of('baseline', size)).median:.0f}" if baseline else "",
                f"{results.over_baseline(size):.1f}" if baseline else "",
            )
        )
    head = ("area", "search s", "floor s (line)", "ours s", "over search + floor", "CPU s", "peak MB")
    return _table((*head, "baseline s", "baseline MB", "times faster"), rows)


def _stages(results: Results) -> str:
    stages = {size: results.stages(size) for size in results.least}
    names = list(next(iter(stages.values())))
    rows = ((f"{size:g} km", *(f"{found[n]:.2f}" for n in names)) for size, found in stages.items())
    return "Ours by stage, seconds:\n\n" + _table(("area", *names), rows)


def _clustering(results: Results) -> str:
    if not results.fits:
        return "Not run."
    pixels = results.settings.cluster_side_px**2 / 1e6
    rows = []
    for k in results.settings.clusters:
        ours = results.fit_seconds("ours", k).median
        for method in ("ours", "one start", "ten starts"):
            taken = results.fit_seconds(method, k)
            losses = spread(100 * loss for loss in results.losses(method, k))
            good = sum(loss <= LARGEST_LOSS for loss in results.losses(method, k))
            rows.append(
                (
                    str(k),
                    method if method == "ours" else f"scikit-learn, all pixels, {method}",
                    str(taken),
                    f"{taken.median / ours:.1f}",
                    f"{losses.median:.4f} (at most {losses.most:.4f})",
                    f"{good} of {losses.count}",
                )
            )
    head = ("k", "method", "s", "over ours", "loss of inertia, %", "within 0.1 %")
    return (
        f"Fit and labels of {pixels:g} million pixels; made-up landscapes. Loss against the best fit "
        "known, in the space that is optimised.\n\n" + _table(head, rows)
    )


def _again(results: Results) -> str:
    rows = [("another k, computing", str(spread(results.again("recluster_s"))) + " s", "")]
    for what in ("masks", "images"):
        taken = spread(1000 * s for s in results.again(f"{what}_s"))
        size = results.again(f"{what}_bytes") / MB
        name = "cluster masks" if what == "masks" else "both images"
        rows.append(
            (
                f"{name}, with the warp",
                f"{taken.median:.0f} ({taken.least:.0f}-{taken.most:.0f}) ms",
                f"{size:.2f} MB",
            )
        )
    return _table(("", "time", "over the websocket"), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)

"""More bands, more dates: behind the line beside the floor of the same files; memory on local files."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from benchmarks.case import Case
from benchmarks.measure import Runs, interleaved, run, say, spread
from benchmarks.parts import Found, Part
from benchmarks.rig import Rig, distant, local
from benchmarks.servers.proxy import LINK_BYTES_PER_S
from benchmarks.settings import Settings
from benchmarks.tables import MB, Target, at_most, cell, table
from benchmarks.tiles import tile, with_20_m

TITLES = {
    "bands": "all bands, one day",
    "periods": "4 bands, {dates} dates in 4 periods",
}
MOST_MB = {"dates": 1200, "bands": 1500}
HEAD = (
    "what",
    "search s",
    "floor s (line)",
    "ours s",
    "over search + floor",
    "with previews s",
    "first picture s",
    "requests",
    "MB (least)",
    "peak MB",
)


def wanted(settings: Settings) -> dict[str, dict[str, Any]]:
    """Return what is asked for behind the line, by name."""
    return {
        "bands": {"features": "all-bands"},
        "periods": {"composite": "periods", "dates": settings.dates},
    }


def measure(settings: Settings) -> Found:
    """Run the floor and ours in turn for each of them, then the memory of larger ones."""
    made = with_20_m(tile(settings))
    found: Found = {"least": {}, "runs": {}}
    with distant(made) as rig:
        for name, changes in wanted(settings).items():
            case = rig.case(settings.dates_km, **changes)
            tasks = ("search", "floor", "analyse", *(("previewed", "preview") if case.dates > 1 else ()))
            runs = interleaved([(task, case, settings.dates_rounds) for task in tasks], rig)
            found["least"][name] = case.least()
            found["runs"][name] = runs.as_json()
    with local([made]) as rig:
        found["large"] = {name: _one(rig, task, case) for name, (task, case) in large(rig).items()}
    return found


def large(rig: Rig) -> dict[str, tuple[str, Case]]:
    """Return what is run on local files: the task, and its area."""
    settings = rig.tile.settings
    twice: dict[str, Any] = {"composite": "periods", "dates": 2 * settings.dates}
    whole = rig.case(settings.tile_km, settings.tile_px // 2, features="all-bands")
    return {
        "dates": ("analyse", rig.case(2 * settings.dates_km, **twice)),
        "periods": ("analyse", rig.case(2 * settings.dates_km, **twice, periods=min(12, 2 * settings.dates))),
        "bands": ("analyse", whole),
        "again": ("regroup", rig.case(settings.dates_km, composite="periods", dates=settings.dates)),
    }


def _one(rig: Rig, task: str, case: Case) -> dict[str, Any]:
    one = run(task, case, rig)
    what = f"{case.size_km:g} km, {case.dates} dates, {case.features}"
    say(f"  {task:9s} {what}  {one.seconds:6.2f} s  {one.peak_mb:5.0f} MB")
    return {"size_km": case.size_km, "seconds": one.seconds, "peak_mb": one.peak_mb, **one.detail}


def over_floor(found: Found, name: str, task: str = "analyse") -> float:
    """Return the median over the rounds of a run's time over the search and the floor of the same round."""
    runs = Runs.from_json(found["runs"][name])
    line_s = found["least"][name][1] / LINK_BYTES_PER_S
    rounds = zip(*(runs.of(one) for one in ("search", "floor", task)), strict=False)
    return spread(
        ours.seconds / (search.seconds + max(line_s, floor.seconds)) for search, floor, ours in rounds
    ).median


def first_picture_s(found: Found, name: str) -> float:
    """Return the seconds until the first picture."""
    return Runs.from_json(found["runs"][name]).seconds("preview").median


def targets(found: Found, settings: Settings) -> list[Target]:
    """Return the demands of issue 12 on speed and memory."""
    rows = []
    for name, title in titles(settings).items():
        over = partial(over_floor, found, name)
        rows.append(at_most(f"12 {title}", 1.2, over, "x (search + floor)"))
        if name != "bands":
            rows.append(at_most(f"12 first picture, {title}", 1, partial(first_picture_s, found, name), "s"))
    for name, most in MOST_MB.items():
        peak = partial(_large, found["large"], name, "peak_mb")
        what = f"{2 * settings.dates} dates" if name == "dates" else "all bands"
        size = found["large"][name]["size_km"]
        rows.append(at_most(f"12 memory, {size:g} km, {what}", most, peak, "MB", digits=0))
    again = partial(_large, found["large"], "again", "recluster_s")
    return [*rows, at_most(f"12 another k, {settings.dates} dates", 0.5, again, "s")]


def titles(settings: Settings) -> dict[str, str]:
    """Return what is asked for behind the line, in words."""
    return {name: title.format(dates=settings.dates) for name, title in TITLES.items()}


def _large(large: Mapping[str, Any], name: str, key: str) -> float:
    value = large[name][key]
    return spread(value if isinstance(value, list) else [value]).median


def section(found: Found, settings: Settings) -> str:
    """Return the tables."""
    rows = [_row(found, name, title) for name, title in titles(settings).items()]
    words = {
        "dates": f"{2 * settings.dates} dates in 4 periods",
        "periods": f"{2 * settings.dates} dates in {min(12, 2 * settings.dates)} periods",
        "bands": "all bands, one day",
    }
    local_rows = [
        (f"{one['size_km']:g} km", title, f"{one['seconds']:.1f}", f"{one['peak_mb']:.0f}")
        for name, title in words.items()
        for one in (found["large"][name],)
    ]
    again = spread(found["large"]["again"]["recluster_s"])
    return "\n\n".join(
        (
            f"At {settings.dates_km:g} km behind the line, in turn; ratios of one round each, median. The "
            "catalogue holds 18 dates of the year: ours looks at overviews before it reads, the floor knows "
            "which ones to read.",
            table(HEAD, rows),
            "On local files:",
            table(("area", "what", "s", "peak MB"), local_rows),
            f"Another k of {settings.dates} dates at {settings.dates_km:g} km: {again} s.",
        )
    )


def _row(found: Found, name: str, title: str) -> tuple[str, ...]:
    runs = Runs.from_json(found["runs"][name])
    least = found["least"][name][1]
    ours = runs.of("analyse")
    return (
        title,
        cell(lambda: f"{runs.seconds('search').median:.2f}"),
        cell(lambda: f"{runs.seconds('floor').median:.2f} ({least / LINK_BYTES_PER_S:.2f})"),
        cell(lambda: str(runs.seconds("analyse"))),
        cell(lambda: f"{over_floor(found, name):.2f}"),
        cell(lambda: str(runs.seconds("previewed"))),
        cell(lambda: str(runs.seconds("preview"))),
        cell(lambda: f"{spread(r.traffic.requests for r in ours).median:g}"),
        cell(lambda: f"{spread(r.traffic.bytes for r in ours).median / MB:.1f} ({least / MB:.1f})"),
        cell(lambda: f"{runs.median('peak_mb', 'analyse'):.0f}"),
    )


PART = Part("More bands, more dates", measure, targets, section)

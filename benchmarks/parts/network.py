"""Behind the line: reading alone, and from the button to the result, beside other tools."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from benchmarks.measure import Run, Runs, interleaved, spread
from benchmarks.parts import Found, Part
from benchmarks.rig import distant
from benchmarks.servers.proxy import LINK_BYTES_PER_S
from benchmarks.settings import Settings
from benchmarks.tables import MB, Target, at_least, at_most, cell, table
from benchmarks.tiles import ASSETS, tile

READERS = ("ours", "odc_stac", "floor")
NAMES = {"ours": "ours", "odc_stac": "odc-stac, pool of 8", "floor": "floor (asyncio, exact blocks)"}
PROTOTYPE_RATIO = {1: 3.6, 5: 4.5, 10: 5.9, 20: 10.9}
"""How many times faster than the baseline a prototype was (issue 3)."""
BUTTON_HEAD = (
    "area",
    "search s",
    "floor s (line)",
    "ours s",
    "over search + floor",
    "with preview s",
    "CPU s",
    "peak MB",
    "baseline s",
    "baseline MB",
    "times faster",
)
FLOOR_WORDS = (
    "The floor asks for a file's header and then for exactly its blocks under the area, over eight "
    "connections, with the standard library; “over least” is bytes over those of the blocks."
)


@dataclass(frozen=True)
class Network:
    """What this part has measured."""

    least: dict[float, tuple[int, int]]
    """Per size: number and bytes of the blocks under the area."""
    runs: Runs

    @classmethod
    def of(cls, found: Found) -> Network:
        """Return it from plain JSON."""
        least = {float(size): (blocks, size_b) for size, blocks, size_b in found["least"]}
        return cls(least, Runs.from_json(found["runs"]))

    def link_s(self, size_km: float) -> float:
        """Return the seconds that the line alone needs for the blocks."""
        return self.least[size_km][1] / LINK_BYTES_PER_S

    def floor_s(self, size_km: float) -> float:
        """Return the larger of the line's own time and the fastest reader's median."""
        fastest = min(self.runs.seconds(reader, size_km).median for reader in READERS)
        return max(self.link_s(size_km), fastest)

    def over_floor(self, size_km: float, task: str = "analyse") -> float:
        """Return button to result over one search and the reading floor."""
        search = self.runs.seconds("search", size_km).median
        return self.runs.seconds(task, size_km).median / (search + self.floor_s(size_km))

    def over_baseline(self, size_km: float) -> float:
        """Return how many times faster than the baseline ours is."""
        return self._ratio("baseline", "analyse", size_km)

    def over_odc_stac(self, size_km: float) -> float:
        """Return our reading time over that of odc-stac."""
        return self._ratio("ours", "odc_stac", size_km)

    def over_least(self, size_km: float) -> float:
        """Return the most bytes that one of our readings took, over those of the blocks."""
        return spread(r.traffic.bytes for r in self._ours(size_km)).most / self.least[size_km][1]

    def requests(self, size_km: float) -> float:
        """Return the most requests of one of our readings."""
        return spread(r.traffic.requests for r in self._ours(size_km)).most

    def stages(self, size_km: float) -> dict[str, float]:
        """Return the median seconds of each stage of ours."""
        lengths: dict[str, list[float]] = {}
        for run in self.runs.of("analyse", size_km):
            began = list(run.detail["began"].items())
            ends = [start for _, start in began[1:]] + [run.seconds]
            for (stage, start), end in zip(began, ends, strict=True):
                lengths.setdefault(stage, []).append(end - start)
        return {stage: spread(values).median for stage, values in lengths.items()}

    def _ours(self, size_km: float) -> list[Run]:
        """Return the runs of ours alone and those of the whole way: both read the same."""
        return [*self.runs.of("ours", size_km), *self.runs.of("analyse", size_km)]

    def _ratio(self, above: str, below: str, size_km: float) -> float:
        return self.runs.seconds(above, size_km).median / self.runs.seconds(below, size_km).median


def measure(settings: Settings) -> Found:
    """Run every reader, ours and the baseline at every size."""
    with distant(tile(settings)) as rig:
        cases = [rig.case(size) for size in settings.sizes_km]
        plan = []
        for case in cases:
            rounds = settings.rounds
            plan += [(task, case, rounds) for task in ("search", *READERS, "analyse", "previewed")]
            if case.size_km in settings.baseline_sizes_km:
                plan.append(("baseline", case, settings.baseline_rounds))
        runs = interleaved(plan, rig)
        return {"least": [(case.size_km, *case.least()) for case in cases], "runs": runs.as_json()}


def targets(found: Found, settings: Settings) -> list[Target]:
    """Return the demands on reading (1) and on the way from button to result (2)."""
    network = Network.of(found)
    rows = []
    for size, (blocks, _) in network.least.items():
        if size >= 5:
            rows.append(
                at_most(
                    f"1 bytes, {size:g} km", 1.03, partial(network.over_least, size), "x blocks", digits=3
                )
            )
        rows.append(at_most(f"1 wall, {size:g} km", 1.1, partial(network.over_odc_stac, size), "x odc-stac"))
        most = blocks + 2 * len(ASSETS)
        rows.append(at_most(f"1 requests, {size:g} km", most, partial(network.requests, size), digits=0))
    for size in network.least:
        for name, task in (("result", "analyse"), ("result after a preview", "previewed")):
            over = partial(network.over_floor, size, task)
            rows.append(at_most(f"2 {name}, {size:g} km", 1.2, over, "x (search + floor)"))
    for size in settings.baseline_sizes_km:
        least = PROTOTYPE_RATIO.get(int(size), 1)
        ratio = partial(network.over_baseline, size)
        rows.append(at_least(f"2 baseline, {size:g} km", least, ratio, "x faster"))
    return rows


def section(found: Found, settings: Settings) -> str:
    """Return the tables."""
    network = Network.of(found)
    return "\n\n".join(
        (
            "### Reading: four bands and the scene classification",
            _reading(network),
            FLOOR_WORDS,
            "### Button to result, five clusters",
            _button(network),
            "Ours by stage, seconds:",
            _stages(network),
        )
    )


def _reading(network: Network) -> str:
    rows = [
        (
            f"{size:g} km",
            NAMES[reader],
            str(network.runs.seconds(reader, size)),
            f"{spread(r.traffic.requests for r in runs).median:g} ({blocks} blocks)",
            f"{spread(r.traffic.bytes for r in runs).median / MB:.2f}",
            f"{spread(r.traffic.bytes for r in runs).median / least:.3f}",
            f"{network.runs.median('peak_mb', reader, size):.0f}",
            f"{network.runs.median('cpu', reader, size):.2f}",
        )
        for size, (blocks, least) in network.least.items()
        for reader in READERS
        if (runs := network.runs.of(reader, size))
    ]
    return table(("area", "reader", "s", "requests", "MB", "over least", "peak MB", "CPU s"), rows)


def _button(network: Network) -> str:
    rows = (_button_row(network, size) for size in network.least)
    return table(BUTTON_HEAD, rows)


def _button_row(network: Network, size: float) -> tuple[str, ...]:
    runs = network.runs
    return (
        f"{size:g} km",
        cell(lambda: f"{runs.seconds('search', size).median:.2f}"),
        cell(lambda: f"{network.floor_s(size):.2f} ({network.link_s(size):.2f})"),
        cell(lambda: str(runs.seconds("analyse", size))),
        cell(lambda: f"{network.over_floor(size):.2f}"),
        cell(lambda: str(runs.seconds("previewed", size))),
        cell(lambda: f"{runs.median('cpu', 'analyse', size):.2f}"),
        cell(lambda: f"{runs.median('peak_mb', 'analyse', size):.0f}"),
        cell(lambda: str(runs.seconds("baseline", size))),
        cell(lambda: f"{runs.median('peak_mb', 'baseline', size):.0f}"),
        cell(lambda: f"{network.over_baseline(size):.1f}"),
    )


def _stages(network: Network) -> str:
    stages = {size: network.stages(size) for size in network.least}
    names = list(dict.fromkeys(name for found in stages.values() for name in found))
    rows = ((f"{size:g} km", *(f"{found.get(n, 0):.2f}" for n in names)) for size, found in stages.items())
    return table(("area", *names), rows)


PART = Part("Behind the line", measure, targets, section)

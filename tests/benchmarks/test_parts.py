"""Every part of the suite runs at toy size and is told in the report. Nothing here looks at a clock."""

import shutil
from pathlib import Path

import pytest

from benchmarks import costs, measure, report
from benchmarks.__main__ import PARTS, write
from benchmarks.__main__ import measure as run_parts
from benchmarks.parts import Found, Part
from benchmarks.settings import TOY, Settings
from benchmarks.store import Store
from benchmarks.tables import Target, at_least, at_most

pytest.importorskip("odc.stac", reason="the packages of the benchmarks are not installed")
BROWSER_PARTS = {"start", "page"}


def measured() -> float:
    return 2.0


def not_measured() -> float:
    return measure.spread([]).median


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", sorted(set(PARTS) - BROWSER_PARTS))
def test_a_part_runs_and_is_told(name: str, tmp_path: Path) -> None:
    store = Store(tmp_path / "records")
    assert run_parts(TOY, [name], store) == []
    text = write(TOY, store, tmp_path, {name: PARTS[name]})
    assert "ailed" not in text
    record = store.load(name)
    assert record is not None
    assert record.found is not None
    missing = {t.name for t in PARTS[name].targets(record.found, TOY) if t.met is None}
    if name == "whole" and shutil.which("grass") is None:
        missing -= {"6 whole tile, GRASS"}
    assert not missing


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", sorted(BROWSER_PARTS))
@pytest.mark.browser
def test_a_part_that_needs_a_browser_runs_and_is_told(name: str, tmp_path: Path) -> None:
    test_a_part_runs_and_is_told(name, tmp_path)


def part(measure: object) -> Part:
    def run(_: Settings) -> Found:
        if isinstance(measure, Exception):
            raise measure
        return {"value": measure}

    def targets(found: Found, _: Settings) -> list[Target]:
        return [at_most("1 seconds, 5 km", 3, lambda: found["value"], "s")]

    return Part("Of the test", run, targets, lambda found, _: f"The table says {found['value']}.")


def test_a_part_that_fails_loses_nothing_of_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    parts = {"good": part(2.5), "bad": part(RuntimeError("no disk")), "later": part(4)}
    for name, one in parts.items():
        monkeypatch.setitem(PARTS, name, one)
    store = Store(tmp_path)
    assert run_parts(TOY, list(parts), store) == ["bad"]
    text = report.markdown(TOY, parts, store, "make benchmark")
    assert "The table says 2.5." in text
    assert "**This part failed**: no disk" in text
    assert "| 1 seconds, 5 km | ≤ 3 s | 2.50 s | yes |" in text
    assert "| 1 seconds, 5 km | ≤ 3 s | 4.00 s | **no** 33 % above |" in text
    assert "no disk" in capfd.readouterr().err


def test_a_missed_figure_is_explained_by_the_kept_remark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PARTS, "slow", part(9))
    store = Store(tmp_path)
    run_parts(TOY, ["slow"], store)
    monkeypatch.setattr(report, "REMARKS", tmp_path / "remarks.toml")
    for line, words in (
        ("", report.NO_REMARK),
        ('"1 seconds" = "The disk bounds it."', "The disk bounds it."),
        ('"1 seconds, 5 km" = "At 5 km it is the network."', "At 5 km it is the network."),
    ):
        with report.REMARKS.open("a") as file:
            file.write(f"{line}\n")
        text = report.markdown(TOY, {"slow": PARTS["slow"]}, store, "make benchmark")
        assert f"- **1 seconds, 5 km (200 % above)**: {words}" in text


def test_targets_tell_met_missed_and_not_measured() -> None:
    assert at_most("a", 2, measured).met is True
    assert at_most("a", 1, measured).distance == "100 % above"
    assert at_least("a", 4, measured).distance == "50 % below"
    assert at_least("a", 4, not_measured) == Target("a", "≥ 4", "not measured", None)


def test_the_cost_table_says_so_when_nothing_was_measured(tmp_path: Path) -> None:
    document = tmp_path / "scaling.md"
    document.write_text(f"Before\n{costs.BEGIN}\nold\n{costs.END}\nAfter\n")
    costs.write_into(document, Store(tmp_path))
    assert document.read_text() == (
        f"Before\n{costs.BEGIN}\nNot measured yet: `make benchmark`.\n{costs.END}\nAfter\n"
    )

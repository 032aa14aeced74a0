"""Broken input in a child with limits: 500 cases end in a result or in words; a hang and a crash are seen."""

import json
from pathlib import Path
from random import Random

import pytest

from benchmarks.fuzz import __main__ as fuzz
from benchmarks.fuzz import cases, child, mutate

CASES = 500


@pytest.mark.parametrize("kind", list(cases.KINDS))
def test_broken_input_ends_in_a_result_or_in_words(kind: str, tmp_path: Path) -> None:
    cases.prepare(tmp_path)
    count = fuzz.shared_out(CASES, list(cases.KINDS))[kind]
    ends = list(fuzz.run(kind, 13, count, tmp_path))
    assert len(ends) == count
    assert [end for end in ends if end.outcome not in ("fine", "refused")] == []


def test_a_case_that_hangs_crashes_or_takes_too_much_memory_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = tmp_path / "bad_cases.py"
    bad.write_text(
        "import os\n"
        "import benchmarks.fuzz.child as child, benchmarks.fuzz.cases as cases\n"
        "child.CASE_S = 1\n"
        "def case(number, random, folder):\n"
        "    if number == 1: 1 / 0\n"
        "    if number == 2: os.kill(os.getpid(), 11)\n"
        "    if number == 3: bytearray(2**40)\n"
        "    while number == 4: pass\n"
        "cases.KINDS = {'link': case}\n"
    )
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{Path(fuzz.__file__).parents[2]}")
    (tmp_path / "run.py").write_text(
        "import bad_cases, sys; from pathlib import Path\n"
        "from benchmarks.fuzz.child import main\n"
        "main(sys.argv[1], *map(int, sys.argv[2:5]), Path(sys.argv[5]))\n"
    )
    monkeypatch.setattr(fuzz, "CHILD", [str(tmp_path / "run.py")])
    ends = list(fuzz.run("link", 0, 6, tmp_path))
    assert [end.outcome for end in ends] == ["fine", "stray", "crash", "stray", "hang", "fine"]
    assert "ZeroDivisionError" in ends[1].told
    assert "MemoryError" in ends[3].told


def test_every_field_is_broken_in_every_way_in_turn() -> None:
    whole = {"a": [1, {"b": 2}], "c": None}
    places = list(mutate.paths(whole))
    assert places == [("a",), ("a", 0), ("a", 1), ("a", 1, "b"), ("c",)]
    made = [mutate.broken_json(whole, n, Random(0)) for n in range(len(places) * len(mutate.ODD))]
    assert len({json.dumps(m) for m in made}) > len(made) * 0.9
    assert whole == {"a": [1, {"b": 2}], "c": None}, "the whole one stays whole"


def test_a_case_is_the_same_each_time() -> None:
    assert mutate.broken_bytes(bytes(1000), Random("0-image-7")) == mutate.broken_bytes(
        bytes(1000), Random("0-image-7")
    )
    assert child.CASE_S == 30

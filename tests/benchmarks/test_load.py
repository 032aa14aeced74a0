"""A small crowd before the real server and the real page; only ever on this machine."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from benchmarks.load import MOST_VISITORS, Plan, measure, summary
from benchmarks.visitor import Outcome, button_in, check_loopback, kernel_of, visit
from tests.server.voila_server import run


def measured(*given: Any, **named: Any) -> tuple[dict[str, Any], list[Outcome]]:
    """Measure on a thread of its own: Playwright keeps a loop on the tests' thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(measure, *given, **named).result()


@pytest.mark.timeout(600)
def test_four_visitors_at_once_all_get_their_page_and_their_result() -> None:
    numbers, outcomes = measured(Plan(visitors=4, within_s=2, patience_s=250, think_s=0.5), "server")
    assert [outcome.failure for outcome in outcomes] == [""] * 4
    assert numbers["failed"] == 0
    assert numbers["result_s"]["count"] == numbers["file_s"]["count"] == 4
    assert numbers["memory_mb"] > 100


def test_those_for_whom_there_is_no_place_are_counted_with_their_sentence() -> None:
    numbers, _ = measured(
        Plan(visitors=2, within_s=0, patience_s=250), "server", options=("--max_kernels=1",)
    )
    assert numbers["failed"] == 1
    (sentence,) = numbers["failures"]
    assert "All places of this server are taken: 1." in sentence


@pytest.mark.parametrize(
    "address", ["http://example.org", "http://10.0.0.1:8866", "http://127.0.0.1.example.org"]
)
def test_no_other_machine_is_loaded(address: str) -> None:
    with pytest.raises(ValueError, match="not this machine"):
        check_loopback(address)
    with pytest.raises(ValueError, match="not this machine"):
        run(visit(address, "", 1))


@pytest.mark.parametrize(
    ("visitors", "within_s"), [(0, 1), (MOST_VISITORS + 1, 1), (1, -1), (1, 10_000), (1, float("nan"))]
)
def test_the_load_is_bounded(visitors: int, within_s: float) -> None:
    with pytest.raises(ValueError, match=r"visitors|times"):
        Plan(visitors, within_s)


def test_percentiles_of_those_who_got_there() -> None:
    outcomes = [Outcome(1.0, float(s), 2.0, 0.5) for s in range(1, 21)] + [Outcome(1.0, failure="no")]
    numbers = summary(outcomes)
    assert (numbers["visitors"], numbers["failed"], numbers["failures"]) == (21, 1, {"no": 1})
    assert numbers["usable_s"] == {"count": 20, "p50": 10.5, "p95": 19.1, "most": 20.0}


def test_pages_without_a_kernel_or_a_button() -> None:
    assert kernel_of("<html></html>") is None
    pressed = {"state": {"description": "Calculate clusters", "disabled": False}}
    assert button_in({"a": {"state": {}}, "b": pressed}) == "b"
    assert button_in({"b": {"state": pressed["state"] | {"disabled": True}}}) is None

"""The head of a result: how much of the land was seen, and where the clusters come from."""

from dataclasses import replace
from typing import Any

import pytest

from pipeline import Analysis, AreaOfInterest
from tests.support.page import result_over
from widgets.results_view import FRESH, STALE, _head


def result(clear: float = 0.96, **facts: Any) -> Analysis:
    """Return a result of which so much is clear."""
    made = result_over(AreaOfInterest.square(11.34, 46.49, 5), 6)
    areas = made.areas.copy()
    areas.loc[0, "share"] = 1 - clear
    return replace(made, areas=areas, **facts)


@pytest.mark.parametrize(
    ("clear", "look", "words"),
    [
        (1.0, "eo-badge'>", "100 % clear here"),
        (0.99997, "eo-badge'>", "&gt; 99.9 % clear here"),
        (0.8, "eo-badge'>", "80.0 % clear here"),
        (0.79, "eo-badge eo-warn'>", "79.0 % clear here"),
        (0.2001, "eo-badge eo-warn'>", "20.0 % clear here"),
        (0.19, "eo-badge eo-low'>", "19.0 % clear here"),
        (0.0003, "eo-badge eo-low'>", "&lt; 0.1 % clear here"),
    ],
)
def test_little_clear_land_is_never_green(clear: float, look: str, words: str) -> None:
    head = _head(result(clear), FRESH)
    assert look in head
    assert words in head


def test_a_saved_model_has_a_badge_fresh_or_not() -> None:
    for state in (FRESH, STALE):
        assert "Saved model" in _head(result(model_given=True), state)
        assert "Saved model" not in _head(result(), state)

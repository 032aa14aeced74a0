"""The head of a result: how much of the land was seen, and where the clusters come from."""

from typing import Any

import pytest

from pipeline.area.aoi import AreaOfInterest
from pipeline.request import AnalysisRequest
from tests.widgets.test_dashboard import SETTINGS, FakeAnalysis
from widgets.results_view import FRESH, STALE, _head


def result(clear: float = 0.96, **facts: Any) -> Any:
    """Return a result of which so much is clear."""

    class Made(FakeAnalysis):
        clear_share = clear

    area = AreaOfInterest.square(11.34, 46.49, 5)
    assert SETTINGS.start is not None
    assert SETTINGS.end is not None
    return Made(AnalysisRequest(area, SETTINGS.start, SETTINGS.end), **facts)


@pytest.mark.parametrize(
    ("clear", "look", "words"),
    [
        (1.0, "eo-badge'>", "100 % clear here"),
        (0.99997, "eo-badge'>", "&gt; 99.9 % clear here"),
        (0.8, "eo-badge'>", "80.0 % clear here"),
        (0.79, "eo-badge eo-warn'>", "79.0 % clear here"),
        (0.2, "eo-badge eo-warn'>", "20.0 % clear here"),
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

"""Several large areas at once, on a small tile."""

import pytest

from benchmarks.settings import TOY
from benchmarks.together import together


def test_runs_at_once_all_end() -> None:
    ends, most_mb = together(TOY, runs=2, places=1)
    assert [end.failure for end in ends] == ["", ""]
    assert len({end.pixels for end in ends}) == 1
    assert ends[0].pixels > 0
    assert most_mb > 0


@pytest.mark.parametrize("runs", [0, 11])
def test_their_number_is_bounded(runs: int) -> None:
    with pytest.raises(ValueError, match="1 to 10 runs"):
        together(TOY, runs, places=1)

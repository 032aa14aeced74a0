"""One line of JSON in the log for each run: what it was, how long each stage took, how it ended.

It holds nothing personal: the request is a digest, and a catalogue address that was typed in is "other".

    {"event": "run", "request": "5f1c2a90b3d4", "catalog": "earth-search", "pixels": 250000, "megabytes": 21,
     "searching_s": 0.41, "waited_s": 0.0, "reading_s": 1.2, "clustering_s": 0.3, "drawing_s": 0.1,
     "seconds": 2.01, "outcome": "done"}
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from pipeline.area.grid import grid_for
from pipeline.errors import AnalysisError
from pipeline.estimate import estimate
from pipeline.progress import STAGES, Progress
from pipeline.request import AnalysisRequest

log = logging.getLogger("pipeline.runs")


@contextmanager
def told(request: AnalysisRequest, progress: Progress) -> Iterator[None]:
    """Log a run as it ends, however it ends."""
    began, outcome = time.monotonic(), "error"
    try:
        yield
        outcome = "done"
    except AnalysisError as error:
        outcome = next(c.__name__ for c in type(error).__mro__ if c.__module__ == AnalysisError.__module__)
        raise
    finally:
        if log.isEnabledFor(logging.INFO):
            waited = progress.turn.waited_s if progress.turn is not None else 0.0
            stages = seconds_of_stages(progress.began, time.monotonic(), waited)
            facts = {**_facts_of(request), **stages, "seconds": round(time.monotonic() - began, 2)}
            log.info("%s", json.dumps({"event": "run", **facts, "outcome": outcome}))


def seconds_of_stages(began: Mapping[str, float], ended: float, waited_s: float) -> dict[str, float]:
    """Return how long each stage took that was reached; waiting for a turn is no part of the search.

    Parameters
    ----------
    began
        When each stage was reached first, seconds of one clock.
    ended
        When the run ended, by the same clock.
    waited_s
        How long the run waited for its turn.
    """
    reached = [stage for stage in STAGES if stage in began]
    ends = [*(began[stage] for stage in reached[1:]), ended]
    took = {f"{stage}_s": end - began[stage] for stage, end in zip(reached, ends, strict=True)}
    if "searching_s" in took:
        took["searching_s"] = max(took["searching_s"] - waited_s, 0.0)
    return {name: round(seconds, 2) for name, seconds in {**took, "waited_s": waited_s}.items()}


def _facts_of(request: AnalysisRequest) -> dict[str, object]:
    """Return the line's facts about a request; `megabytes` is the estimate of what is read."""
    rows, columns = grid_for(request.area).shape
    return {
        "request": hashlib.sha256(request.to_json().encode()).hexdigest()[:12],
        "catalog": "other" if "://" in request.catalog else request.catalog[:40],
        "pixels": rows * columns,
        "megabytes": round(estimate(request.area, features=request.features).megabytes),
    }

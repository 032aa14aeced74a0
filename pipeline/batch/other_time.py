"""The same area at another time, labelled by the same model: what a result is compared with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from pipeline.analysis import analyse
from pipeline.explore.change import check_model, clustered_features

if TYPE_CHECKING:
    from pipeline.result import Analysis


def other_date(analysis: Analysis, scene_ids: Sequence[str], day: date, **options: Any) -> Analysis:
    """Return the same area on other scenes, labelled by the model of `analysis`.

    Parameters
    ----------
    analysis : Analysis
        The first date.
    scene_ids : sequence of str
        Scenes of the other date (``SceneFacts.ids``).
    day : date
        Their day (UTC).
    **options
        on_progress, cancelled and on_detail as for `analyse`.

    Raises
    ------
    InvalidRequest
        When the model cannot label images (`check_model`); and what `analyse` raises.
    """
    check_model(analysis.model, analysis.request.features)
    request = replace(analysis.request, start=day, end=day, scene_ids=tuple(scene_ids), max_cloud_cover=100)
    return analyse(request, model=analysis.model, **options)


def other_period(analysis: Analysis, start: date, end: date, **options: Any) -> Analysis:
    """Return the same composite of another time, such as the year after, labelled by the same model.

    Parameters
    ----------
    analysis : Analysis
        The first composite.
    start, end : date
        First and last day of the other time.
    **options
        on_progress, cancelled and on_detail as for `analyse`.

    Raises
    ------
    InvalidRequest
        When the model cannot label images (`check_model`); and what `analyse` raises.
    """
    check_model(analysis.model, clustered_features(analysis))
    request = replace(analysis.request, start=start, end=end, scene_ids=None)
    return analyse(request, model=analysis.model, **options)

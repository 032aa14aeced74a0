"""A margin of error on every hectare: a random sample of checked points, and what follows from it.

Counting the pixels of a map is biased by the map's errors. Points drawn at random in every class of the map
and checked on the land give hectares without that bias, each with an interval (Olofsson et al. 2013,
doi:10.1016/j.rse.2012.10.031; Olofsson et al. 2014, doi:10.1016/j.rse.2014.02.015; strata that are not the
classes: Stehman 2014, doi:10.1080/01431161.2014.930207).

- `SamplingDesign` (design.py): the points, and the labels given so far; `sampling_design` (drawing.py) draws
  them from an analysis, `classes_now` says how its classes lie in the design's strata after a merge.
- `Checked` (checked.py): an analysis' sample and estimate together, as `Analysis.with_sample` keeps them.
- `check_change` (change.py): the same for change until a second date, `CheckedChange`; its points come from
  ``sampling_design(analysis, of="change")``, `with_change_sample` keeps them with the second date.
- `stratified_estimate` (estimation.py): counts of checked points to hectares with intervals, `AreaEstimate`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.accuracy.change import CheckedChange as CheckedChange
    from pipeline.accuracy.change import check_change as check_change
    from pipeline.accuracy.change import with_change_sample as with_change_sample
    from pipeline.accuracy.checked import Checked as Checked
    from pipeline.accuracy.design import SamplingDesign as SamplingDesign
    from pipeline.accuracy.drawing import classes_now as classes_now
    from pipeline.accuracy.drawing import sampling_design as sampling_design
    from pipeline.accuracy.estimation import stratified_estimate as stratified_estimate
    from pipeline.accuracy.result import AreaEstimate as AreaEstimate

_HOME_OF = {
    "AreaEstimate": "result",
    "Checked": "checked",
    "CheckedChange": "change",
    "SamplingDesign": "design",
    "check_change": "change",
    "classes_now": "drawing",
    "sampling_design": "drawing",
    "stratified_estimate": "estimation",
    "with_change_sample": "change",
}

__all__ = sorted(_HOME_OF)


def __getattr__(name: str) -> Any:
    """Import a public name from the module it lives in, on first use (PEP 562)."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)

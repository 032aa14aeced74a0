"""A matrix of counts, as a caller has it, to a checked `Tally`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from pipeline.accuracy.tally import Tally
from pipeline.errors import InvalidRequest

MOST = 1000
"""Strata, and classes."""


def tally_of(matrix: Any, stratum_ha: Any) -> Tally:
    """Return the tally of a matrix (strata, classes) and the hectares of its strata.

    Raises
    ------
    InvalidRequest
        For counts that are no whole numbers from 0 on, hectares that are no numbers from 0 on, names that
        occur twice, and points in a stratum without area.
    """
    frame = _named(matrix)
    strata, classes = _names(frame.index, "strata"), _names(frame.columns, "classes")
    counts, hectares = _counts(frame), _hectares(stratum_ha, strata)
    empty = (hectares == 0) & (counts.sum(axis=1) > 0)
    if empty.any():
        name = strata[int(np.flatnonzero(empty)[0])]
        raise InvalidRequest(f"“{name}” has 0 ha, but checked points. Give its hectares.", "stratum_ha")
    if not hectares.sum() > 0:
        raise InvalidRequest("All strata have 0 ha. Give the hectares of each class.", "stratum_ha")
    if set(strata) & set(classes):  # strata are classes of the map: one not found on the land is a class too
        missed = [name for name in strata if name not in classes]
        classes, counts = (*classes, *missed), np.pad(counts, ((0, 0), (0, len(missed))))
    return nested(strata, classes, counts, hectares, strata)


def nested(
    strata: Sequence[str],
    classes: Sequence[str],
    counts: np.ndarray,
    hectares: np.ndarray,
    class_of: Sequence[str],
    pixels: np.ndarray | None = None,
) -> Tally:
    """Return the tally of strata that lie in one class of the map each.

    Parameters
    ----------
    counts : numpy.ndarray
        int ``(H, C)``.
    class_of : sequence of str
        Map class of each stratum; a name that is none of the classes is allowed.
    """
    number = {name: k for k, name in enumerate(classes)}
    mapped = np.array([number.get(name, len(classes)) for name in class_of], int)
    cells = np.zeros((len(strata), len(classes) + 1, len(classes)), np.int64)
    cells[np.arange(len(strata)), mapped] = counts
    possible = np.zeros((len(strata), len(classes) + 1), bool)
    possible[np.arange(len(strata)), mapped] = True
    return Tally(tuple(strata), tuple(classes), cells, possible, hectares, pixels)


def _named(matrix: Any) -> pd.DataFrame:
    if isinstance(matrix, pd.DataFrame):
        frame = matrix
    else:
        try:
            values = np.asarray(matrix)
        except ValueError as error:
            raise InvalidRequest("The rows of the matrix have different lengths.", "matrix") from error
        if values.ndim != 2:
            raise InvalidRequest(
                f"The matrix has {values.ndim} dimensions. Give one row a stratum and one column a class.",
                "matrix",
            )
        rows, columns = values.shape
        frame = pd.DataFrame(
            values, [f"{n}" for n in range(1, rows + 1)], [f"{n}" for n in range(1, columns + 1)]
        )
    if not 1 <= len(frame) <= MOST or not 1 <= len(frame.columns) <= MOST:
        raise InvalidRequest(
            f"The matrix has {len(frame)} rows and {len(frame.columns)} columns, not 1 to {MOST}.", "matrix"
        )
    return frame


def _names(index: pd.Index, what: str) -> tuple[str, ...]:
    names = tuple(str(name) for name in index)
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InvalidRequest(f"Two {what} are called “{twice}”. Give each its own name.", "matrix")
    return names


def _counts(frame: pd.DataFrame) -> np.ndarray:
    try:
        counts = frame.to_numpy(float)
    except (TypeError, ValueError) as error:
        raise InvalidRequest("The matrix holds something else than counts of points.", "matrix") from error
    wrong = ~(np.isfinite(counts) & (counts >= 0) & (counts == np.floor(counts)) & (counts < 1e9))
    if wrong.any():
        raise InvalidRequest(
            f"{counts[wrong][0]:g} is no count of points. The matrix holds whole numbers from 0 on.", "matrix"
        )
    return counts.astype(np.int64)


def _hectares(stratum_ha: Any, strata: Sequence[str]) -> np.ndarray:
    try:
        if isinstance(stratum_ha, Mapping | pd.Series):
            by_name = {str(name): ha for name, ha in stratum_ha.items()}
            missing = next((name for name in strata if name not in by_name), None)
            if missing is not None:
                raise InvalidRequest(f"The hectares of “{missing}” are missing.", "stratum_ha")
            values = np.array([float(by_name[name]) for name in strata])
        else:
            values = np.asarray(stratum_ha, float)
    except (TypeError, ValueError) as error:
        raise InvalidRequest("The hectares of the strata are not all numbers.", "stratum_ha") from error
    if values.shape != (len(strata),):
        raise InvalidRequest(
            f"There are {len(strata)} strata, but hectares of {values.size}. Give one each.",
            "stratum_ha",
        )
    if not (np.isfinite(values) & (values >= 0)).all():
        raise InvalidRequest("The hectares of the strata are not all numbers from 0 on.", "stratum_ha")
    return values

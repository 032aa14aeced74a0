"""Longitudes that jump at 180 degrees: wrapped, turned, joined and cut."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box

from pipeline.area.antimeridian import in_one_piece, jumps, split_at_antimeridian, turn_towards, wrapped


@pytest.mark.parametrize(
    ("longitude", "expected"), [(11.5, 11.5), (371.5, 11.5), (-348.5, 11.5), (180, -180), (-180, -180)]
)
def test_longitudes_of_other_world_copies(longitude: float, expected: float) -> None:
    assert wrapped(longitude) == expected


def test_arrays_are_wrapped_too() -> None:
    assert wrapped(np.array([190.0, -190.0])).tolist() == [-170, 170]


@given(st.floats(-1000, 1000), st.floats(-180, 180))
def test_a_turned_longitude_is_the_nearest_copy(reference: float, longitude: float) -> None:
    turn = turn_towards(reference, longitude)
    assert turn % 360 == 0
    assert abs(longitude + turn - reference) <= 180 + 1e-9


def test_the_halves_of_an_area_lie_side_by_side_and_are_cut_again() -> None:
    halves = [box(179, 0, 180, 1), box(-180, 0, -179, 1)]
    whole = in_one_piece(halves)
    assert [part.bounds[0] for part in whole] == [179, 180]
    assert split_at_antimeridian(box(179, 0, 181, 1)).bounds == (-180, 0, 180, 1)
    assert split_at_antimeridian(box(179, 0, 181, 1)).area == pytest.approx(2)
    assert jumps(-180, 180)
    assert not jumps(0, 180)

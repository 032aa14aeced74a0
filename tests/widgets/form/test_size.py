"""The side length: steps that suit 1 km and 110 km, and values between them."""

from itertools import pairwise

import pytest

from widgets.form.size import SizeField, parse_km, stops


@pytest.fixture
def field() -> SizeField:
    return SizeField("Side length (km)", 110.0)


def offered(field: SizeField) -> list[float]:
    return [value for _, value in field.slider.options]


def test_steps_grow_with_the_side() -> None:
    sides = stops(110.0)
    assert sides[:3] == [0.5, 1.0, 1.5]
    assert {5.0, 10.0, 11.0, 20.0, 25.0, 50.0, 60.0, 100.0, 110.0} <= set(sides)
    assert len(sides) < 50
    steps = [b - a for a, b in pairwise(sides)]
    assert steps == sorted(steps)


@pytest.mark.parametrize("largest", [0.7, 20.0, 33.0, 250.0])
def test_the_largest_side_is_the_last_step(largest: float) -> None:
    sides = stops(largest)
    assert sides[-1] == largest
    assert sides == sorted(set(sides))


def test_sliding_sets_the_side(field: SizeField) -> None:
    field.slider.value = 60.0
    assert field.value == 60.0


def test_a_side_between_two_steps_is_shown_until_another_is_chosen(field: SizeField) -> None:
    seen: list[float] = []
    field.observe(lambda change: seen.append(change.new), "value")
    field.value = 7.3
    assert field.slider.value == 7.3
    assert field.slider.label == "7.3"
    field.value = 20.0
    assert 7.3 not in offered(field)
    assert seen == [7.3, 20.0], "making room for a side sets no other"


def test_a_side_beyond_the_last_step_is_kept(field: SizeField) -> None:
    field.value = 250.0
    assert offered(field)[-1] == field.slider.value == 250.0


@pytest.mark.parametrize(
    ("text", "side"), [("0.5", 0.5), ("7,25", 7.25), (" 12 km ", 12.0), ("0.1", 0.5), ("110", 110.0)]
)
def test_a_side_that_is_typed_is_the_side_that_is_used(field: SizeField, text: str, side: float) -> None:
    field.typed.value = text
    assert field.value == field.slider.value == side
    assert parse_km(field.typed.value) == side


@pytest.mark.parametrize("text", ["", "wide", "-3", "nan", "inf", "1e400"])
def test_what_is_no_length_changes_nothing_and_does_not_stay_there(field: SizeField, text: str) -> None:
    field.typed.value = text
    assert field.value == 5.0
    assert field.typed.value == "5.0"


def test_the_field_follows_the_slider(field: SizeField) -> None:
    field.slider.value = 60.0
    assert field.typed.value == "60"

"""Who gets a place, who waits, who is told why not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.places import Bounds, Places, Visit


def places_with(living: list[str], *, kernels: int = 10, per_address: int = 5, opening: int = 2) -> Places:
    return Places(Bounds(kernels, per_address, opening), lambda: living)


def open_page(places: Places, living: list[str], address: str) -> Visit:
    visit = places.enter(address)
    visit.kernel_id = f"kernel {len(living)} of {address}"
    living.append(visit.kernel_id)
    places.leave(visit)
    return visit


def test_a_few_open_at_a_time_and_the_others_are_told_how_many_are_before_them() -> None:
    places = places_with([])
    first, second, third, fourth = (places.enter(f"10.0.0.{i}") for i in range(4))
    assert [v.turn.is_set() for v in (first, second, third, fourth)] == [True, True, False, False]
    assert [places.before(v) for v in (first, third, fourth)] == [0, 2, 3]
    places.leave(first)
    assert third.turn.is_set()
    assert places.before(fourth) == 2


def test_a_visitor_who_leaves_the_queue_lets_the_others_move_up() -> None:
    places = places_with([], opening=1)
    first, second, third = (places.enter("10.0.0.1") for _ in range(3))
    places.leave(second)
    assert (places.before(third), places.waiting) == (1, 1)
    places.leave(first)
    assert third.turn.is_set()


def test_all_places_taken_is_a_sentence_with_their_number() -> None:
    living: list[str] = []
    places = places_with(living, kernels=2)
    for address in ("10.0.0.1", "10.0.0.2"):
        assert places.refusal(address) is None
        open_page(places, living, address)
    refusal = places.refusal("10.0.0.3")
    assert refusal is not None
    assert (refusal.status, refusal.sentence) == (503, "All places of this server are taken: 2.")
    living.pop()
    assert places.refusal("10.0.0.3") is None


def test_one_network_cannot_take_all_places() -> None:
    living: list[str] = []
    places = places_with(living, per_address=2)
    for _ in range(2):
        open_page(places, living, "10.0.0.1")
    refusal = places.refusal("10.0.0.1")
    assert refusal is not None
    assert refusal.status == 429
    assert "from your network as this server allows: 2." in refusal.sentence
    assert places.refusal("10.0.0.2") is None
    living.clear()
    assert places.refusal("10.0.0.1") is None


def test_those_who_wait_count_for_both_bounds() -> None:
    places = places_with([], kernels=3, per_address=2, opening=1)
    places.enter("10.0.0.1")
    places.enter("10.0.0.1")
    assert places.refusal("10.0.0.1") is not None
    places.enter("10.0.0.2")
    assert places.refusal("10.0.0.3") is not None


def test_a_kernel_that_waits_ahead_of_need_takes_no_place_from_its_visitor() -> None:
    places = places_with(["waiting"], kernels=1)
    assert places.refusal("10.0.0.1") is not None
    assert places.refusal("10.0.0.1", spare=1) is None


def test_no_page_is_opened_without_files_for_it() -> None:
    places = Places(Bounds(10, 5, 2), lambda: [], has_files=lambda: False)
    refusal = places.refusal("10.0.0.1")
    assert refusal is not None
    assert refusal.status == 503


@pytest.mark.parametrize("bounds", [(0, 1, 1), (1, 0, 1), (1, 1, 0)])
def test_bounds_of_nothing_are_refused(bounds: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="1 or more"):
        Bounds(*bounds)


@given(st.lists(st.integers(0, 5), max_size=60))
def test_turns_come_in_the_order_of_arrival(steps: list[int]) -> None:
    places = places_with([], kernels=1000, per_address=1000)
    here: list[Visit] = []
    for step in steps:
        if step == 0 and here:
            places.leave(here.pop(0))
        elif step == 1 and here:
            places.leave(here.pop())
        else:
            here.append(places.enter("10.0.0.1"))
        turns = [visit.turn.is_set() for visit in here]
        assert turns == sorted(turns, reverse=True)
        assert sum(turns) == min(len(here), 2) == places.opening

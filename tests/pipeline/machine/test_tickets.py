"""Who may work now: the rules of the queue."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.machine.tickets import Room, State, Ticket, admitted, before

ROOMY = Room(places=2, memory_mb=10_000)


def ticket(due: int, *, large: bool = False, memory: int = 400, state: State = "waiting") -> Ticket:
    return Ticket(due, f"{due:08x}", large, memory, 1, state)


def may(tickets: list[Ticket], room: Room = ROOMY) -> list[int]:
    """Return when those are due that may start now."""
    return [t.due_ms for t in tickets if t.state != "working" and admitted(t, tickets, room)]


def test_a_ticket_is_its_name() -> None:
    for state in ("waiting", "working", "paused"):
        one = ticket(1_700_000_000_000, large=True, state=state)  # type: ignore[arg-type]
        assert Ticket.of(one.name) == one


@pytest.mark.parametrize(
    "name", ["lock", ".x", "1-2.waiting", "a-b-small-1-1.waiting", "1-b-small-1-1.gone", ""]
)
def test_other_files_are_no_tickets(name: str) -> None:
    assert Ticket.of(name) is None


def test_first_come_first_served() -> None:
    assert may([ticket(3), ticket(1), ticket(2)]) == [1, 2]
    assert may([ticket(3), ticket(1, state="working"), ticket(2)]) == [2]
    assert may([ticket(3), ticket(1, state="working"), ticket(2, state="working")]) == []


def test_one_place_is_not_for_large_areas() -> None:
    tiles = [ticket(1, large=True), ticket(2, large=True), ticket(3)]
    assert may(tiles) == [1, 3]
    assert may([replace(tiles[0], state="working"), *tiles[1:]]) == [3]


def test_where_there_is_one_place_large_areas_may_have_it() -> None:
    assert may([ticket(1, large=True), ticket(2)], Room(1, 10_000)) == [1]


def test_what_passes_the_memory_of_all_waits_and_is_not_overtaken() -> None:
    at_work = ticket(1, memory=900, state="working")
    assert may([at_work, ticket(2, memory=900), ticket(3, memory=50)], Room(4, 1000)) == []
    assert may([at_work, ticket(2, memory=900), ticket(3, memory=50)], Room(4, 2000)) == [2, 3]


def test_three_whole_tiles_at_once_on_a_small_machine_go_one_after_the_other() -> None:
    room = Room(8, memory_mb=2000)
    waiting = [ticket(n, large=True, memory=1100) for n in (1, 2, 3)]
    order = []
    while waiting:
        (due,) = may(waiting, room)
        order.append(due)
        at_work = [replace(t, state="working") for t in waiting if t.due_ms == due]
        waiting = [t for t in waiting if t.due_ms != due]
        assert may([*at_work, *waiting], room) == []  # type: ignore[list-item]
    assert order == [1, 2, 3]


def test_three_whole_tiles_at_once_fit_into_24_gb() -> None:
    assert may([ticket(n, large=True, memory=1100) for n in (1, 2, 3)], Room(8, 18_000)) == [1, 2, 3]


def test_alone_anything_may_start_it_is_refused_with_a_number_later() -> None:
    assert may([ticket(1, memory=5000)], Room(2, 1000)) == [1]


def test_paused_work_keeps_its_memory() -> None:
    paused = ticket(1, large=True, memory=900, state="paused")
    other = ticket(2, memory=200, state="working")
    assert may([paused, other, ticket(3, memory=200)], Room(3, 1200)) == [1]


def test_those_before_one_are_those_at_work_and_those_due_earlier() -> None:
    mine = ticket(5)
    others = [ticket(1, state="working"), ticket(9, state="working"), ticket(2), ticket(8)]
    assert before(mine, [mine, *others]) == 3


tickets_of_all_kinds = st.lists(
    st.builds(
        ticket,
        st.integers(0, 1000),
        large=st.booleans(),
        memory=st.integers(0, 2000),
        state=st.sampled_from(["waiting", "working", "paused"]),
    ),
    unique_by=lambda t: t.due_ms,
    max_size=12,
)


@given(tickets_of_all_kinds, st.integers(1, 5), st.integers(0, 4000))
def test_whoever_may_start_may_all_start_together(tickets: list[Ticket], places: int, memory: int) -> None:
    room = Room(places, memory)
    working = [t for t in tickets if t.state == "working"]
    started = [t for t in tickets if t.state != "working" and admitted(t, tickets, room)]
    assert len(started) <= max(places - len(working), 0)
    fresh = sum(t.memory_mb for t in started if t.state == "waiting")
    begun = sum(t.memory_mb for t in tickets if t.state != "waiting")
    assert fresh == 0 or begun + fresh <= memory or (len(started) == 1 and not working) or not working


@given(tickets_of_all_kinds.filter(lambda ts: any(t.state != "working" for t in ts)), st.integers(1, 5))
def test_somebody_always_starts_when_nobody_works(tickets: list[Ticket], places: int) -> None:
    resting = [t for t in tickets if t.state != "working"]
    assert any(admitted(t, resting, Room(places, 0)) for t in resting)

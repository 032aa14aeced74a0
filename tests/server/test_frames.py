"""Messages are checked before a library makes a list as long as their first eight bytes say."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jupyter_server.services.kernels.connection.base import (
    deserialize_msg_from_ws_v1,
    serialize_msg_to_ws_v1,
)

from benchmarks.visitor import packed, unpacked
from server.frames import MOST_PARTS, PROTOCOL, is_sound, offers_protocol

PARTS = [b"shell", b"{}", b"{}", b"{}", b"{}"]


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_what_jupyter_itself_writes_is_sound(buffers: list[bytes]) -> None:
    message = serialize_msg_to_ws_v1([b"{}"] * 4 + buffers, "shell")
    assert is_sound(message)
    assert deserialize_msg_from_ws_v1(message)[1] == unpacked(message)[1:]
    assert message == packed([b"shell", *[b"{}"] * 4, *buffers])


@pytest.mark.parametrize(
    "message",
    [
        "",
        "text",
        '{"channel": "shell"}',
        b"",
        b"1234567",
        (2**60).to_bytes(8, "little") + b"rest",
        (MOST_PARTS + 1).to_bytes(8, "little") * 2000,
        (1).to_bytes(8, "little"),
        packed(PARTS)[:-1],
        packed(PARTS) + b"more",
        packed(PARTS[:4]),
        (6).to_bytes(8, "little") + b"\xff" * 48,
    ],
)
def test_what_is_wrong_is_refused_at_once(message: str | bytes) -> None:
    started = time.monotonic()
    assert not is_sound(message)
    assert time.monotonic() - started < 5


@given(st.binary(max_size=400))
def test_a_message_that_is_sound_can_be_read(message: bytes) -> None:
    if is_sound(message):
        unpacked(message)


@pytest.mark.parametrize(
    ("header", "offered"),
    [(PROTOCOL, True), (f"other, {PROTOCOL}", True), (None, False), ("", False), ("v1", False)],
)
def test_protocol(header: str | None, offered: bool) -> None:
    assert offers_protocol(header) is offered

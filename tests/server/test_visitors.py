"""Whose visit it is, whatever a request claims."""

import pytest

from server.visitors import address_of

PROXIES = frozenset({"127.0.0.1", "10.0.0.9"})


@pytest.mark.parametrize(
    ("remote", "forwarded", "address"),
    [
        ("192.0.2.7", None, "192.0.2.7"),
        ("192.0.2.7", "198.51.100.1", "192.0.2.7"),  # no proxy of ours: the claim counts for nothing
        ("127.0.0.1", "192.0.2.7", "192.0.2.7"),
        ("127.0.0.1", "198.51.100.1, 192.0.2.7", "192.0.2.7"),  # what the visitor wrote stands before it
        ("127.0.0.1", "192.0.2.7, 10.0.0.9", "192.0.2.7"),
        ("127.0.0.1", "<script>", "127.0.0.1"),
        ("127.0.0.1", None, "127.0.0.1"),
        ("::ffff:192.0.2.7", None, "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", None, "2001:db8:1:2::"),
        ("", None, ""),
    ],
)
def test_address(remote: str, forwarded: str | None, address: str) -> None:
    assert address_of(remote, forwarded, PROXIES) == address

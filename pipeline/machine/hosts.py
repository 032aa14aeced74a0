"""Hosts: which are this machine or its network, which are listed, and where an address may lead."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence
from urllib.parse import urlsplit

MAX_ADDRESS = 2000
"""Longest address of a file, characters; signed ones have about 500."""
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def same_host(one: str, other: str) -> bool:
    """Return whether two addresses are on the same host, whatever the port."""
    hosts = [urlsplit(address).hostname for address in (one, other)]
    return hosts[0] == hosts[1] or all(host in LOOPBACK for host in hosts)


def may_lead(address: str, target: str, hosts: Sequence[str]) -> bool:
    """Tell whether the address of a file may redirect to another one.

    Parameters
    ----------
    address, target : str
        Where it was asked for, and where the answer leads.
    hosts : sequence of str
        Those that the catalogue allows (`Scene.hosts`), beside the file's own.
    """
    try:
        parts = urlsplit(target)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if len(target) > MAX_ADDRESS or not target.isprintable() or not host:
        return False
    if parts.scheme not in ("http", "https") or (parts.scheme == "http" and address.startswith("https:")):
        return False
    if parts.username is not None or parts.password is not None:
        return False
    return same_host(address, target) or is_listed(host, hosts)


def is_listed(host: str, allowed: Sequence[str]) -> bool:
    """Return whether a host is one of those allowed.

    Parameters
    ----------
    allowed : sequence of str
        Names, ends of names (``.example.org``), or ``*``: every host that is not internal.
    """
    if host in allowed or any(a.startswith(".") and host.endswith(a) for a in allowed):
        return True
    return "*" in allowed and not is_internal(host)


def is_internal(host: str) -> bool:
    """Return whether a host is this machine or one in its network, however it is written."""
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal", ".home.arpa")):
        return True
    try:
        address: ipaddress.IPv4Address | ipaddress.IPv6Address
        if ":" in host:
            address = ipaddress.IPv6Address(host.partition("%")[0])
            address = address.ipv4_mapped or address
        else:
            address = ipaddress.IPv4Address(socket.inet_aton(host))  # also 127.1, 0x7f000001, 2130706433
    except (OSError, ValueError):
        return False
    return not address.is_global

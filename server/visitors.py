"""Who a visitor is: the network address that the limits count by."""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import ip_address


def address_of(remote: str, forwarded: str | None, proxies: Collection[str]) -> str:
    """Return the address of a visitor.

    Parameters
    ----------
    remote
        The address that the connection comes from.
    forwarded
        ``X-Forwarded-For``: anybody can write one, so it is read only where a proxy of ours wrote its last
        entry.
    proxies
        Addresses of our own proxies.
    """
    address = remote
    for claimed in reversed((forwarded or "").split(",")):
        if address not in proxies or not is_address(claimed.strip()):
            break
        address = claimed.strip()
    return _group(address)


def is_address(text: str) -> bool:
    """Return whether a text is an IP address."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _group(address: str) -> str:
    """Return the unit that counts as one visitor: a household has 2**64 IPv6 addresses."""
    if not is_address(address):
        return address
    parsed = ip_address(address)
    if parsed.version == 4:
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ip_address(int(parsed) >> 64 << 64))

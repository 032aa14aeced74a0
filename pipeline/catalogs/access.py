"""Where files may come from: of the addresses that a catalogue names, those that its profile allows."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from pipeline.catalogs.catalog import CatalogProfile
from pipeline.catalogs.demo import DEMO
from pipeline.catalogs.known import KNOWN
from pipeline.machine.hosts import LOOPBACK, MAX_ADDRESS, is_listed

OPEN_STORES = tuple(host for profile in KNOWN for host in profile.hosts if host != "*")
"""Hosts that serve images to everybody: any catalogue may name their files."""


class RefusedAddress(Exception):
    """A catalogue may not name this address of a file; the text says why."""


def checked(href: str, base: str, profile: CatalogProfile) -> str:
    """Return the address under which a file is opened.

    Parameters
    ----------
    href : str
        As a STAC item has it; relative ones belong to `base`.
    base : str
        Address of the item, empty when unknown.
    profile : CatalogProfile
        Of the catalogue that served the item.

    Raises
    ------
    RefusedAddress
        When it is not on a host that the profile allows, or cannot be read without a key.
    """
    if len(href) > MAX_ADDRESS or not href.isprintable():
        raise RefusedAddress("an address of its files is no address")
    for beginning, replacement in profile.addresses:
        if href.startswith(beginning):
            href = replacement + href.removeprefix(beginning)
    try:
        address = urljoin(base, href)
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise RefusedAddress("an address of its files is no address") from error
    if ".zarr" in parts.path:
        raise RefusedAddress("its images are Zarr stores, and only GeoTIFFs are read")
    if parts.scheme in ("s3", "gs"):
        raise RefusedAddress(f"its files need an access key ({parts.scheme})")
    if parts.username is not None or parts.password is not None:
        raise RefusedAddress("an address of its files holds a user name or password")
    if parts.scheme in ("http", "https") and host:
        if not _may_serve(host, profile):
            raise RefusedAddress(
                f"its files lie on {host[:80]}, which is not among the hosts of {profile.label}"
            )
        return address
    if parts.scheme in ("file", "") and parts.netloc in ("", "localhost"):
        return _local(unquote(parts.path), profile)
    raise RefusedAddress("its files are not on the web (http or https)")


def hosts_of(profile: CatalogProfile) -> tuple[str, ...]:
    """Return the hosts whose files a catalogue may name, beside its own."""
    return tuple(dict.fromkeys((*profile.hosts, *OPEN_STORES)))


def _may_serve(host: str, profile: CatalogProfile) -> bool:
    own = urlsplit(profile.url).hostname if profile.url is not None else None
    return host == own or {host, own} <= LOOPBACK or is_listed(host, hosts_of(profile))


def _local(path: str, profile: CatalogProfile) -> str:
    """Return a file of this machine, where the catalogue is one of this machine and it lies in its folder."""
    if profile.name == DEMO.name:
        from pipeline.catalogs import demo as embedded

        folder: Path | None = embedded.folder()
    else:
        folder = profile.local
    if folder is None:
        raise RefusedAddress("its files are not on the web (http or https)")
    found = Path(path).resolve()
    if not found.is_relative_to(folder.resolve()) or not found.is_file():
        raise RefusedAddress("its files do not lie in the folder of this catalogue")
    return found.as_uri()

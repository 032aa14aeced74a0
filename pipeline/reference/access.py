"""Where the file of a reference map may lie, asked before GDAL opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.machine.hosts import may_lead
from pipeline.progress import Progress
from pipeline.reading.gdal import check_local
from pipeline.reading.remote import fault
from pipeline.reading.remote.blocks import WEB, RemoteFile

if TYPE_CHECKING:
    from pipeline.reference.profiles import Reference

HOSTS = ("*",)
"""Where a file on the web may redirect, beside its own host: anywhere but into this machine's network."""


def checked(href: str, reference: Reference) -> str:
    """Return the address under which GDAL opens a file: on the web signed, and after redirects.

    A path is any file of this machine, since a script or the settings name it. The answer of an API names
    files on the web only, on its own host or on others that are not of this machine's network.

    Raises
    ------
    FileFault
        When it leads where no file of this map may lie, is no GeoTIFF, or does not come.
    OSError
        When a local file cannot be read.
    """
    if not href.startswith(WEB):
        if not reference.path:
            raise fault.leads_elsewhere()
        check_local(href)
        return href
    if not may_lead(reference.path or reference.api, href, HOSTS):
        raise fault.leads_elsewhere()
    file = RemoteFile(href, HOSTS, Progress())
    file.layout  # noqa: B018 - asks for the file's beginning, and so learns where it lies
    return file.where()

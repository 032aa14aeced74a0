"""Zip archives: a shapefile, a KMZ or another known file inside, unpacked in memory within bounds."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import PurePosixPath

from pipeline.area.formats.raw import Damaged, TooMuch

MAGIC = b"PK\3\4"
MAX_MEMBERS, MAX_UNPACKED_BYTES = 500, 25 * 2**20
UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, RuntimeError),
    *(ValueError, KeyError, IndexError, OverflowError),
)
"""What the standard library raises for damaged, encrypted or unknown archives."""
WANTED = (".shp", ".dbf", ".prj", ".cpg", ".kml", ".geojson", ".json", ".gpkg")


def unpacked(content: bytes) -> Mapping[str, bytes]:
    """Return the files of known formats in an archive, by their names in lower case.

    Raises
    ------
    Damaged
        When it cannot be unpacked.
    TooMuch
        When it has too many members, or they are too large.
    """
    found: dict[str, bytes] = {}
    left = MAX_UNPACKED_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) > MAX_MEMBERS:
                raise TooMuch(f"too many files: {len(members):,}, at most {MAX_MEMBERS}")
            for member in members:
                path = PurePosixPath(member.filename.lower())
                if path.suffix not in WANTED or path.name.startswith(".") or "__macosx" in path.parts:
                    continue
                with archive.open(member) as file:
                    unpacked_bytes = file.read(left + 1)
                left -= len(unpacked_bytes)
                if left < 0:
                    raise TooMuch(f"too much inside: more than {MAX_UNPACKED_BYTES // 2**20} MB")
                found[str(path)] = unpacked_bytes
    except UNREADABLE as error:
        raise Damaged("no zip archive") from error
    return found

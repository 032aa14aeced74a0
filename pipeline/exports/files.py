"""The files of one analysis: everything that can be downloaded, each made once."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from pipeline.errors import AnalysisError
from pipeline.exports.formats import all_formats, format_of
from pipeline.exports.provenance import file_stem

if TYPE_CHECKING:
    from pipeline.result import Analysis

QUICK_PX = 1_000_000
"""Areas up to 10 km: all files are made in seconds, so their sizes can be shown before anybody asks."""
KEPT_BYTES = 96 * 2**20
"""Files beyond this are made again when they are asked for again."""


def file_name(analysis: Analysis, key: str) -> str:
    """Return the name under which a file is saved, e.g. ``clusters_2022-06-17_32TPS_k6.gpkg``."""
    return file_stem(analysis) + format_of(key).ending


def make(analysis: Analysis, key: str) -> bytes:
    """Return a file; takes up to some seconds.

    Raises
    ------
    AnalysisError
        When it cannot be made of this analysis, with a sentence for the user.
    """
    return format_of(key).content(analysis)


def is_quick(analysis: Analysis) -> bool:
    """Return whether all files together are a matter of seconds."""
    rows, columns = analysis.grid.shape
    return bool(rows * columns <= QUICK_PX)


def size_words(n_bytes: int) -> str:
    """Return a size for people: ``12 kB``, ``1.4 MB``, ``118 MB``."""
    if n_bytes < 1_000_000:
        return f"{max(1, round(n_bytes / 1000))} kB"
    megabytes = n_bytes / 1_000_000
    return f"{megabytes:.1f} MB" if megabytes < 9.95 else f"{megabytes:,.0f} MB"


class Files:
    """The files of one analysis, made when they are asked for and kept; for several threads at once.

    Parameters
    ----------
    analysis : Analysis
        What they are made of.
    """

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self._kept: dict[str, bytes] = {}
        self._sizes: dict[str, int] = {}
        self._problems: dict[str, str] = {}
        self._locks = {f.key: threading.Lock() for f in all_formats()}

    def content(self, key: str) -> bytes:
        """Return a file, made now unless it was before.

        Raises
        ------
        AnalysisError
            As `make`.
        """
        with self._locks[key]:
            if key in self._kept:
                return self._kept[key]
            try:
                made = self._package() if format_of(key).holds_all else make(self.analysis, key)
            except AnalysisError as error:
                self._problems[key] = str(error)
                raise
            self._sizes[key] = len(made)
            if sum(map(len, self._kept.values())) + len(made) <= KEPT_BYTES:
                self._kept[key] = made
            return made

    def size(self, key: str) -> int | None:
        """Return the size of a file in bytes, None before it was made."""
        return self._sizes.get(key)

    def problem(self, key: str) -> str | None:
        """Return why a file could not be made."""
        return self._problems.get(key)

    def _package(self) -> bytes:
        from pipeline.exports.package import zipped

        return zipped(self.analysis, self.content)

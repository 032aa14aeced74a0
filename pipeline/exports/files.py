"""The files of one analysis: what there is to download, each made once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pipeline.errors import AnalysisError
from pipeline.exports.provenance import file_stem

if TYPE_CHECKING:
    from pipeline.result import Analysis

QUICK_PX = 1_000_000
"""Areas up to 10 km: all files are made in seconds, so their sizes can be shown before anybody asks."""
KEPT_BYTES = 96 * 2**20
"""Files beyond this are made again when they are asked for again."""


@dataclass(frozen=True)
class Format:
    """One kind of file."""

    key: str
    title: str
    """As the list of downloads shows it."""
    ending: str
    """With what the file's name goes on after its stem."""
    mime: str
    note: str
    """What it is good for, in one line."""


FORMATS: tuple[Format, ...] = (
    Format(
        "geotiff", "GeoTIFF", ".tif", "image/tiff", "Clusters as pixels of 10 m, colours and names inside"
    ),
    Format(
        "geopackage",
        "GeoPackage",
        ".gpkg",
        "application/geopackage+sqlite3",
        "Polygons with class, name, hectares",
    ),
    Format("geojson", "GeoJSON", ".geojson", "application/geo+json", "Polygons in longitude and latitude"),
    Format("table", "Table (CSV)", ".csv", "text/csv", "Hectares of every cluster, for Excel and pandas"),
    Format("image", "True colour", "_image.tif", "image/tiff", "The satellite image as GeoTIFF"),
    Format("style", "QGIS style", ".qml", "application/xml", "Colours and names for the GeoTIFF"),
    Format("model", "Model (JSON)", "_model.json", "application/json", "Labels another date the same way"),
    Format("report", "Report", ".html", "text/html", "One page to read or print"),
    Format("package", "All in one", ".zip", "application/zip", "Every file of this list"),
)
"""In the order of the list; the last one holds all others."""

_MAKERS = {
    "geotiff": ("geotiff", "geotiff_bytes"),
    "geopackage": ("vectors", "geopackage_bytes"),
    "geojson": ("vectors", "geojson_bytes"),
    "table": ("table", "csv_bytes"),
    "image": ("image", "image_bytes"),
    "style": ("styles", "qgis_style"),
    "model": ("", ""),
    "report": ("report", "report_html"),
    "package": ("package", "package_zip"),
}
"""Where each one is made; imported when it is wanted."""


def file_name(analysis: Analysis, key: str) -> str:
    """Return the name under which a file is saved, e.g. ``clusters_2022-06-17_32TPS_k6.gpkg``."""
    return file_stem(analysis) + _format(key).ending


def make(analysis: Analysis, key: str) -> bytes:
    """Return a file; takes up to some seconds.

    Raises
    ------
    AnalysisError
        When it cannot be made of this analysis, with a sentence for the user.
    """
    if key == "package":
        return Files(analysis).content(key)
    return _make(analysis, key)


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
        self._locks = {f.key: threading.Lock() for f in FORMATS}

    def content(self, key: str) -> bytes:
        """Return a file, made now unless it was before.

        Raises
        ------
        AnalysisError
            As `make`.
        """
        with self._locks[_format(key).key]:
            if key in self._kept:
                return self._kept[key]
            try:
                made = self._package() if key == "package" else _make(self.analysis, key)
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

        return zipped(self.analysis, [f for f in FORMATS if f.key != "package"], self.content)


def _make(analysis: Analysis, key: str) -> bytes:
    if key == "model":
        return analysis.model.to_json().encode()
    module, name = _MAKERS[_format(key).key]
    maker: Callable[[Any], bytes | str] = getattr(import_module(f"pipeline.exports.{module}"), name)
    made = maker(analysis)
    return made.encode() if isinstance(made, str) else made


def _format(key: str) -> Format:
    return next(f for f in FORMATS if f.key == key)

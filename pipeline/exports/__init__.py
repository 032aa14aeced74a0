"""What a user takes away: files that can be understood in ten years, and the run as Python."""

from __future__ import annotations

from pipeline.exports.files import FORMATS, Files, Format, file_name, is_quick, make, size_words
from pipeline.exports.geotiff import geotiff_bytes, write_geotiff
from pipeline.exports.package import package_zip
from pipeline.exports.provenance import credit, file_stem, tags
from pipeline.exports.snippet import python_snippet
from pipeline.exports.styles import attribute_table_xml, qgis_style

__all__ = [
    "FORMATS",
    "Files",
    "Format",
    "attribute_table_xml",
    "credit",
    "file_name",
    "file_stem",
    "geotiff_bytes",
    "is_quick",
    "make",
    "package_zip",
    "python_snippet",
    "qgis_style",
    "size_words",
    "tags",
    "write_geotiff",
]

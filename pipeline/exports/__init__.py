"""What a user takes away: files that can be understood in ten years, and the run as Python."""

from __future__ import annotations

from pipeline.exports.geotiff import geotiff_bytes, write_geotiff
from pipeline.exports.package import package_zip
from pipeline.exports.provenance import credit, file_stem, tags
from pipeline.exports.styles import category_names_xml, qgis_style

__all__ = [
    "category_names_xml",
    "credit",
    "file_stem",
    "geotiff_bytes",
    "package_zip",
    "qgis_style",
    "tags",
    "write_geotiff",
]

"""All files of an analysis in one zip."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from pipeline.exports.geotiff import geotiff_bytes
from pipeline.exports.provenance import credit, file_stem
from pipeline.exports.styles import category_names_xml, qgis_style
from pipeline.wording import day_words

if TYPE_CHECKING:
    from pipeline.analysis import Analysis

README = """{title}

{stem}.tif           land-cover clusters, one class a pixel of 10 m; opens in QGIS with its colours
{stem}.tif.aux.xml   the classes' names for GDAL; keep it beside the .tif
{stem}.qml           a style for QGIS with names and hectares (Layer properties > Style > Load style)

Names are suggestions from the spectra, not checked on the ground.
The GeoTIFF's tags hold scenes, parameters, offset decision, cluster centres and software versions.
{credit}
"""


def package_zip(analysis: Analysis) -> bytes:
    """Return a zip of the GeoTIFF, its class names, a QGIS style and a README."""
    stem = file_stem(analysis)
    title = f"Land-cover clusters, {day_words(analysis.date)}"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(f"{stem}.tif", geotiff_bytes(analysis), zipfile.ZIP_STORED)
        package.writestr(f"{stem}.tif.aux.xml", category_names_xml(analysis))
        package.writestr(f"{stem}.qml", qgis_style(analysis))
        package.writestr("README.txt", README.format(title=title, stem=stem, credit=credit(analysis)))
    return buffer.getvalue()

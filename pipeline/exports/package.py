"""All files of an analysis in one zip."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING

from pipeline.errors import AnalysisError
from pipeline.exports.formats import Format, all_formats
from pipeline.exports.provenance import credit, file_stem, names_are
from pipeline.exports.styles import attribute_table_xml
from pipeline.exports.table import csvt_text

if TYPE_CHECKING:
    from pipeline.result import Analysis

PACKED = {".tif", "_image.tif", "_change.tif", "_map.png", "_map_2x.png"}
"""Endings of files that are compressed already."""
README = """{title}

{contents}

Keep the .qml and the .tif.aux.xml beside the .tif. When the .tif is opened, QGIS takes names, hectares and
colours of the classes from the .qml; other programs take names and colours from the .tif.aux.xml.
The .tif alone shows the right colours, but QGIS lists 16 numbers instead of names.
The .csvt tells QGIS which columns of the table are numbers.
Names are {names}.
The GeoTIFF's tags hold scenes, parameters, offset decision, cluster centres and software versions.
{credit}
"""


def package_zip(analysis: Analysis) -> bytes:
    """Return a zip of all files of an analysis, with a README."""
    from pipeline.exports.files import Files

    return Files(analysis).content(FORMAT.key)


def zipped(analysis: Analysis, content: Callable[[str], bytes]) -> bytes:
    """Return a zip of files; one that cannot be made is left out, and the README says why.

    Parameters
    ----------
    analysis : Analysis
        What they are files of.
    content : callable
        Returns a file by its key.
    """
    stem = file_stem(analysis)
    side_car = f"{stem}.tif.aux.xml"
    lines = []
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for format_ in (f for f in all_formats() if not f.holds_all and f.fits(analysis)):
            name = stem + format_.ending
            try:
                made = content(format_.key)
            except AnalysisError as error:
                lines.append((name, f"is missing. {error}"))
                continue
            method = zipfile.ZIP_STORED if format_.ending in PACKED else zipfile.ZIP_DEFLATED
            package.writestr(name, made, method)
            lines.append((name, format_.note))
        package.writestr(side_car, attribute_table_xml(analysis))
        package.writestr(f"{stem}.csvt", csvt_text(analysis))
        width = max(len(name) for name, _ in lines)
        readme = README.format(
            title=f"Land-cover clusters, {analysis.period_words}",
            contents="\n".join(f"{name:{width}}  {note}" for name, note in lines),
            names=names_are(analysis),
            credit=credit(analysis),
        )
        package.writestr("README.txt", readme)
    return buffer.getvalue()


FORMAT = Format(
    1000,
    "package",
    "All in one",
    ".zip",
    "application/zip",
    "Every file of this list; QGIS opens it with names and colours",
    package_zip,
    holds_all=True,
)

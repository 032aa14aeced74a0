"""Names and colours for programs that draw the files: QGIS styles, GDAL's side-car."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as Xml

if TYPE_CHECKING:
    from pipeline.analysis import Analysis

QGIS_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"


def category_names_xml(analysis: Analysis) -> str:
    """Return GDAL's side-car (``.tif.aux.xml``) with the classes' names."""
    root = Xml.Element("PAMDataset")
    band = Xml.SubElement(root, "PAMRasterBand", band="1")
    names = Xml.SubElement(band, "CategoryNames")
    for name in analysis.areas["name"]:
        Xml.SubElement(names, "Category").text = name
    return Xml.tostring(root, encoding="unicode")


def qgis_style(analysis: Analysis) -> str:
    """Return a QGIS style (QML): one palette entry per cluster with number, name and hectares."""
    root = Xml.Element("qgis", version="3.22", styleCategories="Symbology")
    pipe = Xml.SubElement(root, "pipe")
    renderer = Xml.SubElement(
        pipe, "rasterrenderer", type="paletted", band="1", opacity="1", alphaBand="-1", nodataColor=""
    )
    palette = Xml.SubElement(renderer, "colorPalette")
    for number, row in analysis.areas.iloc[1:].iterrows():
        label = f"{number} {row['name']} ({row['hectares']:,.1f} ha)"
        Xml.SubElement(
            palette, "paletteEntry", value=str(number), color=row["color"], label=label, alpha="255"
        )
    return QGIS_DOCTYPE + Xml.tostring(root, encoding="unicode")

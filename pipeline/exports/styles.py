"""Names and colours for programs that draw the files: QGIS styles, GDAL's side-car."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as Xml

from pipeline.exports.formats import Format

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.result import Analysis

INTEGER, STRING = "0", "2"
"""GDAL's types of fields."""
RAT_FIELDS = (
    ("Value", INTEGER, "5"),
    ("Class", STRING, "2"),
    ("Red", INTEGER, "6"),
    ("Green", INTEGER, "7"),
    ("Blue", INTEGER, "8"),
    ("Alpha", INTEGER, "9"),
)
"""Fields of the attribute table: name, type and GDAL's usage (value, name, red, green, blue, alpha)."""
QGIS_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"


def attribute_table_xml(analysis: Analysis) -> str:
    """Return GDAL's side-car (``.tif.aux.xml``) with a raster attribute table: one row a class.

    QGIS 3.40 lists exactly these classes with their names and colours, without a style; 3.22 does not.
    """
    root = Xml.Element("PAMDataset")
    band = Xml.SubElement(root, "PAMRasterBand", band="1")
    table = Xml.SubElement(band, "GDALRasterAttributeTable", tableType="thematic")
    for index, (name, kind, usage) in enumerate(RAT_FIELDS):
        field = Xml.SubElement(table, "FieldDefn", index=str(index))
        for tag, text in (("Name", name), ("Type", kind), ("Usage", usage)):
            Xml.SubElement(field, tag).text = text
    for index, (number, row) in enumerate(analysis.areas.iloc[1:].iterrows()):
        entry = Xml.SubElement(table, "Row", index=str(index))
        rgb = bytes.fromhex(str(row["color"]).removeprefix("#"))
        for value in (number, row["name"], *rgb, 255):
            Xml.SubElement(entry, "F").text = str(value)
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
        label = _label(number, row)
        Xml.SubElement(
            palette, "paletteEntry", value=str(number), color=row["color"], label=label, alpha="255"
        )
    return QGIS_DOCTYPE + Xml.tostring(root, encoding="unicode")


def qgis_polygon_style(analysis: Analysis) -> str:
    """Return a QGIS style for polygons with the field ``class``: the same colours and labels, no outlines."""
    root = Xml.Element("qgis", version="3.22", styleCategories="Symbology")
    renderer = Xml.SubElement(root, "renderer-v2", type="categorizedSymbol", attr="class", symbollevels="0")
    categories = Xml.SubElement(renderer, "categories")
    symbols = Xml.SubElement(renderer, "symbols")
    for number, row in analysis.areas.iloc[1:].iterrows():
        value = str(number)
        label = _label(number, row)
        Xml.SubElement(categories, "category", value=value, symbol=value, label=label, render="true")
        symbol = Xml.SubElement(symbols, "symbol", type="fill", name=value, alpha="1")
        layer = Xml.SubElement(symbol, "layer", {"class": "SimpleFill", "enabled": "1", "pass": "0"})
        options = Xml.SubElement(layer, "Option", type="Map")
        red, green, blue = bytes.fromhex(row["color"].removeprefix("#"))
        for name, setting in (
            ("color", f"{red},{green},{blue},255"),
            ("outline_style", "no"),
            ("style", "solid"),
        ):
            Xml.SubElement(options, "Option", type="QString", name=name, value=setting)
    return QGIS_DOCTYPE + Xml.tostring(root, encoding="unicode")


def _label(number: object, row: pd.Series[Any]) -> str:
    return f"{number} {row['name']} ({row['hectares']:,.1f} ha)"


FORMAT = Format(
    60,
    "style",
    "QGIS style",
    ".qml",
    "application/xml",
    "Colours and names: keep it beside the GeoTIFF",
    qgis_style,
)

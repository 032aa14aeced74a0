"""Names and colours for programs that draw the files: QGIS styles, GDAL's side-car."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as Xml

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.result import Analysis

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

"""What a user takes away: a GeoTIFF that opens finished in QGIS, with all that explains it inside."""

from __future__ import annotations

import io
import json
import zipfile
from importlib.metadata import version
from os import PathLike
from typing import TYPE_CHECKING, BinaryIO
from xml.etree import ElementTree as Xml

import numpy as np

from pipeline.catalogs import find
from pipeline.grid import epsg_of
from pipeline.wording import day_words

if TYPE_CHECKING:
    from pipeline.analysis import Analysis

TIFF_BLOCK_PX = 256
"""Small blocks, so that small areas get overviews too."""
PACKAGES = ("numpy", "odc-geo", "pystac-client", "rasterio", "scikit-learn", "stackstac", "xarray")
README = """{title}

{stem}.tif           land-cover clusters, one class a pixel of 10 m; opens in QGIS with its colours
{stem}.tif.aux.xml   the classes' names for GDAL; keep it beside the .tif
{stem}.qml           a style for QGIS with names and hectares (Layer properties > Style > Load style)

Names are suggestions from the spectra, not checked on the ground.
The GeoTIFF's tags hold scenes, parameters, offset decision, cluster centres and software versions.
{credit}
"""


def file_stem(analysis: Analysis) -> str:
    """Return a file name without extension, e.g. ``clusters_2022-06-17_32TPS_k6``."""
    tiles = "-".join(dict.fromkeys(s.tile for s in analysis.scenes if s.tile))
    parts = ["clusters", analysis.date.isoformat(), tiles, f"k{analysis.model.n_clusters}"]
    return "_".join(p for p in parts if p)


def credit(analysis: Analysis) -> str:
    """Return the attribution that the images' licence asks for."""
    years = sorted({s.date.year for s in analysis.scenes})
    return find(analysis.request.catalog).credit.format(years=", ".join(map(str, years)))


def tags(analysis: Analysis) -> dict[str, str]:
    """Return the GeoTIFF's tags: what a reader in ten years needs to understand the file."""
    request = analysis.request
    areas = analysis.areas
    classes = dict(enumerate(areas["name"]))
    hectares = dict(enumerate(areas["hectares"].tolist()))
    return {
        "TIFFTAG_IMAGEDESCRIPTION": f"Land-cover clusters from Sentinel-2, {day_words(analysis.date)}",
        "TIFFTAG_COPYRIGHT": credit(analysis),
        "TIFFTAG_SOFTWARE": "Sentinel-2 clusters dashboard",
        "CLASS_NAMES": json.dumps(classes, ensure_ascii=False),
        "CLASS_NAMES_ARE": "suggestions from the spectra, not checked on the ground",
        "CLASS_HECTARES": json.dumps(hectares),
        "HECTARES_ARE": f"grid area; true area is {analysis.true_area_factor:.5f} times that here",
        "SCENES": json.dumps(
            [
                {
                    "id": s.id,
                    "collection": s.collection,
                    "datetime": s.datetime.isoformat(),
                    "tile": s.tile,
                    "cloud_cover": s.cloud_cover,
                    "baseline": s.baseline,
                    "offset_dn": s.offset.dn,
                    "offset_reason": s.offset.reason,
                }
                for s in analysis.scenes
            ],
            ensure_ascii=False,
        ),
        "REQUEST": request.to_json(),
        "SEED": str(analysis.model.seed),
        "MODEL": analysis.model.to_json(),
        "NOTES": json.dumps(analysis.notes, ensure_ascii=False),
        "SOFTWARE_VERSIONS": json.dumps({p: version(p) for p in PACKAGES}),
        "METHOD": "k-means on z-scored reflectance of B02, B03, B04, B08 at 10 m; unsupervised",
    }


def write_geotiff(analysis: Analysis, target: str | PathLike[str] | BinaryIO) -> None:
    """Write the labels as a cloud-optimised GeoTIFF.

    uint8, nodata 0, classes 1..k, colour table, overviews by nearest neighbour, `tags`. UTM, 10 m.

    Parameters
    ----------
    analysis : Analysis
        What to write.
    target : path or binary file
        Where to write; an open file is written at its position.
    """
    content = geotiff_bytes(analysis)
    if hasattr(target, "write"):
        target.write(content)
    else:
        with open(target, "wb") as file:
            file.write(content)


def geotiff_bytes(analysis: Analysis) -> bytes:
    """Return the file of `write_geotiff`; nothing is left on a disk."""
    from rasterio.io import MemoryFile
    from rasterio.shutil import copy

    labels = np.asarray(analysis.labels.values)
    profile = {
        "driver": "GTiff",
        "dtype": "uint8",
        "count": 1,
        "height": labels.shape[0],
        "width": labels.shape[1],
        "crs": f"EPSG:{epsg_of(analysis.grid)}",
        "transform": analysis.grid.affine,
        "nodata": 0,
    }
    options = {"blocksize": TIFF_BLOCK_PX, "compress": "DEFLATE", "overview_resampling": "NEAREST"}
    with MemoryFile() as plain, MemoryFile() as cog:
        with plain.open(**profile) as dataset:
            dataset.write(labels, 1)
            dataset.write_colormap(1, {n: _rgba(c, n) for n, c in enumerate(analysis.areas["color"])})
            dataset.update_tags(**tags(analysis))
            dataset.set_band_description(1, "cluster")
        with plain.open() as dataset:
            copy(dataset, cog.name, driver="COG", **options)
        return bytes(cog.read())


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
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + Xml.tostring(
        root, encoding="unicode"
    )


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


def _rgba(color: str, number: int) -> tuple[int, int, int, int]:
    red, green, blue = bytes.fromhex(color.removeprefix("#"))
    return (red, green, blue, 0 if number == 0 else 255)

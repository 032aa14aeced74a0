"""The kinds of cases. Each makes a broken input from its number, and gives it to what reads such input.

What is refused raises `AnalysisError` or `UnusableItem`; anything else that is raised is a finding.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any
from zipfile import ZipFile

import numpy as np

from benchmarks.fuzz.mutate import broken_bytes, broken_json, broken_text
from pipeline import permalink, uploads
from pipeline.area.aoi import AreaOfInterest
from pipeline.area.grid import footprint, grid_for
from pipeline.catalogs.acquisitions import acquisitions
from pipeline.catalogs.items import ANY_CATALOG, from_item
from pipeline.grouping import grouped
from pipeline.progress import Progress
from pipeline.reading import imagery
from pipeline.reading.cloud_mask import CloudMask
from pipeline.reading.extent import Extent
from pipeline.reading.reader import Reading
from pipeline.reading.storage.local import LocalStore
from pipeline.request import AnalysisRequest
from synthetic.granule import item, write_granule
from synthetic.patchwork import patchwork

AREA = AreaOfInterest.square(10.337, 46.932, 1)
REQUEST = AnalysisRequest(AREA, date(2022, 6, 1), date(2022, 6, 30), catalog="demo", n_clusters=3)
LEFT, TOP, SIDE_PX = 600_000, 5_200_020, 560
RING = [[11.3, 46.4], [11.4, 46.4], [11.4, 46.5], [11.35, 46.52], [11.3, 46.5], [11.3, 46.4]]
GEOJSON = {
    "type": "FeatureCollection",
    "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
    "features": [
        {
            "type": "Feature",
            "properties": {"name": "field", "size": 3.5},
            "geometry": {"type": "Polygon", "coordinates": [RING]},
        },
        {"type": "Feature", "properties": {}, "geometry": {"type": "MultiPolygon", "coordinates": [[RING]]}},
    ],
}
KML = (
    '<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><Placemark>'
    "<name>field</name><Polygon><outerBoundaryIs><LinearRing><coordinates>"
    + " ".join(f"{x},{y},0" for x, y in RING)
    + "</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Folder></Document></kml>"
)

Case = Callable[[int, Random, Path], object]


def an_item(number: int, random: Random, folder: Path) -> object:
    """An item of a catalogue with fields removed, nulled, retyped."""
    broken = broken_json(_item(folder), number, random)
    scene = from_item(json.loads(json.dumps(broken)), _profile(folder))
    return acquisitions([scene], _shape(footprint(AREA)), 32632)


def an_image(number: int, random: Random, folder: Path) -> object:
    """An image with bytes flipped, read and grouped."""
    whole = from_item(_item(folder), _profile(folder))
    band = sorted(whole.bands)[number % len(whole.bands)]
    content = (folder / f"{band}.tif").read_bytes()
    broken = folder / f"broken-{number}.tif"
    broken.write_bytes(broken_bytes(content, random))
    try:
        file = replace(whole.bands[band], href=str(broken))
        scene = replace(whole, bands={**whole.bands, band: file})
        extent = Extent(AREA, grid_for(AREA), CloudMask(REQUEST.mask_classes))
        progress = Progress()
        reading = Reading([scene], extent, progress)
        pixels = imagery.read([scene], extent, LocalStore(reading.blocks), reading, 0, progress)
        return grouped(REQUEST, pixels, None, progress)
    finally:
        broken.unlink()


def a_request(number: int, random: Random, _: Path) -> object:
    """A saved request with fields removed, nulled, retyped."""
    return AnalysisRequest.from_json(json.dumps(broken_json(json.loads(REQUEST.to_json()), number, random)))


def a_link(number: int, random: Random, _: Path) -> object:
    """A link with characters replaced."""
    polygon = replace(REQUEST, area=AreaOfInterest.polygon({"type": "Polygon", "coordinates": [RING]}))
    query = permalink.to_query(polygon if number % 2 else REQUEST)
    linked = permalink.from_query(broken_text(query, random), ["demo"])
    return linked.values


def an_upload(number: int, random: Random, folder: Path) -> object:
    """A file of each format, broken: by field where it is JSON, else by bytes."""
    kind = number % 5
    if kind < 2:
        return uploads.from_file(
            "area.geojson", json.dumps(broken_json(GEOJSON, number // 5, random)).encode()
        )
    name, content = _files(folder)[kind - 2]
    return uploads.from_file(name, broken_bytes(content, random))


KINDS: Mapping[str, Case] = {
    "item": an_item,
    "image": an_image,
    "request": a_request,
    "link": a_link,
    "upload": an_upload,
}
SHARES: Mapping[str, int] = {"item": 4, "image": 2, "request": 1, "link": 1, "upload": 2}
"""Cases of each kind, in tenths."""


def prepare(folder: Path) -> None:
    """Write the images that are broken later."""
    dn = patchwork(SIDE_PX, seed=7)[:, ::4, ::4].repeat(4, 1).repeat(4, 2)
    write_granule(folder, dn, np.full((SIDE_PX // 2, SIDE_PX // 2), 4, np.uint8), LEFT, TOP)


@cache
def _item(folder: Path) -> dict[str, Any]:
    made = item("S2A_32TPS_20220617_0_L2A", folder.as_uri(), shape=(SIDE_PX, SIDE_PX), cloud_cover=4.25)
    plain: dict[str, Any] = json.loads(json.dumps(made))
    return plain


@cache
def _profile(folder: Path) -> Any:
    return replace(ANY_CATALOG, local=folder)


def _shape(geometry: Any) -> Any:
    from shapely.geometry import shape

    return shape(geometry)


@cache
def _files(folder: Path) -> list[tuple[str, bytes]]:
    """Return a KML, a zipped KML and a GeoPackage of the same area."""
    import geopandas

    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("doc.kml", KML)
    table = geopandas.GeoDataFrame.from_features(GEOJSON["features"], crs="EPSG:4326")
    path = folder / f"area-{id(packed)}.gpkg"
    table.to_file(path, driver="GPKG")
    return [("area.kml", KML.encode()), ("area.kmz", packed.getvalue()), ("area.gpkg", path.read_bytes())]

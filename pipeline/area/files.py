"""A file -> the area inside its polygons: GeoJSON, GeoPackage, KML, KMZ, zipped shapefile.

The files come from strangers. They are read from memory by parsers of our own or of the standard library
(area/formats), which follow no link, expand no entity, write nothing and count what they read; what is not
understood is refused in one sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError
from shapely.geometry.base import BaseGeometry

from pipeline.area.aoi import LARGEST_DEGREES, MAX_FILE_MB, AreaOfInterest, Zone
from pipeline.area.formats import archive, geojson, geopackage, kml, shapefile
from pipeline.area.formats.raw import Budget, Damaged, Layer, NoPlace, TooMuch
from pipeline.area.repair import put_together
from pipeline.errors import InvalidRequest
from pipeline.text import above

MAX_FILE_BYTES = MAX_FILE_MB * 2**20
MAX_ZONES = 1000
"""Most features that are kept as zones."""
EDGE_PARTS = 16
"""Longer edges than this part of the extent are cut before they change their coordinate system."""
WGS84 = "OGC:CRS84"

_READABLE = "Give GeoJSON, GeoPackage, KML, KMZ or a zipped shapefile."


def area_from_file(name: str, content: bytes, layer: str | None = None) -> AreaOfInterest:
    """Return the area inside the polygons of a file: their union, in WGS 84, with its features as zones.

    The content decides what the file is, not its name. All layers or folders with polygons are taken, and
    `AreaOfInterest.note` says so where there are several.

    Parameters
    ----------
    name : str
        As the visitor's computer calls it; for messages.
    content : bytes
        At most `MAX_FILE_BYTES`.
    layer : str, optional
        Take only this layer or folder.

    Raises
    ------
    InvalidRequest
        For a file that is empty, too large, unreadable or without polygons, for one without a coordinate
        system, and for polygons that are no area here (polygons.area_of).
    """
    name = name[:100]
    layers = [each for each in layers_of(name, content) if each.features]
    if not layers:
        raise refusal(f"There is no polygon in “{name}”. Give a file with a layer of polygons.")
    chosen = layers if layer is None else [each for each in layers if each.name == layer]
    if not chosen:
        names = ", ".join(f"“{each.name}”" for each in layers[:10])
        raise refusal(f"There is no layer “{(layer or '')[:80]}” in “{name}”. It has {names}.")
    geometries, attributes = [], []
    for each in chosen:
        for feature, geometry in zip(each.features, _in_degrees(name, each), strict=True):
            geometries.append(geometry)
            of_layer = (("layer", each.name),) if len(chosen) > 1 else ()
            attributes.append((*of_layer, *feature.attributes))
    telling = len(geometries) > 1 or any(attributes)
    area, outlines = put_together(geometries, telling and len(geometries) <= MAX_ZONES)
    zones = tuple(Zone(*each) for each in zip(outlines, attributes, strict=False))
    return replace(area, zones=zones, note=_note(name, layers, chosen, len(geometries)))


def layers_of(name: str, content: bytes) -> list[Layer]:
    """Return the layers of a file, those without polygons included (see `area_from_file`)."""
    check_size(name, content)
    budget = Budget()
    try:
        if content.startswith(archive.MAGIC):
            return _of_archive(content, budget)
        return _of_plain(content, budget)
    except geojson.NoJson as error:
        raise refusal(f"“{name}” is not JSON as it should be. {_READABLE}") from error
    except geojson.UnknownCrs as error:
        raise _without_crs(name) from error
    except geopackage.OpenElsewhere as error:
        raise refusal(
            f"“{name}” was open in another program when it was copied, so that its newest changes are not in "
            "it. Close it in QGIS first, then choose it again."
        ) from error
    except TooMuch as error:
        raise refusal(f"“{name}” has {error}. Simplify it, or give only the polygons of the area.") from error
    except NoPlace as error:
        raise refusal(f"The coordinates in “{name}” are not all numbers of a place. {_READABLE}") from error
    except (Damaged, RecursionError) as error:
        raise refusal(f"“{name}” {_not_as(content)}. {_READABLE}") from error


def check_size(name: str, content: bytes) -> None:
    """Raise `InvalidRequest` for a file that is empty or too large."""
    if not content:
        raise refusal(f"“{name}” is empty. {_READABLE}")
    if len(content) > MAX_FILE_BYTES:
        megabytes, _ = above(len(content) / 2**20, MAX_FILE_MB, 1)
        raise refusal(
            f"“{name}” is too large: {megabytes} MB, at most {MAX_FILE_MB} MB. "
            "Simplify it, or give only the polygons of the area."
        )


def first_character(content: bytes) -> str:
    """Return the first character of a text in any encoding of Unicode; empty for other bytes."""
    head = content[:4096]
    for mark, encoding in (
        *((b"\xff\xfe\0\0", "utf-32"), (b"\0\0\xfe\xff", "utf-32")),
        *((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")),
    ):
        if head.startswith(mark):
            text = head.decode(encoding, "ignore")
            break
    else:
        text = head.replace(b"\0", b"").decode("utf-8-sig", "ignore")
    return text.lstrip()[:1]


def refusal(sentence: str) -> InvalidRequest:
    """Return the error of a file that is no area."""
    return InvalidRequest(sentence, "area")


def _of_plain(content: bytes, budget: Budget) -> list[Layer]:
    if content.startswith(geopackage.MAGIC):
        return geopackage.layers(content, budget)
    first = first_character(content)
    if first in ("{", "["):
        return geojson.layers(geojson.parsed(content), budget)
    if first == "<":
        return kml.layers(content, budget)
    raise Damaged("no known format")


def _of_archive(content: bytes, budget: Budget) -> list[Layer]:
    """Return the layers of the files in an archive, each named after its file where there are several."""
    files = archive.unpacked(content)
    found: list[Layer] = []
    for path, inner in files.items():
        stem, suffix = path.rpartition(".")[0], PurePosixPath(path).suffix
        if suffix == ".shp":
            parts = {ending: files.get(f"{stem}.{ending}") for ending in ("dbf", "prj", "cpg")}
            found.append(shapefile.layer(PurePosixPath(stem).name, inner, parts, budget))
        elif suffix in (".kml", ".geojson", ".json", ".gpkg") and inner:
            for each in _of_plain(inner, budget):
                found.append(each if each.name else replace(each, name=PurePosixPath(stem).name))
    return found


def _not_as(content: bytes) -> str:
    """Return the kind of file that an unreadable one claims to be."""
    if content.startswith(archive.MAGIC):
        return "cannot be unpacked, or what is inside cannot be read"
    if content.startswith(geopackage.MAGIC):
        return "is not a GeoPackage as it should be"
    kinds = {
        "{": "is not GeoJSON as it should be",
        "[": "is JSON, but not GeoJSON",
        "<": "is not KML as it should be",
    }
    return kinds.get(first_character(content), "cannot be read")


def _note(name: str, layers: Sequence[Layer], chosen: Sequence[Layer], features: int) -> str:
    """Return which layers were taken, where a file has several, and whether its features are kept."""
    notes = []
    if len(layers) > 1:
        names = ", ".join(f"“{each.name[:40]}”" for each in chosen[:5])
        more = f" and {len(chosen) - 5} more" if len(chosen) > 5 else ""
        if len(chosen) == len(layers):
            notes.append(
                f"All {len(layers)} layers of “{name}” are taken together: {names}{more}. "
                "Save one of them alone to use only that one."
            )
        else:
            notes.append(f"{len(chosen)} of {len(layers)} layers of “{name}” is taken: {names}.")
    if features > MAX_ZONES:
        notes.append(f"Its {features:,} polygons are not kept apart as zones: at most {MAX_ZONES:,}.")
    return " ".join(notes)


# Coordinate systems


def _without_crs(name: str) -> InvalidRequest:
    return refusal(
        f"“{name}” does not say its coordinate system in a way that is understood here. "
        "Save it in WGS 84 (EPSG:4326)."
    )


def _in_degrees(name: str, layer: Layer) -> list[BaseGeometry]:
    """Return the features of a layer in longitude/latitude on WGS 84."""
    geometries: list[BaseGeometry] = [
        shapely.MultiPolygon([(rings[0], rings[1:]) for rings in feature.polygons])
        for feature in layer.features
    ]
    if layer.crs is not None and not _is_wgs84(layer.crs):
        geometries = _transformed(name, geometries, layer.crs)
    west, south, east, north = shapely.total_bounds(geometries)
    unknown = layer.crs is None and not layer.crs_named
    if unknown and max(abs(south), abs(north), abs(west), abs(east)) > LARGEST_DEGREES:
        raise refusal(
            "These coordinates look like metres, but the file names no coordinate system: they are not in "
            "degrees. Save it in WGS 84 (EPSG:4326)."
        )
    if max(abs(south), abs(north)) > 90 or max(abs(west), abs(east)) > LARGEST_DEGREES:
        raise refusal(f"The polygons in “{name}” are not in degrees. Save it in WGS 84 (EPSG:4326).")
    return geometries


def _is_wgs84(crs: CRS) -> bool:
    return crs.equals(CRS(WGS84)) or crs.to_epsg() == 4326


def _transformed(name: str, geometries: list[BaseGeometry], crs: CRS) -> list[BaseGeometry]:
    west, south, east, north = shapely.total_bounds(geometries)
    longest = max(east - west, north - south) / EDGE_PARTS
    try:
        transformer = Transformer.from_crs(crs, WGS84, always_xy=True)
        dense = shapely.segmentize(geometries, longest) if longest > 0 else geometries
        degrees = shapely.transform(dense, lambda xy: np.column_stack(transformer.transform(*xy.T)))
    except (ProjError, shapely.errors.ShapelyError, ValueError) as error:
        raise _without_crs(name) from error
    if not np.isfinite(shapely.get_coordinates(degrees)).all():
        raise refusal(f"The coordinates in “{name}” lie outside their coordinate system. {_READABLE}")
    return list(degrees)

"""Points for people who label in QGIS or Collect Earth, and the labels that come back.

The files do not show the map's class of a point, so that it cannot influence the labeller. Fields:
``point`` (its id, also as ``PLOTID``, which Collect Earth wants), ``label`` (to be filled in: a class's name,
or "unsure") and ``design`` (a mark of the sample, so that labels of another are noticed).
"""

from __future__ import annotations

import json
import math
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.accuracy.labels import Label
from pipeline.errors import InvalidRequest
from pipeline.text import above

if TYPE_CHECKING:
    from pipeline.accuracy.design import SamplingDesign

LAYER, DESIGN = "points", "design"
UNSURE = "unsure"
IDS = ("point", "plotid", "pl_plotid")
"""Fields that hold a point's id, in any case of letters: ours, and those of Collect Earth Online."""
MOVED_DEGREES = 1e-4
"""About ten metres: a point farther from its place was moved."""
MAX_BYTES = 5_000_000
_SQLITE = b"SQLite format 3\0"


@dataclass(frozen=True)
class Found:
    """A point as a file has it."""

    id: Any
    label: Any
    design: Any
    longitude: float
    latitude: float


def mark(design: SamplingDesign) -> str:
    """Return a short text that no other sample has."""
    from pipeline.accuracy import design_json

    return str(design_json.values_of(design)["seal"])[:12]


def geojson(design: SamplingDesign) -> str:
    """Return the points as GeoJSON (RFC 7946), the whole design beside them."""
    from pipeline.accuracy import design_json

    features = [
        {
            "type": "Feature",
            "properties": {
                "point": p.id,
                "PLOTID": p.id,
                "label": _written(design, p.id),
                "design": mark(design),
            },
            "geometry": {"type": "Point", "coordinates": [p.longitude, p.latitude]},
        }
        for p in design.drawn
    ]
    values = {
        "type": "FeatureCollection",
        "name": LAYER,
        DESIGN: design_json.values_of(design),
        "features": features,
    }
    return json.dumps(values, ensure_ascii=False)


def geopackage(design: SamplingDesign) -> bytes:
    """Return the points as a GeoPackage (longitude, latitude), the whole design in its metadata."""
    import shapely
    from pyogrio import raw

    points = design.drawn
    ids = np.array([p.id for p in points], np.int32)
    fields = {
        "point": ids,
        "PLOTID": ids,
        "label": np.array([_written(design, p.id) for p in points], object),
        "design": np.array([mark(design)] * len(points), object),
    }
    places = shapely.points([p.longitude for p in points], [p.latitude for p in points])
    with tempfile.TemporaryDirectory(prefix="points-") as folder:
        path = Path(folder, "points.gpkg")
        raw.write(
            path,
            geometry=shapely.to_wkb(places),
            field_data=list(fields.values()),
            fields=list(fields),
            layer=LAYER,
            driver="GPKG",
            geometry_type="Point",
            crs="EPSG:4326",
            dataset_metadata={DESIGN: design.to_json()},
        )
        return path.read_bytes()


def design_in(content: bytes | str) -> SamplingDesign:
    """Return the design in a JSON, GeoJSON or GeoPackage made here, with the labels in its points.

    Raises
    ------
    InvalidRequest
        As `SamplingDesign.from_file`.
    """
    from pipeline.accuracy import design_json

    content = _bytes(content)
    if content.startswith(_SQLITE):
        text = _embedded(content)
    else:
        values = _json(content)
        if "features" not in values:
            return design_json.read(content.decode("utf-8-sig"))
        text = json.dumps(values[DESIGN]) if DESIGN in values else None
    if text is None:
        raise InvalidRequest(
            "The file has points, but the sample they belong to is not in it any more. Open the sample's own "
            "file first, then read the labels from this one.",
            "design",
        )
    return design_json.read(text).with_labels_from(content)


def labels_in(design: SamplingDesign, content: bytes | str) -> dict[int, Label]:
    """Return the labels in a GeoJSON or GeoPackage of a design's points; points without one are left out.

    Small and capital letters of the design's classes do not matter.

    Raises
    ------
    InvalidRequest
        As `SamplingDesign.with_labels_from`.
    """
    content = _bytes(content)
    found = _of_geopackage(content) if content.startswith(_SQLITE) else _of_geojson(_json(content))
    places = {p.id: (p.longitude, p.latitude) for p in design.drawn}
    names = {name.casefold(): name for name in design.classes}
    labels: dict[int, Label] = {}
    seen: set[int] = set()
    for point in found:
        number = _id(point, design)
        if number not in places:
            raise InvalidRequest(
                f"Point {point.id!r:.40} is not in this sample. Points added by hand are no random sample: "
                "take them out of the file.",
                "labels",
            )
        if number in seen:
            raise InvalidRequest(f"Point {number} is in the file twice. Leave one in it.", "labels")
        seen.add(number)
        longitude, latitude = places[number]
        off = math.hypot((point.longitude - longitude + 180) % 360 - 180, point.latitude - latitude)
        if not off <= MOVED_DEGREES:
            raise InvalidRequest(
                f"Point {number} is not where it was drawn. A label is for the drawn place: put it back.",
                "labels",
            )
        text = "" if point.label is None or point.label != point.label else " ".join(str(point.label).split())
        if text:
            labels[number] = None if text.casefold() == UNSURE else names.get(text.casefold(), text)
    return labels


def _id(point: Found, design: SamplingDesign) -> int | None:
    """Return the id of a point, None where it has none.

    Raises
    ------
    InvalidRequest
        When the point belongs to another sample.
    """
    if point.design not in (None, "") and point.design != mark(design):
        raise InvalidRequest(
            "The labels in this file belong to another sample, of another map or another seed. Open the "
            "sample they were made for.",
            "labels",
        )
    try:
        number = int(point.id)
        return number if number == float(point.id) else None
    except (TypeError, ValueError, OverflowError):
        return None


def _written(design: SamplingDesign, point: int) -> str | None:
    if point not in design.labels:
        return None
    return design.labels[point] or UNSURE


def _bytes(content: bytes | str) -> bytes:
    raw = content.encode("utf-8", "replace") if isinstance(content, str) else bytes(content)
    if len(raw) > MAX_BYTES:
        megabytes, limit = above(len(raw) / 1e6, MAX_BYTES / 1e6, 1)
        raise InvalidRequest(f"The file is too large: {megabytes} MB, at most {limit} MB.", "labels")
    return raw


def _json(content: bytes) -> dict[str, Any]:
    try:
        values = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise _unreadable() from error
    if not isinstance(values, dict):
        raise _unreadable()
    return values


def _of_geojson(values: dict[str, Any]) -> list[Found]:
    try:
        crs = values.get("crs")
        if crs is not None and not str(crs["properties"]["name"]).endswith(("CRS84", "4326")):
            raise InvalidRequest("The points are not in degrees. Save them in WGS 84.", "labels")
        found = []
        for feature in values["features"]:
            longitude, latitude = feature["geometry"]["coordinates"][:2]
            found.append(_found(feature["properties"].items(), float(longitude), float(latitude)))
        return found
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise _unreadable() from error


def _found(properties: Iterable[tuple[str, Any]], longitude: float, latitude: float) -> Found:
    values = {str(name).casefold(): value for name, value in properties}
    number = next((values[name] for name in IDS if values.get(name) not in (None, "")), None)
    return Found(number, values.get("label"), values.get("design"), longitude, latitude)


def _of_geopackage(content: bytes) -> list[Found]:
    import shapely
    from pyogrio import list_layers, raw
    from pyproj import Transformer

    with _filed(content) as path:
        (layer,) = [name for name, kind in list_layers(path) if str(kind) == "Point"][:1]
        meta, _, geometry, columns = raw.read(path, layer=layer)
        xy = shapely.get_coordinates(shapely.from_wkb(geometry))
        to_degrees = Transformer.from_crs(meta["crs"], 4326, always_xy=True)
        longitudes, latitudes = to_degrees.transform(xy[:, 0], xy[:, 1])
        rows = zip(*columns, strict=True)
        return [
            _found(zip(meta["fields"], row, strict=True), float(x), float(y))
            for row, x, y in zip(rows, longitudes, latitudes, strict=True)
        ]


def _embedded(content: bytes) -> str | None:
    """Return the design in a GeoPackage's metadata."""
    from pyogrio import read_info

    with _filed(content) as path:
        text = (read_info(path, layer=0).get("dataset_metadata") or {}).get(DESIGN)
    return None if text is None else str(text)


@contextmanager
def _filed(content: bytes) -> Iterator[Path]:
    """Give a GeoPackage as a file; one that cannot be read is refused."""
    from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError
    from pyproj.exceptions import ProjError
    from shapely.errors import ShapelyError

    unreadable = (DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError, ProjError)
    with tempfile.TemporaryDirectory(prefix="points-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of GDAL, about files that are refused or read all the same
        path = Path(folder, "points.gpkg")
        path.write_bytes(content)
        try:
            yield path
        except (*unreadable, ShapelyError, IndexError, RuntimeError, TypeError, ValueError) as error:
            raise _unreadable() from error


def _unreadable() -> InvalidRequest:
    return InvalidRequest(
        "The file holds no points that can be read. Give the GeoJSON or GeoPackage of this sample, labelled.",
        "labels",
    )

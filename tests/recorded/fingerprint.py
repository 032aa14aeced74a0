"""What is hashed of an analysis: one hash a part, so that one part can be renewed without the others.

Left out, because they hold a time: the bytes of the GeoPackage (its layers are compared) and of the zip
(it holds the other files). Versions of libraries and the address of the catalogue, a random port, are
replaced by words before a text is hashed.

On one kind of processor all of it is the same in every run, on any number of threads. On another kind the
last bits of a fit differ, and with them a few pixels between two clusters: `arithmetic` tells.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import platform
import tempfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyproj
import rasterio
from PIL import Image, features
from rasterio.io import MemoryFile
from threadpoolctl import threadpool_info

from pipeline import Analysis
from pipeline.exports.files import make
from tests.recorded.cases import LITTLE_PX, Case
from tests.recorded.store import Hashes
from tests.recorded.tiff import without_texts

HEX_DIGITS = 24
"""Of a SHA-256: enough to tell any two results apart."""
SAID_ELSEWHERE = {"SOFTWARE_VERSIONS", "MODEL", "CLASS_NAMES"}
"""Tags of the GeoTIFF that are no part of `geotiff_tags`."""

Pieces = Iterator[bytes]


@dataclass
class Outcome:
    """An analysis with what several parts are taken from, made once."""

    analysis: Analysis

    @cached_property
    def geotiff(self) -> bytes:
        file = io.BytesIO()
        self.analysis.to_geotiff(file)
        return file.getvalue()

    @cached_property
    def tags(self) -> dict[str, str]:
        """Tags of the GeoTIFF."""
        return _tags_of(self.geotiff)

    @cached_property
    def image(self) -> bytes:
        return make(self.analysis, "image")

    def layer(self, name: str) -> Any:
        """Return what pyogrio reads of a layer of the GeoPackage: about, ids, geometries, values by field."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "clusters.gpkg")
            path.write_bytes(self.package)
            return pyogrio.raw.read(path, layer=name)

    @cached_property
    def package(self) -> bytes:
        return make(self.analysis, "geopackage")

    @cached_property
    def window(self) -> Any:
        """Pictures of the middle ninth of the area, as a map draws them when it is zoomed in."""
        (south, west), (north, east) = self.analysis.overlays.true_colour.bounds
        high, wide = (north - south) / 3, (east - west) / 3
        return self.analysis.draw(((south + high, west + wide), (north - high, east - wide)), 512)


def encoders() -> dict[str, str]:
    """Return the libraries that decide the bytes of pictures and files."""
    return {
        "machine": f"{platform.system()} {platform.machine()}",
        "gdal": rasterio.__gdal_version__,
        "proj": pyproj.proj_version_str,
        "webp": str(features.version("webp")),
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
    }


def arithmetic() -> dict[str, str]:
    """Return what decides the last bits of a fit: libraries, and the kind of processor they compute for."""
    pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    blas = {f"{pool['internal_api']} {pool.get('architecture', '')}".strip() for pool in pools}
    vectors = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    libraries = {name: version(name) for name in ("numpy", "scipy", "scikit-learn")}
    return {**libraries, "blas": ", ".join(sorted(blas)), "vectors": " ".join(vectors)}


def fingerprints(case: Case, catalog: str) -> Hashes:
    """Return the hash of every part of every analysis of a case, and as "pixels" the counts themselves.

    `SLOW` parts are made where the case wants them.

    Parameters
    ----------
    case : Case
        What is analysed.
    catalog : str
        Name or address of the catalogue with the images of its source.
    """
    found: Hashes = {}
    for name, analysis in case.analyses(catalog).items():
        exported = case.exported and (not found or analysis.labels.size <= LITTLE_PX)
        made = Outcome(analysis)
        hashes = {part: _hash(of(made)) for part, of in PARTS.items() if exported or part not in SLOW}
        found[name] = {"pixels": " ".join(map(str, analysis.areas["pixels"])), **hashes}
    return found


def _hash(pieces: Pieces) -> str:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(len(piece).to_bytes(8, "little"))
        digest.update(piece)
    return digest.hexdigest()[:HEX_DIGITS]


def _array(values: Any) -> Pieces:
    """Yield type, shape and numbers of an array; every NaN is the same NaN."""
    array = np.ascontiguousarray(values)
    if array.dtype.kind == "f":
        array = np.where(np.isnan(array), array.dtype.type(np.nan), array)
    yield f"{array.dtype.str} {array.shape}".encode()
    yield array.tobytes()


def _json(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False).encode()


def _plain(made: Outcome, text: str) -> bytes:
    """Return a text with words for what differs from machine to machine: the address, the versions."""
    said = json.loads(made.tags["SOFTWARE_VERSIONS"])
    for name, number in said.items():
        text = text.replace(f'"{name}": "{number}"', f'"{name}": "VERSION"')
        text = text.replace(f"{name} {number}", f"{name} VERSION")
    address = made.analysis.request.catalog
    return (text.replace(address, "CATALOGUE") if address.startswith("http") else text).encode()


def _tags_of(tiff: bytes) -> dict[str, str]:
    with MemoryFile(tiff) as file, file.open() as dataset:
        return dict(dataset.tags())


def _scenes(made: Outcome) -> Pieces:
    for s in made.analysis.scenes:
        yield _json([s.id, s.tile, s.datetime.isoformat(), s.cloud_cover, s.offset.dn, s.offset.reason])


def _grid(made: Outcome) -> Pieces:
    grid = made.analysis.grid
    yield _json([str(grid.crs), list(grid.shape), list(grid.affine)[:6]])
    yield from _array(made.analysis.inside)


def _imagery(made: Outcome) -> Pieces:
    yield _json([str(b) for b in made.analysis.imagery.band.values])
    yield from _array(made.analysis.imagery.values)


def _hectares(made: Outcome) -> Pieces:
    table = made.analysis.areas
    for row, pixels, hectares, share in zip(
        table.index, table["pixels"], table["hectares"], table["share"], strict=True
    ):
        yield f"{row} {pixels} {hectares!r} {share!r}".encode()


def _model(made: Outcome) -> Pieces:
    model = made.analysis.model
    yield _json([model.mean, model.scale, model.centres, model.seed])


def _geotiff_pixels(made: Outcome) -> Pieces:
    """Yield the numbers of the file in full and in every overview, and where they lie."""
    with MemoryFile(made.geotiff) as file:
        with file.open() as dataset:
            overviews = dataset.overviews(1)
            yield _json([dataset.crs.to_epsg(), list(dataset.transform)[:6], dataset.nodata, overviews])
            yield from _array(dataset.read())
        for level in range(len(overviews)):
            with file.open(overview_level=level) as dataset:
                yield from _array(dataset.read())


def _geotiff_colors(made: Outcome) -> Pieces:
    with MemoryFile(made.geotiff) as file, file.open() as dataset:
        yield _json(dataset.colormap(1))


def _geotiff_tags(made: Outcome) -> Pieces:
    yield from _texts(made, made.tags)


def _texts(made: Outcome, tags: dict[str, str]) -> Pieces:
    for name, text in sorted(tags.items()):
        if name not in SAID_ELSEWHERE:
            yield name.encode()
            yield _plain(made, text)


def _image_pixels(made: Outcome) -> Pieces:
    with MemoryFile(made.image) as file, file.open() as dataset:
        yield from _array(dataset.read())


def _image_tags(made: Outcome) -> Pieces:
    yield from _texts(made, _tags_of(made.image))


def _polygons(made: Outcome) -> Pieces:
    """Yield the outlines and sizes in both layers of the GeoPackage, in metres, without names and colours."""
    for layer in ("classes", "patches"):
        about, _, geometries, values = made.layer(layer)
        fields = dict(zip(about["fields"].tolist(), values, strict=True))
        yield _json([layer, about["crs"], sorted(fields)])
        yield from geometries.tolist()
        for name in ("class", "pixels", "hectares"):
            yield from _array(fields[name])


def _polygon_styles(made: Outcome) -> Pieces:
    about, _, _, values = made.layer("layer_styles")
    for name, column in zip(about["fields"].tolist(), values, strict=True):
        if name != "update_time":
            yield _json([name, column.tolist()])


def _pictures(overlays: Sequence[Any]) -> Pieces:
    """Yield the data URLs of pictures and where they lie."""
    for overlay in overlays:
        yield _json(overlay.bounds)
        yield overlay.url.encode()


def _image_pictures(made: Outcome) -> Pieces:
    yield from _pictures([made.analysis.overlays.true_colour, made.analysis.overlays.false_colour])
    yield from _pictures([made.window.true_colour, made.window.false_colour])


def _cluster_pictures(made: Outcome) -> Pieces:
    yield from _pictures(made.analysis.overlays.clusters)


def _cluster_shapes(made: Outcome) -> Pieces:
    """Yield which pixels each cluster's picture covers, and those of a window in the middle: no colours."""
    for overlay in (*made.analysis.overlays.clusters, *made.window.clusters):
        picture = Image.open(io.BytesIO(base64.b64decode(overlay.url.partition(",")[2])))
        yield from _array(np.asarray(picture.convert("RGBA").getchannel("A")))


def _text(key: str) -> Callable[[Outcome], Pieces]:
    def pieces(made: Outcome) -> Pieces:
        yield _plain(made, make(made.analysis, key).decode())

    return pieces


def _json_texts(*values: Callable[[Outcome], Any]) -> Callable[[Outcome], Pieces]:
    def pieces(made: Outcome) -> Pieces:
        for value in values:
            yield _json(value(made))

    return pieces


PARTS: dict[str, Callable[[Outcome], Pieces]] = {
    "scenes": _scenes,
    "grid": _grid,
    "imagery": _imagery,
    "labels": lambda m: _array(m.analysis.labels.values),
    "hectares": _hectares,
    "names": _json_texts(
        lambda m: m.analysis.areas["name"].tolist(), lambda m: json.loads(m.tags["CLASS_NAMES"])
    ),
    "colors": _json_texts(lambda m: m.analysis.areas["color"].tolist()),
    "notes": _json_texts(lambda m: m.analysis.notes),
    "model": _model,
    "model_file": _text("model"),
    "geotiff_pixels": _geotiff_pixels,
    "geotiff_colors": _geotiff_colors,
    "geotiff_tags": _geotiff_tags,
    "geotiff_file": lambda m: without_texts(m.geotiff),
    "image_pixels": _image_pixels,
    "image_tags": _image_tags,
    "image_file": lambda m: without_texts(m.image),
    "polygons": _polygons,
    "polygon_styles": _polygon_styles,
    "geojson": _text("geojson"),
    "table": _text("table"),
    "style": _text("style"),
    "report": _text("report"),
    "image_pictures": _image_pictures,
    "cluster_pictures": _cluster_pictures,
    "cluster_shapes": _cluster_shapes,
}
"""Every part and what is hashed of it."""
ENCODED = frozenset({"geotiff_file", "image_file", "geojson", "report", "image_pictures", "cluster_pictures"})
"""Parts that also depend on the `encoders`: compared only where these are the ones of the record."""
FITTED = frozenset(
    {"pixels", "labels", "hectares", "model", "model_file", "geotiff_pixels", "geotiff_tags", "geotiff_file"}
    | {"polygons", "polygon_styles", "geojson", "table", "style", "report"}
    | {"cluster_pictures", "cluster_shapes"}
)
"""Parts that also depend on the `arithmetic`: where it is another one, only "pixels" are compared, nearly."""
SLOW = {"image_pixels", "image_tags", "image_file", "polygons", "polygon_styles", "geojson", "report"}
"""Parts that take seconds for a large area."""

"""A result in one file: everything that was read and decided, so that work goes on without the catalogue.

The file is a zip archive of one JSON text and NumPy arrays (``.npy``): no pickle, so opening a file from a
stranger runs no code of theirs. What follows from the rest (hectares, pictures) is made again when it is
loaded, by the same functions.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from affine import Affine

from pipeline.area.blocks import Block
from pipeline.area.grid import epsg_of
from pipeline.errors import AnalysisError, FileRefused, InvalidRequest
from pipeline.progress import Progress

if TYPE_CHECKING:
    from pipeline.clustering.labels import LabelRaster
    from pipeline.outcome.values import Outcome
    from pipeline.reading.imagery import Imagery
    from pipeline.reading.pixels import Pixels
    from pipeline.sentinel2.scene import Scene

Kind = TypeVar("Kind", bound="Outcome")
FORMAT, VERSION = "land-cover-clusters analysis", 1
HEAD = "analysis.json"
COMPRESSION = 1
"""Of zip, 0..9: pixels of land hardly become smaller by more."""
MAX_ARRAY_BYTES = 2**29
"""More than any block of 2048 pixels with all bands takes."""
SECOND = "second"
"""Key and folder of a second date, which is kept as the first one is; older files have none."""
CHANGE_SAMPLE = "checked_change"
"""Key of a labelled sample of the change to it."""
KEPT = {"request", "pixels", "model", "raster", "suggestions", "checked", SECOND}
MADE_AGAIN = {"areas", "overlays", "fits"}
"""Fields of `Analysis` that are no plain values: kept in their own way, or made again."""
NOT_PLAIN = KEPT | MADE_AGAIN


def save(analysis: Outcome, path: str | os.PathLike[str]) -> None:
    """Write an analysis into a file, which is there whole or not at all.

    Raises
    ------
    FileRefused
        When the file cannot be written.
    """
    target = Path(path)
    partial = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION) as archive:
            archive.writestr(HEAD, json.dumps(_head(analysis), ensure_ascii=False))
            for name, array in _arrays(analysis):
                with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                    np.lib.format.write_array(member, np.ascontiguousarray(array), allow_pickle=False)
        partial.replace(target)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise FileRefused(f"The analysis cannot be saved as “{target}”: {reason}.") from error
    finally:
        partial.unlink(missing_ok=True)


def load(path: str | os.PathLike[str], kind: type[Kind]) -> Kind:
    """Return the analysis that `save` wrote: its pixels are here, no catalogue is asked.

    Parameters
    ----------
    path : path
        The file.
    kind : type
        What is wanted, also of a second date: `Analysis`.

    Raises
    ------
    InvalidRequest
        For a file that is missing, damaged, or something else.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _loaded(archive, kind)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InvalidRequest(f"“{path}” cannot be opened: {reason}.") from error
    except AnalysisError as error:
        raise InvalidRequest(f"“{path}” cannot be loaded. {error}") from error
    except Exception as error:  # whatever a file holds, it ends in a sentence
        raise InvalidRequest(
            f"“{path}” is no saved analysis, or it is damaged. Give a file that analysis.save() wrote."
        ) from error


def _head(analysis: Outcome) -> dict[str, Any]:
    """Return everything but the arrays, as values for JSON."""
    pixels = analysis.pixels
    grid = analysis.grid
    plain = {f.name: getattr(analysis, f.name) for f in fields(analysis) if f.name not in NOT_PLAIN}
    return {
        "format": FORMAT,
        "version": VERSION,
        "request": analysis.request.to_json(),
        "model": analysis.model.to_json(),
        "suggestions": [asdict(s) for s in analysis.suggestions],
        "plain": plain,
        "grid": {"epsg": epsg_of(grid), "shape": list(grid.shape), "affine": list(grid.affine[:6])},
        "mask": asdict(pixels.extent.mask),
        "bands": pixels.extent.bands,
        "coverage": asdict(pixels.coverage),
        "composite": None if pixels.composite is None else asdict(pixels.composite),
        "n_filled": pixels.n_filled,
        "scenes": [_scene_values(scene) for scene in pixels.scenes],
        "notes": pixels.notes,
        "blocks": [asdict(block) for block in pixels.store.blocks],
        "checked": None if analysis.checked is None else analysis.checked.design.to_json(),
        "label_blocks": [asdict(block) for block in analysis.raster.blocks],
        CHANGE_SAMPLE: _change_sample(analysis),
        SECOND: None if analysis.second is None else _head(replace(analysis.second.analysis, second=None)),
    }


def _change_sample(analysis: Outcome) -> str | None:
    if analysis.second is None or analysis.second.checked is None:
        return None
    return analysis.second.checked.design.to_json()


def _arrays(analysis: Outcome) -> Iterable[tuple[str, np.ndarray]]:
    """Yield every array with its name; one block at a time is in memory."""
    pixels = analysis.pixels
    for number in range(len(pixels.store.blocks)):
        yield from _numbered(f"pixels/{number}", pixels.store.get(number).packed())
    for number in range(len(analysis.raster.blocks)):
        yield f"labels/{number}", analysis.raster.get(number)
    for f in fields(pixels.sample):
        yield f"sample/{f.name}", getattr(pixels.sample, f.name)
    if pixels.thinned is not None:
        yield from _numbered("thinned", pixels.thinned.packed())
    if analysis.second is not None:
        for name, array in _arrays(replace(analysis.second.analysis, second=None)):
            yield f"{SECOND}/{name}", array


def _numbered(name: str, arrays: Iterable[np.ndarray]) -> Iterable[tuple[str, np.ndarray]]:
    return ((f"{name}/{n}", array) for n, array in enumerate(arrays))


def _scene_values(scene: Scene) -> dict[str, Any]:
    values = {f.name: getattr(scene, f.name) for f in fields(scene)}
    return {
        **values,
        "datetime": scene.datetime.isoformat(),
        "bands": {band: asdict(file) for band, file in scene.bands.items()},
        "footprint": scene.footprint.wkb_hex,
        "offset": asdict(scene.offset),
    }


def _scene(values: Mapping[str, Any]) -> Scene:
    from shapely import from_wkb

    from pipeline.sentinel2.offset import OffsetDecision
    from pipeline.sentinel2.scene import BandFile, Scene

    bands = {band: BandFile(**_tupled(file)) for band, file in values["bands"].items()}
    made: dict[str, Any] = {
        **_tupled(values),
        "datetime": dt.datetime.fromisoformat(values["datetime"]),
        "bands": bands,
        "footprint": from_wkb(values["footprint"]),
        "offset": OffsetDecision(**values["offset"]),
    }
    return Scene(**made)


def _tupled(value: Any) -> Any:
    """Return a value of JSON as it was: every list is a tuple."""
    if isinstance(value, list):
        return tuple(map(_tupled, value))
    return {k: _tupled(v) for k, v in value.items()} if isinstance(value, dict) else value


@dataclass(frozen=True)
class _Arrays:
    """The arrays of one analysis in a file."""

    archive: zipfile.ZipFile
    folder: str = ""

    def one(self, name: str) -> np.ndarray:
        """Return an array by its name."""
        member = self.archive.getinfo(f"{self.folder}{name}.npy")
        if member.file_size > MAX_ARRAY_BYTES:
            raise ValueError("an array that is too large")
        with self.archive.open(member) as file:
            array: np.ndarray = np.lib.format.read_array(file, allow_pickle=False)
        return array

    def all(self, name: str) -> list[np.ndarray]:
        """Return the arrays that `_numbered` named."""
        found: list[np.ndarray] = []
        names = set(self.archive.namelist())
        while f"{self.folder}{name}/{len(found)}.npy" in names:
            found.append(self.one(f"{name}/{len(found)}"))
        return found


def _loaded(archive: zipfile.ZipFile, kind: type[Kind]) -> Kind:
    head = json.loads(archive.read(HEAD))
    if head["format"] != FORMAT:
        raise ValueError("another kind of file")
    if head["version"] != VERSION:
        raise InvalidRequest(f"It is of version {head['version']}; version {VERSION} is read here.")
    analysis = kind.of(_analysis(_Arrays(archive), head))
    second = head.get(SECOND)
    if second is None:
        return analysis
    from pipeline.explore.change import with_second_date

    analysis = with_second_date(analysis, kind.of(_analysis(_Arrays(archive, f"{SECOND}/"), second)))
    sample = head.get(CHANGE_SAMPLE)
    if sample is None:
        return analysis
    from pipeline.accuracy import SamplingDesign, with_change_sample

    return with_change_sample(analysis, SamplingDesign.from_json(sample))


def _analysis(arrays: _Arrays, head: Mapping[str, Any]) -> Outcome:
    """Return the analysis of a head and its arrays, without a second date."""
    from pipeline.clustering.areas import areas_of
    from pipeline.clustering.model import ClusterModel
    from pipeline.clustering.naming import Fits
    from pipeline.clustering.surface_types import Suggestion
    from pipeline.drawing.frame import images, whole_frame, with_clusters
    from pipeline.outcome.values import Outcome
    from pipeline.request import AnalysisRequest

    request = AnalysisRequest.from_json(head["request"])
    pixels = _imagery(arrays, head, request)
    suggestions = tuple(Suggestion(**s) for s in head["suggestions"])
    raster = _raster(arrays, head, pixels, len(suggestions))
    frame = whole_frame(pixels.extent.grid)
    overlays = with_clusters(images(pixels, frame), raster, [s.color for s in suggestions], frame)
    model = ClusterModel.from_json(head["model"])
    fits = Fits.of(pixels)
    outcome = Outcome(
        request,
        pixels,
        model,
        raster,
        suggestions,
        areas_of(raster.counts, suggestions, pixels.extent.grid.affine.a**2 / 10_000),
        overlays,
        fits=fits,
    )
    outcome = replace(outcome, **_tupled(head["plain"]))
    if head["checked"] is None:
        return outcome
    from pipeline.accuracy import SamplingDesign
    from pipeline.accuracy.checked import check

    return replace(outcome, checked=check(outcome, SamplingDesign.from_json(head["checked"])))


def _imagery(arrays: _Arrays, head: Mapping[str, Any], request: Any) -> Imagery:
    from odc.geo.geobox import GeoBox

    from pipeline.reading.cloud_mask import CloudMask
    from pipeline.reading.composite import Composite
    from pipeline.reading.coverage import Coverage
    from pipeline.reading.extent import Extent
    from pipeline.reading.imagery import Imagery
    from pipeline.reading.pixels import Pixels
    from pipeline.reading.sample import Sample
    from pipeline.reading.storage.local import LocalStore

    where = head["grid"]
    grid = GeoBox(tuple(where["shape"]), Affine(*where["affine"]), f"EPSG:{where['epsg']}")
    extent = Extent(request.area, grid, CloudMask(**_tupled(head["mask"])), tuple(head["bands"]))
    combined = _tupled(head["composite"])
    composite = combined and Composite(**{**combined, "mask": CloudMask(**combined["mask"])})
    n_planes = len(composite.names(extent.bands) if composite else extent.bands)
    store = LocalStore(tuple(Block(**block) for block in head["blocks"]))
    number_of = {block: n for n, block in enumerate(store.blocks)}

    def read(block: Block) -> Pixels:
        found = Pixels.unpacked(arrays.all(f"pixels/{number_of[block]}"))
        if found.state.shape != block.shape or len(found.dn) != n_planes:
            raise ValueError("a block of another size")
        return found

    for _ in store.fill(read, lambda block, found: None, Progress()):
        pass
    thinned = arrays.all("thinned")
    return Imagery(
        extent,
        store,
        tuple(_scene(values) for values in head["scenes"]),
        Sample(**{f.name: arrays.one(f"sample/{f.name}") for f in fields(Sample)}),
        Coverage(**head["coverage"]),
        tuple(head["notes"]),
        composite,
        head["n_filled"],
        Pixels.unpacked(thinned) if thinned else None,
    )


def _raster(arrays: _Arrays, head: Mapping[str, Any], pixels: Imagery, n_clusters: int) -> LabelRaster:
    from pipeline.clustering.labels import raster_from

    blocks = tuple(Block(**block) for block in head["label_blocks"])

    def of_block(number: int) -> np.ndarray:
        labels = arrays.one(f"labels/{number}")
        if labels.dtype != np.uint8 or labels.shape != blocks[number].shape or labels.max() > n_clusters:
            raise ValueError("labels that do not fit")
        return labels

    return raster_from(of_block, pixels.extent, blocks, n_clusters)

"""From pixels that were read to a result: fit, label, count, name, draw. Nothing here searches or reads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from pipeline.clustering import given, hidden_water
from pipeline.clustering.areas import areas_of
from pipeline.clustering.features import over_periods, plain_bands
from pipeline.clustering.labels import label
from pipeline.clustering.model import ClusterModel
from pipeline.clustering.naming import Fits
from pipeline.clustering.surface_types import Suggestion, suggest
from pipeline.drawing.frame import Frame, images, whole_frame, with_clusters
from pipeline.drawing.overlays import Overlays
from pipeline.explore.classes import classes_of
from pipeline.notes import notes_on, nothing_to_group
from pipeline.outcome.values import Outcome
from pipeline.progress import Progress
from pipeline.reading.imagery import Imagery
from pipeline.request import AnalysisRequest


def grouped(
    request: AnalysisRequest,
    pixels: Imagery,
    model: ClusterModel | None,
    progress: Progress,
    *,
    pictures: Overlays | None = None,
    preview: bool = False,
    fits: Fits | None = None,
) -> Outcome:
    """Group pixels that were read: fit, label, count, name, draw.

    Parameters
    ----------
    model : ClusterModel or None
        Label with this model; None: fit one.
    pictures : Overlays, optional
        Pictures of the same pixels; only the clusters are drawn anew.
    preview : bool
        Whether the pixels are a first look.
    fits : Fits, optional
        Models fitted on the same pixels before.

    Raises
    ------
    NothingToGroup
        When no pixel is clear.
    InvalidRequest
        When the model was fitted on other features than the request asks for.
    """
    progress.report("clustering", 0)
    features = over_periods(request.features, pixels.bands)
    if model is not None:
        model.check(features)
    if not len(pixels.sample.rows):
        raise nothing_to_group(pixels)
    frame = whole_frame(pixels.extent.grid)
    with ThreadPoolExecutor(1, thread_name_prefix="images") as aside:
        drawn = aside.submit(_pictures, pixels, frame, pictures)
        fits = Fits.of(pixels) if fits is None else fits
        fitted = model or fits.model(features, request.n_clusters, request.seed, progress)
        progress.report("clustering", 0.5)
        raster = label(pixels, fitted, progress)
    suggestions, edits = _classes(fitted, fits, model is not None)
    raster = raster if edits is None else raster.mapped(edits)
    table = areas_of(raster.counts, suggestions, pixels.extent.grid.affine.a**2 / 10_000)
    progress.report("drawing", 0)
    overlays = with_clusters(drawn.result(), raster, [s.color for s in suggestions], frame)
    notes = notes_on(request, pixels, fitted, raster.counts)
    if model is not None:
        notes = (*notes, *given.notes(model, fits.sample(model.features)))
    if edits is None:
        notes = (*notes, *hidden_water.notes(fitted, pixels.sample.reflectance, pixels.bands, suggestions))
    progress.report("drawing", 1)
    values = (request, pixels, fitted, raster, suggestions, table, overlays, notes, preview)
    return Outcome(*values, model_given=model is not None, edits=edits, fits=fits)


def _classes(
    model: ClusterModel, fits: Fits, given: bool
) -> tuple[tuple[Suggestion, ...], tuple[int, ...] | None]:
    """Return names and colours, and the class of each label where the model carries classes of a person."""
    suggestions = suggest(fits.spectra(model, given), plain_bands(fits.bands))
    if not model.classes:
        return suggestions, None
    classes = classes_of(model.classes, suggestions)
    return classes.suggestions(), classes.lut()


def _pictures(pixels: Imagery, frame: Frame, known: Overlays | None) -> Overlays:
    return images(pixels, frame) if known is None else known

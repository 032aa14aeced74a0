"""What a user should know about a result, in sentences; and why there is none."""

from __future__ import annotations

from pipeline.clustering.model import ClusterModel
from pipeline.errors import NoScenesFound, NothingToGroup
from pipeline.reading.imagery import Imagery
from pipeline.request import AnalysisRequest
from pipeline.text import day_words

FULLY_COVERED = 0.9995
"""Share of the area with data from which on nothing is said about missing parts."""


def nothing_to_group(pixels: Imagery) -> NothingToGroup | NoScenesFound:
    """Return the error that says why an image has no pixel to group."""
    day = pixels.scenes[0].date
    if not pixels.n_data:
        return NoScenesFound(
            f"The image of {day_words(day)} holds no data here: the area lies outside its edge. "
            "Choose another period or move the area."
        )
    return NothingToGroup(
        f"Nothing to group: all {pixels.n_inside:,} pixels are cloud or no data on {day_words(day)}. "
        "Choose another period.",
        day,
    )


def notes_on(request: AnalysisRequest, pixels: Imagery, model: ClusterModel) -> tuple[str, ...]:
    """Return the sentences for a result."""
    notes = list(pixels.notes)
    missing = 1 - pixels.n_data / pixels.n_inside
    if missing > 1 - FULLY_COVERED:
        notes.append(f"{100 * missing:.1f} % of the area lies outside the image.")
    longitude = request.area.longitude
    if len({s.solar_day(longitude) for s in pixels.scenes}) > 1 or len({s.orbit for s in pixels.scenes}) > 1:
        notes.append(
            "The scenes come from different days or orbits: clusters may follow the seam between them."
        )
    if any(s.cloud_cover is None for s in pixels.scenes):
        notes.append("The catalogue does not tell the cloud cover of this image.")
    if model.n_clusters < request.n_clusters:
        notes.append(
            f"Only {model.n_clusters} different pixel values exist here: {model.n_clusters} clusters instead "
            f"of {request.n_clusters}."
        )
    return tuple(notes)

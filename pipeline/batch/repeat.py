"""The same question asked of other places: what the page hands to ``python -m pipeline run``."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.area.aoi import AreaOfInterest
from pipeline.errors import InvalidRequest
from pipeline.exports.model import model_json

if TYPE_CHECKING:
    from pipeline.request import AnalysisRequest
    from pipeline.result import Analysis

LIST, MODEL, README, RESULTS = "places.jsonl", "model.json", "README.txt", "results"
"""Names of files in the zip, and of the folder that the command makes."""
COMMAND = f"python -m pipeline run {LIST} --model {MODEL} --out {RESULTS}"
TEXT = f"""The same classes for {{places}}.

In the folder of the program, with both files in it:

  {COMMAND}

{LIST} holds one request a line; change dates or places there with a text editor.
{MODEL} is the model of the result with its names and colours: a class means the same everywhere.
The command may be stopped and given again: it does what is missing. docs/many_places.md tells more.
"""


@dataclass(frozen=True)
class Spot:
    """A place that the question shall be asked of."""

    name: str
    area: AreaOfInterest


def zones_as_spots(area: AreaOfInterest) -> tuple[Spot, ...]:
    """Return each zone of a file as a place of its own, named by the attribute that tells them apart.

    Raises
    ------
    InvalidRequest
        When a zone is no area.
    """
    from pipeline.explore.zones import names_of, naming_of

    attributes = tuple(dict.fromkeys(name for zone in area.zones for name, _ in zone.attributes))
    values = [[dict(zone.attributes).get(name) for name in attributes] for zone in area.zones]
    names = names_of(attributes, values, naming_of(attributes, values))
    spots = []
    for name, zone in zip(names, area.zones, strict=True):
        if not zone.polygons:
            continue
        geometry = {"type": "MultiPolygon", "coordinates": zone.polygons}
        try:
            spots.append(Spot(name, AreaOfInterest.polygon(geometry)))
        except InvalidRequest as error:
            raise InvalidRequest(f"The zone “{name}” cannot be used. {error}", "area") from error
    return tuple(spots) or (Spot("The whole file", replace(area, zones=(), note="")),)


def requests_for(request: AnalysisRequest, spots: Iterable[Spot], n_clusters: int) -> str:
    """Return one request a line (JSON): that of a result, for other places; images are found anew."""
    lines = []
    for spot in spots:
        there = replace(request, area=spot.area, scene_ids=None, n_clusters=n_clusters)
        line = {"name": spot.name, "request": json.loads(there.to_json())}
        lines.append(json.dumps(line, ensure_ascii=False) + "\n")
    return "".join(lines)


def package(analysis: Analysis, spots: tuple[Spot, ...]) -> bytes:
    """Return a zip with the list of requests, the model of a result, and the command that uses them.

    Parameters
    ----------
    analysis : Analysis
        Its request and its model, edits included.
    spots : tuple of Spot
        At least one.
    """
    count = len(spots)
    files = {
        README: TEXT.format(places="1 place" if count == 1 else f"{count:,} places"),
        LIST: requests_for(analysis.request, spots, analysis.model.n_clusters),
        MODEL: model_json(analysis),
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return made.getvalue()

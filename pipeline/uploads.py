"""What a visitor's file is: an area, or a saved request."""

from __future__ import annotations

import json

from pipeline.area.aoi import AreaOfInterest
from pipeline.area.files import area_from_file, check_size, first_character
from pipeline.area.formats.geojson import NoJson, parsed
from pipeline.request import AnalysisRequest


def from_file(name: str, content: bytes, layer: str | None = None) -> AreaOfInterest | AnalysisRequest:
    """Return the area in a file, or the request that `AnalysisRequest.to_json` wrote into it.

    Parameters
    ----------
    name : str
        As the visitor's computer calls it; for messages.
    content : bytes
        What is in it.
    layer : str, optional
        Of several layers, take only this one.

    Raises
    ------
    InvalidRequest
        As `area_from_file` and `AnalysisRequest.from_json`.
    """
    check_size(name, content)
    if first_character(content) == "{":
        try:
            values = parsed(content)
            is_request = isinstance(values, dict) and {"version", "area"} <= values.keys()
            saved = json.dumps(values) if is_request else ""
        except (NoJson, RecursionError):  # what was just read may be too deep to write
            saved = ""
        if saved:
            return AnalysisRequest.from_json(saved)
    return area_from_file(name, content, layer)

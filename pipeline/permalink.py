"""A request as the query string of a web address, and back.

Links come from anybody: they may name only catalogues that are offered here. ``run=1`` says that the person
who copied the link saw a result; whether a run starts is the page's choice (widgets/page/by_itself.py).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import date
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from pipeline.area.aoi import AreaOfInterest, Position
from pipeline.checks import quoted
from pipeline.clustering.features import FEATURE_SETS, set_of
from pipeline.errors import InvalidRequest
from pipeline.request import FIRST_IMAGE, AnalysisRequest

MAX_QUERY_BYTES = 2000
"""Longer addresses do not pass every server, mail program and chat."""

USUAL_SIZE_KM = "5"
"""Of a square whose link tells no side length: such links are written by hand."""

MOST_KM, MOST_LATITUDE = 1000, 85
"""What a link's area may be, so that the map can show it; larger ones are far beyond every limit of a run."""

CLASSES = "classes"
"""Name in a link of the classes that a person made of the clusters: text that only the page reads."""
_POLYGON, _RING, _CORNER = "!", "~", "_"
_SAFE = f"{_POLYGON}{_RING}{_CORNER},:"
_SHORT = {"start": "from", "end": "to", "max_cloud_cover": "cloud", "n_clusters": "k", "scene_ids": "scenes"}
_MODEL, _STEPS, _RUN = "model", "steps", "run"
_SQUARE = ("lat", "lon", "km")
_ANYWHERE = AreaOfInterest.square(0, 0, 1)


def keys() -> tuple[str, ...]:
    """Return the names of everything that a link of ours can hold."""
    names = [f.name for f in fields(AnalysisRequest) if f.name != "area"]
    return (*_SQUARE, "area", _MODEL, _STEPS, _RUN, *(_SHORT.get(name, name) for name in names), CLASSES)


def to_query(
    request: AnalysisRequest, model: str = "", classes: str = "", steps: str = "", *, run: bool = False
) -> str:
    """Return a request as a query string, without the question mark; `from_query` turns it back.

    What has its default value is left out, except the period, clouds, clusters and catalogue. A polygon's
    corners are ``longitude,latitude`` with ``_`` between them, ``~`` between rings, ``!`` between polygons.

    Parameters
    ----------
    model : str
        Fingerprint of the saved model that the result was labelled with; its file is not in the link.
    steps : str
        Clusters that were split and water set apart (explore.regroup.steps).
    classes : str
        What the page says of the classes that a person made.
    run : bool
        Whether the page shall calculate by itself.
    """
    area = request.area
    if area.size_km is not None:
        values = dict(zip(_SQUARE, map(_plain, (area.latitude, area.longitude, area.size_km)), strict=True))
    else:
        values = {"area": _polygons(area)}
    for f in fields(request):
        value = getattr(request, f.name)
        if f.name == "area" or (f.name not in _ALWAYS and f.default is not MISSING and value == f.default):
            continue
        write, _ = _FIELDS.get(f.name, (json.dumps, json.loads))
        values[_SHORT.get(f.name, f.name)] = write(value)
    if run:
        values[_RUN] = "1"
    if model:
        values[_MODEL] = model
    if steps:
        values[_STEPS] = steps
    if classes:
        values[CLASSES] = classes
    return urlencode(values, quote_via=quote, safe=_SAFE)


def fits(query: str) -> bool:
    """Return whether a query is short enough for a link."""
    return len(query) <= MAX_QUERY_BYTES


@dataclass(frozen=True)
class Linked:
    """The contents of a link."""

    values: Mapping[str, Any]
    """Fields of a request, checked one by one; those that are missing or wrong are not in it."""
    unread: tuple[str, ...] = ()
    """Names of what is in the link but cannot be used, as they stand there."""
    model: str = ""
    """Fingerprint of a saved model (`ClusterModel.fingerprint`) without which the result is another one."""
    steps: str = ""
    """What was done to the clusters since (explore.regroup.repeated)."""
    classes: str = ""
    """What the link says of classes, as `to_query` was given it; not checked."""
    run: bool = False
    """Whether the link wants its result without a click."""

    def request(self) -> AnalysisRequest:
        """Return the request.

        Raises
        ------
        InvalidRequest
            When area or period are missing, or do not go together.
        """
        missing = {"area", "start", "end"} - set(self.values)
        if missing:
            raise InvalidRequest(f"The link lacks {', '.join(sorted(missing))}.")
        return AnalysisRequest(**self.values)


def from_query(query: str, offered: Collection[str]) -> Linked:
    """Return the contents of a query string; parameters of others are ignored.

    Parameters
    ----------
    query : str
        Without the question mark. Links that were copied out of HTML, with ``&amp;`` for ``&``, are read too.
    offered : collection of str
        Names of the catalogues that a link may name.
    """
    try:
        texts = dict(parse_qsl(query.replace("&amp;", "&"), keep_blank_values=True, max_num_fields=100))
    except ValueError:
        return Linked({}, ("everything",))
    values: dict[str, Any] = {}
    unread: list[str] = []
    if texts.keys() & {"area", *_SQUARE}:
        try:
            values["area"] = _area(texts)
        except (InvalidRequest, KeyError, ValueError):
            unread += [name for name in ("area", *_SQUARE) if name in texts]
    for f in fields(AnalysisRequest):
        name = _SHORT.get(f.name, f.name)
        if f.name == "area" or name not in texts:
            continue
        _, read = _FIELDS.get(f.name, (json.dumps, json.loads))
        try:
            values[f.name] = _checked(f.name, read(texts[name]), offered)
        except (InvalidRequest, ValueError, TypeError, RecursionError):
            unread.append(name)
    model = texts.get(_MODEL, "")
    if not re.fullmatch("[0-9a-f]{8}|", model):
        unread.append(_MODEL)
        model = ""
    steps = texts.get(_STEPS, "")
    if not re.fullmatch(r"((s\d{1,2}|w)(\.(s\d{1,2}|w)){0,9})?", steps):
        unread.append(_STEPS)
        steps = ""
    classes, run = texts.get(CLASSES, ""), texts.get(_RUN) == "1"
    return Linked(values, tuple(unread), model=model, steps=steps, classes=classes, run=run)


def _area(texts: Mapping[str, str]) -> AreaOfInterest:
    if "area" not in texts:
        latitude, longitude, size_km = (float({"km": USUAL_SIZE_KM, **texts}[name]) for name in _SQUARE)
        if size_km > MOST_KM:
            raise InvalidRequest(
                f"A side of {size_km:g} km is more than the {MOST_KM} km that a map can show."
            )
        return AreaOfInterest.square(longitude, latitude, size_km)
    coordinates = [
        [[[float(v) for v in corner.split(",")] for corner in ring.split(_CORNER)] for ring in p.split(_RING)]
        for p in texts["area"].split(_POLYGON)
    ]
    area = AreaOfInterest.polygon({"type": "MultiPolygon", "coordinates": coordinates})
    if any(abs(corner[1]) > MOST_LATITUDE for rings in area.polygons for ring in rings for corner in ring):
        raise InvalidRequest(f"The map ends at {MOST_LATITUDE}° north and south.")
    return area


def _checked(field: str, value: Any, offered: Collection[str]) -> Any:
    """Return a value as a request holds it; raise InvalidRequest when none can."""
    if field == "catalog" and value not in offered:
        raise InvalidRequest(f"There is no catalogue named {quoted(value)} here.", field)
    period = {"start": FIRST_IMAGE, "end": date.max}
    return getattr(AnalysisRequest(_ANYWHERE, **{**period, field: value}), field)


@lru_cache(maxsize=4)
def _polygons(area: AreaOfInterest) -> str:
    return _POLYGON.join(_RING.join(map(_corners, rings)) for rings in area.polygons)


def _corners(ring: tuple[Position, ...]) -> str:
    """Return a ring's corners; the last one goes where reading puts it back by itself."""
    closes_itself = len(ring) > 2 and ring[0] == ring[-1] != ring[-2]
    return _CORNER.join(",".join(map(_plain, corner)) for corner in (ring[:-1] if closes_itself else ring))


def _plain(number: float) -> str:
    """Return a number exactly, as short as possible."""
    return repr(float(number)).removesuffix(".0")


def _same(text: str) -> str:
    return text


def _features(names: Sequence[str]) -> str:
    """Return features as the name of their set, or as their names with commas between."""
    return set_of(names) or ",".join(names)


def _features_from(text: str) -> str | list[str]:
    return text if text in FEATURE_SETS else text.split(",")


_ALWAYS = {"start", "end", "max_cloud_cover", "n_clusters", "catalog"}
"""Fields that are in every link."""
_FIELDS: dict[str, tuple[Callable[[Any], str], Callable[[str], Any]]] = {
    "start": (date.isoformat, date.fromisoformat),
    "end": (date.isoformat, date.fromisoformat),
    "max_cloud_cover": (_plain, float),
    "n_clusters": (str, int),
    "catalog": (str, _same),
    "features": (_features, _features_from),
}
"""How fields are written and read; all others are JSON."""

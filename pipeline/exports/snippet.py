"""The run as Python: the lines that give the same labels in a notebook."""

from __future__ import annotations

import pprint
from typing import TYPE_CHECKING

from pipeline.area.aoi import AreaOfInterest, zones_as_values
from pipeline.catalogs.profiles import WORLDWIDE, find
from pipeline.clustering.features import DEFAULT_FEATURES, set_of
from pipeline.clustering.given import words as given_words
from pipeline.explore.regroup import steps
from pipeline.exports.provenance import file_stem
from pipeline.request import AnalysisRequest

if TYPE_CHECKING:
    from pipeline.explore.change import SecondDate
    from pipeline.explore.classes import Classes
    from pipeline.result import Analysis

LINE = 100


def python_snippet(analysis: Analysis, classes: Classes | None = None, smallest_patch_ha: float = 0.0) -> str:
    """Return Python that repeats a run on the very same scenes, ready to paste.

    It needs the folder of this project as working directory, or on the path.

    Parameters
    ----------
    analysis : Analysis
        The run, before or after its classes were edited.
    classes : Classes, optional
        The edited classes, when they were.
    smallest_patch_ha : float
        The sieve in hectares; 0 when none was used. It comes after the classes.
    """
    given = analysis.model_given
    if given and classes is not None and classes.suggestions() == analysis.suggestions:
        classes = None  # the model carries them
    again = bool(analysis.model.refinements) and not given
    from pipeline.reference.names import CHECKED_BY

    checked = analysis.names_from == CHECKED_BY
    sample, zoned = _sample(analysis), bool(analysis.request.area.zones)
    edits, second = _edits(analysis, classes, checked, smallest_patch_ha), _second(analysis)
    imports = ["AnalysisRequest", "AreaOfInterest", *(["ClusterModel"] if given else []), "analyse"]
    lines = [
        f"# Land-cover clusters, Sentinel-2, {analysis.period_words}",
        *(["from dataclasses import replace"] if zoned or second else []),
        "from datetime import date",
        "",
        f"from pipeline import {', '.join(imports)}",
        *(["from pipeline.area.aoi import zones_of_values"] if zoned else []),
        *(["from pipeline.explore.classes import Classes"] if classes is not None else []),
        *(["from pipeline.explore.regroup import repeated"] if again else []),
        *(["from pipeline.explore.sieve import sieve"] if "sieve(" in "".join((*edits, *second)) else []),
        *(["from pipeline.reference.names import believable"] if checked else []),
        *_accuracy(sample, second),
        "",
        *_request(analysis),
        *([f"# a {given_words(analysis.model)}"] if given else []),
        *([f"model = ClusterModel.from_json({analysis.model.to_json()!r})"] if given else []),
        f"analysis = analyse(request{', model=model' if given else ''})",
        *edits,
        *sample,
        *second,
        "print(analysis.areas)",
        *(["print(analysis.zones)"] if zoned else []),
        f"analysis.to_geotiff({file_stem(analysis) + '.tif'!r})",
    ]
    return "\n".join(lines) + "\n"


def _accuracy(*parts: list[str]) -> list[str]:
    """Return the import of what the parts use of `pipeline.accuracy`."""
    text = "\n".join(line for part in parts for line in part)
    used = [name for name in ("SamplingDesign", "with_change_sample") if name in text]
    return [f"from pipeline.accuracy import {', '.join(used)}"] if used else []


def _request(analysis: Analysis) -> list[str]:
    fields = _fields(analysis)
    if analysis.request.features == DEFAULT_FEATURES:
        del fields["features"]
    return ["request = AnalysisRequest(", *(f"    {k}={v}," for k, v in fields.items()), ")"]


def _fields(analysis: Analysis) -> dict[str, str]:
    """Return the fields of a request for the very same scenes, as Python."""
    request = analysis.request
    return {
        "area": _area(request.area),
        "start": _day(request, "start"),
        "end": _day(request, "end"),
        "max_cloud_cover": repr(request.max_cloud_cover),
        "n_clusters": repr(request.n_clusters),
        "catalog": repr(_catalog(request.catalog)),
        "scene_ids": repr(tuple(s.id for s in analysis.scenes)),
        "seed": repr(request.seed),
        "composite": repr(request.composite),
        "periods": repr(request.periods),
        "max_dates": repr(request.max_dates),
        "mask_buffer_m": repr(request.mask_buffer_m),
        "mask_classes": repr(request.mask_classes),
        "features": repr(set_of(request.features) or request.features),
    }


def _area(area: AreaOfInterest) -> str:
    if area.size_km is not None:
        return (
            f"AreaOfInterest.square(longitude={area.longitude!r}, latitude={area.latitude!r}, "
            f"size_km={area.size_km!r})"
        )
    geometry = pprint.pformat(area.geometry, width=LINE, compact=True, sort_dicts=False)
    made = f"AreaOfInterest.polygon({geometry})"
    if area.zones:
        zones = pprint.pformat(
            zones_as_values(area.zones)["zones"], width=LINE, compact=True, sort_dicts=False
        )
        made = f"replace({made}, zones=zones_of_values({zones}))"
    return made.replace("\n", "\n    ")


def _day(request: AnalysisRequest, name: str) -> str:
    day = getattr(request, name)
    return f"date({day.year}, {day.month}, {day.day})"


def _catalog(name: str) -> str:
    """Return a catalogue as any installation knows it: by its built-in name, or its address."""
    profile = find(name)
    return name if profile in WORLDWIDE or profile.url is None else profile.url


def _edits(analysis: Analysis, classes: Classes | None, checked: bool, smallest_patch_ha: float) -> list[str]:
    lines = []
    if not analysis.model_given and analysis.model.refinements:
        lines.append(f"analysis = repeated(analysis, {steps(analysis.model)!r})")
    if checked:
        lines.append("analysis = believable(analysis)")
    if classes is not None:
        lines += [
            f"classes = Classes.from_json({classes.to_json()!r})",
            "analysis = analysis.with_classes(classes.lut(), classes.suggestions())",
        ]
    if smallest_patch_ha:
        lines.append(f"analysis = analysis.with_labels(sieve(analysis.labels.values, {smallest_patch_ha!r}))")
    return lines


def _sample(analysis: Analysis) -> list[str]:
    """Return the lines that check the map with the same points and labels; none without a sample."""
    if analysis.checked is None:
        return []
    design = analysis.checked.design
    counted = analysis.areas.iloc[1:].groupby("name")["pixels"].sum()
    same = {s.name: s.pixels for s in design.strata} == {str(k): int(v) for k, v in counted.items() if v}
    if same:  # the seed draws the same points again
        labels = "\n    ".join(pprint.pformat(dict(design.labels), width=LINE, compact=True).splitlines())
        drawn = f"design = analysis.sampling_design(n={len(design.drawn)}, seed={design.seed}).with_labels("
        lines = [drawn, f"    {labels}", ")"]
    else:  # classes were merged since
        lines = [f"design = SamplingDesign.from_json({design.to_json()!r})"]
    return [
        *lines,
        "analysis = analysis.with_sample(design)",
        "print(analysis.checked.estimate.areas)",
    ]


def _second(analysis: Analysis) -> list[str]:
    """Return the lines that put the second date beside the first; none without one."""
    if analysis.second is None:
        return []
    second, first = analysis.second.analysis, _fields(analysis)
    changes = [f"    {name}={value}," for name, value in _fields(second).items() if value != first[name]]
    sieve = f"second = second.with_labels(sieve(second.labels.values, {second.smallest_patch_ha!r}))"
    return [
        f"# the second date, {second.period_words}, in the same classes",
        "second_request = replace(",
        "    request,",
        *changes,
        ")",
        "second = analyse(second_request, model=analysis.model)",
        *([sieve] if second.smallest_patch_ha else []),
        "analysis = analysis.with_second_date(second)",
        "print(analysis.second.change.named_matrix)",
        "print(analysis.second.change.sentence)",
        *_change_sample(analysis.second),
    ]


def _change_sample(second: SecondDate) -> list[str]:
    """Return the lines that check the change with the same points and labels; none without a sample."""
    if second.checked is None:
        return []
    return [
        f"design = SamplingDesign.from_json({second.checked.design.to_json()!r})",
        "analysis = with_change_sample(analysis, design)",
        "print(analysis.second.checked.sentence())",
    ]

"""What explains a file in ten years: scenes, parameters, offset decision, classes, versions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from pipeline.catalogs.profiles import find
from pipeline.clustering import given
from pipeline.clustering.features import feature, words

if TYPE_CHECKING:
    from pipeline.result import Analysis

SOFTWARE = "Sentinel-2 clusters dashboard"
PACKAGES = ("numpy", "odc-geo", "pystac-client", "rasterio", "scikit-learn", "stackstac", "xarray")


def file_stem(analysis: Analysis) -> str:
    """Return a file name without extension, e.g. ``clusters_2022-06-17_46.490N_11.340E_k6_1a2b3c4d``.

    Day (of a composite its period), middle of the area and number of classes are for people. The last part is
    of the request and of all that was done since: different results have different names.
    """
    area = analysis.request.area
    north = f"{abs(area.latitude):.3f}{'N' if area.latitude >= 0 else 'S'}"
    east = f"{abs(area.longitude):.3f}{'E' if area.longitude >= 0 else 'W'}"
    k = f"k{len(analysis.areas) - 1}"
    return "_".join(
        ["clusters", analysis.period_iso.replace("/", "_"), north, east, k, _short_hash(analysis)]
    )


def _short_hash(analysis: Analysis) -> str:
    """Return eight characters that identify this result."""
    told = [
        analysis.request.to_json(),
        [scene.id for scene in analysis.scenes],
        analysis.model.fingerprint if analysis.model_given else "",
        analysis.edits,
        analysis.smallest_patch_ha,
        analysis.areas["name"].tolist(),
        analysis.areas["color"].tolist(),
    ]
    if analysis.checked is not None:
        told.append(analysis.checked.design.to_json())
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:8]


def names_are(analysis: Analysis) -> str:
    """Return where the names come from, and whether anybody has checked them on the land."""
    checked = "not checked on the ground"
    if analysis.checked is not None:
        checked = f"checked on the land at {analysis.checked.estimate.points:,} random points"
    if not analysis.names_from:
        return f"suggestions from the spectra, {checked}"
    return f"suggestions from {analysis.names_from}, which agrees in part; {checked}"


def model_words(analysis: Analysis) -> str:
    """Return where the clusters come from: this image, or a saved model."""
    return given.words(analysis.model) if analysis.model_given else "fitted on this image"


def credit(analysis: Analysis) -> str:
    """Return the attribution that the images' licence asks for."""
    years = sorted({s.date.year for s in analysis.scenes})
    return find(analysis.request.catalog).credit.format(years=", ".join(map(str, years)))


def tags(analysis: Analysis) -> dict[str, str]:
    """Return what explains the clusters: tags of the GeoTIFF, metadata of the GeoPackage."""
    areas = analysis.areas
    return as_tags(
        {
            **source(analysis),
            "TIFFTAG_IMAGEDESCRIPTION": f"Land-cover clusters from Sentinel-2, {analysis.period_words}",
            "CLASS_NAMES": dict(enumerate(areas["name"])),
            "CLASS_NAMES_ARE": names_are(analysis),
            "CLASS_HECTARES": dict(enumerate(areas["hectares"].tolist())),
            "HECTARES_ARE": f"grid area; true area is {analysis.true_area_factor:.5f} times that here",
            "SEED": str(analysis.model.seed),
            "MODEL": json.loads(analysis.model.to_json()),
            "MODEL_IS": model_words(analysis),
            "FEATURES": {name: feature(name).formula for name in analysis.model.features},
            "METHOD": method(analysis),
            "CLASS_OF_CLUSTER": list(analysis.edits) if analysis.edits is not None else "unchanged",
            "SMALLEST_PATCH_HA": analysis.smallest_patch_ha,
            "RESOLUTION_M": analysis.resolution_m,
            **sample(analysis),
        }
    )


def sample(analysis: Analysis) -> dict[str, Any]:
    """Return the facts of the checked sample and its estimate; empty without a checked sample."""
    if analysis.checked is None:
        return {}
    return {"ESTIMATE": analysis.checked.as_values(), "SAMPLE": json.loads(analysis.checked.design.to_json())}


def source(analysis: Analysis) -> dict[str, Any]:
    """Return where the pixels come from: scenes with their offset decisions, request, notes, versions."""
    return {
        "TIFFTAG_COPYRIGHT": credit(analysis),
        "TIFFTAG_SOFTWARE": SOFTWARE,
        "SCENES": [
            {
                "id": s.id,
                "collection": s.collection,
                "datetime": s.datetime.isoformat(),
                "tile": s.tile,
                "cloud_cover": s.cloud_cover,
                "baseline": s.baseline,
                "offset_dn": s.offset.dn,
                "offset_reason": s.offset.reason,
            }
            for s in analysis.scenes
        ],
        "REQUEST": json.loads(analysis.request.to_json()),
        "NOTES": list(analysis.notes),
        "SOFTWARE_VERSIONS": versions(),
    }


def method(analysis: Analysis) -> str:
    """Return in a line how the clusters came about."""
    features = analysis.model.features
    what = "reflectance of" if all(feature(name).is_band for name in features) else "features"
    fitted = f"k-means on z-scored {what} {words(features)}; unsupervised"
    return f"{fitted}; labelled with a {given.words(analysis.model)}" if analysis.model_given else fitted


def as_tags(values: Mapping[str, Any]) -> dict[str, str]:
    """Return values as text: all others become JSON."""
    return {k: v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for k, v in values.items()}


def versions() -> dict[str, str]:
    """Return the versions of the libraries that decide the numbers."""
    return {package: version(package) for package in PACKAGES}

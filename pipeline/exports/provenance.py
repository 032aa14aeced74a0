"""What explains a file in ten years: scenes, parameters, offset decision, classes, versions."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from pipeline.catalogs.profiles import find
from pipeline.clustering.features import FEATURES, words
from pipeline.text import day_words

if TYPE_CHECKING:
    from pipeline.result import Analysis

SOFTWARE = "Sentinel-2 clusters dashboard"
PACKAGES = ("numpy", "odc-geo", "pystac-client", "rasterio", "scikit-learn", "stackstac", "xarray")
NAMES_ARE = "suggestions from the spectra, not checked on the ground"


def file_stem(analysis: Analysis) -> str:
    """Return a file name without extension, e.g. ``clusters_2022-06-17_32TPS_k6``; nothing odd gets in."""
    tiles = "-".join(dict.fromkeys(re.sub(r"[^A-Za-z0-9]", "", s.tile) for s in analysis.scenes if s.tile))
    parts = ["clusters", analysis.date.isoformat(), tiles, f"k{len(analysis.areas) - 1}"]
    return "_".join(p for p in parts if p)


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
            "TIFFTAG_IMAGEDESCRIPTION": f"Land-cover clusters from Sentinel-2, {day_words(analysis.date)}",
            "CLASS_NAMES": dict(enumerate(areas["name"])),
            "CLASS_NAMES_ARE": NAMES_ARE,
            "CLASS_HECTARES": dict(enumerate(areas["hectares"].tolist())),
            "HECTARES_ARE": f"grid area; true area is {analysis.true_area_factor:.5f} times that here",
            "SEED": str(analysis.model.seed),
            "MODEL": json.loads(analysis.model.to_json()),
            "METHOD": method(analysis),
            "CLASS_OF_CLUSTER": list(analysis.edits) if analysis.edits is not None else "unchanged",
            "SMALLEST_PATCH_HA": analysis.smallest_patch_ha,
            "RESOLUTION_M": analysis.resolution_m,
        }
    )


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
    what = "reflectance of" if all(FEATURES[name].is_band for name in features) else "features"
    return f"k-means on z-scored {what} {words(features)}; unsupervised"


def as_tags(values: Mapping[str, Any]) -> dict[str, str]:
    """Return values as texts: what is no text becomes JSON."""
    return {k: v if isinstance(v, str) else json.dumps(v, ensure_ascii=False) for k, v in values.items()}


def versions() -> dict[str, str]:
    """Return the versions of the libraries that decide the numbers."""
    return {package: version(package) for package in PACKAGES}

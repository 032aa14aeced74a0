"""What somebody who knows the demo's land would say at the points of a sample."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from unittest.mock import patch

from benchmarks.names import KINDS
from pipeline.accuracy import SamplingDesign


def true_labels(design: SamplingDesign, day: date, environment: Mapping[str, str]) -> dict[int, str]:
    """Return the class of the map, by point, whose name means what really lies there on a day.

    Parameters
    ----------
    design : SamplingDesign
        Its strata have names from the spectra.
    day : date
        Of the demo's image.
    environment : mapping
        Variables of the server that made the image: its images are found by them.
    """
    import rasterio
    from pyproj import Transformer

    import demo

    names = [stratum.name for stratum in design.strata]
    labels: dict[int, str] = {}
    with patch.dict(os.environ, environment):
        paths = [path for (_, taken), path in demo.true_classes().items() if taken == day.isoformat()]
    for path in paths:
        with rasterio.open(path) as file:
            move = Transformer.from_crs(4326, file.crs, always_xy=True).transform
            places = [move(p.longitude, p.latitude) for p in design.drawn]
            for point, (value,) in zip(design.drawn, file.sample(places), strict=True):
                meant = [name for name in names if _means(name, int(value))]
                if meant:
                    labels[point.id] = point.stratum if point.stratum in meant else meant[0]
    return labels


def _means(name: str, true_class: int) -> bool:
    return any(name.startswith(kind) and true_class in classes for kind, classes in KINDS.items())

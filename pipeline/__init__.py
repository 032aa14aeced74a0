"""From a request to hectares per cluster: the computation, without a single widget.

The names below are the public interface. They are resolved on first use, so that making a request or
showing the page imports neither scikit-learn nor stackstac nor rasterio.

Examples
--------
>>> from datetime import date
>>> from pipeline import AnalysisRequest, AreaOfInterest, analyse
>>> request = AnalysisRequest(
...     area=AreaOfInterest.square(longitude=11.34, latitude=46.49, size_km=5),
...     start=date(2022, 6, 1),
...     end=date(2022, 6, 30),
... )
>>> analysis = analyse(request)  # doctest: +SKIP
>>> analysis.areas  # doctest: +SKIP
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.analysis import analyse as analyse
    from pipeline.analysis import find_scenes as find_scenes
    from pipeline.area.aoi import AreaOfInterest as AreaOfInterest
    from pipeline.batch.run import analyse_many as analyse_many
    from pipeline.clustering.features import FEATURE_SETS as FEATURE_SETS
    from pipeline.clustering.features import FEATURES as FEATURES
    from pipeline.clustering.model import ClusterModel as ClusterModel
    from pipeline.errors import AnalysisError as AnalysisError
    from pipeline.errors import AreaTooLarge as AreaTooLarge
    from pipeline.errors import Cancelled as Cancelled
    from pipeline.errors import CatalogUnavailable as CatalogUnavailable
    from pipeline.errors import ClusterUnavailable as ClusterUnavailable
    from pipeline.errors import InvalidRequest as InvalidRequest
    from pipeline.errors import NoScenesFound as NoScenesFound
    from pipeline.errors import NothingToGroup as NothingToGroup
    from pipeline.errors import ReadFailed as ReadFailed
    from pipeline.errors import TooCloudy as TooCloudy
    from pipeline.places.gazetteer import find_places as find_places
    from pipeline.request import AnalysisRequest as AnalysisRequest
    from pipeline.result import Analysis as Analysis
    from pipeline.sentinel2.scene import Scene as Scene

_HOMES = {
    "analysis": ("analyse", "find_scenes"),
    "clustering.features": ("FEATURES", "FEATURE_SETS"),
    "clustering.model": ("ClusterModel",),
    "errors": (
        "AnalysisError",
        "AreaTooLarge",
        "Cancelled",
        "CatalogUnavailable",
        "ClusterUnavailable",
        "InvalidRequest",
        "NoScenesFound",
        "NothingToGroup",
        "ReadFailed",
        "TooCloudy",
    ),
    "request": ("AnalysisRequest",),
    "area.aoi": ("AreaOfInterest",),
    "batch.run": ("analyse_many",),
    "places.gazetteer": ("find_places",),
    "result": ("Analysis",),
    "sentinel2.scene": ("Scene",),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)


def __getattr__(name: str) -> Any:
    """Import a public name from the module it lives in, on first use (PEP 562)."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME_OF})

"""What can go wrong, in words for users.

Every message says what happened, the number, and what to do next. The first sentence stands on its own.
"""

from __future__ import annotations

from datetime import date

from pipeline.text import above


class AnalysisError(Exception):
    """Anything this package reports to a user on purpose; its text can be shown as it is."""


class InvalidRequest(AnalysisError):
    """The request is wrong on any machine.

    Parameters
    ----------
    message : str
        The sentence for the user.
    field : str, optional
        The request's field that has to change, e.g. ``"end"``.
    """

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class AreaTooLarge(AnalysisError):
    """The area is larger than this installation allows.

    Parameters
    ----------
    size_km, limit_km : float
        Its side and the largest one; of polygons, the side of a square with as many pixels.
    polygons : bool
        Whether the area is made of polygons.
    """

    def __init__(self, size_km: float, limit_km: float, *, polygons: bool = False) -> None:
        size, limit = above(size_km, limit_km, 0 if float(size_km).is_integer() else 1)
        size = f"as much as a square of {size}" if polygons else size
        super().__init__(f"The area is too large: {size} km, at most {limit} km. Choose a smaller one.")
        self.size_km = size_km
        self.limit_km = limit_km


class TooFarApart(AreaTooLarge):
    """The parts of an area lie so far apart that this machine cannot hold the box around them."""

    def __init__(self, size_km: float, limit_km: float) -> None:
        AnalysisError.__init__(
            self,
            f"The area's parts lie too far apart for this machine: over {size_km:.0f} km. "
            "Calculate them one after the other.",
        )
        self.size_km = size_km
        self.limit_km = limit_km


class NoScenesFound(AnalysisError):
    """The catalogue holds no image of this place in these days."""


class TooCloudy(AnalysisError):
    """Images exist, but each has more clouds than allowed.

    Parameters
    ----------
    message : str
        The sentence for the user.
    best_cloud_cover : float
        Cloud cover of the clearest image, percent of its tile.
    best_date : date
        Its day (UTC).
    count : int
        How many images there are in the period, clouds or not.
    """

    def __init__(self, message: str, *, best_cloud_cover: float, best_date: date, count: int) -> None:
        super().__init__(message)
        self.best_cloud_cover = best_cloud_cover
        self.best_date = best_date
        self.count = count


class CatalogUnavailable(AnalysisError):
    """The catalogue did not answer, or not as a STAC API does."""

    def __init__(self, message: str, catalog: str = "") -> None:
        super().__init__(message)
        self.catalog = catalog


class ReadFailed(AnalysisError):
    """An image file could not be read."""

    def __init__(self, message: str, url: str = "", problem: str = "") -> None:
        super().__init__(message)
        self.url = url
        self.problem = problem
        """What is wrong with the file, as a part of a sentence; empty where it is not known."""


class ClusterUnavailable(AnalysisError):
    """The dask cluster did not answer, or is gone."""

    def __init__(self, message: str, address: str = "") -> None:
        super().__init__(message)
        self.address = address


class NothingToGroup(AnalysisError):
    """No pixel of the area is usable: all are cloud, shadow or no data."""

    def __init__(self, message: str, day: date | None = None) -> None:
        super().__init__(message)
        self.date = day


class FileRefused(AnalysisError):
    """A file to download cannot be made of this result."""


class Cancelled(AnalysisError):
    """The run was stopped by the user."""

    def __init__(self) -> None:
        super().__init__("Stopped.")

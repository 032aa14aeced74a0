"""What a file holds before any geometry library sees it: layers, features, rings of plain numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyproj import CRS

MAX_CORNERS, MAX_FEATURES = 100_000, 20_000
MAX_ATTRIBUTES, MAX_TEXT = 50, 200
"""Most attributes that are kept of a feature, and how much of a text, characters."""
MAX_COORDINATE = 1e9
"""Metres and degrees are far below."""
MAX_DEPTH = 16
"""Deepest nesting of geometries; real ones have three."""

Ring = tuple[tuple[float, float], ...]
Polygon = tuple[Ring, ...]
"""Outer ring, then holes; not closed, not checked."""
Scalar = str | int | float | bool | None


class Damaged(Exception):
    """The content does not follow its format."""


class NoPlace(Exception):
    """A coordinate is no place in any system."""


class TooMuch(Exception):
    """The content passes a bound; the text says which, with the number."""


@dataclass(frozen=True)
class Feature:
    """One feature: its polygons and attributes."""

    polygons: tuple[Polygon, ...]
    attributes: tuple[tuple[str, Scalar], ...] = ()


@dataclass(frozen=True)
class Layer:
    """Features under one name, in one coordinate system."""

    name: str
    features: tuple[Feature, ...]
    """Those with a polygon."""
    crs: CRS | None = None
    """None: longitude and latitude on WGS 84."""
    crs_named: bool = True
    """Whether the file names its coordinate system, or its format prescribes it."""


@dataclass
class Budget:
    """Counts what is read, and stops when it is too much."""

    corners: int = 0
    features: int = 0
    _steps: int = field(default=0, repr=False)

    def ring(self, positions: Iterable[Sequence[Any]]) -> Ring:
        """Return a ring of checked positions: the first two numbers of each.

        Raises
        ------
        Damaged
            When a position is no pair of finite numbers.
        TooMuch
            When there are more than `MAX_CORNERS` in all.
        """
        found = []
        for position in positions:
            self.corners += 1
            if self.corners > MAX_CORNERS:
                raise TooMuch(f"too many corners: more than {MAX_CORNERS:,}")
            found.append((coordinate(position[0]), coordinate(position[1])))
        return tuple(found)

    def feature(self) -> None:
        """Count a feature."""
        self.features += 1
        if self.features > MAX_FEATURES:
            raise TooMuch(f"too many features: more than {MAX_FEATURES:,}")


def coordinate(value: Any) -> float:
    """Return a coordinate as a number that can be one."""
    if isinstance(value, bool | str | bytes) or value is None:
        raise Damaged(f"no number: {str(value)[:20]!r}")
    try:
        number = float(value)
    except OverflowError as error:
        raise NoPlace(str(value)[:20]) from error
    except (TypeError, ValueError) as error:
        raise Damaged("no number") from error
    if math.isnan(number):
        raise Damaged("no number")
    if abs(number) > MAX_COORDINATE:
        raise NoPlace(number)
    return number


def polygon(rings: Sequence[Ring]) -> Polygon | None:
    """Return a polygon of an outer ring and holes; None where its outer ring holds nothing."""
    if not rings or len(rings[0]) < 3:
        return None
    return tuple(ring for ring in rings if len(ring) >= 3)


def attributes(values: Mapping[Any, Any]) -> tuple[tuple[str, Scalar], ...]:
    """Return plain attributes of bounded length: texts, finite numbers, truth values."""
    kept: list[tuple[str, Scalar]] = []
    for key, value in values.items():
        if len(kept) == MAX_ATTRIBUTES:
            break
        if isinstance(value, str):
            kept.append((_clean(str(key)), _clean(value)))
        elif value is None or isinstance(value, bool) or _is_number(value):
            kept.append((_clean(str(key)), value))
    return tuple(kept)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and abs(value) < 2**63


def _clean(text: str) -> str:
    return text[:MAX_TEXT].encode("utf-8", "replace").decode("utf-8")

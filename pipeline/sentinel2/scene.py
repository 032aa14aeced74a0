"""A scene: what is needed of one Sentinel-2 granule, whatever catalogue it comes from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from shapely.geometry.base import BaseGeometry

from pipeline.sentinel2.offset import OffsetDecision


@dataclass(frozen=True)
class BandFile:
    """The file of one band."""

    href: str
    transform: tuple[float, ...] | None
    """Affine of the file's grid, six numbers, when the item gives it."""
    shape: tuple[int, int] | None
    """Rows and columns, when the item gives them."""


@dataclass(frozen=True)
class Scene:
    """One Sentinel-2 L2A granule: the part of its STAC item that is needed."""

    id: str
    collection: str
    datetime: dt.datetime
    """Time of acquisition (UTC)."""
    platform: str
    """``S2A``, ``S2B`` or ``S2C``; empty when unknown."""
    tile: str
    """MGRS tile, e.g. ``32TPS``; empty when unknown."""
    cloud_cover: float | None
    """Percent of the whole tile, from the catalogue."""
    epsg: int
    """Coordinate reference system of the files."""
    bands: Mapping[str, BandFile]
    """Files of blue, green, red, nir and, where it exists, scl."""
    footprint: BaseGeometry
    """Outline in longitude/latitude, split at the antimeridian."""
    offset: OffsetDecision
    """Whether 1000 is subtracted from the digital numbers, and why."""
    baseline: str | None = None
    orbit: int | None = None
    """Relative orbit."""
    datatake: str | None = None
    """Start of the datatake, ``20220617T101559``."""
    datastrip: str | None = None
    """Start of the datastrip; two in a datatake were received by two ground stations."""
    version: tuple[str, ...] = ()
    """Sorts repeated deliveries of one granule: newest last."""
    data_share: float | None = None
    """Share (0..1) of the files' pixels that have data, where the catalogue tells."""
    nodata_dn: int = 0
    """Digital number of pixels without data; a negative one stands in signed files."""
    class_of_value: tuple[int, ...] | None = None
    """Scene class of each value 0..255 of the mask's file; None: the values are scene classes."""
    hosts: tuple[str, ...] = ()
    """Hosts to which its files' addresses may redirect, beside their own."""

    @property
    def date(self) -> dt.date:
        """Day of acquisition (UTC)."""
        return self.datetime.date()

    def scene_classes(self, values: np.ndarray) -> np.ndarray:
        """Return scene classes (SCL) for values of the mask's file, uint8 of any shape."""
        if self.class_of_value is None:
            return values
        return np.asarray(np.array(self.class_of_value, np.uint8)[values])

    def solar_day(self, longitude: float) -> dt.date:
        """Return the day of acquisition in mean solar time at a longitude.

        Of one place, so that one pass never has two days: neither at midnight UTC nor, as with the tiles' own
        longitudes, at the antimeridian.
        """
        return (self.datetime + timedelta(hours=longitude / 15)).date()

"""What grows on the fields, and how it looks in every season of the year."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from synthetic.land import FIELD_NUMBERS
from synthetic.noise import Floats
from synthetic.spectra import DORMANT, GREEN, MEADOW, MOWN, RIPE, SNOW, SOIL, STUBBLE, Spectrum


@dataclass(frozen=True)
class State:
    """How the fields of one crop look in one season."""

    cover: Spectrum
    """The plants."""
    ground: Spectrum
    """What is seen between them."""
    covered: float
    """Share of the ground that the plants hide."""
    true_class: int
    """Value of `place.CLASSES`."""
    fields: float = 1.0
    """Share of the crop's fields that look like this; the early ones come first."""


@dataclass(frozen=True)
class Crop:
    """One crop through the year."""

    name: str
    share: float
    """Share of all fields."""
    cover_class: int
    """Value of `place.COVER_CLASSES`."""
    seasons: dict[str, tuple[State, ...]]
    """States by season: fields of one crop are not all sown, cut and ploughed on one day."""


_UNDER_SNOW = (State(SNOW, SOIL, 0.93, 10),)
_SNOWY_GRASS = (State(SNOW, DORMANT, 0.90, 10),)

CROPS = (
    Crop(
        "winter wheat",
        0.27,
        4,
        {
            "january": _UNDER_SNOW,
            "march": (State(GREEN, SOIL, 0.42, 4, 0.5), State(GREEN, SOIL, 0.26, 7, 0.5)),
            "april": (State(GREEN, SOIL, 0.76, 4, 0.5), State(GREEN, SOIL, 0.62, 4, 0.5)),
            "may": (State(GREEN, SOIL, 0.95, 4),),
            "june": (State(GREEN, SOIL, 0.90, 4),),
            "july": (State(RIPE, STUBBLE, 0.12, 6, 0.3), State(RIPE, SOIL, 0.92, 6, 0.7)),
            "august": (State(RIPE, STUBBLE, 0.05, 6),),
            "september": (State(RIPE, SOIL, 0.08, 7, 0.6), State(RIPE, STUBBLE, 0.10, 6, 0.4)),
            "october": (State(GREEN, SOIL, 0.10, 7, 0.4), State(GREEN, SOIL, 0.02, 7, 0.6)),
            "november": (State(GREEN, SOIL, 0.30, 7, 0.4), State(GREEN, SOIL, 0.16, 7, 0.6)),
        },
    ),
    Crop(
        "winter barley",
        0.15,
        4,
        {
            "january": _UNDER_SNOW,
            "march": (State(GREEN, SOIL, 0.52, 4),),
            "april": (State(GREEN, SOIL, 0.84, 4),),
            "may": (State(GREEN, SOIL, 0.93, 4),),
            "june": (State(RIPE, SOIL, 0.92, 6),),
            "july": (State(RIPE, STUBBLE, 0.06, 6),),
            "august": (State(RIPE, SOIL, 0.10, 7),),
            "september": (State(GREEN, SOIL, 0.55, 4, 0.4), State(RIPE, SOIL, 0.06, 7, 0.6)),
            "october": (State(GREEN, SOIL, 0.24, 7),),
            "november": (State(GREEN, SOIL, 0.42, 4),),
        },
    ),
    Crop(
        "maize",
        0.24,
        6,
        {
            "january": _UNDER_SNOW,
            "march": (State(GREEN, SOIL, 0.62, 4, 0.3), State(RIPE, SOIL, 0.08, 7, 0.7)),
            "april": (State(GREEN, SOIL, 0.78, 4, 0.2), State(RIPE, SOIL, 0.03, 7, 0.8)),
            "may": (State(GREEN, SOIL, 0.02, 7),),
            "june": (State(GREEN, SOIL, 0.05, 7),),
            "july": (State(GREEN, SOIL, 0.86, 4, 0.6), State(GREEN, SOIL, 0.70, 4, 0.4)),
            "august": (State(GREEN, SOIL, 0.93, 4),),
            "september": (State(RIPE, SOIL, 0.30, 6, 0.2), State(GREEN, RIPE, 0.55, 4, 0.8)),
            "october": (State(GREEN, SOIL, 0.30, 7, 0.3), State(RIPE, SOIL, 0.35, 6, 0.7)),
            "november": (State(GREEN, SOIL, 0.48, 4, 0.3), State(RIPE, SOIL, 0.12, 7, 0.7)),
        },
    ),
    Crop(
        "beet and potatoes",
        0.10,
        6,
        {
            "january": _UNDER_SNOW,
            "march": (State(RIPE, SOIL, 0.05, 7),),
            "april": (State(GREEN, SOIL, 0.02, 7),),
            "may": (State(GREEN, SOIL, 0.10, 7),),
            "june": (State(GREEN, SOIL, 0.04, 7),),
            "july": (State(GREEN, SOIL, 0.84, 4),),
            "august": (State(GREEN, SOIL, 0.88, 4),),
            "september": (State(RIPE, SOIL, 0.15, 7, 0.3), State(GREEN, SOIL, 0.84, 4, 0.7)),
            "october": (State(GREEN, SOIL, 0.08, 7, 0.5), State(GREEN, SOIL, 0.74, 4, 0.5)),
            "november": (State(GREEN, SOIL, 0.10, 7),),
        },
    ),
    Crop(
        "meadows, mown in turn",
        0.14,
        5,
        {
            "january": _SNOWY_GRASS,
            "march": (State(MEADOW, DORMANT, 0.40, 5),),
            "april": (State(MEADOW, DORMANT, 0.85, 5),),
            "may": (State(MOWN, SOIL, 0.94, 5, 0.4), State(GREEN, MEADOW, 0.55, 5, 0.6)),
            "june": (State(MEADOW, SOIL, 0.96, 5),),
            "july": (State(MOWN, SOIL, 0.94, 5, 0.5), State(MEADOW, SOIL, 0.95, 5, 0.5)),
            "august": (State(MOWN, SOIL, 0.95, 5),),
            "september": (State(MEADOW, SOIL, 0.94, 5),),
            "october": (State(MOWN, SOIL, 0.95, 5, 0.3), State(MEADOW, MOWN, 0.70, 5, 0.7)),
            "november": (State(MEADOW, DORMANT, 0.40, 5),),
        },
    ),
    Crop(
        "meadows, mown in turn",
        0.10,
        5,
        {
            "january": _SNOWY_GRASS,
            "march": (State(MEADOW, DORMANT, 0.30, 5),),
            "april": (State(MEADOW, DORMANT, 0.75, 5),),
            "may": (State(GREEN, MEADOW, 0.45, 5),),
            "june": (State(MOWN, SOIL, 0.95, 5),),
            "july": (State(MEADOW, SOIL, 0.95, 5),),
            "august": (State(MEADOW, SOIL, 0.94, 5),),
            "september": (State(MOWN, SOIL, 0.95, 5, 0.5), State(MEADOW, SOIL, 0.94, 5, 0.5)),
            "october": (State(MEADOW, MOWN, 0.60, 5),),
            "november": (State(MEADOW, DORMANT, 0.30, 5),),
        },
    ),
)
_AS_TABLED = ("june", "august")
"""Seasons in which every field of a crop was drawn alike before the others were added."""


@cache
def crop_of_field() -> NDArray[np.intp]:
    """Number of the crop of every field number."""
    bounds = np.cumsum([crop.share for crop in CROPS])
    return np.searchsorted(bounds[:-1], np.random.default_rng(11).random(FIELD_NUMBERS))


def states(season: str) -> tuple[list[State], NDArray[np.intp]]:
    """Return the states of a season and which of them every field number is in."""
    found: list[State] = []
    which = np.zeros(FIELD_NUMBERS, np.intp)
    crop = crop_of_field()
    lateness = np.random.default_rng(14).random(FIELD_NUMBERS)
    for number, grown in enumerate(CROPS):
        stages = grown.seasons[season]
        bounds = np.cumsum([state.fields for state in stages])
        mine = crop == number
        which[mine] = len(found) + np.searchsorted(bounds[:-1], lateness[mine])
        found += stages
    return found, which


@cache
def reflectance(season: str, band: int) -> Floats:
    """Reflectance of every field number in one season."""
    rng = np.random.default_rng(13)
    cover_change = rng.normal(0, 0.045, FIELD_NUMBERS)
    tone = 1 + rng.normal(0, 0.07, FIELD_NUMBERS)
    if season not in _AS_TABLED:
        own = np.random.default_rng((15, *season.encode()))
        cover_change = cover_change + own.normal(0, 0.05, FIELD_NUMBERS)
    found, which = states(season)
    cover = np.array([state.cover[band] for state in found])[which]
    ground = np.array([state.ground[band] for state in found])[which]
    covered = np.clip(np.array([state.covered for state in found])[which] + cover_change, 0, 1)
    return ((cover * covered + ground * (1 - covered)) * tone).astype(np.float32)

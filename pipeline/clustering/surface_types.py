"""Suggested names, reasons and colours for clusters, from the spectra of their centres.

The rules are thresholds on surface reflectance, tried in the order of `KINDS`. They suggest; nothing was
checked on the ground. NDVI: Rouse et al. 1974; NDWI of green and near infrared: McFeeters 1996.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

PALETTE = (
    "#3563e0", "#04600f", "#d6c928", "#c4824a", "#a0286c", "#f5f0cf",
    "#1c1b2b", "#97dff8", "#b48fe0", "#876254", "#eaa8c4", "#6a9494",
)  # fmt: skip
"""Twelve colours that stay apart under deuteranopia and protanopia, on imagery, at 75 % opacity."""
MASKED_COLOR = "#9aa5af"
MASKED_NAME = "Cloud, shadow, no data"


@dataclass(frozen=True)
class Spectrum:
    """Reflectance of a cluster centre with the figures the rules use.

    The figures have two decimals, as they are shown: a name never contradicts the number beside it.
    """

    blue: float
    green: float
    red: float
    nir: float

    @property
    def ndvi(self) -> float:
        """Normalised difference vegetation index, -1..1."""
        return _difference(self.nir, self.red)

    @property
    def ndwi(self) -> float:
        """Normalised difference water index, -1..1."""
        return _difference(self.green, self.nir)

    @property
    def visible(self) -> float:
        """Mean reflectance of blue, green and red."""
        return round((self.blue + self.green + self.red) / 3, 2)

    @property
    def infrared(self) -> float:
        """Reflectance in the near infrared."""
        return round(self.nir, 2)

    @property
    def brightness(self) -> float:
        """Mean reflectance of the four bands."""
        return (self.blue + self.green + self.red + self.nir) / 4


@dataclass(frozen=True)
class Kind:
    """One kind of surface that a centre can look like."""

    name: str
    applies: Callable[[Spectrum], bool]
    reason: Callable[[Spectrum], str]
    """The figure that decided, as shown beside the name."""
    rule: str
    """The rule in words."""
    colors: tuple[int, ...]
    """Palette colours (from 1) in order of preference."""
    rank: int
    """Place in the legend."""


def _words(label: str, value: float) -> str:
    return f"{label} {value:.2f}".replace("-", "−")


KINDS: tuple[Kind, ...] = (
    Kind(
        "Very bright",
        lambda s: s.visible >= 0.30,
        lambda s: _words("visible", s.visible),
        "mean of blue, green and red at least 0.30 (snow, sand, bright roofs, clouds the mask missed)",
        (6, 11), 5,
    ),
    Kind(
        "Water",
        lambda s: s.ndwi > 0.0 and s.infrared < 0.15,
        lambda s: _words("NDWI", s.ndwi),
        "NDWI above 0 and near infrared below 0.15",
        (1, 8), 0,
    ),
    Kind(
        "Dark or shadow",
        lambda s: s.infrared < 0.12 and s.visible < 0.08,
        lambda s: _words("NIR", s.infrared),
        "near infrared below 0.12 and mean of the visible bands below 0.08",
        (7, 9), 4,
    ),
    Kind(
        "Dense vegetation",
        lambda s: s.ndvi >= 0.70,
        lambda s: _words("NDVI", s.ndvi),
        "NDVI at least 0.70",
        (2, 12), 1,
    ),
    Kind(
        "Crops or grass",
        lambda s: s.ndvi >= 0.30,
        lambda s: _words("NDVI", s.ndvi),
        "NDVI from 0.30 to 0.70",
        (3, 12), 2,
    ),
    Kind(
        "Bare or built-up",
        lambda s: True,
        lambda s: _words("NDVI", s.ndvi),
        "none of the above: NDVI below 0.30",
        (4, 5, 10), 3,
    ),
)  # fmt: skip
"""In the order they are tried; the first that applies is suggested."""


@dataclass(frozen=True)
class Suggestion:
    """Name and colour suggested for a cluster."""

    name: str
    kind: str
    reason: str
    """Such as ``NDVI 0.82``."""
    color: str
    """``#rrggbb``."""


def suggest(centres: np.ndarray) -> tuple[Suggestion, ...]:
    """Return a suggestion for each centre, in the given order.

    Parameters
    ----------
    centres : numpy.ndarray
        Reflectance ``(k, 4)``: blue, green, red, near infrared; k at most 12.
    """
    spectra = [Spectrum(*map(float, c)) for c in centres]
    kinds = [_kind(s) for s in spectra]
    names = _distinct_names(kinds, spectra)
    colors = _colors(kinds)
    return tuple(
        Suggestion(n, k.name, k.reason(s), c)
        for n, k, s, c in zip(names, kinds, spectra, colors, strict=True)
    )


def spectral_order(centres: np.ndarray) -> np.ndarray:
    """Return the order of centres for the legend: by kind, then from dark to bright.

    Parameters
    ----------
    centres : numpy.ndarray
        Reflectance ``(k, 4)``.

    Returns
    -------
    numpy.ndarray
        Indices ``(k,)`` into `centres`.
    """
    spectra = [Spectrum(*map(float, c)) for c in centres]
    keys = [(_kind(s).rank, s.brightness, s.ndvi) for s in spectra]
    return np.array(sorted(range(len(keys)), key=keys.__getitem__))


def _kind(spectrum: Spectrum) -> Kind:
    return next(kind for kind in KINDS if kind.applies(spectrum))


def _distinct_names(kinds: Sequence[Kind], spectra: Sequence[Spectrum]) -> list[str]:
    """Return the kinds' names, equal ones told apart by their brightness."""
    names = [k.name for k in kinds]
    for name in set(names):
        alike = sorted((i for i, n in enumerate(names) if n == name), key=lambda i: spectra[i].brightness)
        shades = {1: [""], 2: [", dark", ", light"], 3: [", dark", ", medium", ", light"]}.get(
            len(alike), [f", shade {n} of {len(alike)}" for n in range(1, len(alike) + 1)]
        )
        for i, shade in zip(alike, shades, strict=True):
            names[i] = name + shade
    return names


def _colors(kinds: Sequence[Kind]) -> list[str]:
    """Return a colour of the palette for each: its kind's own while free, else the next free, blue last."""
    free = list(range(1, len(PALETTE) + 1))
    own: list[int | None] = []
    for kind in kinds:
        choice = next((c for c in kind.colors if c in free), None)
        own.append(choice)
        if choice is not None:
            free.remove(choice)
    rest = iter(sorted(free, key=lambda c: (c == 1, c)))
    return [PALETTE[(c if c is not None else next(rest)) - 1] for c in own]


def _difference(a: float, b: float) -> float:
    """Return (a - b) / (a + b), within -1..1, with two decimals; negative reflectances count as none."""
    a, b = max(a, 0.0), max(b, 0.0)
    return round((a - b) / (a + b), 2) if a + b > 0 else 0.0

"""Colours for clusters: one hue per kind of surface, lightness by shade, distinct for colour-blind eyes too.

Each family of colours is a patch of the colour circle. A single cluster of a family has its usual colour.
Where there are several, the shades are chosen from the patch so that the closest two colours of the whole
legend are as far apart as they can be, for usual sight and for the two common kinds of colour blindness.
Distances are taken in OKLab (Ottosson 2020); what a colour-blind eye sees is simulated after Machado et al.
(2009).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

MASKED_COLOR = "#9aa5af"
"""Of pixels without a cluster: grey."""


@dataclass(frozen=True)
class Family:
    """The colours of one kind of surface, as ranges of OKLCh."""

    usual: str
    """``#rrggbb`` of a single cluster."""
    hue: tuple[float, float]
    """Degrees."""
    lightness: tuple[float, float]
    """0..1."""
    chroma: tuple[float, float]


FAMILIES: dict[str, Family] = {
    "water": Family("#3563e0", (240, 278), (0.26, 0.86), (0.06, 0.24)),
    "vegetation": Family("#04600f", (128, 150), (0.22, 0.86), (0.04, 0.22)),
    "crops": Family("#d6c928", (92, 118), (0.40, 0.97), (0.05, 0.20)),
    "bare": Family("#c4824a", (30, 70), (0.28, 0.84), (0.04, 0.19)),
    "dark": Family("#1c1b2b", (285, 310), (0.12, 0.58), (0.01, 0.07)),
    "bright": Family("#f5f0cf", (70, 110), (0.66, 0.99), (0.01, 0.06)),
    "snow": Family("#bff3fb", (192, 228), (0.62, 0.97), (0.03, 0.12)),
    "burnt": Family("#4a0d12", (5, 35), (0.16, 0.52), (0.04, 0.16)),
    "wet": Family("#2f8f8a", (180, 205), (0.40, 0.78), (0.04, 0.12)),
    "other": Family("#b48fe0", (295, 320), (0.50, 0.85), (0.04, 0.16)),
}
"""By name. Blue is water alone; snow and ice are a pale cyan."""
PALETTE = tuple(family.usual for family in FAMILIES.values())
"""The usual colour of each family."""

LIGHTNESS_STEPS, CHROMA_STEPS, HUE_STEPS = 26, 3, 3
"""How finely a family's patch is looked at."""
SWEEPS = 12
"""Most rounds in which every colour may move to a better place."""
STARTS = 5
"""Places from which the rounds are begun; the best end is taken."""
LEAST_STEP = 0.02
"""Lightness by which the shades of one family differ at least."""
WELL_APART = 0.09
"""Distance in OKLab from which on the closest two colours of a legend are told apart without effort."""
VIVID_DARKER, VIVID_CHROMA = 0.1, 0.6
"""How much darker than the usual colour a vivid one may be, and which share of its chroma it keeps."""
_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_OKLAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_VISIONS = (
    np.eye(3),
    np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
)
"""Usual sight, deuteranopia, protanopia: matrices on linear RGB."""

Colours = NDArray[np.float64]
"""Linear RGB, 0..1: ``(n, 3)``."""
Matrix = NDArray[np.float64]


def colours(families: Sequence[str], numbers: Sequence[int]) -> tuple[str, ...]:
    """Return a colour for each cluster: ``#rrggbb``.

    Parameters
    ----------
    families : sequence of str
        Family of each cluster.
    numbers : sequence of int
        Number of each among those of its family, from 1: the lowest is the darkest.
    """
    return _colours(tuple(families), tuple(numbers)) if families else ()


@lru_cache(maxsize=64)
def _colours(families: tuple[str, ...], numbers: tuple[int, ...]) -> tuple[str, ...]:
    counts = {name: families.count(name) for name in FAMILIES if name in families}
    shades = _shades(tuple(counts.items()))
    alike: dict[str, list[int]] = {name: [] for name in counts}
    for place, name in enumerate(families):
        alike[name].append(place)
    made = [""] * len(families)
    for name, places in alike.items():
        for shade, place in enumerate(sorted(places, key=lambda p: (numbers[p], p))):
            made[place] = shades[name][shade]
    return tuple(made)


@lru_cache(maxsize=64)
def _shades(counts: tuple[tuple[str, int], ...]) -> dict[str, list[str]]:
    """Return some colours of each family, darkest first, chosen together: vivid ones if they suffice."""
    vivid, least = _chosen(counts, vivid=True)
    return vivid if least >= WELL_APART else _chosen(counts, vivid=False)[0]


def _chosen(counts: Sequence[tuple[str, int]], *, vivid: bool) -> tuple[dict[str, list[str]], float]:
    offered = [[FAMILIES[name].usual] if n == 1 else _patch(name, vivid) for name, n in counts]
    texts = [text for patch in offered for text in patch]
    linear = np.array([_linear(text) for text in texts])
    seen = np.stack([_oklab(linear @ vision.T) for vision in _VISIONS])
    masked = np.stack([_oklab(_linear(MASKED_COLOR)[None] @ vision.T) for vision in _VISIONS])
    apart = _apart(seen, seen)
    np.fill_diagonal(apart, _apart(seen, masked)[:, 0])
    edges = np.cumsum([0, *map(len, offered)]).tolist()
    ranges = [range(a, b) for (_, n), (a, b) in zip(counts, pairwise(edges), strict=True) for _ in range(n)]
    ends = [_spread(apart, seen[0, :, 0], start, ranges) for start in _starts(counts, edges)]
    chosen, least = max(ends, key=lambda end: end[1])
    made: dict[str, list[str]] = {}
    for (name, n), first in zip(counts, np.cumsum([0, *(n for _, n in counts)]), strict=False):
        picked = sorted(chosen[first : first + n], key=lambda i: seen[0, i, 0])
        made[name] = [texts[i] for i in picked]
    return made, least


def _starts(counts: Sequence[tuple[str, int]], edges: Sequence[int]) -> Iterator[list[int]]:
    """Yield places of colours to begin with: evenly over each patch, then at random, the same every time."""
    rng = np.random.default_rng(0)
    offers = [(n, a, b) for (_, n), (a, b) in zip(counts, pairwise(edges), strict=True)]
    yield [place for n, a, b in offers for place in np.linspace(a, b - 1, n).round().astype(int).tolist()]
    for _ in range(STARTS - 1):
        yield [place for n, a, b in offers for place in rng.integers(a, b, n).tolist()]


def _spread(
    apart: Matrix, lightness: Matrix, start: list[int], ranges: list[range]
) -> tuple[list[int], float]:
    """Return places of colours moved to where their nearest neighbour is farthest, and the least distance.

    Parameters
    ----------
    apart : numpy.ndarray
        ``(colour, colour)``: distance of the colours on offer, and of each from masked pixels' grey on the
        diagonal.
    lightness : numpy.ndarray
        ``(colour,)``.
    start : list of int
        Where to start.
    ranges : list of range
        Colours that each may move to.
    """
    chosen = list(start)
    for _ in range(SWEEPS):
        before = list(chosen)
        for mine, offer in enumerate(ranges):
            here = np.arange(offer.start, offer.stop)
            others = [c for n, c in enumerate(chosen) if n != mine]
            nearest = apart[here, here]
            if others:
                nearest = np.minimum(nearest, apart[here[:, None], others].min(axis=1))
            family = [c for c in others if c in offer]
            too_alike = np.abs(lightness[here, None] - lightness[family]) < LEAST_STEP
            nearest[too_alike.any(axis=1)] = -1.0
            best = int(nearest.argmax())
            if nearest[best] > nearest[chosen[mine] - offer.start] + 1e-9:
                chosen[mine] = offer.start + best
        if chosen == before:
            break
    return chosen, float(apart[np.array(chosen)[:, None], chosen].min())


def _apart(these: Matrix, those: Matrix) -> Matrix:
    """Return the distances of colours ``(vision, n, 3)`` and ``(vision, m, 3)`` where they are least."""
    squares = [
        (a**2).sum(axis=1)[:, None] - 2 * a @ b.T + (b**2).sum(axis=1)
        for a, b in zip(these, those, strict=True)
    ]
    return np.asarray(np.sqrt(np.maximum(np.min(squares, axis=0), 0.0)))


@lru_cache(maxsize=32)
def _patch(name: str, vivid: bool) -> list[str]:
    """Return the colours of a family that a screen can show, from dark to light.

    Vivid ones are not much darker nor greyer than the usual colour of the family, so as not to look black.
    """
    family = FAMILIES[name]
    usual, a, b = _oklab(_linear(family.usual)[None])[0].tolist()
    darkest, greyest = (usual - VIVID_DARKER, VIVID_CHROMA * float(np.hypot(a, b))) if vivid else (0.0, 0.0)
    steps = (
        np.linspace(*family.lightness, LIGHTNESS_STEPS),
        np.linspace(*family.chroma, CHROMA_STEPS),
        np.radians(np.linspace(*family.hue, HUE_STEPS)),
    )
    lightness, chroma, hue = (each.ravel() for each in np.meshgrid(*steps, indexing="ij"))
    lab = np.stack([lightness, chroma * np.cos(hue), chroma * np.sin(hue)])
    lab = lab[:, (lightness >= darkest) & (chroma >= greyest)]
    linear = (np.linalg.inv(_TO_LMS) @ (np.linalg.inv(_TO_OKLAB) @ lab) ** 3).T
    shown = linear[(linear.min(axis=1) > -1e-4) & (linear.max(axis=1) < 1 + 1e-4)].clip(0, 1)
    return list(dict.fromkeys(map(_text, shown)))


def _oklab(linear: Colours) -> Colours:
    return np.asarray(np.cbrt(linear.clip(0, 1) @ _TO_LMS.T) @ _TO_OKLAB.T)


def _linear(text: str) -> Colours:
    c = np.frombuffer(bytes.fromhex(text.removeprefix("#")), np.uint8) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def _text(linear: Colours) -> str:
    c = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return "#" + bytes((c * 255).round().astype(np.uint8)).hex()

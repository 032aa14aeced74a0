"""How far apart colours are, for usual and for colour-blind eyes: CAM02-UCS after Luo et al. (2006).

Written for the tests alone and by another route than the palette's own, which works in OKLab.
"""

from __future__ import annotations

import numpy as np

SRGB_TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
CAT02 = np.array([[0.7328, 0.4296, -0.1624], [-0.7036, 1.6975, 0.0061], [0.0030, 0.0136, 0.9834]])
HPE = np.array([[0.38971, 0.68898, -0.07868], [-0.22981, 1.18340, 0.04641], [0.0, 0.0, 1.0]])
WHITE = np.array([95.047, 100.0, 108.883])
ADAPTING, BACKGROUND, IMPACT, INDUCTION = 64 / np.pi / 5, 20.0, 0.69, 1.0
VISIONS = {
    "usual": np.eye(3),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
}
"""Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB."""


def linear(colors: list[str]) -> np.ndarray:
    """Return linear RGB, 0..1, of texts ``#rrggbb``."""
    c = np.array([list(bytes.fromhex(color[1:])) for color in colors]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def least_distance(colors: list[str], vision: str) -> float:
    """Return how far apart the closest two colours are; about 1 can just be seen side by side."""
    seen = ucs((linear(colors) @ VISIONS[vision].T).clip(0, 1))
    apart = np.linalg.norm(seen[:, None] - seen[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    return float(apart.min())


def ucs(rgb: np.ndarray) -> np.ndarray:
    """Return J', a', b' of linear RGB."""
    rank = 1 / (5 * ADAPTING + 1)
    luminance = 0.2 * rank**4 * 5 * ADAPTING + 0.1 * (1 - rank**4) ** 2 * (5 * ADAPTING) ** (1 / 3)
    n = BACKGROUND / WHITE[1]
    adaptation = 1 - np.exp((-ADAPTING - 42) / 92) / 3.6
    gain = adaptation * WHITE[1] / (CAT02 @ WHITE) + 1 - adaptation
    to_cones = HPE @ np.linalg.inv(CAT02)

    def response(xyz: np.ndarray) -> np.ndarray:
        x = luminance * ((xyz @ CAT02.T) * gain) @ to_cones.T / 100
        powered = np.abs(x) ** 0.42
        return np.asarray(np.sign(x) * 400 * powered / (powered + 27.13) + 0.1)

    def achromatic(r: np.ndarray) -> np.ndarray:
        return np.asarray((r @ [2, 1, 1 / 20] - 0.305) * 0.725 * n**-0.2)

    r = response(rgb @ SRGB_TO_XYZ.T * 100)
    a = r @ [1, -12 / 11, 1 / 11]
    b = r @ [1 / 9, 1 / 9, -2 / 9]
    hue = np.arctan2(b, a)
    eccentricity = 0.25 * (np.cos(hue + 2) + 3.8)
    ratio = achromatic(r) / achromatic(response(WHITE[None]))
    lightness = 100 * np.maximum(ratio, 0) ** (IMPACT * (1.48 + np.sqrt(n)))
    t = 50_000 / 13 * INDUCTION * 0.725 * n**-0.2 * eccentricity * np.hypot(a, b) / (r @ [1, 1, 21 / 20])
    chroma = t**0.9 * np.sqrt(lightness / 100) * (1.64 - 0.29**n) ** 0.73
    colourful = np.log1p(0.0228 * chroma * luminance**0.25) / 0.0228
    return np.stack(
        [1.7 * lightness / (1 + 0.007 * lightness), colourful * np.cos(hue), colourful * np.sin(hue)], axis=1
    )

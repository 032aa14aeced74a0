"""The radiometric offset of processing baseline 04.00: whether it is in the pixels and has to go.

From baseline 04.00 on (25 January 2022, and later reprocessings of older images) ESA adds 1000 to every
digital number: reflectance = (DN - 1000) / 10000. Some catalogues have taken it away again, and their
metadata do not always say so truly (Element84/earth-search issues 9, 66, 71). So the metadata propose, and
the darkest pixels have a veto.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

OFFSET_DN = -1000
"""BOA_ADD_OFFSET of ESA's products from baseline 04.00 on, in digital numbers."""
QUANTIFICATION = 10_000
"""Digital numbers per unit of reflectance."""
DARK_DN = 900
"""With the offset in them, the darkest pixels stay near or above 1000; without, they fall far below."""
BRIGHT_DN = 2000
"""Where the darkest pixels of a band are brighter, it is a desert or snow and proves nothing."""
INTRODUCED = "2022-01-25"
"""First day of baseline 04.00: decides where neither metadata nor pixels tell, and nowhere else."""
MAX_NAME = 20
"""Longest name of a baseline, characters; real ones have five."""
MIN_PIXELS = 100
"""Fewer pixels than this prove nothing."""


@dataclass(frozen=True)
class OffsetDecision:
    """What is added to the digital numbers of a scene, and why."""

    dn: int
    """0 or -1000."""
    reason: str
    """For the user: what the metadata say, and whether the pixels agree."""
    certain: bool = True
    """False while nothing but a guess stands behind it."""

    @property
    def words(self) -> str:
        """The decision with its reason in one line."""
        what = "−1000 applied" if self.dn else "Nothing to subtract"
        return f"{what}: {self.reason}"


def from_metadata(properties: Mapping[str, Any], asset: Mapping[str, Any]) -> OffsetDecision:
    """Return what a STAC item says about the offset.

    Parameters
    ----------
    properties : mapping
        The item's properties.
    asset : mapping
        One of its band assets.
    """
    for prefix in ("earthsearch", "sentinel"):
        if properties.get(f"{prefix}:boa_offset_applied") is True:
            return OffsetDecision(0, "the catalogue has already subtracted it")
    text = baseline(properties)
    if text is not None and re.fullmatch(r"0?\d\.\d\d?", text):
        if float(text) < 4:
            return OffsetDecision(0, f"baseline {text} has no offset")
        return OffsetDecision(OFFSET_DN, f"baseline {text}")
    stated = _stated_offset(asset)
    if stated is not None:
        dn = OFFSET_DN if stated < 0 else 0
        return OffsetDecision(dn, f"the file's description states an offset of {stated:g}")
    unknown = f"the baseline {text} is unknown" if text else "no baseline is given"
    day = str(properties.get("datetime") or properties.get("start_datetime") or "")[:10]
    return OffsetDecision(OFFSET_DN if day >= INTRODUCED else 0, unknown, certain=False)


def baseline(properties: Mapping[str, Any]) -> str | None:
    """Return the processing baseline of an item, e.g. ``"05.09"``; None where it is not given."""
    for key in ("s2:processing_baseline", "sentinel:processing_baseline", "sentinel2:processing_baseline"):
        if properties.get(key) is not None:
            return str(properties[key])[:MAX_NAME]
    version = properties.get("processing:version")
    return None if version is None else str(version)[:MAX_NAME]


def check_against_pixels(decision: OffsetDecision, visible_dn: np.ndarray) -> OffsetDecision:
    """Return the decision after a look at the darkest pixels.

    Parameters
    ----------
    decision : OffsetDecision
        What the metadata say.
    visible_dn : numpy.ndarray
        Digital numbers of the clear pixels in the three visible bands, ``(3, n)``.

    Notes
    -----
    The 1 % percentile of each band is compared with `DARK_DN`. Pixels below it in every band cannot hold
    the offset. Pixels above `BRIGHT_DN` prove nothing: a desert or snow is bright with and without it.
    """
    if visible_dn.shape[1] < MIN_PIXELS:
        return replace(decision, reason=f"{decision.reason}; too few pixels to check it")
    darkest = np.percentile(visible_dn, 1, axis=1)
    numbers = f"darkest pixels {min(darkest):.0f} to {max(darkest):.0f}"
    without = bool((darkest < DARK_DN).all())
    bright = bool((darkest > BRIGHT_DN).any())
    if not decision.certain and (darkest < DARK_DN).any():
        return OffsetDecision(0, f"{decision.reason}, the pixels decide ({numbers})")
    if not decision.certain and not bright:
        return OffsetDecision(OFFSET_DN, f"{decision.reason}, the pixels decide ({numbers})")
    if not decision.certain:
        guess = f"{decision.reason}, the pixels are too bright to tell, so the day decides ({numbers})"
        return replace(decision, reason=guess)
    if decision.dn and without:
        return OffsetDecision(
            0, f"{decision.reason} says to subtract 1000, but the pixels already lack it ({numbers})"
        )
    if without or (decision.dn and not bright):
        return replace(decision, reason=f"{decision.reason}, and the pixels agree ({numbers})")
    return replace(decision, reason=f"{decision.reason}; the pixels are too bright to check it ({numbers})")


def check_together(
    decisions: Sequence[OffsetDecision], visible_dn: Sequence[np.ndarray]
) -> tuple[OffsetDecision, ...]:
    """Return the decisions on the tiles of one acquisition after a look at their pixels.

    Each tile is judged by its own darkest pixels (`check_against_pixels`). One whose pixels prove nothing,
    being too few or too bright, follows the tiles of which the catalogue says the same, where their pixels
    prove something and agree: otherwise a strip of another tile would be off by 0.1.

    Parameters
    ----------
    decisions : sequence of OffsetDecision
        What the metadata say, one for each tile.
    visible_dn : sequence of numpy.ndarray
        Digital numbers of each tile's clear pixels in the three visible bands, ``(3, n)``.
    """
    alone = [check_against_pixels(d, dn) for d, dn in zip(decisions, visible_dn, strict=True)]
    proves = [_proves(d, dn) for d, dn in zip(decisions, visible_dn, strict=True)]
    made = []
    for own, decision, proven in zip(alone, decisions, proves, strict=True):
        alike = {
            a.dn
            for a, d, p in zip(alone, decisions, proves, strict=True)
            if p and (d.dn, d.certain) == (decision.dn, decision.certain)
        }
        if proven or len(alike) != 1:
            made.append(own)
        else:
            reason = f"{decision.reason}; the neighbouring tile's pixels decide, for these cannot tell"
            made.append(OffsetDecision(alike.pop(), reason))
    return tuple(made)


def _proves(decision: OffsetDecision, visible_dn: np.ndarray) -> bool:
    """Tell whether `check_against_pixels` finds out by the pixels if the offset is in them."""
    if visible_dn.shape[1] < MIN_PIXELS:
        return False
    darkest = np.percentile(visible_dn, 1, axis=1)
    return bool((darkest <= BRIGHT_DN).all() or (not decision.certain and (darkest < DARK_DN).any()))


def _stated_offset(asset: Mapping[str, Any]) -> float | None:
    bands = asset.get("raster:bands") or asset.get("bands") or [{}]
    for source in (asset, bands[0] if isinstance(bands, list) and bands else {}):
        for key in ("raster:offset", "offset"):
            if isinstance(source, Mapping) and isinstance(source.get(key), int | float):
                return float(source[key])
    return None

"""The radiometric offset of processing baseline 04.00: whether it is in the pixels and has to go.

From baseline 04.00 on (25 January 2022, and later reprocessings of older images) ESA adds 1000 to every
digital number: reflectance = (DN - 1000) / 10000. Some catalogues have already removed it, and their
metadata are not always right about it (Element84/earth-search issues 9, 66, 71). So the metadata propose, and
the pixels have a veto: the share of dark pixels decides, not the few darkest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

import numpy as np

OFFSET_DN = -1000
"""BOA_ADD_OFFSET of ESA's products from baseline 04.00 on, in digital numbers."""
QUANTIFICATION = 10_000
"""Digital numbers per unit of reflectance."""
DARK_DN = 900
"""Land is darker than this in all visible bands only where the offset is not in the numbers."""
LACKING_SHARE = 0.10
"""From this share of dark pixels on the offset is not in them: it was 0.127 and more in 19 real scenes."""
HOLDING_SHARE = 0.01
"""Up to this share of dark pixels the offset can be in them: 0.000 in real scenes. Shadows and deep water
may have a reflectance below -0.01, so a few are no proof that it is not."""
EDGE_DN = 100
"""Pixels below this in every visible band are no evidence: at a swath's edge stand numbers of 1, 2, 3 ..."""
BRIGHT_DN, BRIGHT_SHARE = 2000, 0.99
"""Where more than this share of a visible band is brighter, it is a desert or snow and proves nothing."""
IMPOSSIBLE_DN = 500
"""With the offset in it no number is below this: a reflectance of -0.05. At a swath's edge there are some."""
DEEP_SHARE = 0.5
"""Share of the dark pixels with a number below `IMPOSSIBLE_DN` from which on they are no mere shadow: it was
0.75 and more in the 14 real scenes without the offset."""
INTRODUCED = "2022-01-25"
"""First day of baseline 04.00: decides where neither metadata nor pixels tell, and nowhere else."""
MAX_NAME = 20
"""Longest name of a baseline, characters; real ones have five."""
MIN_PIXELS = 100
"""Fewer pixels than this prove nothing."""
OWN_SHARE = 0.1
"""Share of an acquisition's pixels from which on a tile is judged by its own."""


@dataclass(frozen=True)
class OffsetDecision:
    """The offset of the digital numbers of a scene, and the reason."""

    dn: int
    """0 or -1000."""
    reason: str
    """For the user: what the metadata say, and whether the pixels agree."""
    certain: bool = True
    """False while nothing but a guess stands behind it."""

    @property
    def may_hold(self) -> bool:
        """Whether the pixels can still show that the offset is in them."""
        return self.dn != 0 or not self.certain

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


class Verdict(Enum):
    """The evidence of the pixels on the offset."""

    HOLDS = "holds"
    LACKS = "lacks"
    TOO_FEW = "too few pixels to check it"
    TOO_BRIGHT = "the pixels are too bright to check it"
    MIXED = "the pixels cannot tell"

    @property
    def proves(self) -> bool:
        """Whether the pixels decide."""
        return self in (Verdict.HOLDS, Verdict.LACKS)


@dataclass(frozen=True)
class Evidence:
    """Digital numbers of clear pixels, counted."""

    n: int
    """Pixels, those of a swath's edge aside (`EDGE_DN`)."""
    dark: int
    """Those below `DARK_DN` in every visible band."""
    bright: tuple[int, ...]
    """Those of at least `BRIGHT_DN`, for each visible band."""
    deep: int = 0
    """The dark ones with a number that cannot be with the offset in it (`IMPOSSIBLE_DN`)."""

    @classmethod
    def of(cls, visible_dn: np.ndarray) -> Evidence:
        """Return the evidence of pixels ``(3, n)``."""
        brightest = visible_dn.max(axis=0)
        edge, dark = brightest < EDGE_DN, brightest < DARK_DN
        n_edge = int(np.count_nonzero(edge))
        n_dark = int(np.count_nonzero(dark)) - n_edge
        deep = np.count_nonzero(visible_dn[:, dark & ~edge].min(axis=0) < IMPOSSIBLE_DN)
        bright = np.count_nonzero(visible_dn >= BRIGHT_DN, axis=1)
        return cls(visible_dn.shape[1] - n_edge, n_dark, tuple(bright.tolist()), int(deep))

    def __add__(self, other: Evidence) -> Evidence:
        bright = tuple(a + b for a, b in zip(self.bright, other.bright, strict=True))
        return Evidence(self.n + other.n, self.dark + other.dark, bright, self.deep + other.deep)

    def proves_within(self, together: Evidence) -> bool:
        """Whether a tile's own pixels decide on it, and not all pixels of the acquisition together.

        They are a good part of all, and where they alone say that the offset is gone, numbers show it that
        cannot be with it: shadow and deep water have 850 to 900, land without the offset has 200 or 300.
        """
        shadow = self.verdict is Verdict.LACKS and self.deep < DEEP_SHARE * self.dark
        alone = shadow and together.verdict is not Verdict.LACKS
        return self.verdict.proves and self.n >= OWN_SHARE * together.n and not alone

    @property
    def verdict(self) -> Verdict:
        """The verdict."""
        if self.n < MIN_PIXELS:
            return Verdict.TOO_FEW
        if self.dark >= LACKING_SHARE * self.n:
            return Verdict.LACKS
        if max(self.bright) > BRIGHT_SHARE * self.n:
            return Verdict.TOO_BRIGHT
        return Verdict.HOLDS if self.dark <= HOLDING_SHARE * self.n else Verdict.MIXED

    @property
    def words(self) -> str:
        """The share of dark pixels, as it decides."""
        share = 100 * self.dark / max(self.n, 1)
        return f"{share:.1f} % of the pixels are below {DARK_DN} in every visible band"


def check_against_pixels(decision: OffsetDecision, visible_dn: np.ndarray) -> OffsetDecision:
    """Return the decision after a look at the pixels.

    Parameters
    ----------
    decision : OffsetDecision
        What the metadata say.
    visible_dn : numpy.ndarray
        Digital numbers of the clear pixels in the three visible bands, ``(3, n)``.
    """
    return _judged(decision, Evidence.of(visible_dn))


def _judged(decision: OffsetDecision, evidence: Evidence) -> OffsetDecision:
    """Return the decision in the light of the pixels; where they prove nothing, the metadata decide."""
    verdict, numbers = evidence.verdict, evidence.words
    if verdict is Verdict.TOO_FEW:
        return replace(decision, reason=f"{decision.reason}; {verdict.value}")
    if not verdict.proves and not decision.certain:
        guess = f"{decision.reason}, {verdict.value}, so the day decides ({numbers})"
        return replace(decision, reason=guess)
    if not verdict.proves:
        return replace(decision, reason=f"{decision.reason}; {verdict.value} ({numbers})")
    lacks = verdict is Verdict.LACKS
    if not decision.certain:
        return OffsetDecision(0 if lacks else OFFSET_DN, f"{decision.reason}, the pixels decide ({numbers})")
    if decision.dn and lacks:
        return OffsetDecision(
            0, f"{decision.reason} says to subtract 1000, but the pixels already lack it ({numbers})"
        )
    if not decision.dn and not lacks:
        # bright land without the offset looks like dark land with it: no reason to doubt the metadata
        return replace(decision, reason=f"{decision.reason}; the pixels do not contradict it ({numbers})")
    return replace(decision, reason=f"{decision.reason}, and the pixels agree ({numbers})")


def check_together(
    decisions: Sequence[OffsetDecision], visible_dn: Sequence[np.ndarray]
) -> tuple[OffsetDecision, ...]:
    """Return the decisions on the tiles of one acquisition after a look at their pixels.

    The tiles of which the catalogue says the same are judged by all their pixels together: a strip of shadow
    or water in a corner tile must not put a seam of 0.1 there. A tile that has a good part of the pixels and
    proves something on its own keeps its verdict.

    Parameters
    ----------
    decisions : sequence of OffsetDecision
        What the metadata say, one for each tile.
    visible_dn : sequence of numpy.ndarray
        Digital numbers of each tile's clear pixels in the three visible bands, ``(3, n)``.
    """
    found = [Evidence.of(dn) for dn in visible_dn]
    made = []
    for own, decision in zip(found, decisions, strict=True):
        alike = [
            e
            for e, d in zip(found, decisions, strict=True)
            if (d.dn, d.certain) == (decision.dn, decision.certain)
        ]
        together = sum(alike, start=Evidence(0, 0, (0, 0, 0)))
        if len(alike) == 1 or own.proves_within(together):
            made.append(_judged(decision, own))
            continue
        # others decide: those that prove something alone if they agree, else all together
        proven = {e.verdict for e in alike if e.proves_within(together)}
        verdict = proven.pop() if len(proven) == 1 else together.verdict if not proven else None
        if verdict is not None and verdict.proves:
            made.append(_followed(decision, verdict))
        else:  # its own pixels may say why they do not tell, but they do not decide
            made.append(_judged(decision, together if own.verdict.proves else own))
    return tuple(made)


def _followed(decision: OffsetDecision, verdict: Verdict) -> OffsetDecision:
    """Return the decision on a tile that the other tiles' pixels decide."""
    lacks = verdict is Verdict.LACKS
    if decision.certain and not decision.dn and not lacks:
        return replace(decision, reason=f"{decision.reason}; the pixels do not contradict it")
    reason = f"{decision.reason}; the neighbouring tile's pixels decide, for these cannot tell"
    return OffsetDecision(0 if lacks else OFFSET_DN, reason)


def _stated_offset(asset: Mapping[str, Any]) -> float | None:
    bands = asset.get("raster:bands") or asset.get("bands") or [{}]
    for source in (asset, bands[0] if isinstance(bands, list) and bands else {}):
        for key in ("raster:offset", "offset"):
            if isinstance(source, Mapping) and isinstance(source.get(key), int | float):
                return float(source[key])
    return None

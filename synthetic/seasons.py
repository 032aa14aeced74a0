"""How everything but the crops changes over the year: leaves, grass, light, water, snow."""

from __future__ import annotations

from dataclasses import dataclass

from synthetic.spectra import AUTUMN_LEAVES, BROADLEAF, DORMANT, GREEN, MEADOW, MOWN, TWIGS, Spectrum


@dataclass(frozen=True)
class Season:
    """The state of the land on one day of the year."""

    name: str
    leaves: Spectrum = BROADLEAF
    """Leaves of broadleaved trees."""
    leafy: float = 1.0
    """Share of them that the trees bear; the rest is twigs."""
    dull_grass: Spectrum = MOWN
    lush_grass: Spectrum = MEADOW
    low_water: float = 0.0
    """How far the lakes have fallen, in the unit of `Land.depth`."""
    relief: float = 1.0
    """Strength of light and shade on slopes: more under a low sun."""
    felled: bool = False
    """Whether the stands that are felled this summer are gone."""
    snow: bool = False

    @property
    def canopy(self) -> Spectrum:
        """Broadleaved trees as seen from above."""
        if self.leafy == 1:
            return self.leaves
        return _mixed(TWIGS, self.leaves, self.leafy)


def _mixed(one: Spectrum, other: Spectrum, share: float) -> Spectrum:
    a, b, c, d, e, f, g, h, i, j = (x + (y - x) * share for x, y in zip(one, other, strict=True))
    return (a, b, c, d, e, f, g, h, i, j)


_WINTER_GRASS = _mixed(DORMANT, MEADOW, 0.15)
_SPRING_GRASS = _mixed(DORMANT, MEADOW, 0.55)

SEASONS = {
    season.name: season
    for season in (
        Season("january", BROADLEAF, 0.0, DORMANT, DORMANT, 0.0, 1.5, snow=True),
        Season("march", BROADLEAF, 0.03, DORMANT, _SPRING_GRASS, 0.0, 1.3),
        Season("april", BROADLEAF, 0.50, _WINTER_GRASS, MEADOW, 0.0, 1.1),
        Season("may", BROADLEAF, 0.95, MEADOW, _mixed(MEADOW, GREEN, 0.5)),
        Season("june"),
        Season("july", low_water=0.08),
        Season("august", low_water=0.17, felled=True),
        Season("september", BROADLEAF, 0.93, low_water=0.15, relief=1.15, felled=True),
        Season("october", AUTUMN_LEAVES, 0.75, MOWN, MEADOW, 0.10, 1.3, felled=True),
        Season("november", AUTUMN_LEAVES, 0.10, DORMANT, _SPRING_GRASS, 0.05, 1.5, felled=True),
    )
}
"""In the order of the year."""

"""Colours: one hue a kind, darker to lighter, told apart by all eyes, never the grey of masked pixels."""

import colorsys
import random

import pytest

from pipeline.clustering.palette import FAMILIES, MASKED_COLOR, colours
from tests.support.colour_vision import VISIONS, least_distance, linear

KINDS = ("water", "vegetation", "crops", "bare", "dark", "bright", "snow")


def made(counts: dict[str, int]) -> dict[str, list[str]]:
    families = [name for name, n in counts.items() for _ in range(n)]
    numbers = [number for n in counts.values() for number in range(1, n + 1)]
    found = colours(families, numbers)
    return {name: [c for c, f in zip(found, families, strict=True) if f == name] for name in counts}


def legends() -> list[dict[str, int]]:
    """Return mixes of kinds such as land has them: two to twelve clusters."""
    draw = random.Random(3)
    found = []
    for k in [*range(2, 13), 12, 12, 12]:
        kinds = draw.choices(KINDS, weights=[2, 4, 4, 4, 1, 1, 1], k=k)
        found.append({kind: kinds.count(kind) for kind in dict.fromkeys(kinds)})
    return [*found, {"vegetation": 4, "crops": 1, "bare": 5, "bright": 2}, {"vegetation": 6, "bare": 6}]


@pytest.mark.parametrize("counts", legends(), ids=lambda c: "-".join(f"{n}{v}" for n, v in c.items()))
def test_a_legend_is_told_apart_by_all_eyes(counts: dict[str, int]) -> None:
    found = [color for colors in made(counts).values() for color in colors]
    for vision in VISIONS:
        assert least_distance([*found, MASKED_COLOR], vision) >= 7, (vision, found)


@pytest.mark.parametrize("family", FAMILIES)
def test_twelve_clusters_of_one_kind_are_told_apart(family: str) -> None:
    """A family is a narrow patch: less is asked than of a mix, but never the same colour twice."""
    (found,) = made({family: 12}).values()
    assert min(least_distance(found, vision) for vision in VISIONS) >= 2.5


@pytest.mark.parametrize("counts", legends())
def test_shades_run_from_dark_to_light(counts: dict[str, int]) -> None:
    for colors in made(counts).values():
        light = linear(colors) @ [0.2126, 0.7152, 0.0722]
        assert (light[1:] > light[:-1] * 0.98).all(), colors


def test_blue_is_water_alone() -> None:
    for counts in legends():
        for name, colors in made(counts).items():
            for color in colors:
                hue, _, saturation = colorsys.rgb_to_hsv(*(c / 255 for c in bytes.fromhex(color[1:])))
                blue = 200 <= hue * 360 <= 260 and saturation > 0.6
                assert not blue or name in ("water", "dark"), (name, color)


def test_a_kind_that_occurs_once_has_its_usual_colour() -> None:
    assert made({"water": 1, "bare": 1, "snow": 1}) == {
        name: [FAMILIES[name].usual] for name in ("water", "bare", "snow")
    }
    assert made({"water": 1, "bare": 5})["water"] == [FAMILIES["water"].usual]


def test_the_same_legend_has_the_same_colours_in_any_order() -> None:
    colors = dict(zip(("b1", "w", "b2"), colours(["bare", "water", "bare"], [1, 1, 2]), strict=True))
    again = dict(zip(("w", "b2", "b1"), colours(["water", "bare", "bare"], [1, 2, 1]), strict=True))
    assert colors == again

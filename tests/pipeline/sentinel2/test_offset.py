"""The radiometric offset: metadata propose, the share of dark pixels has a veto."""

from typing import Any

import numpy as np
import pytest

from pipeline.sentinel2.offset import (
    OffsetDecision,
    baseline,
    check_against_pixels,
    check_together,
    from_metadata,
)

STATED = {"raster:bands": [{"nodata": 0, "scale": 0.0001, "offset": -0.1}]}
STATED_CDSE = {"raster:scale": 0.0001, "raster:offset": -0.1}
NOTHING: dict[str, Any] = {}


def earth_search(number: str, applied: bool | None) -> dict[str, Any]:
    properties: dict[str, Any] = {"s2:processing_baseline": number}
    return properties if applied is None else {**properties, "earthsearch:boa_offset_applied": applied}


@pytest.mark.parametrize(
    ("properties", "asset", "dn", "certain"),
    [
        # Earth Search v1 l2a: the flag is the truth, the -0.1 in raster:bands is printed regardless
        (earth_search("05.09", True), STATED, 0, True),
        (earth_search("04.00", True), STATED, 0, True),
        (earth_search("04.00", False), STATED, -1000, True),
        (earth_search("05.11", False), STATED, -1000, True),
        (earth_search("02.14", False), {"raster:bands": [{"offset": 0}]}, 0, True),
        # Earth Search c1: no flag, original numbers
        (earth_search("05.00", None), STATED, -1000, True),
        # v0
        ({"sentinel:processing_baseline": "05.11", "sentinel:boa_offset_applied": True}, STATED, 0, True),
        # Planetary Computer: by baseline, never by date
        ({"s2:processing_baseline": "03.00", "datetime": "2022-01-30T00:00:00Z"}, NOTHING, 0, True),
        ({"s2:processing_baseline": "04.00", "datetime": "2022-01-20T00:00:00Z"}, NOTHING, -1000, True),
        ({"s2:processing_baseline": "02.12"}, NOTHING, 0, True),
        ({"s2:processing_baseline": "05.11"}, NOTHING, -1000, True),
        # Collection 1 reprocessing of 2016
        ({"s2:processing_baseline": "05.00", "datetime": "2016-06-01T00:00:00Z"}, NOTHING, -1000, True),
        # CDSE
        ({"processing:version": "05.11"}, STATED_CDSE, -1000, True),
        ({"processing:version": "04.00"}, STATED_CDSE, -1000, True),
        ({"processing:version": "4.0"}, STATED_CDSE, -1000, True),
        ({"processing:version": "02.05"}, NOTHING, 0, True),
        # the home-made one: unknown, the file's own statement counts, else the pixels
        ({"processing:version": "99.99"}, STATED_CDSE, -1000, True),
        ({"processing:version": "99.99"}, {"raster:offset": 0}, 0, True),
        ({"processing:version": "99.99"}, NOTHING, 0, False),
        (NOTHING, NOTHING, 0, False),
        (NOTHING, {"bands": [{"name": "B02", "raster:offset": -0.1}]}, -1000, True),
        ({"sentinel2:processing_baseline": "05.09"}, NOTHING, -1000, True),
    ],
)
def test_the_metadata_propose(
    properties: dict[str, Any], asset: dict[str, Any], dn: int, certain: bool
) -> None:
    found = from_metadata(properties, asset)
    assert (found.dn, found.certain) == (dn, certain)
    assert found.reason


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"s2:processing_baseline": "05.09"}, "05.09"),
        ({"processing:version": "05.11"}, "05.11"),
        ({"sentinel:processing_baseline": "02.14"}, "02.14"),
        ({}, None),
    ],
)
def test_the_baseline_is_found_under_every_name(properties: dict[str, Any], expected: str | None) -> None:
    assert baseline(properties) == expected


def pixels(*darkest: float, n: int = 2000) -> np.ndarray:
    """Return three bands whose darkest hundredth lies at the given numbers, up to 1500 above."""
    rng = np.random.default_rng(0)
    return np.stack([d + rng.random(n) * 1500 for d in darkest]).astype(np.uint16)


PROPOSED = OffsetDecision(-1000, "baseline 05.11")
NONE = OffsetDecision(0, "baseline 02.14 has no offset")
GUESS = OffsetDecision(0, "no baseline is given", certain=False)


@pytest.mark.parametrize(
    ("decision", "darkest", "dn", "words"),
    [
        (PROPOSED, (1050, 1080, 1040), -1000, "pixels agree"),
        (PROPOSED, (100, 200, 150), 0, "already lack it"),  # earth-search issues 66 and 71
        (PROPOSED, (850, 850, 850), -1000, "pixels agree"),  # a few dark pixels are no proof
        (PROPOSED, (100, 950, 150), -1000, ""),  # one bright band is enough to doubt the veto
        (PROPOSED, (4000, 4200, 4500), -1000, "too bright to check"),  # snow would look so without it too
        (NONE, (100, 200, 150), 0, "pixels agree"),
        (NONE, (4000, 4200, 4500), 0, "too bright to check"),
        (GUESS, (100, 200, 150), 0, "pixels decide"),
        (GUESS, (1050, 1080, 1040), -1000, "pixels decide"),
    ],
)
def test_the_pixels_have_a_veto(
    decision: OffsetDecision, darkest: tuple[float, ...], dn: int, words: str
) -> None:
    found = check_against_pixels(decision, pixels(*darkest))
    assert found.dn == dn
    assert words in found.reason


@pytest.mark.parametrize(
    ("dark_share", "dn", "words"),
    [
        (0.0025, -1000, "pixels agree"),
        (0.02, -1000, "the pixels cannot tell"),  # shadow and deep water: below zero in all bands
        (0.05, -1000, "the pixels cannot tell"),
        (0.127, 0, "already lack it"),  # the fewest in a real scene without the offset
        (0.8, 0, "already lack it"),
    ],
)
def test_the_share_of_dark_pixels_decides_and_not_their_darkness(
    dark_share: float, dn: int, words: str
) -> None:
    made = pixels(1050, 1080, 1040)
    made[:, : round(dark_share * made.shape[1])] = 870
    found = check_against_pixels(PROPOSED, made)
    assert found.dn == dn
    assert words in found.reason
    assert "of the pixels are below 900 in every visible band" in found.reason


def test_a_strip_of_deep_water_in_a_corner_tile_makes_no_seam() -> None:
    """Judged alone, the strip would lack the offset that the rest of the acquisition holds."""
    land, water = pixels(1050, 1080, 1040, n=20_000), np.full((3, 900), 880, np.uint16)
    assert check_against_pixels(PROPOSED, water).dn == 0
    found = check_together((PROPOSED, PROPOSED), (land, water))
    assert [d.dn for d in found] == [-1000, -1000]


@pytest.mark.parametrize("parts", [(85, 15), (50, 50), (70, 20, 10), (40, 30, 20, 10), (97, 3)])
@pytest.mark.parametrize("where", range(4))
@pytest.mark.parametrize("share", [0.005, 0.02])
def test_two_percent_of_dark_pixels_flip_no_tile_wherever_they_lie(
    parts: tuple[int, ...], where: int, share: float
) -> None:
    """Shadow and deep water of a whole acquisition in one of its tiles: there they are a good part."""
    tiles = [pixels(1050, 1080, 1040, n=200 * part) for part in parts]
    dark = tiles[where % len(tiles)]
    dark[:, : round(share * 20_000)] = np.array([[870], [880], [850]])
    found = check_together([PROPOSED] * len(tiles), tiles)
    assert [decision.dn for decision in found] == [-1000] * len(tiles)


def test_a_tile_without_the_offset_among_tiles_with_it_is_known_by_numbers_that_cannot_be() -> None:
    tiles = [pixels(1050, 1080, 1040, n=17_000), pixels(100, 200, 150, n=3000)]
    assert [decision.dn for decision in check_together([PROPOSED] * 2, tiles)] == [-1000, 0]


def test_tiles_that_cannot_tell_alone_decide_together() -> None:
    few = [pixels(100, 200, 150, n=60) for _ in range(4)]
    assert [check_against_pixels(PROPOSED, dn).dn for dn in few] == [-1000] * 4
    assert [d.dn for d in check_together([PROPOSED] * 4, few)] == [0] * 4


def test_where_nothing_can_be_told_the_day_decides_and_it_stays_a_guess() -> None:
    made = pixels(1050, 1080, 1040)
    made[:, :100] = 870
    found = check_against_pixels(GUESS, made)
    assert (found.dn, found.certain) == (0, False)
    assert "cannot tell, so the day decides" in found.reason


def test_a_handful_of_pixels_proves_nothing() -> None:
    found = check_against_pixels(PROPOSED, pixels(100, 100, 100, n=99))
    assert found.dn == -1000
    assert "too few pixels" in found.reason
    assert check_against_pixels(PROPOSED, np.empty((3, 0), np.uint16)).dn == -1000


def test_unknown_and_too_bright_falls_back_on_the_day_and_says_so() -> None:
    """Over a desert the pixels cannot decide; without a baseline an image of 2020 has no offset."""
    desert = pixels(2400, 2900, 3600)
    old = from_metadata({"datetime": "2020-07-14T11:55:52Z"}, NOTHING)
    new = from_metadata({"datetime": "2024-07-14T11:55:52Z"}, NOTHING)
    assert check_against_pixels(old, desert).dn == 0
    assert check_against_pixels(new, desert).dn == -1000
    sahara = pixels(1200, 1900, 2800)  # blue alone looks as if it held the offset
    assert check_against_pixels(old, sahara).dn == 0
    for decision in (old, new):
        assert "too bright" in check_against_pixels(decision, desert).reason


DARK, HOLDING, SNOW, FEW = (
    pixels(100, 200, 150),
    pixels(1050, 1080, 1040),
    pixels(4000, 4200, 4500),
    pixels(4000, 4200, 4500, n=50),
)


@pytest.mark.parametrize(
    ("decisions", "tiles", "expected"),
    [
        ((PROPOSED, PROPOSED), (DARK, SNOW), (0, 0)),  # the flag is wrong for both
        ((PROPOSED, PROPOSED), (FEW, DARK), (0, 0)),
        ((PROPOSED, PROPOSED), (HOLDING, SNOW), (-1000, -1000)),
        ((GUESS, GUESS), (HOLDING, FEW), (-1000, -1000)),
        ((PROPOSED, PROPOSED), (DARK, HOLDING), (0, -1000)),  # each proves its own
        ((PROPOSED, PROPOSED, PROPOSED), (DARK, HOLDING, SNOW), (0, -1000, -1000)),  # they disagree
        ((PROPOSED, NONE), (SNOW, DARK), (-1000, 0)),  # the catalogue says something else of the other
        ((PROPOSED, PROPOSED), (SNOW, FEW), (-1000, -1000)),
        ((PROPOSED,), (DARK,), (0,)),
    ],
)
def test_a_tile_that_cannot_tell_follows_its_neighbour(
    decisions: tuple[OffsetDecision, ...], tiles: tuple[np.ndarray, ...], expected: tuple[int, ...]
) -> None:
    found = check_together(decisions, tiles)
    assert tuple(d.dn for d in found) == expected


def test_following_a_neighbour_is_said_and_certain() -> None:
    _, followed = check_together((GUESS, GUESS), (HOLDING, SNOW))
    assert followed.certain
    assert followed.reason == (
        "no baseline is given; the neighbouring tile's pixels decide, for these cannot tell"
    )
    alone = check_together((GUESS,), (SNOW,))[0]
    assert alone == check_against_pixels(GUESS, SNOW)
    assert not alone.certain


def test_a_decision_tells_itself_in_one_line() -> None:
    assert PROPOSED.words == "−1000 applied: baseline 05.11"
    assert NONE.words.startswith("Nothing to subtract")

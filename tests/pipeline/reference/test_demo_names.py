"""How many of the demo's pixels are what the names say: its true classes are known."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import demo
from benchmarks.names import Named, june, measured
from benchmarks.truth import demo_truth
from pipeline import Analysis
from pipeline.explore.regroup import water_apart
from pipeline.reference.names import believable, with_checked_names
from widgets.results.doubts import heard_of


@pytest.fixture(scope="module")
def of_june() -> Iterator[Analysis]:
    yield june()
    demo.stop()


@pytest.fixture(scope="module")
def figures(of_june: Analysis) -> dict[str, Named]:
    return {found.source: found for found in measured(of_june)}


def test_with_the_reference_map_four_of_five_pixels_are_what_the_names_say(
    figures: dict[str, Named],
) -> None:
    """A name that tells two classes counts where either is there."""
    assert figures["reference map"].right >= 0.80
    assert figures["spectra"].right < 0.70


def test_with_the_scene_classification_seven_of_ten_are(figures: dict[str, Named], of_june: Analysis) -> None:
    assert figures["scene classification, three classes"].right >= 0.70
    checked = with_checked_names(of_june)
    assert [s.name for s in checked.suggestions] == [s.name for s in of_june.suggestions]


def test_the_readme_tells_what_is_measured(figures: dict[str, Named], repository: Path) -> None:
    told = dict(
        re.findall(r"^\| ([^|]+) \| ([0-9.]+) % \|", (repository / "README.md").read_text("utf-8"), re.M)
    )
    assert figures.keys() <= told.keys()
    assert {source: f"{100 * found.right:.1f}" for source, found in figures.items()} == {
        source: told[source] for source in figures
    }


def test_water_set_apart_is_the_water(of_june: Analysis) -> None:
    made = water_apart(of_june)
    truth, _ = demo_truth(of_june)
    water = truth[made.labels.values == len(made.suggestions)] == 1
    assert water.mean() > 0.9


def test_on_bolzano_no_name_is_left_that_most_of_its_pixels_speak_against(bolzano: Analysis) -> None:
    checked = with_checked_names(bolzano)
    assert "Mixed: 71 % not vegetated" in [s.name for s in checked.suggestions]
    table = checked.compare("scl").table
    expected = {"Dense vegetation": "Vegetation", "Crops or grass": "Vegetation", "Water": "Water"}
    for cluster, suggestion in enumerate(checked.suggestions, start=1):
        if suggestion.kind in expected:
            row = table.loc[cluster]
            assert row[expected[suggestion.kind]] > row.sum() / 2


def test_on_bolzano_names_that_most_pixels_speak_against_carry_a_sign(bolzano: Analysis) -> None:
    """As the page shows it: no unflagged name has less than half of its pixels agreeing."""
    expected = {"Dense vegetation": "Vegetation", "Crops or grass": "Vegetation", "Water": "Water"}
    expected["Bare or built-up"] = "Not vegetated"
    for made in (bolzano, water_apart(bolzano)):
        heard = heard_of(made)
        assert heard.agreement is not None
        for cluster, suggestion in enumerate(made.suggestions, start=1):
            row = heard.agreement.table.loc[cluster]
            if suggestion.kind in expected and cluster not in heard.doubts:
                assert row[expected[suggestion.kind]] >= row.sum() / 2, suggestion
    assert list(heard_of(bolzano).doubts.values()) == ["71 % not vegetated"]


def test_on_bolzano_river_and_lakes_are_water_in_two_clicks(bolzano: Analysis) -> None:
    made = believable(water_apart(believable(bolzano)))
    assert made.suggestions[-1].name == "Water", "whatever the coarser classification says of a narrow river"
    assert heard_of(made).doubts, "but it is marked"
    river = made.labels.values == len(made.suggestions)
    scl = np.asarray(made.compare("scl").table["Water"])
    assert made.areas["hectares"].iloc[-1] > 5
    assert scl[-1] / scl.sum() > 0.5, "most of what the image itself calls water"
    assert river.any()

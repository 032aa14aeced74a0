"""Lists of places as people paste them."""

import pytest

from widgets.results.spots import MOST_LINES, spots_of


@pytest.mark.parametrize(
    ("line", "name", "latitude", "longitude"),
    [
        ("46.49, 11.34", "46.49, 11.34", 46.49, 11.34),
        ("My farm; 46.49, 11.34", "My farm", 46.49, 11.34),
        ("My farm\t46.49\t11.34", "My farm", 46.49, 11.34),
        ("Farm; 46°29'24\" N 11°20'24\" E", "Farm", 46.49, 11.34),
        ("bolzano", "Bolzano, Italy", 46.49, 11.34),
        ("Paris, US", "Paris, United States", 33.66, -95.56),
    ],
)
def test_a_line_is_a_place(line: str, name: str, latitude: float, longitude: float) -> None:
    (spot,) = spots_of(f"\n  {line} \n", 2.0).spots
    assert spot.name == name
    assert spot.area.latitude == pytest.approx(latitude, abs=0.02)
    assert spot.area.longitude == pytest.approx(longitude, abs=0.02)
    assert spot.area.size_km == 2


def test_lines_that_are_no_place_are_told_and_the_others_stay() -> None:
    read = spots_of("Bolzano\nXyzzyville\nFarm; there\nPole; 89, 0\n", 5.0)
    assert [spot.name for spot in read.spots] == ["Bolzano, Italy"]
    assert len(read.problems) == 3
    assert "“Xyzzyville” is no town above 15,000 people" in read.problems[0]
    assert "name; latitude, longitude" in read.problems[1]
    assert "−80° to 84°" in read.problems[2]


def test_a_list_has_an_end() -> None:
    read = spots_of("1, 2\n" * (MOST_LINES + 1), 1.0)
    assert len(read.spots) == MOST_LINES
    assert "1,000 of 1,001" in read.problems[0]

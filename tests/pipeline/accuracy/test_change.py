"""Change that is checked: its strata, its points, its hectares with an interval, on known land."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pipeline import Analysis, InvalidRequest
from pipeline.accuracy import SamplingDesign, check_change, classes_now, with_change_sample
from pipeline.accuracy.allocation import LEAST, allocate, points_for
from pipeline.accuracy.change import (
    BECAME,
    LEAST_OF_CHANGE,
    LONGEST_CLASS,
    OTHER_CHANGE,
    OTHER_SAME,
    SAME,
    is_change,
    strata_of_change,
)
from pipeline.accuracy.checked import check
from pipeline.clustering.surface_types import Suggestion
from pipeline.text import about_hectares
from tests.support.made import analysis_of, request_of

NAMES = ("Lake", "Wood", "Meadow", "Soil")
SIDE = 100


def map_of(labels: np.ndarray, names: tuple[str, ...] = NAMES) -> Analysis:
    """Return a result of 1 km whose labels and names are given."""
    made = analysis_of(request_of())
    kinds = [Suggestion(name, "", "", "#12345" + str(n)) for n, name in enumerate(names)]
    return made.with_suggestions(kinds).with_labels(labels)


def land(changes: dict[tuple[int, int], int]) -> tuple[np.ndarray, np.ndarray]:
    """Return two dates of a quarter of each class, where some pixels of a class became another one."""
    before = np.repeat(np.array([1, 2, 3, 4], np.uint8), SIDE * SIDE // 4)
    after = before.copy()
    for (was, became), count in changes.items():
        where = np.flatnonzero((before == was) & (after == was))[:count]
        after[where] = became
    return before.reshape(SIDE, SIDE), after.reshape(SIDE, SIDE)


CHANGES = {(2, 3): 900, (3, 4): 400, (4, 3): 100, (1, 3): 30, (2, 4): 20, (1, 4): 5}


@pytest.fixture(scope="module")
def both() -> Analysis:
    before, after = land(CHANGES)
    after[10:12] = 0  # 200 pixels of the lake lie under a cloud on the second date
    return map_of(before).with_second_date(map_of(after))


def pixels_of(design: SamplingDesign) -> dict[str, int]:
    return {s.name: s.pixels for s in design.strata}


def test_strata_are_the_large_changes_the_rest_of_them_and_what_stayed(both: Analysis) -> None:
    design = both.sampling_design(of="change")
    assert pixels_of(design) == {
        f"Wood{BECAME}Meadow": 900,
        f"Meadow{BECAME}Soil": 400,
        f"Soil{BECAME}Meadow": 100,
        OTHER_CHANGE: 55,
        f"Lake{SAME}": 2265,
        f"Wood{SAME}": 1580,
        f"Meadow{SAME}": 2100,
        f"Soil{SAME}": 2400,
    }
    assert both.second is not None
    assert sum(pixels_of(design).values()) == round(100 * both.second.change.compared_ha)
    changed = sum(n for name, n in pixels_of(design).items() if is_change(name))
    assert changed == round(100 * both.second.change.changed_ha)


def test_each_point_is_a_pixel_of_its_stratum_and_rare_change_gets_its_points(both: Analysis) -> None:
    design = both.sampling_design(of="change")
    counts = design.points["stratum"].value_counts()
    sizes = pixels_of(design)
    for name, size in sizes.items():
        assert counts[name] >= min(size, LEAST_OF_CHANGE if is_change(name) else LEAST)
    assert both.second is not None
    before, after = both.labels.values, both.second.analysis.labels.values
    for point in design.drawn:
        was, became = (int(a[point.row, point.column]) for a in (before, after))
        assert was > 0
        assert became > 0
        exact = f"{NAMES[was - 1]}{SAME}" if was == became else f"{NAMES[was - 1]}{BECAME}{NAMES[became - 1]}"
        assert point.stratum in {exact, OTHER_CHANGE if was != became else OTHER_SAME}
    again = both.sampling_design(of="change")
    assert again == design
    assert len(both.sampling_design(100, of="change").drawn) == 100


def test_small_land_that_stayed_is_put_together_and_a_single_one_keeps_its_name() -> None:
    before = np.full((SIDE, SIDE), 2, np.uint8)
    before[0, :60], before[1, :80] = 1, 3
    after = before.copy()
    after[5, :70] = 4
    after[0, :5] = 3
    found = strata_of_change(map_of(before).with_second_date(map_of(after)))
    counted = dict(zip(found.names, found.pixels, strict=True))
    changes = {f"Wood{BECAME}Soil": 70, f"Lake{BECAME}Meadow": 5}
    assert counted == {**changes, f"Wood{SAME}": 9790, OTHER_SAME: 135}
    assert found.least == [LEAST_OF_CHANGE, LEAST_OF_CHANGE, LEAST, LEAST]


def test_two_clusters_of_one_name_are_no_change() -> None:
    before, after = land({(2, 3): 500})
    names = ("Lake", "Wood", "Wood", "Soil")
    found = strata_of_change(map_of(before, names).with_second_date(map_of(after, names)))
    assert set(found.names) == {f"Lake{SAME}", f"Wood{SAME}", f"Soil{SAME}"}


def test_long_names_fit_and_stay_different() -> None:
    before, after = land({(1, 2): 900, (2, 1): 800})
    names = ("x" * 60, "x" * 59 + "y", "Meadow", "Soil")
    found = strata_of_change(map_of(before, names).with_second_date(map_of(after, names)))
    assert len(set(found.names)) == 6
    assert max(map(len, found.names)) <= 60
    assert found.names[0].startswith("x" * (LONGEST_CLASS - 5))


def test_figures_of_suggested_names_are_left_out_where_names_stay_different() -> None:
    before, after = land({(1, 2): 900, (3, 4): 800})
    names = ("Wood 1 (NDVI 0.80)", "Wood 2 (NDVI 0.75)", "Soil (dry)", "Soil (wet)")
    found = strata_of_change(map_of(before, names).with_second_date(map_of(after, names)))
    assert found.names[0] == f"Wood 1{BECAME}Wood 2"
    assert found.names[1] == f"Soil{BECAME}Soil… 4"


def test_nothing_to_compare_and_no_second_date_are_told(both: Analysis) -> None:
    with pytest.raises(InvalidRequest, match="There is no second date"):
        replace(both, second=None).sampling_design(of="change")
    nothing = map_of(np.zeros((SIDE, SIDE), np.uint8))
    with pytest.raises(InvalidRequest, match="Nothing to compare"):
        strata_of_change(replace(both, second=None).with_second_date(nothing))
    wrong: Any = "nonsense"
    with pytest.raises(InvalidRequest, match="Choose “classes” or “change”"):
        both.sampling_design(of=wrong)


def test_a_sample_of_change_is_none_of_classes(both: Analysis) -> None:
    of_classes, of_change = both.sampling_design(), both.sampling_design(of="change")
    assert list(classes_now(of_change, both, "change")) == [s.name for s in of_change.strata]
    for design, of in ((of_change, "classes"), (of_classes, "change")):
        with pytest.raises(InvalidRequest, match="another map"):
            classes_now(design, both, of)  # type: ignore[arg-type]
    labelled = of_change.with_labels({p.id: p.stratum for p in of_change.drawn})
    with pytest.raises(InvalidRequest, match="another map"):
        check(both, labelled)
    before, after = land({(1, 2): 50})
    with pytest.raises(InvalidRequest, match="another map"):
        check_change(map_of(before).with_second_date(map_of(after)), labelled)


def test_files_keep_what_a_sample_is_of_and_older_ones_are_read(both: Analysis) -> None:
    of_classes, of_change = both.sampling_design(), both.sampling_design(of="change")
    assert "of" not in json.loads(of_classes.to_json())["sample"]
    for design in (of_classes, of_change):
        for written in (design.to_json().encode(), design.to_geojson().encode(), design.to_geopackage()):
            assert SamplingDesign.from_file(written) == design
    changed = json.loads(of_change.to_json())
    changed["sample"]["of"] = "something"
    with pytest.raises(InvalidRequest, match="no sample"):
        SamplingDesign.from_json(json.dumps(changed))


def test_hectares_of_change_are_those_of_the_formula(both: Analysis) -> None:
    """One in ten points of land that stayed has changed, one in five points of change has not."""
    design = both.sampling_design(of="change")
    strata = pixels_of(design)
    labels: dict[int, str | None] = {}
    seen: dict[str, int] = {}
    for point in design.drawn:
        nth = seen[point.stratum] = seen.get(point.stratum, 0) + 1
        if is_change(point.stratum):
            labels[point.id] = f"Wood{SAME}" if nth % 5 == 0 else point.stratum
        else:
            labels[point.id] = "New houses" if nth % 10 == 0 else point.stratum
    checked = check_change(both, design.with_labels(labels))
    wrong = {name: n // (5 if is_change(name) else 10) / n for name, n in seen.items()}
    changed = {name: n * (1 - wrong[name] if is_change(name) else wrong[name]) for name, n in strata.items()}
    expected = sum(changed.values()) / 100
    assert checked.changed.hectares == pytest.approx(expected)
    assert checked.changed.low < expected < checked.changed.high
    assert checked.mapped_ha == pytest.approx(sum(n for name, n in strata.items() if is_change(name)) / 100)
    by_class = checked.estimate.areas["hectares"]
    assert by_class.sum() == pytest.approx(sum(strata.values()) / 100)
    assert by_class[by_class.index.map(is_change)].sum() == pytest.approx(expected)
    assert f"{about_hectares(expected)} ha (" in checked.sentence()


def test_the_interval_holds_the_truth_as_often_as_it_says(both: Analysis) -> None:
    """Of a land of which a tenth of the change and a twentieth of the rest is mapped wrong."""
    random = np.random.default_rng(7)
    assert both.second is not None
    before, after = both.labels.values, both.second.analysis.labels.values
    mapped = (before != after) & (after > 0)
    wrong = random.random(before.shape) < np.where(mapped, 0.1, 0.05)
    truly = np.where(wrong, ~mapped, mapped) & (after > 0)
    truth, held, rounds = truly.sum() / 100, 0, 60
    for seed in range(rounds):
        design = both.sampling_design(seed=seed, of="change")
        labels = {p.id: "Changed" if truly[p.row, p.column] else f"Any{SAME}" for p in design.drawn}
        _, low, high = check_change(both, design.with_labels(labels)).changed
        held += low <= truth <= high
    assert held >= 0.88 * rounds


def merged(compared: Analysis) -> Analysis:
    """Return both dates with meadow and soil as one class."""
    assert compared.second is not None
    made = []
    for one in (replace(compared, second=None), compared.second.analysis):
        names = [replace(s, name="Open land") if s.name in ("Meadow", "Soil") else s for s in one.suggestions]
        made.append(one.with_suggestions(names))
    return made[0].with_second_date(made[1])


def test_a_sample_outlives_a_merge_that_cuts_no_stratum(both: Analysis) -> None:
    before, after = land({(2, 3): 900, (3, 4): 400})
    compared = map_of(before).with_second_date(map_of(after))
    design = compared.sampling_design(of="change")
    labelled = design.with_labels({p.id: p.stratum for p in design.drawn})
    checked = check_change(merged(compared), labelled)
    assert checked.changed.hectares == checked.mapped_ha == pytest.approx(9)
    assert f"Wood{BECAME}Open land" in checked.estimate.areas.index

    design = both.sampling_design(of="change")
    labelled = design.with_labels({p.id: p.stratum for p in design.drawn})
    with pytest.raises(InvalidRequest, match="another map"):
        check_change(merged(both), labelled)  # its "Other change" is two kinds of change now


def test_the_estimate_goes_with_the_second_date(both: Analysis) -> None:
    design = both.sampling_design(of="change")
    labelled = design.with_labels({p.id: p.stratum for p in design.drawn})
    after = with_change_sample(both, labelled)
    assert after.second is not None
    assert both.second is not None
    assert after.second.checked is not None
    assert both.second.checked is None
    assert after.second.checked.changed.hectares == pytest.approx(both.second.change.changed_ha)
    with pytest.raises(InvalidRequest, match="Label some"):
        with_change_sample(both, design)
    with pytest.raises(InvalidRequest, match="no second date"):
        with_change_sample(replace(both, second=None), labelled)


def test_points_can_be_asked_for_each_stratum() -> None:
    pixels, least = [100, 10_000, 90_000], [50, 20, 20]
    assert allocate(200, pixels, least) == (50, 20, 130)
    assert points_for(0.2, pixels, least) == 90
    assert points_for(0.05, [30, 9_000], [50, 20]) == 196

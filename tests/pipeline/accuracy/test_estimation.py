"""Hectares from checked points: the published worked examples, what must always hold, and what is refused."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.accuracy import AreaEstimate, stratified_estimate
from pipeline.accuracy.estimation import estimate_of
from pipeline.accuracy.matrices import nested
from pipeline.errors import InvalidRequest


@pytest.fixture(scope="session")
def published(shared_dir: Path) -> dict[str, dict[str, Any]]:
    cases = json.loads((shared_dir / "area_estimation_cases.json").read_text())["cases"]
    return {case["id"]: case for case in cases}


def estimated(case: dict[str, Any], **options: Any) -> AreaEstimate:
    names, counts = case["classes"], case["sample_counts_rows_map_columns_reference"]
    hectares = case.get("mapped_area", case["map_class_size"])
    return stratified_estimate(pd.DataFrame(counts, names, names), hectares, **options)


def half(table: pd.DataFrame, low: str, high: str) -> np.ndarray:
    return ((table[high] - table[low]) / 2).to_numpy()


def test_the_worked_example_of_2014_to_the_printed_digits(published: dict[str, Any]) -> None:
    case = published["olofsson2014_table8"]
    printed, estimate = case["published"], estimated(case, method="normal")
    table, overall = estimate.areas, estimate.overall
    assert np.abs(table["hectares"] - printed["area_ha"]).max() < 0.5
    assert np.abs(half(table, "low_ha", "high_ha") - printed["CI95_halfwidth_ha"]).max() < 0.5
    assert table["mapped_ha"].tolist() == case["mapped_area"]
    for of in ("users", "producers"):
        ends = f"{of}_accuracy_low", f"{of}_accuracy_high"
        shown = [
            f"{value:.2f} +- {reach:.2f}"
            for value, reach in zip(table[f"{of}_accuracy"], half(table, *ends), strict=True)
        ]
        assert shown == printed[f"{of}_accuracy"]
    assert f"{overall.accuracy:.2f} +- {(overall.high - overall.low) / 2:.2f}" == printed["overall_accuracy"]
    assert estimate.matrix.to_numpy().tolist() == case["sample_counts_rows_map_columns_reference"]


@pytest.mark.parametrize("name", ["olofsson2014_table8", "olofsson2013_example1"])
def test_errors_are_those_of_another_implementation(published: dict[str, Any], name: str) -> None:
    case = published[name]
    exact, z = case["computed_full_precision"], 1.959963985
    estimate = estimated(case, method="normal")
    table, overall = estimate.areas, estimate.overall
    np.testing.assert_allclose(table["hectares"], exact["area"], atol=1e-2)
    np.testing.assert_allclose(half(table, "low_ha", "high_ha"), exact["CI95_halfwidth_area"], atol=1e-2)
    for of in ("users", "producers"):
        column = f"{of}_accuracy"
        np.testing.assert_allclose(table[column], exact[column], atol=1e-8)
        error = half(table, f"{column}_low", f"{column}_high") / z
        np.testing.assert_allclose(error, exact[f"SE_{column}"], atol=1e-8)
    assert overall.accuracy == pytest.approx(exact["overall_accuracy"], abs=1e-8)
    assert (overall.high - overall.low) / 2 / z == pytest.approx(exact["SE_overall_accuracy"], abs=1e-8)


def test_the_example_of_2013_as_printed(published: dict[str, Any]) -> None:
    case = published["olofsson2013_example1"]
    table = estimated(case, method="normal").areas
    printed = case["published"]
    assert half(table, "low_ha", "high_ha")[0] / 1.959963985 == pytest.approx(
        printed["SE_area_class1"], abs=0.5
    )
    assert round(table["producers_accuracy"].iloc[0], 2) == printed["producers_accuracy_class1"]
    at_two_errors = half(table, "low_ha", "high_ha") / 1.959963985 * 2
    np.testing.assert_allclose(table["hectares"] + at_two_errors, printed["CI95_superior"], atol=0.5)
    np.testing.assert_allclose(table["hectares"] - at_two_errors, printed["CI95_inferior"], atol=0.5)


@pytest.mark.parametrize("method", ["normal", "bayes"])
def test_a_class_that_nobody_found(published: dict[str, Any], method: Any) -> None:
    found = estimated(published["edge_map_class_without_reference"], method=method).areas.loc["4"]
    assert found["hectares"] == 0
    assert found["low_ha"] == 0
    assert found["users_accuracy"] == 0
    assert math.isnan(found["producers_accuracy"])
    if method == "normal":
        assert found["high_ha"] == 0


@pytest.mark.parametrize("method", ["normal", "bayes"])
def test_a_class_that_the_map_does_not_have(published: dict[str, Any], method: Any) -> None:
    case = published["edge_reference_class_without_map"]
    found, expected = estimated(case, method=method).areas.loc["4"], case["expected"]
    total = sum(case["map_class_size"])
    assert found["hectares"] / total == pytest.approx(expected["area_proportion_class_4"], abs=1e-8)
    assert math.isnan(found["users_accuracy"])
    assert found["producers_accuracy"] == 0
    assert found["mapped_ha"] == 0
    if method == "normal":
        error = (found["high_ha"] - found["low_ha"]) / 2 / 1.959963985 / total
        assert error == pytest.approx(expected["SE_area_proportion_class_4"], abs=1e-8)


def test_the_textbooks_interval_collapses_without_an_error_and_the_posterior_does_not() -> None:
    matrix, hectares = [[20, 0], [0, 100]], [100, 900]
    textbook, posterior = (stratified_estimate(matrix, hectares, method=m).areas for m in ("normal", "bayes"))
    assert (textbook["high_ha"] - textbook["low_ha"]).max() < 1e-3
    assert posterior.loc["1", "low_ha"] < 95
    assert posterior.loc["1", "high_ha"] > 105


def test_in_one_stratum_the_ends_are_those_of_clopper_and_pearson() -> None:
    from scipy.stats import binomtest

    found = stratified_estimate([[37, 3], [2, 78]], [10, 20]).areas.loc["1"]
    exact = binomtest(37, 40).proportion_ci(0.95, "exact")
    ends = found["users_accuracy_low"], found["users_accuracy_high"]
    np.testing.assert_allclose(ends, exact, atol=0.01)


def test_strata_with_names_of_their_own_have_hectares_and_the_map_no_accuracy() -> None:
    matrix = pd.DataFrame([[18, 2], [5, 45]], index=["lowland", "hills"], columns=["crops", "trees"])
    estimate = stratified_estimate(matrix, {"hills": 300, "lowland": 100})
    assert estimate.areas.loc["crops", "hectares"] == pytest.approx(100 * 0.9 + 300 * 0.1)
    assert estimate.areas[["mapped_ha", "users_accuracy", "producers_accuracy"]].isna().all(axis=None)
    assert math.isnan(estimate.overall.accuracy)
    assert estimate.matrix.index.tolist() == ["lowland", "hills"]


def test_a_class_of_the_map_that_is_no_column_was_found_nowhere() -> None:
    matrix = pd.DataFrame([[10, 2], [3, 45]], index=["scrub", "trees"], columns=["crops", "trees"])
    estimate = stratified_estimate(matrix, [100, 400])
    assert estimate.areas.loc["scrub", ["mapped_ha", "hectares", "users_accuracy"]].tolist() == [100, 0, 0]
    assert estimate.areas.loc["crops", "mapped_ha"] == 0
    assert estimate.matrix.loc["scrub"].tolist() == [10, 2, 0]


def test_a_large_stratum_with_few_points_has_no_interval_and_says_why() -> None:
    estimate = stratified_estimate([[3, 0], [4, 96]], [200, 800])
    assert estimate.areas["hectares"].notna().all()
    assert estimate.areas[["low_ha", "high_ha"]].isna().all(axis=None)
    assert not math.isnan(estimate.areas.loc["2", "users_accuracy_low"])
    assert estimate.notes == (
        "“1” (200.0 ha) has 3 checked points: no interval for what may lie in it. Check at least 5 there.",
    )
    none = stratified_estimate([[0, 0], [4, 96]], [200, 800])
    assert none.areas["hectares"].isna().all()
    assert "no checked point: no estimate" in none.notes[0]


def test_a_tiny_stratum_without_points_counts_as_mapped_and_says_so() -> None:
    estimate = stratified_estimate([[0, 0, 0], [1, 57, 2], [0, 3, 97]], [2, 400, 600])
    assert estimate.areas["hectares"].sum() == pytest.approx(1002)
    assert estimate.areas.loc["1", "hectares"] == pytest.approx(2 + 400 / 60)
    assert estimate.areas["low_ha"].notna().all()
    assert "counted as mapped" in estimate.notes[0]
    assert estimate.points == 160


def test_a_stratum_checked_pixel_by_pixel_is_certain() -> None:
    counts = np.array([[6, 1], [2, 38]])
    hectares, names = np.array([0.07, 1000]), ("a", "b")
    whole = nested(names, names, counts, hectares, names, np.array([7, 100_000]))
    table = estimate_of(whole).areas
    certain = table.loc["a", ["users_accuracy", "users_accuracy_low", "users_accuracy_high"]]
    np.testing.assert_allclose(certain.astype(float), 6 / 7)
    assert table.loc["b", "users_accuracy_high"] > table.loc["b", "users_accuracy"]
    normal = estimate_of(whole, "normal").areas.loc["a"]
    assert normal["users_accuracy_low"] == pytest.approx(normal["users_accuracy_high"])


def test_few_pixels_left_leave_little_doubt() -> None:
    names, counts = ("a", "b"), np.array([[45, 5], [5, 45]])
    some, most = (
        estimate_of(nested(names, names, counts, np.array([1.0, 1.0]), names, np.array([n, n]))).areas
        for n in (100_000, 55)
    )
    assert (most["high_ha"] - most["low_ha"]).max() < 0.5 * (some["high_ha"] - some["low_ha"]).min()


def between(table: pd.DataFrame, low: str, value: str, high: str) -> None:
    known = table[[low, value, high]].dropna()
    assert (known[low] <= known[value]).all()
    assert (known[value] <= known[high]).all()


counts = st.integers(1, 5).flatmap(
    lambda k: st.lists(
        st.lists(st.integers(0, 40), min_size=k, max_size=k).map(lambda row: [row[0] + 6, *row[1:]]),
        min_size=k,
        max_size=k,
    )
)


@settings(max_examples=12)
@given(counts, st.data())
def test_what_always_holds(matrix: list[list[int]], data: st.DataObject) -> None:
    k = len(matrix)
    names = [f"class {n}" for n in range(k)]
    hectares = data.draw(st.lists(st.floats(0.5, 1e6), min_size=k, max_size=k))
    frame, areas = pd.DataFrame(matrix, names, names), pd.Series(hectares, names)
    for method in ("bayes", "normal"):
        estimate = stratified_estimate(frame, areas, method=method)
        table, total = estimate.areas, sum(hectares)
        assert table["hectares"].sum() == pytest.approx(total)
        assert table["mapped_ha"].sum() == pytest.approx(total)
        for low, value, high in (
            ("low_ha", "hectares", "high_ha"),
            *(
                (f"{of}_accuracy_low", f"{of}_accuracy", f"{of}_accuracy_high")
                for of in ("users", "producers")
            ),
        ):
            known = table[[low, value, high]].dropna()
            assert (known[low] <= known[value]).all()
            assert (known[value] <= known[high]).all()
        if method == "bayes":
            assert (table["low_ha"] >= 0).all()
            assert (table["high_ha"] <= total * (1 + 1e-9)).all()
        order = data.draw(st.permutations(names))
        turned = stratified_estimate(frame.loc[order, order], areas, method=method)
        pd.testing.assert_frame_equal(turned.areas.loc[names], table)
        assert turned.overall == pytest.approx(estimate.overall)
        again = stratified_estimate(frame, areas, method=method)
        pd.testing.assert_frame_equal(again.areas, table, check_exact=True)


def test_a_class_more_on_the_list_changes_nothing() -> None:
    plain = stratified_estimate([[30, 4], [6, 60]], [100, 300])
    longer = stratified_estimate([[30, 4, 0], [6, 60, 0]], [100, 300])
    pd.testing.assert_frame_equal(longer.areas.loc[["1", "2"]], plain.areas)
    assert longer.areas.loc["3", "low_ha"] == 0


@pytest.mark.parametrize(
    ("matrix", "hectares", "options", "words"),
    [
        ([[1, -1], [0, 1]], [1, 1], {}, "-1 is no count"),
        ([[1.5, 1], [0, 1]], [1, 1], {}, "1.5 is no count"),
        ([[math.nan, 1], [0, 1]], [1, 1], {}, "nan is no count"),
        ([["a", 1], [0, 1]], [1, 1], {}, "something else than counts"),
        ([[1, 2], [1]], [1, 1], {}, "different lengths"),
        ([1, 2], [1, 1], {}, "1 dimensions"),
        (np.zeros((0, 2)), [], {}, "0 rows"),
        ([[1, 1], [0, 1]], [1], {}, "2 strata, but hectares of 1"),
        ([[1, 1], [0, 1]], [1, -2], {}, "not all numbers from 0"),
        ([[1, 1], [0, 1]], [1, math.inf], {}, "not all numbers from 0"),
        ([[1, 1], [0, 1]], [1, "x"], {}, "not all numbers"),
        ([[1, 1], [0, 1]], {"1": 1}, {}, "hectares of “2” are missing"),
        ([[1, 1], [0, 1]], [1, 0], {}, "“2” has 0 ha, but checked points"),
        ([[0, 0], [0, 0]], [0, 0], {}, "All strata have 0 ha"),
        ([[0, 0], [0, 0]], [1, 1], {}, "No point has been checked"),
        ([[1, 1], [0, 1]], [1, 1], {"method": "exact"}, "no method 'exact'"),
        ([[1, 1], [0, 1]], [1, 1], {"level": 95}, "95, not from 0.5"),
        ([[1, 1], [0, 1]], [1, 1], {"level": "x"}, "'x', not from 0.5"),
        (pd.DataFrame([[1, 1], [0, 1]], ["a", "a"], ["a", "b"]), [1, 1], {}, "Two strata are called “a”"),
    ],
)
def test_what_is_refused(matrix: Any, hectares: Any, options: Any, words: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        stratified_estimate(matrix, hectares, **options)
    assert words in str(refusal.value)


def test_the_sentence_names_method_and_source() -> None:
    sentence = stratified_estimate([[30, 4], [6, 60]], [100, 300], level=0.9).sentence()
    assert "100 checked points" in sentence
    assert "Dirichlet" in sentence
    assert "90 %" in sentence
    assert "doi:10.1016/j.rse.2014.02.015" in sentence

"""Labels in a design: given, taken back, counted, told; and the JSON it is kept as."""

import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.accuracy import SamplingDesign
from pipeline.errors import AnalysisError, InvalidRequest
from tests.pipeline.accuracy.samples import NAMES, design_of, truth


def test_labelling_goes_on_where_it_ended() -> None:
    design = design_of()
    assert design.upcoming == design.drawn[0]
    one = design.with_label(1, "Water").with_label(2, None)
    assert one.labels == {1: "Water", 2: None}
    assert one.upcoming == design.drawn[2]
    assert one.minutes_left == design.minutes - 0 == 14
    assert one.without_label(2).labels == {1: "Water"}
    assert design.labels == {}
    assert SamplingDesign.from_json(one.to_json()).upcoming == design.drawn[2]
    assert design.with_labels(truth(design)).upcoming is None


def test_a_class_can_be_added_by_hand() -> None:
    design = design_of().with_class("  orchard ").with_class("orchard")
    assert design.classes == (*NAMES, "orchard")
    assert design.with_label(3, "vineyard").classes == (*NAMES, "orchard", "vineyard")
    found = design.estimate({**truth(design), 1: "orchard"}).areas
    assert found.index.tolist() == [*NAMES, "orchard"]
    assert found.loc["orchard", "mapped_ha"] == 0
    assert found.loc["orchard", "low_ha"] < found.loc["orchard", "hectares"] < found.loc["orchard", "high_ha"]


def test_unsure_points_are_counted_and_told() -> None:
    design = design_of()
    labels = {**truth(design), 4: None, 9: None}
    estimate = design.estimate(labels)
    assert estimate.points == 88
    assert "2 of 90 points are unsure and not used" in estimate.notes[0]
    without = {n: name for n, name in labels.items() if name}
    assert design.estimate(without).areas.equals(estimate.areas)


def test_labels_in_order_are_a_sample_and_picked_ones_are_told() -> None:
    design, labels = design_of(), truth(design_of())
    in_order = design.estimate({n: labels[n] for n in range(1, 61)})
    assert in_order.notes == ("30 of 90 points have no label yet.",)
    picked = design.estimate({n: labels[n] for n in range(1, 91) if n % 3})
    assert "29 points were passed over" in picked.notes[0]
    assert "biased" in picked.notes[0]


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ({1: "Water", 999: "Water"}, "1 label is of points that are not in this sample, such as 999"),
        ({"1": "Water"}, "such as '1'"),
        ({True: "Water"}, "such as True"),
        ({1.0: "Water"}, "such as 1.0"),
        ({1: 5}, "is text, not 5"),
        ({1: " "}, "1 to 60 characters, not 0"),
        ({1: "x" * 61}, "not 61"),
        ({}, "No point has been labelled"),
        ({1: None}, "No point has been labelled"),
        ([(1, "Water")], "by the id of their point"),
    ],
)
def test_labels_that_are_refused(labels: Any, words: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        design_of().estimate(labels)
    assert words in str(refusal.value)


def test_too_many_classes_are_refused() -> None:
    design = design_of((40, 100, 100))
    with pytest.raises(InvalidRequest, match="120 classes, at most 100"):
        design.with_labels({n: f"class {n}" for n in range(1, 121)})


def test_a_merge_of_strata_takes_labels_along() -> None:
    design = design_of()
    now = {"Water": "Water", "Trees": "Green", "Crops": "Green"}
    estimate = design.estimate(truth(design), classes=now)
    plain = design.estimate(truth(design))
    assert estimate.areas.index.tolist() == ["Water", "Green"]
    assert estimate.areas.loc["Green", "mapped_ha"] == pytest.approx(plain.areas["mapped_ha"].iloc[1:].sum())
    assert estimate.areas.loc["Green", "hectares"] == pytest.approx(plain.areas["hectares"].iloc[1:].sum())
    assert estimate.overall.accuracy > plain.overall.accuracy
    with pytest.raises(InvalidRequest, match="“Trees” is in now is missing"):
        design.estimate(truth(design), classes={"Water": "Water"})


def test_another_maps_classes_at_the_points_are_judged_with_the_same_sample() -> None:
    design = design_of()
    sieved = {p.id: "Trees" if p.id % 5 == 0 else p.stratum for p in design.drawn}
    hectares = {"Water": 5.0, "Trees": 50.0, "Crops": 42.0}
    estimate = design.estimate(truth(design), mapped=sieved, mapped_ha=hectares)
    same = design.estimate(truth(design))
    assert estimate.areas["hectares"].to_dict() == pytest.approx(same.areas["hectares"].to_dict())
    assert estimate.areas["mapped_ha"].to_dict() == hectares
    assert estimate.overall.accuracy < same.overall.accuracy
    with pytest.raises(InvalidRequest, match="class at point 1 is missing"):
        design.estimate(truth(design), mapped={2: "Water"})


designs = st.builds(
    lambda seed, sizes, labels: design_of(sizes, seed).with_labels(labels),
    st.integers(0, 50),
    st.tuples(*[st.integers(5, 40)] * 3),
    st.dictionaries(
        st.integers(1, 15), st.none() | st.text(min_size=1, max_size=60).filter(lambda t: bool(usable(t)))
    ),
)


def usable(text: str) -> bool:
    from pipeline.accuracy.labels import clean_name

    try:
        clean_name(text)
    except InvalidRequest:
        return False
    return True


@settings(max_examples=40)
@given(designs)
def test_what_is_written_is_read(design: SamplingDesign) -> None:
    again = SamplingDesign.from_json(design.to_json())
    assert again == design
    assert again.to_json() == design.to_json()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def read_or_refused(values: Any) -> None:
    with suppress(AnalysisError):
        SamplingDesign.from_json(json.dumps(values))


@settings(max_examples=150)
@given(st.sampled_from(["kind", "version", "sample", "seal", "classes", "labels"]), json_values)
def test_whatever_a_file_holds_it_is_read_or_refused(key: str, value: Any) -> None:
    read_or_refused({**json.loads(design_of((5, 5, 5)).to_json()), key: value})


@settings(max_examples=150)
@given(st.sampled_from(["fingerprint", "seed", "grid", "strata", "points"]), st.integers(0, 5), json_values)
def test_whatever_a_sample_holds_it_is_read_or_refused(key: str, place: int, value: Any) -> None:
    values = json.loads(design_of((5, 5, 5)).to_json())
    part = values["sample"][key]
    if isinstance(part, list):
        inner = part[place % len(part)]
        inner[list(inner)[place % len(inner)] if isinstance(inner, dict) else place] = value
    elif isinstance(part, dict):
        part[list(part)[place % len(part)]] = value
    else:
        values["sample"][key] = value
    read_or_refused(values)


NO_DESIGN = ("", "{}", "[]", "null", "7", '"x"', "[" * 100_000, "{" + " " * 5_000_001 + "}")


@pytest.mark.parametrize("text", NO_DESIGN, ids=range(len(NO_DESIGN)))
def test_texts_that_are_no_design(text: str) -> None:
    with pytest.raises(InvalidRequest, match="holds no sample of points"):
        SamplingDesign.from_json(text)


def test_points_changed_by_hand_are_refused() -> None:
    values = json.loads(design_of().to_json())
    values["sample"]["points"].append([91, "Water", 0, 0, 11.0, 46.0])
    with pytest.raises(InvalidRequest, match="changed after they were drawn"):
        SamplingDesign.from_json(json.dumps(values))


def test_labels_of_unknown_points_in_a_file_are_refused() -> None:
    values = json.loads(design_of().to_json())
    values["labels"]["500"] = "Water"
    with pytest.raises(InvalidRequest, match="such as 500"):
        SamplingDesign.from_json(json.dumps(values))


def test_designs_can_be_compared_and_kept_in_sets() -> None:
    assert design_of() == design_of()
    assert len({design_of(), design_of(), replace(design_of(), seed=9)}) == 2

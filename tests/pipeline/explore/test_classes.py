import json
from dataclasses import replace

import numpy as np
import pytest

from pipeline.clustering.reasons import reasons, rules
from pipeline.clustering.surface_types import KINDS, suggest
from pipeline.errors import InvalidRequest
from pipeline.explore.classes import LONGEST_NAME, Classes, History, classes_of

CENTRES = np.array(
    [
        (0.05, 0.06, 0.04, 0.02),  # water
        (0.03, 0.05, 0.03, 0.32),  # dense vegetation
        (0.04, 0.06, 0.04, 0.40),  # dense vegetation, lighter
        (0.05, 0.08, 0.07, 0.26),  # crops
        (0.10, 0.13, 0.17, 0.24),  # bare
    ]
)
SUGGESTED = suggest(CENTRES)


@pytest.fixture
def five() -> Classes:
    return Classes.of(SUGGESTED)


def test_without_an_edit_the_classes_are_the_clusters(five: Classes) -> None:
    assert five.lut() == (0, 1, 2, 3, 4, 5)
    assert five.suggestions() == SUGGESTED
    assert len(five) == five.n_clusters == 5
    assert not five.edited(SUGGESTED)


def test_a_merge_takes_the_lowest_place_and_the_rest_move_up(five: Classes) -> None:
    merged = five.merge([4, 2])
    assert merged.lut() == (0, 1, 2, 3, 2, 4)
    assert [c.name for c in merged] == [SUGGESTED[i].name for i in (0, 1, 2, 4)]
    assert merged[2].members == (2, 4)
    assert merged[2].color == SUGGESTED[1].color
    assert merged[2].reason == "clusters 2 and 4 merged"
    assert merged.edited(SUGGESTED)
    assert five.lut() == (0, 1, 2, 3, 4, 5), "the value before stays as it was"


def test_merges_of_merges_hold_each_cluster_once(five: Classes) -> None:
    merged = five.merge([2, 3]).merge((1, 3), "Low")
    assert merged.lut() == (0, 1, 2, 2, 1, 3)
    assert merged[1].name == "Low"
    assert merged.n_clusters == 5
    labels = np.array([[0, 1, 2], [3, 4, 5]])
    assert (np.array(merged.lut())[labels] == [[0, 1, 2], [2, 1, 3]]).all()


def test_a_rename_keeps_text_as_it_is(five: Classes) -> None:
    renamed = five.rename(1, "  <b>Lake</b>\n & \tpond\x00 ")
    assert renamed[1].name == "<b>Lake</b> & pond"
    assert renamed.suggestions()[0].name == "<b>Lake</b> & pond"
    assert renamed.recolour(1, "#ABCDEF")[1].color == "#abcdef"
    assert renamed[2] == five[2]
    assert five.rename(1, "x" * LONGEST_NAME)[1].name == "x" * LONGEST_NAME


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (lambda c: c.rename(1, "  \n "), "The name is empty"),
        (lambda c: c.rename(1, "\x07"), "The name is empty"),
        (lambda c: c.rename(1, "x" * 61), "61 characters, at most 60"),
        (lambda c: c.rename(1, None), "is text"),
        (lambda c: c.rename(0, "Lake"), "There is no class 0: the classes are 1 to 5"),
        (lambda c: c.rename(6, "Lake"), "There is no class 6"),
        (lambda c: c.recolour(1, "red"), "'red' is not of the form #rrggbb"),
        (lambda c: c.recolour(1, "#fff"), "#rrggbb"),
        (lambda c: c.recolour(1, "#12345g"), "#rrggbb"),
        (lambda c: c.recolour(1, "#123456\n"), "#rrggbb"),
        (lambda c: c.merge([3]), "at least two"),
        (lambda c: c.merge([3, 3]), "at least two"),
        (lambda c: c.merge([]), "at least two"),
        (lambda c: c.merge([1, 2, 3, 4, 5]), "All 5 classes would become one"),
        (lambda c: c.merge([1, 9]), "There is no class 9"),
        (lambda c: c.merge([1, 2], ""), "The name is empty"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(five: Classes, edit: object, said: str) -> None:
    with pytest.raises(InvalidRequest, match=said):
        edit(five)  # type: ignore[operator]


def test_undo_goes_back_step_by_step(five: Classes) -> None:
    start = History(five)
    assert not start.can_undo
    assert start.undo() == start
    named = start.then(five.rename(1, "Lake"))
    merged = named.then(named.present.merge([2, 3]))
    assert merged.then(merged.present) == merged, "an edit that changes nothing is no step"
    assert merged.undo() == named
    assert merged.undo().undo() == start
    assert merged.undo().undo().present == five


def test_classes_come_back_equal_from_json(five: Classes) -> None:
    edited = five.merge([1, 3]).rename(2, 'a "b" <c> é').recolour(1, "#000000")
    assert Classes.from_json(edited.to_json()) == edited


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v.update(version=2),
        lambda v: v.update(classes=[]),
        lambda v: v.update(classes=7),
        lambda v: v["classes"][0].update(clusters=[1, 2]),  # 2 is twice
        lambda v: v["classes"][0].update(clusters=[]),
        lambda v: v["classes"][0].update(clusters=[1.0]),
        lambda v: v["classes"][0].update(clusters=["1"]),
        lambda v: v["classes"][0].update(clusters=[7]),
        lambda v: v["classes"][0].update(color="red"),
        lambda v: v["classes"][0].update(name=""),
        lambda v: v["classes"][0].pop("kind"),
    ],
)
def test_other_files_are_refused(five: Classes, change: object) -> None:
    values = json.loads(five.to_json())
    change(values)  # type: ignore[operator]
    with pytest.raises(InvalidRequest):
        Classes.from_json(json.dumps(values))
    for text in ("", "[]", "null", '{"version": 1}', "{"):
        with pytest.raises(InvalidRequest):
            Classes.from_json(text)


def test_what_was_only_suggested_is_marked_and_suggested_anew(five: Classes) -> None:
    edited = five.rename(1, "Lake").recolour(2, "#123456").merge([4, 5])
    marked = edited.suggested_as(SUGGESTED, five.lut())
    found = [sorted(c.suggested) for c in marked]
    assert found == [["color"], ["name"], ["color", "name"], ["color", "name"]]
    assert marked == edited, "a mark makes no other class"
    text = marked.to_json()
    assert [c.suggested for c in Classes.from_json(text)] == [c.suggested for c in marked]

    elsewhere = suggest(CENTRES[[4, 3, 2, 1, 0]])
    here = classes_of(text, elsewhere)
    assert [c.name for c in here] == ["Lake", *(s.name for s in elsewhere[1:4])]
    assert [c.color for c in here] == [elsewhere[0].color, "#123456", elsewhere[2].color, elsewhere[3].color]
    assert here.lut() == edited.lut()

    second = marked.rename(3, "Meadow").suggested_as(marked.suggestions(), marked.lut(), marked)
    assert [sorted(c.suggested) for c in second][2] == ["color"]
    assert not any(c.suggested for c in second.given())
    assert classes_of(second.given().to_json(), elsewhere).suggestions()[1].name == SUGGESTED[1].name


def test_a_colour_that_a_person_took_is_given_to_no_other_class(five: Classes) -> None:
    elsewhere = suggest(CENTRES[[4, 3, 2, 1, 0]])
    marked = five.recolour(1, elsewhere[1].color).suggested_as(SUGGESTED, five.lut())
    here = classes_of(marked.to_json(), elsewhere)
    assert here[1].color == elsewhere[1].color
    assert here[2].color == SUGGESTED[1].color


def test_files_from_before_there_were_marks_keep_every_name(five: Classes) -> None:
    elsewhere = suggest(CENTRES[[4, 3, 2, 1, 0]])
    assert "suggested" not in five.to_json()
    assert [c.name for c in classes_of(five.to_json(), elsewhere)] == [s.name for s in SUGGESTED]


def test_the_rules_are_those_that_name() -> None:
    shown = rules()
    assert [(r.kind, r.rule) for r in shown] == [(k.name, k.rule) for k in KINDS]
    assert [r.position for r in shown] == list(range(1, len(KINDS) + 1))


def test_each_cluster_has_its_reason() -> None:
    water, dark, light, crops, bare = reasons(CENTRES, SUGGESTED)
    assert water.sentence == (
        "NDWI 0.50: NDWI above 0 and near infrared below 0.15. "
        "It did not meet the rule for “Very bright”, tried before."
    )
    assert dict(water.figures) == {"NDVI": "−0.33", "NDWI": "0.50", "visible": "0.05", "NIR": "0.02"}
    assert "Clusters of this name are numbered by their NDVI" in dark.sentence
    assert light.name.startswith("Dense vegetation 2 (NDVI 0.8")
    assert (light.cluster, light.kind) == (3, "Dense vegetation")
    assert crops.rule == "NDVI from 0.30 to 0.70"
    assert bare.sentence == f"{SUGGESTED[4].reason}: none of the above: NDVI below 0.30."


def test_reasons_need_the_suggestions_of_the_same_centres() -> None:
    with pytest.raises(ValueError, match="zip"):
        reasons(CENTRES[:3], SUGGESTED)
    renamed = (replace(SUGGESTED[0], name="Lake"), *SUGGESTED[1:])
    assert "numbered" not in reasons(CENTRES, renamed)[0].sentence

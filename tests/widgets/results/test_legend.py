"""The legend once land was checked: estimated hectares with whiskers, and a switch to the counted ones."""

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from pipeline.accuracy.checked import Checked
from pipeline.clustering.surface_types import Suggestion
from pipeline.outcome.values import Missing
from tests.pipeline.accuracy.samples import NAMES, design_of
from widgets.results import rows
from widgets.results.legend import NOTE, Legend


def analysis(**changes: Any) -> Any:
    design = design_of()
    table = {"name": ["Masked", *NAMES], "color": ["#9aa5af"] * 4, "pixels": [1000, 540, 3700, 5400]}
    areas = pd.DataFrame(table)
    areas["hectares"] = areas["pixels"] / 100
    areas["share"] = areas["pixels"] / areas["pixels"].sum()
    labels = {p.id: "Orchard <b>" if p.id % 5 == 0 else p.stratum for p in design.drawn}
    design = design.with_labels(labels)
    known = dict(zip(NAMES, NAMES, strict=True))
    made = SimpleNamespace(
        areas=areas,
        suggestions=[Suggestion(n, n, "NDVI 0.2", "#3563e0") for n in NAMES],
        missing=Missing(4.0, 0.0, 5.5, 0.5),
        checked=Checked(design, known, design.estimate()),
    )
    made.__dict__.update(changes)
    return made


@pytest.fixture
def legend(monkeypatch: pytest.MonkeyPatch) -> Legend:
    made = Legend(lambda: None, lambda _mixed: None)
    monkeypatch.setattr(made._bars, "show", lambda *_: None)
    return made


def test_the_grey_row_tells_why_land_is_in_no_cluster(legend: Legend) -> None:
    legend.show(rows.of(analysis()), ())
    words = "5.5 ha cloud or shadow, 0.5 ha too few clear looks, 4.0 ha outside the image"
    assert words in legend.masked.reason.value
    legend.show(rows.of(analysis(missing=Missing(0.0, 0.0, 0.0))), ())
    assert "ha" not in legend.masked.reason.value.replace("shadow", "")


def test_the_figure_that_orders_names_stands_where_reasons_do(legend: Legend) -> None:
    of = analysis()
    of.areas["name"] = ["Masked", "Water", "Trees 1 (NDVI 0.2)", "Oak (NDVI 0.3)"]
    legend.show(rows.of(of), ())
    assert [r.box.description for r in legend.rows] == ["Water", "Trees 1", "Oak (NDVI 0.3)"]
    assert all("NDVI 0.2</b>" in r.reason.value for r in legend.rows)
    assert "title='Trees 1 (NDVI 0.2) NDVI 0.2'" in legend.rows[1].reason.value


def show(legend: Legend, of: Any) -> None:
    legend.show(rows.of(of), (), rows.estimated(of, of.checked), of.checked.sentence())


def test_a_sample_turns_the_rows_into_estimates_and_a_switch_back(legend: Legend) -> None:
    of = analysis()
    legend.show(rows.of(of), ())
    assert not legend.is_estimated
    assert legend.switch not in legend.tools.children
    assert NOTE in legend.note.value
    counted = [r.hectares.value for r in legend.rows]

    show(legend, of)
    assert legend.is_estimated
    assert legend.switch in legend.tools.children
    figures = of.checked.figures("Trees")
    text = legend.rows[1].hectares.value
    assert f"<b>{figures['hectares']:,.1f}</b>" in text or f"<b>{figures['hectares']:,.0f}</b>" in text
    assert "–" in text
    assert "width:" in legend.rows[1]._whisker.value
    assert "random points" in legend.note.value
    assert len(legend.column.children) == 3 + 1 + 1, "a class of the land alone, and what is masked"
    assert "Orchard &lt;b&gt;" in legend.column.children[3]._name.value

    legend.switch.children[0].click()
    assert [r.hectares.value for r in legend.rows] == counted
    assert len(legend.column.children) == 3 + 1
    show(legend, of)
    assert not legend.is_estimated, "the visitor's choice stays"
    legend.switch.children[1].click()
    assert legend.is_estimated


def test_while_classes_are_edited_hectares_are_as_counted(legend: Legend) -> None:
    show(legend, analysis())
    legend.show_rows([], None)
    assert not legend.is_estimated
    assert legend.switch not in legend.tools.children
    legend.show_rows(None, None)
    assert legend.is_estimated


def test_rows_tell_what_cannot_be_said() -> None:
    of = analysis()
    total = sum(r.hectares for r in rows.of(of))
    known = rows.estimated(of, of.checked)
    assert sum(r.hectares for r in known[:-1]) == pytest.approx(
        float(of.checked.estimate.areas["hectares"].sum())
    )
    assert known[0].share == pytest.approx(known[0].hectares / total)
    assert known[-1] == rows.of(of)[-1]

    design = design_of().with_labels({1: "Water", 2: "Trees"})
    few = Checked(design, of.checked.classes, design.estimate())
    assert {r.note for r in rows.estimated(of, few)[:-1]} == {"too few points"}

    of.areas.loc[1, "name"] = "Water (NDVI 0.2)"
    assert rows.of(of)[0].name == "Water (NDVI 0.2)"
    assert rows.estimated(of, of.checked)[0].name == "Water", "the interval needs the room"
    of.areas.loc[3, "name"] = "Trees"
    twice = rows.estimated(of, of.checked)
    assert (twice[2].note, twice[2].hectares) == ("in row 2", 0.0)


def test_what_is_in_no_cluster_is_told_apart(legend: Legend) -> None:
    legend.show(rows.of(analysis()), ())
    told = [text for child in legend.children if "Whole area" in (text := getattr(child, "value", ""))]
    expected = "In no cluster: 5.5 ha cloud or shadow, 0.5 ha too few clear looks, 4.0 ha outside the image."
    assert len(told) == 1
    assert expected in told[0]
    whole = analysis(missing=Missing(0, 0, 0))
    legend.show(rows.of(whole), ())
    assert "In no cluster" not in "".join(getattr(child, "value", "") for child in legend.children)

"""Names that a person made: kept for each set of clusters, carried by a link, never on other clusters."""

import pytest

from pipeline.clustering.model import ClusterModel
from pipeline.clustering.surface_types import Suggestion
from pipeline.errors import InvalidRequest
from pipeline.explore.classes import Classes, History
from widgets.results.kept_classes import Carried, Keeper, carried_by, mark_of

SUGGESTIONS = tuple(Suggestion(f"Kind {n}", "Water", f"NDVI 0.{n}", f"#0000{n}0") for n in range(1, 4))


def model(first: float = 0.1) -> ClusterModel:
    centres = tuple((first + 0.1 * n,) * 4 for n in range(3))
    return ClusterModel(("blue", "green", "red", "nir"), (0.1,) * 4, (0.1,) * 4, centres, 0)


def edited() -> Classes:
    return Classes.of(SUGGESTIONS).rename(1, "Lake <b>").recolour(1, "#ff00aa").merge((2, 3), "Wood, ~field")


def test_classes_come_back_with_their_clusters() -> None:
    keeper = Keeper()
    history = History(Classes.of(SUGGESTIONS)).then(edited())
    keeper.keep(model(), history)
    assert keeper.of(model(), SUGGESTIONS) == history
    assert keeper.of(model(0.2), SUGGESTIONS).present == Classes.of(SUGGESTIONS)
    assert mark_of(model()) != mark_of(model(0.2))


def test_a_link_carries_them() -> None:
    carried = carried_by(Carried.of(model(), edited()).to_text())
    keeper = Keeper()
    keeper.expect(carried)
    assert keeper.of(model(0.2), SUGGESTIONS).present == Classes.of(SUGGESTIONS), "they wait"
    found = keeper.of(model(), SUGGESTIONS)
    assert found.present == edited()
    assert found.undo().present == Classes.of(SUGGESTIONS)


@pytest.mark.parametrize(
    "text",
    ["", "x", "[]", "[1]", '["a", 3]', '["a", [["n"]]]', '["a", [["n", "#000000", ["x"]]]]', "[" * 100_000],
)
def test_a_strangers_link_carries_nothing(text: str) -> None:
    assert carried_by(text) is None


@pytest.mark.parametrize(
    "entries",
    [
        [["n", "#000000", [1, 2, 9]]],
        [["n", "#000000", [0, 1, 2]]],
        [["n", "#000000", []]],
        [["n", "red", [1]], ["m", "#000000", [2, 3]]],
        [["", "#000000", [1]], ["m", "#000000", [2, 3]]],
    ],
)
def test_classes_that_cannot_be_made_of_the_clusters_are_left_out(entries: list[list[object]]) -> None:
    carried = Carried(mark_of(model()), tuple((str(n), str(c), tuple(m)) for n, c, m in entries))  # type: ignore[arg-type]
    with pytest.raises(InvalidRequest):
        carried.applied(SUGGESTIONS)
    keeper = Keeper()
    keeper.expect(carried)
    assert keeper.of(model(), SUGGESTIONS).present == Classes.of(SUGGESTIONS)

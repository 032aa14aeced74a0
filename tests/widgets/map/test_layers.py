"""Pictures of the same piece of land go into the layers there are; sharp ones lie in panes of their own."""

from tests.support.pictures import overlays
from widgets.map.layers import PANES, Pictures
from widgets.map.mover import Mover
from widgets.map_view import MapView

HERE = ((46.46, 11.30), (46.52, 11.38))
NEARLY_HERE = ((46.4597, 11.2996), (46.5203, 11.3804))
ELSEWHERE = ((47.46, 11.30), (47.52, 11.38))
PART = ((46.48, 11.32), (46.50, 11.36))


def make_map() -> MapView:
    nothing = lambda *_: None  # noqa: E731
    return MapView(
        (46.5, 11.3),
        12.0,
        on_click=nothing,
        on_drawn=nothing,
        on_dragged=nothing,
        mover=Mover(nothing, nothing),
        guard=lambda f: f,
    )


def test_a_result_takes_the_layers_of_the_preview() -> None:
    pictures = Pictures()
    assert pictures.replace(overlays(3, NEARLY_HERE, "preview"), 0.0, "") == []
    layers = pictures.layers
    assert pictures.replace(overlays(3, HERE, "result"), 0.0, "Credit") == []
    assert pictures.layers == layers
    assert [layer.url for layer in layers[2:]] == ["data:,result0", "data:,result1", "data:,result2"]
    assert tuple(map(tuple, layers[2].bounds)) == HERE
    assert layers[0].attribution == "Credit"


def test_other_land_another_world_or_other_clusters_get_new_layers() -> None:
    pictures = Pictures()
    pictures.replace(overlays(3, HERE, "a"), 0.0, "")
    first = pictures.layers
    assert pictures.replace(overlays(3, ELSEWHERE, "b"), 0.0, "") == first
    second = pictures.layers
    assert pictures.replace(overlays(3, ELSEWHERE, "c"), 360.0, "") == second
    images = pictures.layers[:2]
    assert len(pictures.replace(overlays(4, ELSEWHERE, "d"), 360.0, "")) == 3
    assert pictures.layers[:2] == images


def test_every_picture_lies_in_a_pane_that_the_map_has() -> None:
    for prefix in ("", "sharp"):
        pictures = Pictures(prefix)
        pictures.replace(overlays(1, HERE, "a"), 0.0, "")
        assert (
            {layer.pane for layer in pictures.layers} == {f"{prefix}img", f"{prefix}clusters"} <= set(PANES)
        )


def test_sharp_pictures_follow_ticks_and_opacity_and_leave_a_hole_below() -> None:
    view = make_map()
    view.show_result(overlays(2, HERE, "a"), 0.0, "", (True, False))
    view.show_zoomed_in(overlays(2, PART, "s"), 0.0)
    assert [layer.visible for layer in view.stack.sharp.clusters] == [True, False]
    view.bar.opacity.value = 40
    assert {layer.opacity for layer in view.stack.sharp.clusters} == {0.4}
    assert "polygon(evenodd" in view.hole.value
    assert f".eo-map-{view.map.model_id} .leaflet-clusters-pane" in view.hole.value
    assert set(view.stack.sharp.layers) <= set(view.map.layers)
    view.show_zoomed_in(None, 0.0)
    assert view.stack.sharp.layers == []
    assert view.hole.value == ""
    assert not any(layer.pane.startswith("sharp") for layer in view.map.layers)


def test_sharp_pictures_stay_while_classes_are_edited_and_go_with_other_clusters() -> None:
    view = make_map()
    view.show_result(overlays(2, HERE, "a"), 0.0, "", (True, True))
    view.show_zoomed_in(overlays(2, PART, "s"), 0.0)
    view.show_result(overlays(2, HERE, "edited"), 0.0, "", (True, True))
    assert len(view.stack.sharp.clusters) == 2
    view.show_result(overlays(3, HERE, "b"), 0.0, "", (True, True, True))
    assert view.stack.sharp.layers == []
    assert view.hole.value == ""

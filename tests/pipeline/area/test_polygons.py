"""Areas with any outline: their pixels counted without drawing, their outline on a map."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import mapping, shape

from pipeline import AreaOfInterest, InvalidRequest
from pipeline.area.grid import grid_for, hectares, inside, outline
from pipeline.area.polygons import MAX_POINTS_ON_MAP, area_from_geojson, area_of, pixels_inside, shape_on_map

SQUARE = AreaOfInterest.square(11.34, 46.49, 5)


def star(longitude: float, latitude: float, radii: list[float], turn: float = 0.0) -> shapely.Polygon:
    """Return a polygon around a point; radii in degrees."""
    angles = turn + np.linspace(0, 2 * math.pi, len(radii), endpoint=False)
    return shapely.Polygon(
        [
            (longitude + r * math.cos(a), latitude + r * math.sin(a))
            for r, a in zip(radii, angles, strict=True)
        ]
    )


radii = st.lists(st.floats(0.002, 0.03), min_size=3, max_size=12)


@given(st.floats(-179, 179), st.floats(-79, 83), radii, st.floats(0, 6), st.booleans())
def test_pixels_are_counted_as_they_are_drawn(
    longitude: float, latitude: float, radii: list[float], turn: float, holed: bool
) -> None:
    polygon = star(longitude, latitude, radii, turn)
    if holed:
        polygon = polygon.difference(star(longitude, latitude, [r / 3 for r in radii]))
    area = area_of(polygon)
    assert pixels_inside(area) == inside(area, grid_for(area)).sum()


def test_a_square_has_all_pixels_of_its_grid() -> None:
    assert pixels_inside(SQUARE) * 0.01 == hectares(grid_for(SQUARE)) == 2500


def test_a_square_is_drawn_as_its_grid() -> None:
    assert shape_on_map(SQUARE) == ((outline(grid_for(SQUARE)),),)


def test_what_is_drawn_on_another_world_copy_or_across_the_antimeridian_is_one_area() -> None:
    there = area_of(star(371.34, 46.49, [0.01] * 8))
    assert there == area_of(star(11.34, 46.49, [0.01] * 8))
    across = area_of(star(180.001, -17, [0.01] * 8))
    assert across == area_of(star(-179.999, -17, [0.01] * 8))
    assert across.longitude == pytest.approx(-179.999)
    (ring,), (other,) = shape_on_map(across)
    longitudes = [longitude for _, longitude in (*ring, *other)]
    assert max(longitudes) - min(longitudes) < 0.03


def test_the_outline_on_a_map_is_the_polygon_with_its_holes() -> None:
    ring = star(11.34, 46.49, [0.02] * 6)
    area = area_of(ring.difference(shapely.box(11.335, 46.485, 11.345, 46.495)))
    ((outer, hole),) = shape_on_map(area)
    assert [(x, y) for y, x in outer] == list(shape(area.geometry or {}).geoms[0].exterior.coords)
    assert len(hole) == 5


def test_very_many_corners_are_drawn_as_fewer() -> None:
    area = area_of(star(11.34, 46.49, [0.1 + 0.01 * math.sin(i) for i in range(9000)]))
    (rings,) = shape_on_map(area)
    assert len(rings[0]) <= MAX_POINTS_ON_MAP
    assert len(area.polygons[0][0]) > 4 * MAX_POINTS_ON_MAP


def test_overlapping_parts_count_once() -> None:
    parts = shapely.MultiPolygon([shapely.box(11, 46, 11.02, 46.02), shapely.box(11.01, 46, 11.03, 46.02)])
    assert area_of(parts) == area_of(shapely.box(11, 46, 11.03, 46.02))


def test_a_wild_scribble_is_refused_not_repaired() -> None:
    points = np.random.default_rng(0).uniform((11, 46), (11.1, 46.1), (6000, 2))
    with pytest.raises(InvalidRequest, match="6,001"):
        area_of(shapely.Polygon(points))


@pytest.mark.parametrize(
    "geometry", [{}, {"type": "Polygon"}, {"type": "Nothing"}, {"type": "Polygon", "coordinates": 5}]
)
def test_what_is_no_drawing_is_refused(geometry: dict[str, object]) -> None:
    with pytest.raises(InvalidRequest):
        area_from_geojson(geometry)


@given(radii)
def test_a_drawing_comes_back_the_same(radii: list[float]) -> None:
    area = area_from_geojson(mapping(star(11.34, 46.49, radii)))
    assert area_of(shape(area.geometry or {})) == area

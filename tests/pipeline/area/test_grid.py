"""The pixel grid: snapped to 10 m, in the right zone, counted and outlined truly."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod, Transformer
from shapely.geometry import Point, Polygon, shape

from pipeline import AreaOfInterest, InvalidRequest
from pipeline.area.grid import (
    bounds_of,
    epsg_of,
    footprint,
    grid_for,
    hectares,
    inside,
    outline,
    size_km,
    true_area_factor,
    utm_epsg,
)

squares = st.builds(
    AreaOfInterest.square,
    longitude=st.floats(-180, 180),
    latitude=st.floats(-80, 84),
    size_km=st.floats(0.5, 20),
)


def centres(grid: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return x and y of all pixel centres by plain arithmetic."""
    west, _, _, north = bounds_of(grid)
    rows, columns = grid.shape
    x, y = np.meshgrid(west + 5 + 10 * np.arange(columns), north - 5 - 10 * np.arange(rows))
    return x.ravel(), y.ravel()


@given(squares)
def test_squares_lie_on_the_10_m_grid_around_their_point(area: AreaOfInterest) -> None:
    grid = grid_for(area)
    west, south, east, north = bounds_of(grid)
    assert all(edge % 10 == 0 for edge in (west, south, east, north))
    n = round(100 * (area.size_km or 0))
    assert tuple(grid.shape) == (n, n)
    assert (east - west, north - south) == (10 * n, 10 * n)
    x, y = Transformer.from_crs(4326, epsg_of(grid), always_xy=True).transform(area.longitude, area.latitude)
    assert abs((west + east) / 2 - x) <= 5 + 1e-6
    assert abs((south + north) / 2 - y) <= 5 + 1e-6
    assert math.hypot((west + east) / 2 - x, (south + north) / 2 - y) <= 5 * math.sqrt(2) + 1e-6
    assert hectares(grid) == pytest.approx(n * n / 100)


def test_five_kilometres_are_500_pixels_and_2500_hectares() -> None:
    grid = grid_for(AreaOfInterest.square(11.34, 46.49, 5))
    assert tuple(grid.shape) == (500, 500)
    assert hectares(grid) == 2500.0
    assert size_km(grid) == 5.0
    assert tuple(grid.affine)[:6:4] == (10.0, -10.0)


@pytest.mark.parametrize(
    ("longitude", "latitude", "epsg"),
    [
        (11.34, 46.49, 32632),
        (142.13, -36.74, 32754),
        (11.9999, 46, 32632),
        (12.0, 46, 32633),
        (-180, 10, 32601),
        (180, 10, 32660),
        (179.999, -17, 32760),
        (0, 0, 32631),
        (0, -1e-9, 32731),
        (5.5, 60.4, 32632),  # Bergen: zone 32 is widened to 3 degrees east
        (2.9, 60.4, 32631),
        (5.5, 55.9, 32631),
        (5.5, 64.1, 32631),
        (15.6, 78.2, 32633),  # Longyearbyen
        (8.9, 78.2, 32631),
        (20.9, 78.2, 32633),
        (21.1, 78.2, 32635),
        (33.1, 78.2, 32637),
        (41.9, 83.9, 32637),
        (42.1, 78.2, 32638),
        (15.6, 71.9, 32633),
    ],
)
def test_zones_are_those_of_the_tiles(longitude: float, latitude: float, epsg: int) -> None:
    assert utm_epsg(longitude, latitude) == epsg


@pytest.mark.parametrize(
    ("latitude", "east_of_meridian", "percent"),
    [  # FIELD.md section 6, from Snyder 1987
        (0, 0, 0.080),
        (0, 1.62, -0.001),
        (0, 2.999, -0.196),
        (15, 2.999, -0.177),
        (30, 1.62, 0.020),
        (45, 1.62, 0.040),
        (45, 2.999, -0.058),
        (60.1, 2.999, 0.011),
    ],
)
def test_true_area_factor_agrees_with_snyder(
    latitude: float, east_of_meridian: float, percent: float
) -> None:
    area = AreaOfInterest.square(-75 + east_of_meridian, latitude, 1)
    assert 100 * (true_area_factor(grid_for(area)) - 1) == pytest.approx(percent, abs=0.0025)


def test_true_area_factor_gives_the_geodesic_area_of_a_whole_square() -> None:
    grid = grid_for(AreaOfInterest.square(11.34, 46.49, 10))
    latitudes, longitudes = zip(*outline(grid, 64), strict=True)
    area_m2, _ = Geod(ellps="WGS84").polygon_area_perimeter(longitudes, latitudes)
    assert hectares(grid) * true_area_factor(grid) == pytest.approx(abs(area_m2) / 1e4, rel=2e-5)


@given(squares)
def test_outlines_are_continuous_and_begin_at_a_corner(area: AreaOfInterest) -> None:
    grid = grid_for(area)
    ring = outline(grid)
    longitudes = np.array([lon for _, lon in ring])
    assert np.abs(np.diff(longitudes)).max() < 90
    west, south, _, _ = bounds_of(grid)
    lon, lat = Transformer.from_crs(epsg_of(grid), 4326, always_xy=True).transform(west, south)
    assert ring[0][0] == pytest.approx(lat)
    assert (ring[0][1] - lon) % 360 == pytest.approx(0, abs=1e-9) or (ring[0][1] - lon) % 360 > 359.9


def test_an_outline_beside_the_antimeridian_passes_180() -> None:
    longitudes = [lon for _, lon in outline(grid_for(AreaOfInterest.square(179.99, -17, 5)))]
    assert min(longitudes) < 180 < max(longitudes)
    assert max(longitudes) - min(longitudes) < 0.1


@pytest.mark.parametrize("longitude", [179.99, -179.99, 180, -180])
def test_the_footprint_for_a_search_is_split_at_the_antimeridian(longitude: float) -> None:
    found = shape(footprint(AreaOfInterest.square(longitude, -17, 10)))
    west, _, east, _ = found.bounds
    assert found.geom_type == "MultiPolygon"
    assert (west, east) == (-180, 180)
    assert found.area == pytest.approx((10 / 111.32) ** 2 / math.cos(math.radians(17)), rel=0.02)


def test_the_footprint_of_a_square_is_the_square() -> None:
    found = shape(footprint(AreaOfInterest.square(11.34, 46.49, 5)))
    to_utm = Transformer.from_crs(4326, 32632, always_xy=True).transform
    back = Polygon([to_utm(*p) for p in found.exterior.coords])
    assert back.area == pytest.approx(25e6, rel=1e-4)


def rectangle(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def test_pixels_are_inside_a_polygon_when_their_centre_is() -> None:
    ring = [[11.30, 46.48], [11.33, 46.47], [11.34, 46.50], [11.31, 46.51], [11.315, 46.49], [11.30, 46.48]]
    hole = [[11.32, 46.485], [11.325, 46.485], [11.325, 46.49], [11.32, 46.485]]
    area = AreaOfInterest.polygon({"type": "Polygon", "coordinates": [ring, hole]})
    grid = grid_for(area)
    within = inside(area, grid)
    longitudes, latitudes = Transformer.from_crs(32632, 4326, always_xy=True).transform(*centres(grid))
    truth = Polygon(ring, [hole])
    sample = np.random.default_rng(0).choice(within.size, 4000, replace=False)
    expected = [truth.contains(Point(longitudes[i], latitudes[i])) for i in sample]
    assert (within.ravel()[sample] != expected).sum() <= 2  # centres a few centimetres from an edge
    west, south, east, north = bounds_of(grid)
    assert all(edge % 10 == 0 for edge in (west, south, east, north))


def test_long_edges_of_a_polygon_follow_its_degrees() -> None:
    """GeoJSON's lines are straight in degrees; a parallel of 18 km bends by a pixel and more in UTM."""
    area = AreaOfInterest.polygon(rectangle(11.1, 60.0, 11.42, 60.03))
    grid = grid_for(area)
    longitudes, latitudes = Transformer.from_crs(32632, 4326, always_xy=True).transform(*centres(grid))
    truth = (longitudes > 11.1) & (longitudes < 11.42) & (latitudes > 60.0) & (latitudes < 60.03)
    within = inside(area, grid).ravel()
    assert (within != truth).sum() <= 20
    assert truth.sum() == pytest.approx(within.sum(), rel=1e-4)


def test_a_grid_holds_all_of_its_polygon() -> None:
    area = AreaOfInterest.polygon(rectangle(11.1, 60.0, 11.42, 60.03))
    west, south, east, north = bounds_of(grid_for(area))
    t = np.linspace(0, 1, 200)
    longitudes = np.concatenate([11.1 + 0.32 * t, 11.1 + 0.32 * t, np.full(400, 11.1)])
    latitudes = np.concatenate([np.full(200, 60.0), np.full(200, 60.03), np.full(400, 60.01)])
    x, y = Transformer.from_crs(4326, 32632, always_xy=True).transform(longitudes, latitudes)
    assert (x.min() >= west, x.max() <= east, y.min() >= south, y.max() <= north) == (True,) * 4


def test_a_polygon_between_pixel_centres_is_refused() -> None:
    area = AreaOfInterest.polygon(rectangle(11.3, 46.5, 11.30001, 46.50001))
    grid = grid_for(area)
    if tuple(grid.shape) == (1, 1):
        with pytest.raises(InvalidRequest, match="smaller than a pixel"):
            inside(area, grid)


def test_every_pixel_of_a_square_is_inside() -> None:
    area = AreaOfInterest.square(11.34, 46.49, 1)
    assert inside(area, grid_for(area)).all()


def test_a_polygon_across_the_antimeridian_keeps_its_size() -> None:
    east = rectangle(179.98, -17.0, 180, -16.96)["coordinates"]
    west = rectangle(-180, -17.0, -179.97, -16.96)["coordinates"]
    area = AreaOfInterest.polygon({"type": "MultiPolygon", "coordinates": [east, west]})
    grid = grid_for(area)
    geod = Geod(ellps="WGS84")
    true_m2 = sum(abs(geod.polygon_area_perimeter(*zip(*part[0], strict=True))[0]) for part in (east, west))
    assert size_km(grid) < 6
    assert inside(area, grid).sum() * 100 == pytest.approx(true_m2, rel=2e-3)

"""Pictures on a web map: every pixel within half a pixel of its place, nothing where there is nothing."""

import base64
import io
import math

import numpy as np
import pytest
from affine import Affine
from PIL import Image
from pyproj import Transformer

from pipeline import AreaOfInterest
from pipeline.grid import epsg_of, grid_for, outline
from pipeline.overlays import MAX_SIDE_PX, Overlay, Warp, cluster_overlays, image_overlay, picture_grid

PLACES = [
    (11.34, 46.49, 5),
    (14.98, 60.0, 5),  # beside a zone's edge, turned by 2.6 degrees
    (142.129, -36.741, 2),
    (-75.0, 0.0, 6),
    (20.0, 78.0, 2),
    (179.99, -17.0, 5),  # across the antimeridian
    (-179.99, -17.0, 5),
    (11.9, 64.0, 12),
]
COLORS = ("#3563e0", "#04600f", "#d6c928")


def picture(overlay: Overlay) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(overlay.url.split(",", 1)[1])))


def on_the_ground(overlay: Overlay, shape: tuple[int, int], epsg: int) -> tuple[np.ndarray, np.ndarray]:
    """Return UTM x and y of a picture's pixel centres, placed as a map places it: by its corners alone."""
    (south, west), (north, east) = overlay.bounds
    to_mercator = Transformer.from_crs(4326, 3857, always_xy=True).transform
    _, bottom = to_mercator(0, south)
    _, top = to_mercator(0, north)
    left, right = (math.radians(lon) * 6_378_137 for lon in (west, east))  # may pass 180, as on a map
    rows, columns = shape
    x = left + (np.arange(columns) + 0.5) * (right - left) / columns
    y = top - (np.arange(rows) + 0.5) * (top - bottom) / rows
    return Transformer.from_crs(3857, epsg, always_xy=True).transform(*np.meshgrid(x, y))


def board(rows: int, columns: int, side: int) -> np.ndarray:
    """Return a board of fields with classes 1, 2 and 3, no two neighbours alike."""
    row, column = np.meshgrid(np.arange(rows) // side, np.arange(columns) // side, indexing="ij")
    return ((row + 2 * column) % 3 + 1).astype(np.uint8)


def offsets(side: int, longitude: float, latitude: float, size_km: float) -> np.ndarray:
    """Return by how many pixels of 10 m each shown pixel is off its field; nan where nothing is shown."""
    grid = grid_for(AreaOfInterest.square(longitude, latitude, size_km))
    labels = board(*grid.shape, side)
    target = picture_grid(outline(grid), max(grid.shape))
    drawn = cluster_overlays(labels, Warp.between(labels.shape, grid.affine, epsg_of(grid), target), COLORS)
    shown = np.stack([np.array(picture(o)) for o in drawn]) == 1
    assert shown.sum(axis=0).max() == 1, "no pixel is in two clusters"
    x, y = on_the_ground(drawn[0], shown.shape[1:], epsg_of(grid))
    column, row = (x - grid.affine.c) / 10, (grid.affine.f - y) / 10
    off = np.full(shown.shape[1:], np.nan)
    best = np.full(shown.shape[1:], np.inf)
    for down in (-1, 0, 1):  # the nearest field of the colour that is shown
        for right in (-1, 0, 1):
            fr, fc = np.floor(row / side) + down, np.floor(column / side) + right
            color = ((fr + 2 * fc) % 3).astype(int)
            outside = (fr < 0) | (fc < 0) | (fr * side >= grid.shape[0]) | (fc * side >= grid.shape[1])
            dr = np.maximum(0, np.maximum(fr * side - row, row - (fr + 1) * side))
            dc = np.maximum(0, np.maximum(fc * side - column, column - (fc + 1) * side))
            for n in range(3):
                hit = shown[n] & (color == n) & ~outside
                best[hit] = np.minimum(best[hit], np.maximum(dr, dc)[hit])
    any_shown = shown.any(axis=0)
    off[any_shown] = best[any_shown]
    within = (column > 0.5) & (row > 0.5) & (column < grid.shape[1] - 0.5) & (row < grid.shape[0] - 0.5)
    assert any_shown[within].all(), "no hole inside"
    beyond = (column < -0.5) | (row < -0.5) | (column > grid.shape[1] + 0.5) | (row > grid.shape[0] + 0.5)
    assert not any_shown[beyond].any(), "nothing outside: the wedges are transparent"
    return off


@pytest.mark.parametrize(("longitude", "latitude", "size_km"), PLACES)
def test_every_pixel_is_within_half_a_pixel_of_its_place(
    longitude: float, latitude: float, size_km: float
) -> None:
    off = offsets(7, longitude, latitude, size_km)
    largest = float(np.nanmax(off))
    print(f"largest overlay offset at {longitude}, {latitude}: {largest:.3f} px")
    assert largest < 0.1, "a shown pixel's centre lies in its own field; half a pixel is the limit on the map"


def test_a_picture_of_another_place_would_be_noticed() -> None:
    """The measure itself: bounds moved by one pixel make it fail."""
    grid = grid_for(AreaOfInterest.square(11.34, 46.49, 1))
    target = picture_grid(outline(grid), 100)
    wrong = Warp.between((100, 100), grid.affine * Affine.translation(1, 0), 32632, target)
    moved = cluster_overlays(board(100, 100, 7), wrong, COLORS)
    shown = np.stack([np.array(picture(o)) for o in moved]) == 1
    x, y = on_the_ground(moved[0], shown.shape[1:], 32632)
    column, row = (x - grid.affine.c) / 10, (grid.affine.f - y) / 10
    expected = (np.floor(row / 7) + 2 * np.floor(column / 7)) % 3
    inner = (column > 7) & (row > 7) & (column < 93) & (row < 93)
    assert (shown.argmax(axis=0) != expected)[inner].mean() > 0.1


def test_cluster_pictures_are_small_one_bit_pngs() -> None:
    grid = grid_for(AreaOfInterest.square(11.34, 46.49, 5))
    target = picture_grid(outline(grid), 500)
    drawn = cluster_overlays(
        board(500, 500, 50), Warp.between((500, 500), grid.affine, 32632, target), COLORS
    )
    assert len(drawn) == 3
    for overlay, color in zip(drawn, COLORS, strict=True):
        assert overlay.url.startswith("data:image/png;base64,")
        raw = base64.b64decode(overlay.url.split(",", 1)[1])
        assert raw[:8] == b"\x89PNG\r\n\x1a\n"
        depth, color_type = raw[24], raw[25]
        assert (depth, color_type) == (1, 3)
        assert len(raw) < 10_000
        rgba = np.array(picture(overlay).convert("RGBA"))
        solid = rgba[rgba[..., 3] > 0]
        assert (np.unique(rgba[..., 3]) == [0, 255]).all()
        assert (solid[:, :3] == list(bytes.fromhex(color[1:]))).all()


def test_a_cluster_without_pixels_is_an_empty_picture() -> None:
    grid = grid_for(AreaOfInterest.square(11.34, 46.49, 1))
    target = picture_grid(outline(grid), 100)
    drawn = cluster_overlays(
        np.ones((100, 100), np.uint8), Warp.between((100, 100), grid.affine, 32632, target), COLORS
    )
    assert not np.array(picture(drawn[2]).convert("RGBA"))[..., 3].any()


@pytest.mark.parametrize(("longitude", "latitude", "size_km"), PLACES)
def test_bounds_enclose_the_outline_tightly(longitude: float, latitude: float, size_km: float) -> None:
    grid = grid_for(AreaOfInterest.square(longitude, latitude, size_km))
    ring = outline(grid, 100)
    target = picture_grid(ring, max(grid.shape))
    (south, west), (north, east) = target.bounds
    latitudes, longitudes = zip(*ring, strict=True)
    pixel = 10 / 111_320
    assert south == pytest.approx(min(latitudes), abs=1.5 * pixel)
    assert north == pytest.approx(max(latitudes), abs=1.5 * pixel)
    wide = pixel / math.cos(math.radians(latitude))
    assert west == pytest.approx(min(longitudes), abs=1.5 * wide)
    assert east == pytest.approx(max(longitudes), abs=1.5 * wide)
    assert south <= min(latitudes) + 1e-9
    assert east >= max(longitudes) - 1e-9


def test_bounds_beside_the_antimeridian_do_not_span_the_world() -> None:
    grid = grid_for(AreaOfInterest.square(179.99, -17.0, 5))
    (_, west), (_, east) = picture_grid(outline(grid), 500).bounds
    assert 179.9 < west < 180 < east < 180.1


def test_large_areas_get_pictures_of_bounded_size() -> None:
    grid = grid_for(AreaOfInterest.square(11.34, 46.49, 60))
    target = picture_grid(outline(grid), max(grid.shape))
    assert MAX_SIDE_PX - 1 <= max(target.shape) <= MAX_SIDE_PX + 1


def gradient(n: int) -> np.ndarray:
    """Return three bands that rise to the east, to the south and not at all."""
    east, south = np.meshgrid(np.linspace(0.05, 0.45, n), np.linspace(0.02, 0.3, n))
    return np.stack([east, south, np.full((n, n), 0.2)]).astype(np.float32)


def test_an_image_is_stretched_over_clear_pixels_and_transparent_elsewhere() -> None:
    grid = grid_for(AreaOfInterest.square(14.98, 60.0, 2))
    n = grid.shape[0]
    bands = gradient(n)
    has_data = np.ones((n, n), bool)
    has_data[:, : n // 4] = False
    clear = has_data.copy()
    clear[: n // 4] = False
    bands[:, : n // 4] = 0.95  # clouds must not set the contrast
    bands[:, ~has_data] = np.nan
    target = picture_grid(outline(grid), n)
    overlay = image_overlay(bands, has_data, clear, Warp.between((n, n), grid.affine, epsg_of(grid), target))
    assert overlay.url.startswith("data:image/webp;base64,")
    rgba = np.array(picture(overlay).convert("RGBA")).astype(int)
    x, y = on_the_ground(overlay, rgba.shape[:2], epsg_of(grid))
    column, row = (x - grid.affine.c) / 10, (grid.affine.f - y) / 10
    covered = (column > n // 4) & (column < n) & (row > 0) & (row < n)
    edge = (
        (np.abs(column - n // 4) < 1) | (np.abs(column - n) < 1) | (np.abs(row) < 1) | (np.abs(row - n) < 1)
    )
    assert ((rgba[..., 3] == 255) == covered)[~edge].all()
    assert set(np.unique(rgba[..., 3])) == {0, 255}
    inside = covered & ~edge & (row > n // 4 + 3)
    low, high = np.percentile(bands[0][clear], (2, 98))
    expected = np.clip((0.05 + 0.4 * (column - 0.5) / (n - 1) - low) / (high - low) * 255, 0, 255)
    assert np.abs(rgba[..., 0] - expected)[inside].mean() < 6  # WebP is lossy
    clouds = covered & ~edge & (row < n // 4 - 3)
    assert rgba[..., :3][clouds].mean() > 245


def test_an_image_without_clear_pixels_can_be_drawn() -> None:
    grid = grid_for(AreaOfInterest.square(11.34, 46.49, 1))
    none, every = np.zeros((100, 100), bool), np.ones((100, 100), bool)
    target = picture_grid(outline(grid), 100)
    for has_data in (none, every):
        overlay = image_overlay(
            gradient(100), has_data, none, Warp.between((100, 100), grid.affine, 32632, target)
        )
        alpha = np.array(picture(overlay).convert("RGBA"))[..., 3]
        assert alpha.any() == has_data.any()


def test_a_constant_image_is_no_division_by_zero() -> None:
    grid = grid_for(AreaOfInterest.square(11.34, 46.49, 1))
    every = np.ones((100, 100), bool)
    flat = np.full((3, 100, 100), 0.2, np.float32)
    target = picture_grid(outline(grid), 100)
    image_overlay(flat, every, every, Warp.between((100, 100), grid.affine, 32632, target))

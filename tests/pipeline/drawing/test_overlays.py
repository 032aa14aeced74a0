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
from pipeline.area.grid import epsg_of, grid_for, outline
from pipeline.drawing.overlays import Overlay, Stretch, cluster_overlays, image_overlays
from pipeline.drawing.warp import MAX_SIDE_PX, Warp, picture_grid

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
    drawn = cluster_overlays(labels, Warp.of(grid), COLORS)
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
    drawn = cluster_overlays(board(500, 500, 50), Warp.of(grid), COLORS)
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
    drawn = cluster_overlays(np.ones((100, 100), np.uint8), Warp.of(grid), COLORS)
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
    target = Warp.of(grid).target
    assert MAX_SIDE_PX - 1 <= max(target.shape) <= MAX_SIDE_PX + 1


def test_places_are_those_of_proj_far_below_half_a_pixel_even_over_a_whole_tile() -> None:
    """Beside a zone's edge, 110 km: what the polynomial says against PROJ itself, at full resolution."""
    grid = grid_for(AreaOfInterest.square(14.3, 60.0, 110))
    warp = Warp.of(grid)
    y, x = (axis[:: max(1, warp.index.size // 50_000)] for axis in np.nonzero(warp.index >= 0))
    place = warp.index[y, x]
    to_utm = Transformer.from_crs(3857, epsg_of(grid), always_xy=True)
    column, row = ~grid.affine * to_utm.transform(*(warp.target.affine * (x + 0.5, y + 0.5)))
    columns = grid.shape[1]
    off = np.maximum(np.abs(column - place % columns - 0.5), np.abs(row - place // columns - 0.5))
    assert off.max() < 0.51, "the pixel that holds the point, or its neighbour where the point is on the edge"


def test_a_window_of_a_grid_lands_where_it_lies_in_the_whole() -> None:
    """SourceWindow anywhere, drawn alone: each pixel of the picture shows the field that lies there."""
    whole = grid_for(AreaOfInterest.square(14.98, 60.0, 5))
    rows, columns = slice(123, 287), slice(301, 402)
    labels, window = board(*whole.shape, 7)[rows, columns], whole[rows, columns]
    warp = Warp.of(window)
    drawn = cluster_overlays(labels, warp, COLORS)
    shown = np.stack([np.array(picture(o)) for o in drawn]) == 1
    x, y = on_the_ground(drawn[0], shown.shape[1:], epsg_of(whole))
    column, row = (x - whole.affine.c) / 10, (whole.affine.f - y) / 10
    expected = (np.floor(row / 7) + 2 * np.floor(column / 7)) % 3
    inner = (column > 301) & (column < 402) & (row > 123) & (row < 287)
    assert (shown.any(axis=0) == inner).mean() > 0.999
    at_an_edge = (np.minimum(row % 7, -row % 7) < 0.01) | (np.minimum(column % 7, -column % 7) < 0.01)
    assert (shown.argmax(axis=0) == expected)[inner & ~at_an_edge].all()


def land(n: int, seed: int = 0) -> np.ndarray:
    """Return planes uint16 ``(4, n, n)``: rising east, south, both, and west; some noise."""
    east, south = np.meshgrid(np.linspace(500, 4500, n), np.linspace(200, 3000, n))
    planes = np.stack([east, south, (east + south) / 2, east[:, ::-1]])
    return (planes + np.random.default_rng(seed).normal(0, 20, planes.shape)).clip(1).astype(np.uint16)


def rgba(overlay: Overlay) -> np.ndarray:
    return np.array(picture(overlay).convert("RGBA")).astype(int)


def test_images_are_stretched_over_clear_pixels_and_transparent_elsewhere() -> None:
    grid = grid_for(AreaOfInterest.square(14.98, 60.0, 2))
    n = grid.shape[0]
    planes = land(n)
    clear = np.ones((n, n), bool)
    clear[: n // 4] = False
    planes[:, : n // 4] = 9500  # clouds must not set the contrast
    planes[:, :, : n // 4] = 0
    for overlay in (pair := image_overlays(planes, clear, Warp.of(grid))):
        assert overlay.url.startswith("data:image/webp;base64,")
        shown = rgba(overlay)
        x, y = on_the_ground(overlay, shown.shape[:2], epsg_of(grid))
        column, row = (x - grid.affine.c) / 10, (grid.affine.f - y) / 10
        covered = (column > n // 4) & (column < n) & (row > 0) & (row < n)
        edges = (column - n // 4, column - n, row, row - n)
        edge = np.abs(np.stack(edges)).min(axis=0) < 1
        assert ((shown[..., 3] == 255) == covered)[~edge].all()
        assert set(np.unique(shown[..., 3])) == {0, 255}
        clouds = covered & ~edge & (row < n // 4 - 3)
        assert shown[..., :3][clouds].mean() > 245
    assert pair[0].bounds == pair[1].bounds
    low, high = np.percentile(planes[3][clear & (planes[3] > 0)], (2, 98))
    expected = np.clip((4500 - 4000 * (column - 0.5) / (n - 1) - low) / (high - low) * 255, 0, 255)
    inside = covered & ~edge & (row > n // 4 + 3)
    assert np.abs(shown[..., 0] - expected)[inside].mean() < 6, "near infrared, which falls to the east"


def test_true_colour_is_red_green_blue_and_false_colour_shows_plants_red() -> None:
    grid = grid_for(AreaOfInterest.square(11.34, 46.49, 1))
    planes = np.full((4, 100, 100), 100, np.uint16)
    planes[2, :50], planes[3, 50:] = 3000, 3000  # red soil in the north, plants in the south
    stretch = Stretch((0.0,) * 4, (4000.0,) * 4)
    true_colour, false_colour = image_overlays(planes, np.ones((100, 100), bool), Warp.of(grid), stretch)
    soil, plants = (slice(15, 40), slice(30, 70)), (slice(60, 85), slice(30, 70))
    assert rgba(true_colour)[soil][..., :3].mean(axis=(0, 1)) == pytest.approx((191, 6, 6), abs=12)
    assert rgba(true_colour)[plants][..., :3].mean() < 20
    assert rgba(false_colour)[soil][..., :3].mean(axis=(0, 1)) == pytest.approx((6, 191, 6), abs=12)
    assert rgba(false_colour)[plants][..., :3].mean(axis=(0, 1)) == pytest.approx((191, 6, 6), abs=12)


def test_a_window_keeps_the_contrast_of_the_whole() -> None:
    grid = grid_for(AreaOfInterest.square(11.34, 46.49, 2))
    n = grid.shape[0]
    planes, clear = land(n), np.ones((n, n), bool)
    stretch = Stretch.of(planes, clear)
    _, whole = image_overlays(planes, clear, Warp.of(grid), stretch)
    cut = (slice(20, 90), slice(110, 190))
    window = Warp.of(grid[cut])
    _, part = image_overlays(planes[:, *cut], clear[cut], window, stretch)
    alone = image_overlays(planes[:, *cut], clear[cut], window)
    middle = (slice(25, 45), slice(30, 50))
    expected = rgba(whole)[45:65, 140:160, :3].mean(axis=(0, 1))
    assert rgba(part)[middle][..., :3].mean(axis=(0, 1)) == pytest.approx(expected, abs=8)
    assert np.abs(rgba(alone[1])[middle][..., :3].mean(axis=(0, 1)) - expected).max() > 20


def test_images_without_clear_pixels_can_be_drawn() -> None:
    grid = grid_for(AreaOfInterest.square(11.34, 46.49, 1))
    none, warp = np.zeros((100, 100), bool), Warp.of(grid)
    for planes in (land(100), np.zeros((4, 100, 100), np.uint16)):
        for overlay in image_overlays(planes, none, warp):
            assert rgba(overlay)[..., 3].any() == planes.any()


def test_the_contrast_of_a_constant_image_is_finite() -> None:
    flat = np.full((4, 100, 100), 2000, np.uint16)
    tables = Stretch.of(flat, np.ones((100, 100), bool)).tables()
    assert (tables[:, 2000] == 0).all()
    assert (tables[:, 2001] == 255).all()


def test_the_contrast_hardly_depends_on_how_many_pixels_are_looked_at() -> None:
    planes, clear = land(600), np.random.default_rng(1).random((600, 600)) < 0.9
    stretch = Stretch.of(planes, clear)
    exact = np.percentile(planes[:, clear], (2, 98), axis=1)
    assert np.array([stretch.low, stretch.high]) == pytest.approx(exact, abs=40)

"""The margin, held against plain loops, and its picture."""

import base64
import io
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from pipeline import Analysis, Cancelled, analyse
from pipeline.area import blocks
from pipeline.area.grid import epsg_of, outline
from pipeline.clustering.palette import PALETTE
from pipeline.drawing.frame import whole_frame
from pipeline.drawing.warp import Warp, picture_grid
from pipeline.explore.classes import Classes
from pipeline.explore.confidence import (
    COMPUTED_PX,
    LEVELS,
    confidence,
    confidence_overlay,
    level_areas,
    levels,
)
from pipeline.explore.confidence_view import confidence_view
from tests.pipeline.conftest import Land
from tests.support.blobs import SPECTRA, model_of


def test_a_centre_is_certain_and_a_border_is_not() -> None:
    model = model_of()
    pixels = np.stack([SPECTRA[0], (SPECTRA[1] + SPECTRA[2]) / 2, [np.nan] * 4, SPECTRA[3]], axis=1)
    margin = confidence(pixels.astype(np.float32).reshape(4, 2, 2), model)
    assert margin.dtype == np.float32
    assert margin[0, 0] == pytest.approx(1, abs=1e-3)
    assert margin[0, 1] == pytest.approx(0, abs=1e-3)
    assert np.isnan(margin[1, 0])
    assert (levels(margin) == [[5, 1], [0, 5]]).all()


def plain(pixel: np.ndarray, bolzano: Analysis, lut: tuple[int, ...]) -> float:
    model = bolzano.model
    distance: dict[int, float] = {}
    for n, centre in enumerate(model.centres, start=1):
        d = float(np.sqrt((((pixel - np.array(centre)) / np.array(model.scale)) ** 2).sum()))
        distance[lut[n]] = min(d, distance.get(lut[n], np.inf))
    best, second = sorted(distance.values())[:2]
    return 1 - best / second


@pytest.mark.parametrize("lut", [(0, 1, 2, 3, 4, 5, 6), (0, 1, 2, 2, 3, 1, 4)])
def test_bolzano_agrees_with_the_formula_pixel_by_pixel(bolzano: Analysis, lut: tuple[int, ...]) -> None:
    cube = bolzano.imagery.values
    margin = confidence(cube, bolzano.model, lut=lut)
    assert (np.isnan(margin) == (bolzano.labels.values == 0)).all()
    rows, columns = np.nonzero(bolzano.labels.values)
    for i in range(0, len(rows), 997):
        pixel = cube[:, rows[i], columns[i]].astype(float)
        assert margin[rows[i], columns[i]] == pytest.approx(plain(pixel, bolzano, lut), abs=2e-4)
    table = level_areas(np.bincount(levels(margin).ravel()))
    assert table["hectares"].sum() == pytest.approx(bolzano.areas["hectares"].iloc[1:].sum())
    assert table["share"].sum() == pytest.approx(1)
    assert table["hectares"].iloc[0] == pytest.approx(np.nansum(margin < 0.1) / 100)


def test_blocks_make_no_difference() -> None:
    random = np.random.default_rng(0)
    cube = random.uniform(0, 0.4, (4, 3, COMPUTED_PX // 2 + 5)).astype(np.float32)
    whole = confidence(cube, model_of())
    assert (confidence(cube[:, 1:2], model_of()) == whole[1:2]).all()
    with pytest.raises(Cancelled):
        confidence(cube, model_of(), cancelled=lambda: True)


def test_equal_centres_and_a_single_class_are_defined() -> None:
    pixels = SPECTRA.T[:, None, :].astype(np.float32)
    twice = np.concatenate([SPECTRA[:1], SPECTRA[:1]])
    assert (confidence(pixels[:, :, :1], model_of(twice)) == 0).all()
    assert (confidence(pixels, model_of(), lut=(0, 1, 1, 1, 1)) == 1).all()


def test_levels_cover_everything_without_a_gap() -> None:
    assert [(a.high, b.low) for a, b in pairwise(LEVELS)] == [
        (0.1, 0.1),
        (0.25, 0.25),
        (0.5, 0.5),
        (0.75, 0.75),
    ]
    edges = np.array([[0, 0.0999, 0.1, 0.25, 0.5, 0.7499, 0.75, 1, np.nan]], np.float32)
    assert levels(edges).tolist() == [[1, 1, 2, 3, 4, 4, 5, 5, 0]]
    assert not {level.color for level in LEVELS} & set(PALETTE)


def test_the_picture_shows_each_level_where_it_is(bolzano: Analysis) -> None:
    grid = bolzano.grid
    warp = Warp.between(tuple(grid.shape), grid.affine, epsg_of(grid), picture_grid(outline(grid), 500))
    level = levels(confidence(bolzano.imagery.values, bolzano.model))
    overlay, table = confidence_view(bolzano)
    assert overlay == confidence_overlay(level, warp)
    assert table.equals(level_areas(np.bincount(level.ravel())))
    head, _, data = overlay.url.partition(",")
    assert head == "data:image/png;base64"
    rgba = np.array(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGBA"))
    shown = warp(level)
    assert overlay.bounds == bolzano.overlays.true_colour.bounds
    assert (rgba[..., 3] == np.where(shown > 0, 255, 0)).all()
    for n, entry in enumerate(LEVELS, start=1):
        assert (rgba[shown == n][:, :3] == list(bytes.fromhex(entry.color[1:]))).all()


def test_an_area_of_many_blocks_is_drawn_thinned_and_counted_in_full(
    land: Land, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "BLOCK_PX", 128)
    found = analyse(land.request(5))
    assert len(found.pixels.store.blocks) > 9
    merged = Classes.of(found.suggestions).merge([1, 2])
    edited = found.with_classes(merged.lut(), merged.suggestions())
    overlay, table = confidence_view(edited, max_px=100)
    level = levels(confidence(found.imagery.values, found.model, lut=merged.lut()))
    assert table["hectares"].tolist() == pytest.approx(np.bincount(level.ravel(), minlength=6)[1:] / 100)
    head = base64.b64decode(overlay.url.partition(",")[2])
    shown = np.array(Image.open(io.BytesIO(head)))
    frame = whole_frame(found.grid, 100)
    assert frame is not None
    assert (shown == Warp.of(frame.grid)(level[2::5, 2::5])).all()
    with pytest.raises(Cancelled):
        confidence_view(found, cancelled=lambda: True)

"""Picture files: read back by another program, every pixel the one that was given."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from pipeline.drawing.encode import data_url, indexed_png, webp

COLORS = [f"#{17 * n:02x}{255 - 17 * n:02x}{(40 * n) % 256:02x}" for n in range(16)]


@pytest.mark.parametrize("n_colors", [1, 2, 3, 4, 5, 12, 15, 16])
@pytest.mark.parametrize("shape", [(1, 1), (3, 8), (5, 9), (64, 127), (40, 130)])
def test_an_indexed_png_holds_every_value(n_colors: int, shape: tuple[int, int]) -> None:
    values = np.random.default_rng(0).integers(0, n_colors + 1, shape).astype(np.uint8)
    image = Image.open(io.BytesIO(indexed_png(values, COLORS[:n_colors])))
    image.verify()
    shown = np.array(Image.open(io.BytesIO(indexed_png(values, COLORS[:n_colors]))).convert("RGBA"))
    palette = np.array([(0, 0, 0, 0), *((*bytes.fromhex(c[1:]), 255) for c in COLORS)])
    assert (shown == palette[values]).all()


def test_a_mask_takes_one_bit_a_pixel() -> None:
    mask = np.random.default_rng(0).random((300, 400)) < 0.5
    png = indexed_png(mask, ["#3563e0"])
    assert (png[24], png[25]) == (1, 3)
    assert len(png) < 300 * 400 / 8 * 1.05, "even noise"
    assert (np.array(Image.open(io.BytesIO(png))) == mask).all()


def test_flat_classes_take_next_to_nothing() -> None:
    assert len(indexed_png(np.ones((1000, 1000), np.uint8), COLORS[:5])) < 3000


def test_a_webp_keeps_transparency_exactly() -> None:
    rgba = np.zeros((50, 70, 4), np.uint8)
    rgba[10:40, 5:60] = (200, 100, 50, 255)
    image = np.array(Image.open(io.BytesIO(webp(rgba))).convert("RGBA")).astype(int)
    assert (image[..., 3] == rgba[..., 3]).all()
    assert np.abs(image[15:35, 10:50] - rgba[15:35, 10:50]).max() < 16


def test_a_data_url_holds_the_file() -> None:
    kind, _, content = data_url("png", b"abc").partition(";base64,")
    assert kind == "data:image/png"
    assert base64.b64decode(content) == b"abc"

"""The map picture: clusters in their colours, a scale bar of the right length, twice the size at 2x."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw

from pipeline import Analysis
from pipeline.exports.files import make
from pipeline.exports.picture import EDGE_PX, MAP_PX, Pen, picture_png


@pytest.fixture(scope="module")
def picture(done: Analysis) -> np.ndarray:
    with Image.open(io.BytesIO(picture_png(done))) as opened:
        assert opened.format == "PNG"
        return np.asarray(opened.convert("RGB")).astype(int)


def test_the_map_is_there_and_every_class_has_its_chip(done: Analysis, picture: np.ndarray) -> None:
    beside = picture[:, EDGE_PX + MAP_PX + EDGE_PX :]
    for color in done.areas["color"]:
        wanted = list(bytes.fromhex(color.removeprefix("#")))
        assert (np.abs(beside - wanted).sum(axis=2) < 6).sum() > 100, color
    land = picture[EDGE_PX : EDGE_PX + MAP_PX // 2, EDGE_PX : EDGE_PX + MAP_PX // 2]
    assert land.reshape(-1, 3).std(axis=0).min() > 5


def test_the_scale_bar_is_as_long_as_it_says(done: Analysis, picture: np.ndarray) -> None:
    """3 km in 900 pixels (a little less: web mercator tilts the square); 0.3 of that is a bar of 500 m."""
    ink = np.abs(picture - [0x14, 0x21, 0x2B]).sum(axis=2) == 0
    rows = picture.shape[0]
    lengths = [
        max(len(run) for run in "".join("x" if on else " " for on in line[: EDGE_PX + MAP_PX]).split(" "))
        for line in ink[rows // 2 :]
    ]
    assert max(lengths) == pytest.approx(MAP_PX * 500 / 3000, rel=0.06)


def test_twice_the_size_and_names_of_any_length(done: Analysis, picture: np.ndarray) -> None:
    areas = done.areas.copy()
    areas.loc[1, "name"] = "A name that is far too long for its place in the legend 草原 " * 4
    large = make(replace(done, areas=areas), "picture-2x")
    with Image.open(io.BytesIO(large)) as opened:
        assert opened.size == pytest.approx((2 * picture.shape[1], 2 * picture.shape[0]), abs=2)


def test_a_name_that_is_a_little_long_gets_smaller_letters_and_no_dots(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written: list[str] = []
    draw = ImageDraw.Draw(Image.new("RGB", (400, 40)))
    monkeypatch.setattr(draw, "text", lambda _place, text, **_: written.append(text))
    for name in ("Dense vegetation 1 (NDVI 0.85)", "A name that is far too long for its place " * 3):
        Pen(draw, 1).write((0, 20), name, 17, "#14212b", 242)
    assert written[0] == "Dense vegetation 1 (NDVI 0.85)"
    assert written[1].endswith("…")

"""A point on other days: the days of the period that the result is not of, and the right place in each."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import rasterio
from PIL import Image
from rasterio.windows import Window

import demo
from pipeline import Analysis, AnalysisRequest, AreaOfInterest, analyse
from pipeline.explore.other_dates import MOST, on_other_dates, other_acquisitions
from pipeline.explore.quicklook import BRIGHTEST, GAMMA
from pipeline.sentinel2.bands import TRUE_COLOUR
from pipeline.sentinel2.offset import QUANTIFICATION


@pytest.fixture(scope="module")
def summer() -> Iterator[Analysis]:
    area = AreaOfInterest.square(demo.LONGITUDE, demo.LATITUDE, 1)
    yield analyse(AnalysisRequest(area, date(2024, 5, 1), date(2024, 9, 30), catalog="demo", n_clusters=3))
    demo.stop()


def test_the_other_dates_of_the_period_show_the_place(summer: Analysis) -> None:
    found = other_acquisitions(summer)
    days = [acquisition.day for acquisition in found]
    assert 2 <= len(days) <= MOST
    assert days == sorted(days)
    assert not set(days) & set(summer.days)
    row, column = 40, 60
    shown = on_other_dates(found, summer.grid, row, column)
    assert [each.day for each in shown] == days
    image = np.asarray(Image.open(io.BytesIO(shown[0].picture)))
    assert image.shape == (31, 31, 4)
    (scene, *_) = found[0].scenes
    x, y = summer.grid.affine * (column + 0.5, row + 0.5)
    for channel, band in enumerate(TRUE_COLOUR):
        with rasterio.open(scene.bands[band].href) as file:
            at_row, at_column = file.index(x, y)
            dn = int(file.read(1, window=Window(at_column, at_row, 1, 1))[0, 0])
        reflectance = (dn + scene.offset.dn) / QUANTIFICATION
        expected = np.clip(reflectance / BRIGHTEST, 0, 1) ** (1 / GAMMA) * 255
        assert abs(float(image[15, 15, channel]) - expected) <= 1


def test_a_place_without_data_has_no_picture_and_a_composite_shows_all_days(summer: Analysis) -> None:
    found = other_acquisitions(summer)
    assert on_other_dates(found[:1], summer.grid, 10**6, 0) == ()
    mixed = replace(summer, request=replace(summer.request, composite="median"))
    assert len(other_acquisitions(mixed)) >= len(found)

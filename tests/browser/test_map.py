"""The map: fields and area in step, pictures where they belong, names for everything one can use."""

import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, expect
from pyproj import Transformer

from tests.browser.page import DashboardPage

ROUNDING_PX = 1.0
"""Leaflet rounds the points of lines and the corners of pictures to whole pixels."""


def test_fields_and_map_stay_in_step(dashboard: DashboardPage) -> None:
    dashboard.place_area()
    first = dashboard.latitude.input_value(), dashboard.longitude.input_value()
    drawn = dashboard.outline.last.get_attribute("d") or ""
    dashboard.click_map(0.6, 0.6)
    expect(dashboard.outline.last).not_to_have_attribute("d", drawn)
    expect(dashboard.latitude).not_to_have_value(first[0])

    dashboard.type_into(dashboard.latitude, first[0])
    dashboard.type_into(dashboard.longitude, first[1])
    expect(dashboard.outline.last).to_have_attribute("d", drawn)
    box = dashboard.map.bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert extent_middle(corners(dashboard.outline.last)) == pytest.approx(middle, abs=3)

    side = width(dashboard.outline.last)
    dashboard.slide("Side length (km)", -4)
    expect(dashboard.page.locator(".eo-sum")).to_have_text("900 ha · 90,000 pixels of 10 m")
    assert width(dashboard.outline.last) == pytest.approx(0.6 * side, abs=2)
    expect(dashboard.outline).to_have_count(2)


def test_pictures_lie_where_the_area_is(dashboard: DashboardPage) -> None:
    dashboard.place_area()
    dashboard.calculate()
    latitude, longitude = (float(f.input_value()) for f in (dashboard.latitude, dashboard.longitude))
    expected = utm_corners(latitude, longitude)
    drawn = corners(dashboard.outline.last)
    box = dashboard.images.first.bounding_box()
    assert box is not None

    # From web-mercator metres to pixels of the page, by the extents of what is drawn.
    scale = np.ptp(drawn, axis=0) / np.ptp(expected, axis=0) * (1, -1)
    on_page = expected * scale + (extent_middle(drawn) - extent_middle(expected) * scale)
    for corner in on_page:
        assert np.abs(drawn - corner).max(axis=1).min() <= ROUNDING_PX
    assert (box["x"], box["y"]) == pytest.approx(on_page.min(axis=0), abs=ROUNDING_PX)
    far = (box["x"] + box["width"], box["y"] + box["height"])
    assert far == pytest.approx(on_page.max(axis=0), abs=ROUNDING_PX)

    # The first column of the image with data is the area's westernmost corner.
    image = np.asarray(Image.open(io.BytesIO(dashboard.picture_bytes(dashboard.images.first))))
    rows = np.flatnonzero(image[:, 0, 3])
    pixel = box["height"] / image.shape[0]
    west = box["y"] + (rows.mean() + 0.5) * pixel
    assert west == pytest.approx(on_page[on_page[:, 0].argmin(), 1], abs=len(rows) * pixel + ROUNDING_PX)


def test_everything_has_a_name(dashboard: DashboardPage) -> None:
    dashboard.place_area()
    dashboard.calculate()
    assert dashboard.nameless() == []
    expect(dashboard.handle("Number of clusters")).to_have_attribute("aria-valuetext", "6 clusters")
    expect(dashboard.page.get_by_role("img", name=re.compile("^Hectares per cluster"))).to_be_visible()
    expect(dashboard.page.get_by_role("form").get_by_role("status")).to_contain_text("Done in")


def test_enter_in_a_field_calculates(dashboard: DashboardPage) -> None:
    dashboard.latitude.fill("48.45")
    dashboard.longitude.fill("11.62")
    dashboard.longitude.press("Enter")
    dashboard.expect_result()


def corners(shape: Locator) -> np.ndarray:
    """Return the points of an outline in pixels of the page, ``(n, 2)``."""
    script = """path => {
        const m = path.getScreenCTM();
        return path.getAttribute('d').match(/-?[\\d.]+/g).map(Number)
            .reduce((all, v, i) => (i % 2 ? all[all.length - 1].push(v) : all.push([v]), all), [])
            .map(([x, y]) => [m.a * x + m.e, m.d * y + m.f]);
    }"""
    return np.array(shape.evaluate(script))


def extent_middle(points: np.ndarray) -> np.ndarray:
    """Return the middle of the extent of points."""
    middle: np.ndarray = (points.min(axis=0) + points.max(axis=0)) / 2
    return middle


def width(shape: Locator) -> float:
    """Return the width of an outline in pixels."""
    return float(np.ptp(corners(shape)[:, 0]))


def utm_corners(latitude: float, longitude: float) -> np.ndarray:
    """Return the corners of a 5 km square around a point in zone 32N, in metres of EPSG:3857."""
    to_utm = Transformer.from_crs(4326, 32632, always_xy=True)
    to_map = Transformer.from_crs(32632, 3857, always_xy=True)
    x, y = to_utm.transform(longitude, latitude)
    left, bottom = round((x - 2500) / 10) * 10, round((y - 2500) / 10) * 10
    square = [(left + dx, bottom + dy) for dx, dy in ((0, 0), (5000, 0), (5000, 5000), (0, 5000))]
    return np.array([to_map.transform(*point) for point in square])

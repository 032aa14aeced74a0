"""The figures of spectra: axes, labels that do not overlap, tabs that wait until they are looked at."""

from collections.abc import Callable
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import ipywidgets as ipw
import numpy as np
import pytest

from pipeline.explore.spectra import SCATTER_PX, Signature, scatter_of
from pipeline.sentinel2.bands import BANDS
from widgets.results.tabs.lines import decimals, reflectance_axis, spread
from widgets.results.tabs.shell import Tabs
from widgets.results.tabs.signatures import SignatureFigure

COLORS = ["#3563e0", "#04600f", "#f5f0cf"]


def test_labels_stand_apart_in_their_order() -> None:
    values = [0.30, 0.02, 0.31, 0.305, 0.49]
    places = spread(values, 0.05, 0.5)
    order = sorted(range(5), key=values.__getitem__)
    assert [order.index(i) for i in sorted(range(5), key=places.__getitem__)] == [0, 1, 2, 3, 4]
    assert all(b - a >= 0.05 - 1e-9 for a, b in pairwise(sorted(places)))
    assert places[1] == 0.02
    assert max(places) <= 0.5


def test_labels_stay_below_the_top() -> None:
    assert sorted(spread([0.49, 0.5, 0.5], 0.05, 0.5)) == pytest.approx([0.4, 0.45, 0.5])


@pytest.mark.parametrize("largest", [0.004, 0.04, 0.18, 0.47, 0.9, 1.4])
def test_ticks_of_reflectance_are_round(largest: float) -> None:
    end, ticks = reflectance_axis(largest)
    assert end > largest
    assert ticks[0] == 0
    assert 3 <= len(ticks) <= 7
    assert all(round(tick, decimals(ticks)) == tick for tick in ticks)


def test_the_scatter_shows_pixels_with_their_clusters() -> None:
    rng = np.random.default_rng(5)
    labels = rng.integers(1, 4, 4000).astype(np.uint8)
    pixels = rng.random((4000, 4)).astype(np.float32)
    analysis: Any = SimpleNamespace(
        sample_bands=pixels,
        sample_labels=labels,
        bands=("blue", "green", "red", "nir"),
    )
    points = scatter_of(analysis)
    assert 0.5 * SCATTER_PX < len(points.red) <= SCATTER_PX
    known = {(float(p[2]), float(p[3])): int(n) for p, n in zip(pixels, labels, strict=True)}
    for red, nir, cluster in zip(points.red, points.nir, points.cluster, strict=True):
        assert known[red, nir] == cluster


FOUR_NM = [492, 560, 665, 833]


def test_the_figure_follows_the_number_of_clusters() -> None:
    figure = SignatureFigure()
    for n in (3, 2):
        some = [Signature((0.1, 0.2, 0.1, 0.1 * i), (0.01,) * 4) for i in range(n)]
        figure.show_signatures(some, ["Water", "Forest", "Snow"][:n], COLORS[:n], BANDS)
        assert figure.lines.y.shape == (n, 4)
        assert figure.bands.y.shape == (n, 8)
        assert list(figure.lines.x) == FOUR_NM
        assert list(figure.bands.x) == [*FOUR_NM, *FOUR_NM[::-1]]
        assert list(figure.numbers.text) == [str(i + 1) for i in range(n)]
    assert list(figure.lines.labels) == ["1 Water", "2 Forest"]
    nothing = Signature((float("nan"),) * 4, (float("nan"),) * 4)
    some = [Signature((0.1, 0.2, 0.1, 0.3), (0.01,) * 4), nothing]
    figure.show_signatures(some, ["Water", "Empty"], COLORS[:2], BANDS)
    assert list(figure.numbers.text) == ["1"]
    assert figure.y_scale.max == pytest.approx(0.31 * 1.05)
    figure.show_pixel((0.1, 0.2, 0.3, 0.9))
    assert figure.pixel.visible
    assert figure.y_scale.max > 0.9
    figure.show_pixel(None)
    assert not figure.pixel.visible
    figure.show_signatures([Signature((0.1,) * 5, (0.01,) * 5)], ["Water"], COLORS[:1], (*BANDS, "nir08"))
    assert list(figure.lines.x) == [*FOUR_NM, 865]
    assert list(figure.numbers.x) == [865]


class Page(ipw.VBox):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Any] = []
        self.left = 0

    def show(self, analysis: Any) -> None:
        self.seen.append(analysis)

    def leave(self) -> None:
        self.left += 1


def test_a_tab_is_brought_up_to_date_when_it_is_looked_at() -> None:
    pages = {"Areas": Page(), "Spectra": Page()}
    tabs = Tabs({"Areas": lambda: pages["Areas"], "Spectra": lambda: pages["Spectra"]}, _plain)
    first: Any = object()
    tabs.show(first)
    assert (pages["Areas"].seen, pages["Spectra"].seen) == ([first], [])
    assert tabs.made("Spectra") is None
    tabs.turn_to("Spectra")
    assert tabs.opened == "Spectra"
    assert pages["Areas"].left == 1
    second: Any = object()
    tabs.show(second)
    assert pages["Areas"].seen == [first]
    assert pages["Spectra"].seen == [first, second]
    tabs.turn_to("Areas")
    tabs.turn_to("Spectra")
    assert pages["Areas"].seen == [first, second]
    assert pages["Spectra"].seen == [first, second]


def _plain(function: Callable[..., None]) -> Callable[..., None]:
    return function

"""The report: one page that needs nothing from outside and shows nothing but text where text was given."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from pipeline import Analysis, analyse
from pipeline.explore.spectra import Signature
from pipeline.exports import files
from pipeline.exports.map_figure import nice_below
from pipeline.exports.spectra_figure import nice_above, spectra_svg
from pipeline.sentinel2.bands import ALL_BANDS
from tests.pipeline.conftest import Land

A4_PAGE = re.compile(rb"/Type\s*/Page\b")
HOSTILE = '<script>document.title="broken"</script><img src="https://evil.example/x.png" onerror="alert(1)">'


class Tags(HTMLParser):
    """Collects elements and the addresses they point at."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.addresses: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.addresses += [v or "" for k, v in attrs if k in ("src", "href", "data", "action", "srcset")]
        assert not [k for k, _ in attrs if k.startswith("on")]


@pytest.fixture(scope="module")
def report(done: Analysis) -> str:
    return files.make(done, "report").decode()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 820, "height": 1160})
    yield opened
    opened.close()


def shown(page: Page, text: str, folder: Path) -> list[str]:
    """Open a report; returns every address that it asked for beside itself."""
    path = folder / "report.html"
    path.write_text(text, encoding="utf-8")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    return [a for a in asked if not a.startswith("data:") and a != path.as_uri()]


def test_it_needs_nothing_from_outside(report: str) -> None:
    tags = Tags(report)
    assert not {"script", "link", "iframe", "object", "embed", "form", "base"} & set(tags.names)
    assert len(tags.addresses) == 2
    assert all(a.startswith("data:image/webp;base64,") for a in tags.addresses)
    assert "@import" not in report
    assert "url(" not in report


def test_it_tells_what_the_table_tells(done: Analysis, report: str) -> None:
    for number, row in done.areas.iloc[1:].iterrows():
        assert f'color:#fff">{number}</span>' in report or f'color:#14212b">{number}</span>' in report
        assert row["name"] in report
        assert f"<td>{row['hectares']:,.1f}</td>" in report
    assert "Cloud, shadow, no data" in report
    assert "<td>900.0</td><td>100 %</td>" in report


def test_it_tells_where_it_comes_from(done: Analysis, report: str) -> None:
    for words in (
        "17 June 2022",
        "S2A_32TPS_20220617_0_L2A",
        "17 June 2022, 10:17 UTC",
        done.scenes[0].offset.words,
        "46.9320° N, 10.3370° E, square of 3 km, 900.0 ha",
        "in June 2022, clouds at most 20 %",
        "scene classes 0, 1, 3, 8, 9, 10",
        f"{done.true_area_factor:.5f}",
        "EPSG:32632",
        "k-means",
        "not checked on the ground",
        "Contains modified Copernicus Sentinel data 2022",
        "rasterio 1.",
    ):
        assert words in report, words


def test_its_spectra_are_those_of_the_pixels(done: Analysis, report: str) -> None:
    for nanometres in (492, 560, 665, 833):
        assert f">{nanometres}</text>" in report
    assert report.count("<polyline") == len(done.suggestions)


def test_it_shows_two_pictures_and_asks_for_nothing(page: Page, report: str, tmp_path: Path) -> None:
    assert shown(page, report, tmp_path) == []
    assert page.locator(".map image").count() == 2
    for picture in page.locator(".map svg").all():
        box = picture.bounding_box()
        assert box is not None
        assert box["width"] > 200
    decoded = page.evaluate(
        "Promise.all([...document.querySelectorAll('.map image')].map(e => {"
        " const i = new Image(); i.src = e.href.baseVal; return i.decode().then(() => i.naturalWidth) }))"
    )
    assert min(decoded) > 200


def test_text_of_users_and_catalogues_stays_text(
    done: Analysis, browser: Browser, page: Page, tmp_path: Path
) -> None:
    areas = done.areas.copy()
    areas.loc[1, "name"] = HOSTILE
    scene = replace(done.scenes[0], id=HOSTILE, tile=HOSTILE)
    pixels = replace(done.pixels, scenes=(scene,))
    hostile = replace(
        done,
        areas=areas,
        pixels=pixels,
        notes=(HOSTILE,),
        request=replace(done.request, catalog="http://x/<b>"),
    )
    text = files.make(hostile, "report").decode()
    assert "script" not in Tags(text).names
    assert "img" not in Tags(text).names
    assert shown(page, text, tmp_path) == []
    assert page.title() == "Land-cover clusters, 17 June 2022"
    assert page.get_by_text(HOSTILE).count() >= 3


@pytest.mark.parametrize("clusters", [4, 12])
def test_it_prints_on_one_page(clusters: int, land: Land, page: Page, tmp_path: Path) -> None:
    made = analyse(land.request(n_clusters=clusters))
    notes = (
        "12 June 2022 was passed over: no clear pixel here.",
        "3.1 % of the area lies outside the image.",
        "The tiles' offsets were decided differently: look for a seam between them.",
    )
    shown(page, files.make(replace(made, notes=notes), "report").decode(), tmp_path)
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(A4_PAGE.findall(printed)) == 1


def test_a_narrow_window_needs_no_sideways_scrolling(page: Page, report: str, tmp_path: Path) -> None:
    page.set_viewport_size({"width": 420, "height": 900})
    shown(page, report, tmp_path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 420


@pytest.mark.parametrize(
    ("value", "below"), [(1, 1), (1.99, 1), (2, 2), (4.9, 2), (5, 5), (730, 500), (1500, 1000), (0.3, 0.2)]
)
def test_scale_bars_have_round_lengths(value: float, below: float) -> None:
    assert nice_below(value) == pytest.approx(below)


@pytest.mark.parametrize(
    ("value", "above"), [(0.05, 0.1), (0.1, 0.1), (0.11, 0.2), (0.4, 0.4), (0.41, 0.6), (1.3, 1.4)]
)
def test_axes_end_at_round_values(value: float, above: float) -> None:
    assert nice_above(value) == pytest.approx(above)


@pytest.mark.parametrize("size_km", [0.5, 5])
def test_the_scale_of_the_map_is_as_small_for_a_small_area(
    land: Land, page: Page, tmp_path: Path, size_km: float
) -> None:
    """At 0.5 km the style sheet's 9 units were a fifth of the picture."""
    shown(page, files.make(analyse(land.request(size_km)), "report").decode(), tmp_path)
    picture = page.locator(".map svg").first.bounding_box()
    words = page.locator(".map svg text").first.bounding_box()
    assert picture is not None
    assert words is not None
    assert 0.02 * picture["height"] < words["height"] < 0.08 * picture["height"]


def test_letters_of_ten_bands_do_not_run_into_each_other() -> None:
    bands = [(band.number, float(band.wavelength_nm)) for band in ALL_BANDS]
    flat = [Signature((0.2,) * len(bands), (0.01,) * len(bands))]
    svg = spectra_svg(flat, ["#3563e0"], bands)
    places = sorted(float(x) for x in re.findall(r'<text x="([\d.]+)" text-anchor="middle" y="159', svg))
    assert len(places) >= 4
    assert min(b - a for a, b in pairwise(places)) >= 20
    lettered = [number for number, _ in bands if f">{number}<" in svg]
    assert {"B02", "B11", "B12"} <= set(lettered)
    four = [band for band in bands if band[0] in ("B02", "B03", "B04", "B08")]
    plain = spectra_svg([Signature((0.2,) * 4, (0.01,) * 4)], ["#3563e0"], four)
    assert all(f">{number}<" in plain for number, _ in four)

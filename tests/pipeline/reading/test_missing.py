"""What is missing: no data, numbers that cannot be, areas outside an image; each counted for itself."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
from odc.geo.geobox import GeoBox
from pyproj import Transformer
from shapely.geometry import MultiPolygon, Polygon, mapping

from pipeline import Analysis, AnalysisRequest, AreaOfInterest, NoScenesFound, analyse
from pipeline.area import blocks
from pipeline.area.grid import outline
from pipeline.progress import Progress
from pipeline.reading.coverage import Coverage
from pipeline.reading.mosaic import FirstValid, Layer
from pipeline.reading.sample import SAMPLE_PX
from tests.pipeline.conftest import HOLDS, Folder
from tests.pipeline.reading.reads import LEFT, TOP, clear, dn, has_data, numbered, read, target
from tests.support.made import notes_but_water
from tests.support.servers import requests_to
from tests.support.synthetic import item, scene, write_granule

NEW = {"s2:processing_baseline": "05.11"}


def test_dark_water_with_a_zero_in_one_band_is_no_hole(folder: Folder) -> None:
    """After the offset was subtracted somewhere, a lake's red may be 0."""
    pixels = numbered(100, 100)
    pixels[2, 20:40, 20:40] = 0
    pixels[:, 60:70, :] = 0
    classes = np.full((50, 50), 6)
    classes[45:] = 0
    write_granule(folder.path, pixels, classes, LEFT, TOP)
    found = read([scene("a", folder.url, shape=(100, 100))], target(LEFT, TOP, 100, 100))
    expected = np.ones((100, 100), bool)
    expected[60:70] = expected[90:] = False
    assert (has_data(found) == expected).all()
    assert (dn(found)[:, expected] == pixels[:, expected]).all()
    assert found.coverage == Coverage(no_data=2000, clear=8000)


@pytest.mark.parametrize("with_classes", [True, False])
def test_a_number_too_low_for_the_offset_is_missing(folder: Folder, with_classes: bool) -> None:
    """At a swath's edge: 1, 2, 3 ... would be a reflectance of -0.1, water for a classifier."""
    random = np.random.default_rng(0)
    pixels = random.integers(1040, 2900, (4, 100, 100)).astype(np.uint16)
    pixels[:, 10:14] = 880  # shadow: a little below zero, but possible
    pixels[:, :, 90:] = random.integers(1, 40, (4, 100, 10))
    pixels[0, 5, 5] = 3
    classes = np.full((50, 50), 5) if with_classes else None
    if classes is not None:
        classes[:20] = 9
    write_granule(folder.path, pixels, classes, LEFT, TOP)
    one = scene("a", folder.url, shape=(100, 100), scl=with_classes, properties=NEW)
    found = read([one], target(LEFT, TOP, 100, 100))
    assert found.scenes[0].offset.dn == -1000
    expected = np.ones((100, 100), bool)
    expected[:, 90:] = expected[5, 5] = False
    assert (has_data(found) == expected).all()
    assert found.sample.reflectance.min() > -0.05
    n_clear = int(clear(found).sum())
    assert n_clear == len(found.sample.rows)
    assert found.coverage == Coverage(no_data=1001, masked=10_000 - 1001 - n_clear, clear=n_clear)
    assert n_clear == (9000 - 1 if not with_classes else 60 * 90)


def test_where_the_offset_turns_out_to_be_gone_low_numbers_are_land(folder: Folder) -> None:
    pixels = np.random.default_rng(0).integers(1, 1500, (4, 100, 100)).astype(np.uint16)
    write_granule(folder.path, pixels, np.full((50, 50), 6), LEFT, TOP)
    found = read([scene("a", folder.url, shape=(100, 100), properties=NEW)], target(LEFT, TOP, 100, 100))
    assert found.scenes[0].offset.dn == 0
    assert clear(found).all()
    assert found.coverage == Coverage(clear=10_000)


def test_a_tile_below_shows_where_the_first_has_impossible_numbers() -> None:
    first, second = np.full((4, 3, 4), 1500, np.uint16), np.full((4, 3, 4), 1700, np.uint16)
    first[:, :, 3] = 2
    mosaic = FirstValid((3, 4), 4)
    for number, dn_ in enumerate((first, second)):
        mosaic.feed(Layer(number, dn_, None, may_hold_offset=True))
    found = mosaic.result().settled([-1000, -1000])
    assert (found.dn[0] == [1500, 1500, 1500, 1700]).all()
    assert found.has_data.all()


def test_outside_without_data_and_masked_add_up_however_the_area_is_cut(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels, classes = numbered(200, 200), np.full((100, 100), 4)
    pixels[:, :, 150:] = 0
    classes[:20] = 9
    write_granule(folder.path, pixels, classes, LEFT, TOP)
    grid = target(LEFT + 1000, TOP, 150, 150)  # 50 columns beyond the file, 50 of it without data
    expected = Coverage(outside=150 * 50, no_data=150 * 50, masked=40 * 50, clear=110 * 50)
    assert read([scene("a", folder.url)], grid).coverage == expected
    monkeypatch.setattr(blocks, "BLOCK_PX", 64)
    assert read([scene("a", folder.url)], grid).coverage == expected


def polygon(grid: GeoBox) -> Polygon:
    return Polygon([(lon, lat) for lat, lon in outline(grid)])


def test_between_two_parcels_nothing_is_read_and_both_are_sampled(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two fields at the ends of a granule: its bounding box is not the area."""
    n = 1500
    pixels = np.random.default_rng(0).integers(200, 4000, (4, n, n)).astype(np.uint16)
    write_granule(folder.path, pixels, np.full((n // 2, n // 2), 4), LEFT, TOP)
    one = scene("a", folder.url, shape=(n, n))
    grid = target(LEFT + 1000, TOP - 1000, 1300, 1300)
    corners = [target(LEFT + 1000, TOP - 1000, 60, 60), target(LEFT + 13_400, TOP - 13_400, 60, 60)]
    area = AreaOfInterest.polygon(mapping(MultiPolygon([polygon(c) for c in corners])))
    monkeypatch.setattr(blocks, "BLOCK_PX", 512)
    told: list[str] = []
    found = read([one], grid, area=area, progress=Progress(on_detail=told.append))
    assert found.coverage.inside == pytest.approx(7200, abs=8)
    assert found.coverage.clear == found.coverage.inside == len(found.sample.rows), "all of a small area"
    assert (dn(found)[:, :60, :60] == pixels[:, 100:160, 100:160])[:, clear(found)[:60, :60]].all()
    assert told[-1] == "10 of 10 blocks", "two blocks of five files"
    path = f"{folder.url.removeprefix(folder.server)}/nir.tif"
    wanted = [str(r["range"]) for r in requests_to(folder.server) if r["path"] == path and r["range"]]
    spans = [[int(n) for n in w.removeprefix("bytes=").split("-")] for w in wanted]
    assert sum(b - a for a, b in spans) < 0.2 * (folder.path / "nir.tif").stat().st_size
    assert sum(a.nbytes for n in range(9) for a in found.store.get(n).packed()) < 0.4 * 1300**2 * 9


def test_the_sample_is_a_share_of_the_pixels_of_the_area(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.reading import imagery

    n = 600
    write_granule(folder.path, numbered(n, n) % 4000 + 200, None, LEFT, TOP)
    one = scene("a", folder.url, shape=(n, n), scl=False)
    strip = AreaOfInterest.polygon(mapping(polygon(target(LEFT, TOP, n, 60))))
    monkeypatch.setattr(imagery, "read", imagery.read)
    found = read([one], target(LEFT, TOP, n, n), (), area=strip)
    assert found.coverage.inside < SAMPLE_PX
    assert len(found.sample.rows) == found.coverage.inside


@pytest.fixture
def days(folder: Folder, fake_api: Callable[..., str]) -> Callable[..., AnalysisRequest]:
    """Give a maker of requests on granules of 1.5 km: ``name=(day, cover, columns with data, class)``."""

    def make(
        fault: str = "", broken: str = "", older: str = "", **granules: tuple[int, float, int, int]
    ) -> AnalysisRequest:
        served: list[dict[str, Any]] = []
        for name, (day, cover, columns, scene_class) in granules.items():
            pixels = np.random.default_rng(day).integers(200, 4000, (4, 150, 150))
            pixels[:, :, columns:] = 0
            classes = np.full((75, 75), scene_class)
            write_granule(folder.path / name, pixels, classes, 600_000, 5_200_020)
            base = folder.fault(fault) if name == broken else folder.url
            when = date(2022, 6, day)
            one = item(name, f"{base}/{name}", shape=(150, 150), cloud_cover=cover)
            one["properties"]["datetime"] = f"{when}T10:17:00Z"
            if older and name != older:
                one["collection"] = "sentinel-2-c1-l2a"
            served.append(one)
        area = AreaOfInterest.square(10.3226, 46.94, 1)
        api = fake_api(items=served, conforms=HOLDS)
        return AnalysisRequest(area, date(2022, 6, 1), date(2022, 6, 30), catalog=api, n_clusters=3)

    return make


def test_an_image_that_is_half_empty_loses_to_a_full_one(days: Callable[..., AnalysisRequest]) -> None:
    found = analyse(days(half=(17, 1, 75, 4), full=(12, 5, 150, 4)))
    assert [s.id for s in found.scenes] == ["full"]
    (note,) = notes_but_water(found)
    assert note.startswith("17 June 2022 was passed over: its image holds data in only ")


def test_the_best_of_several_incomplete_images_is_used(days: Callable[..., AnalysisRequest]) -> None:
    found = analyse(days(half=(17, 1, 75, 4), more=(12, 5, 100, 4), less=(7, 9, 50, 4)))
    assert [s.id for s in found.scenes] == ["more"]
    assert len([n for n in found.notes if "passed over" in n]) == 2
    assert found.missing.no_data_ha > 0
    assert found.missing.outside_ha == found.missing.masked_ha == 0
    missing = found.areas.hectares[0]
    assert any(n.startswith(f"{missing:.1f} ha of the area (") and "hold no data" in n for n in found.notes)


def test_an_image_without_any_data_is_not_said_to_end_elsewhere(days: Callable[..., AnalysisRequest]) -> None:
    with pytest.raises(
        NoScenesFound, match=r"holds no data here, though its outline covers 100\.0 ha"
    ) as caught:
        analyse(days(empty=(17, 1, 0, 4)))
    assert "outside" not in str(caught.value)


@pytest.mark.parametrize("fault", ["404", "nottiff", "500"])
def test_a_broken_image_gives_way_to_the_next_and_it_is_said(
    days: Callable[..., AnalysisRequest], fault: str
) -> None:
    found = analyse(days(fault, "best", best=(17, 1, 150, 4), next=(12, 5, 150, 4)))
    assert [s.id for s in found.scenes] == ["next"]
    (note,) = notes_but_water(found)
    assert note.startswith("17 June 2022 was passed over: best/")
    assert "Try" not in note


@pytest.mark.parametrize("composite", ["day", "median"])
def test_a_broken_image_gives_way_to_its_twin_in_the_other_collection(
    days: Callable[..., AnalysisRequest], composite: str
) -> None:
    granules = {"best": (17, 1, 150, 4), "twin": (17, 1, 150, 4), "next": (12, 5, 150, 4)}
    request = replace(days("404", "best", older="twin", **granules), composite=composite, max_dates=2)
    found = analyse(request)
    assert "twin" in {s.id for s in found.scenes}
    assert "best" not in {s.id for s in found.scenes}
    if composite == "day":
        (note,) = notes_but_water(found)
        assert note.startswith("The image of 17 June 2022 in sentinel-2-c1-l2a was passed over: best/")
        assert note.endswith("The same image in sentinel-2-l2a is used.")


def test_without_its_classification_an_image_is_used_where_there_is_no_other(
    days: Callable[..., AnalysisRequest], folder: Folder
) -> None:
    request = days(one=(17, 1, 150, 9))
    (folder.path / "one" / "scl.tif").unlink()
    found = analyse(request)
    assert any("no scene classification" in note for note in found.notes)
    assert found.missing.masked_ha == 0
    both = days(one=(17, 1, 150, 9), other=(12, 5, 150, 4))
    (folder.path / "one" / "scl.tif").unlink()
    assert [s.id for s in analyse(both).scenes] == ["other"]


def test_few_clear_pixels_are_told(folder: Folder, fake_api: Callable[..., str]) -> None:
    """0.6 clear hectares of 81 grouped into five, without a word."""
    classes = np.full((75, 75), 9)
    classes[40:43, 40:45] = 4
    request = _single(folder, fake_api, np.random.default_rng(0).integers(200, 4000, (4, 150, 150)), classes)
    found = analyse(request)
    assert found.areas.pixels[1:].sum() == 60
    assert any(
        "Only 0.6 ha of the area (0.6 %) are clear: 60 pixels for 5 clusters" in n for n in found.notes
    )
    assert found.is_doubtful
    assert any("are masked" in n and n.startswith("99.4 ha of the area (99.4 %)") for n in found.notes)


def test_cloud_and_no_data_together_are_told_where_they_are_most_of_the_area(
    folder: Folder, fake_api: Callable[..., str]
) -> None:
    """A third of each: neither is half of the area."""
    pixels = np.random.default_rng(0).integers(200, 4000, (4, 150, 150))
    pixels[:, :, :58] = 0
    classes = np.full((75, 75), 4)
    classes[:, :29], classes[:, 29:46] = 0, 9
    found = analyse(_single(folder, fake_api, pixels, classes))
    told = [n.partition(" of the area ")[2] for n in notes_but_water(found)]
    assert told == [
        "(33.0 %) hold no data in the image.",
        "(34.0 %) are masked: cloud, shadow or what else is left out.",
    ]


def test_a_cluster_of_few_pixels_is_told(folder: Folder, fake_api: Callable[..., str]) -> None:
    pixels = np.random.default_rng(0).integers(900, 1000, (4, 150, 150))
    pixels[:, 70:72, 70:73] = 9000
    found = analyse(_single(folder, fake_api, pixels, np.full((75, 75), 5), n_clusters=2))
    few = int(found.areas.pixels[1:].idxmin())
    assert notes_but_water(found) == (f"Cluster {few} rests on 6 pixels only.",)


def test_what_is_brighter_than_land_is_told(folder: Folder, fake_api: Callable[..., str]) -> None:
    """An overcast day that the classification takes for snow."""
    pixels = np.random.default_rng(0).integers(12_000, 13_500, (4, 150, 150))
    pixels[:, :30] = 2000
    found = analyse(_single(folder, fake_api, pixels, np.full((75, 75), 11)))
    assert any("brighter than land can be" in n for n in found.notes)
    assert found.is_doubtful, "amber on the page, though all of it is clear"
    snow = np.random.default_rng(0).integers(8000, 9500, (4, 150, 150))
    plain: Analysis = analyse(_single(folder, fake_api, snow, np.full((75, 75), 11)))
    assert not any("brighter" in n for n in plain.notes)
    assert not plain.is_doubtful


def _single(
    folder: Folder, fake_api: Callable[..., str], pixels: np.ndarray, classes: np.ndarray, **changes: Any
) -> AnalysisRequest:
    name = f"s{len(list(folder.path.iterdir()))}"
    write_granule(folder.path / name, pixels, classes, 600_000, 5_200_020)
    api = fake_api(items=[item(name, f"{folder.url}/{name}", shape=(150, 150))], conforms=HOLDS)
    x, y = Transformer.from_crs(32632, 4326, always_xy=True).transform(600_750, 5_199_270)
    options = {"n_clusters": 5, **changes}
    return AnalysisRequest(
        AreaOfInterest.square(x, y, 1), date(2022, 6, 1), date(2022, 6, 30), catalog=api, **options
    )

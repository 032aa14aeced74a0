"""What is particular to a catalogue is data: other asset names, another mask, another no data."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline import AnalysisRequest, AreaOfInterest, CatalogUnavailable, ReadFailed, analyse, find_scenes
from pipeline.catalogs import known, profiles
from pipeline.catalogs.items import UnusableItem, from_item
from pipeline.explore.candidates import list_scenes
from pipeline.sentinel2.bands import ALL_BANDS, SCL
from tests.pipeline.conftest import HOLDS, Folder, Land, put
from tests.support.synthetic import item, write_tiff

Items = Callable[[str], list[dict[str, Any]]]
Start = Callable[..., str]
DEA = known.DIGITAL_EARTH_AUSTRALIA
NAMES = {"blue": "nbart_blue", "green": "nbart_green", "red": "nbart_red", "nir": "nbart_nir_1"}
SETTINGS = """
[catalogs.outback]
url = "{api}"
collections = ["ga_s2am_ard_3"]
offset = 0
nodata = -999

[catalogs.outback.assets]
blue = "nbart_blue"
green = "nbart_green"
red = "nbart_red"
nir = "nbart_nir_1"

[catalogs.outback.mask]
asset = "oa_fmask"
classes = {{ 0 = "no data", 1 = "clear", 2 = "cloud", 3 = "shadow", 4 = "snow", 5 = "water" }}
"""


def test_an_item_of_digital_earth_australia(shared_items: Items) -> None:
    (served,) = shared_items("dea-australia/*.json")
    found = from_item(served, DEA)
    assert set(found.bands) == {SCL, *(b.key for b in ALL_BANDS)}
    assert all(f.href.startswith("https://dea-public-data.s3.") for f in found.bands.values())
    assert found.bands["nir"].href.endswith("band08.tif")
    assert found.bands["nir08"].href.endswith("band08a.tif")
    assert found.bands[SCL].href.endswith("fmask.tif")
    assert (found.tile, found.platform, found.epsg, found.orbit) == ("49JFM", "S2A", 32749, 3)
    assert (found.offset.dn, found.offset.certain, found.nodata_dn) == (0, True, -999)
    assert found.bands["red"].transform == (10, 0, 600000, 0, -10, 7200040)
    meanings = found.scene_classes(np.array([0, 1, 2, 3, 4, 5, 77], np.uint8))
    assert meanings.tolist() == [0, 15, 9, 3, 11, 6, 7]
    with pytest.raises(UnusableItem, match="no blue band"):
        from_item(served)


def test_a_scene_classification_is_read_as_it_is() -> None:
    values = np.arange(12, dtype=np.uint8)
    assert from_item(item("a", "http://x")).scene_classes(values) is values


@pytest.mark.parametrize(
    ("pattern", "words"), [("cdse/search*.json", "access key"), ("eopf/search*items.json", "Zarr")]
)
def test_what_cannot_be_read_is_named(shared_items: Items, pattern: str, words: str) -> None:
    for served in shared_items(pattern):
        with pytest.raises(UnusableItem, match=words):
            from_item(served)


@pytest.mark.parametrize(
    ("catalog", "words"), [("copernicus-data-space", "access key"), ("eopf", "Zarr stores")]
)
def test_a_service_that_cannot_be_read_is_refused_before_any_search(catalog: str, words: str) -> None:
    where = AreaOfInterest.square(11.3, 46.5, 1)
    for name in (catalog, profiles.find(catalog).url or ""):
        with pytest.raises(CatalogUnavailable, match=words) as caught:
            find_scenes(AnalysisRequest(where, date(2022, 6, 1), date(2022, 6, 3), catalog=name))
        assert "Choose another catalogue" in str(caught.value)


@pytest.mark.parametrize(
    ("pattern", "words"), [("cdse/search_b*", "access key"), ("eopf/*items.json", "Zarr")]
)
def test_such_items_of_any_catalogue_end_in_a_sentence(
    shared_items: Items, fake_api: Start, pattern: str, words: str
) -> None:
    served = shared_items(pattern)
    west, south, east, north = served[0]["bbox"]
    area = AreaOfInterest.square((west + east) / 2, (south + north) / 2, 1)
    api = fake_api(items=served, conforms=HOLDS, counts=True)
    request = AnalysisRequest(area, date(2020, 7, 1), date(2020, 7, 5), max_cloud_cover=100, catalog=api)
    with pytest.raises(ReadFailed, match=f"{words}.* Choose another catalogue"):
        find_scenes(request)


@pytest.fixture
def outback(
    land: Land, folder: Folder, fakes: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AnalysisRequest:
    """Give a request to the made-up land as Digital Earth Australia would serve it: int16, -999, fmask."""
    dn = land.dn.astype(np.int16)
    dn[:, (land.dn == 0).all(axis=0)] = -999
    fmask = np.select([land.classes == 9, land.classes == 3, land.classes == 0], [2, 3, 0], 1).astype(
        np.uint8
    )[::2, ::2]
    for name, pixels in zip(NAMES.values(), dn, strict=True):
        write_tiff(folder.path / f"{name}.tif", pixels, land.left, land.top, overviews=(2, 4, 8), nodata=-999)
    write_tiff(folder.path / "oa_fmask.tif", fmask, land.left, land.top, step=20, overviews=(2, 4))
    served = item("8d1f", folder.url, shape=(560, 560), cloud_cover=4.25, collection="ga_s2am_ard_3")
    assets = {**NAMES, "scl": "oa_fmask"}
    served["assets"] = {
        name: {**served["assets"][band], "href": f"{folder.url}/{name}.tif"} for band, name in assets.items()
    }
    del served["properties"]["s2:processing_baseline"]
    api = f"{fakes}/{folder.path.name}"
    put(api, items=[served], conforms=HOLDS)
    file = tmp_path / "catalogs.toml"
    file.write_text(SETTINGS.format(api=api))
    monkeypatch.setenv("DASHBOARD_CATALOGS", str(file))
    return land.request(catalog="outback")


def test_another_service_gives_the_same_map(land: Land, outback: AnalysisRequest) -> None:
    usual, other = analyse(land.request(size_km=5.2)), analyse(replace(outback, area=land.request(5.2).area))
    assert np.array_equal(usual.labels.values, other.labels.values)
    assert usual.areas.equals(other.areas)
    assert int(usual.areas["pixels"].iloc[0]) > 1000, "clouds and the empty edge"
    assert other.scenes[0].offset.dn == 0
    assert np.array_equal(usual.imagery.values, other.imagery.values, equal_nan=True)


def test_previews_of_another_service_know_its_mask_too(land: Land, outback: AnalysisRequest) -> None:
    wide = replace(outback, area=land.request(5.2).area)
    (usual,), (other,) = list_scenes(land.request(5.2)), list_scenes(wide)
    assert usual.words == other.words
    assert (usual.clear, usual.coverage) == (other.clear, other.coverage)


def test_settings_of_a_catalogue_are_documented_where_they_are_read() -> None:
    from pipeline.catalogs import configured

    text = configured.__doc__ or ""
    for key in configured.KEYS:
        assert key in text
    assert json.dumps(sorted(configured.FORMER_KEYS)) == '["filtering"]'

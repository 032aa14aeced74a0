"""Planetary Computer's files: signed when opened, one token for all, refused in words."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio

from pipeline import AnalysisRequest, AreaOfInterest, ReadFailed, analyse
from pipeline.catalogs.items import from_item
from pipeline.reading import signing
from pipeline.sentinel2.offset import OFFSET_DN, check_against_pixels
from pipeline.sentinel2.scene import Scene
from tests.pipeline.conftest import HOLDS, Folder, Land
from tests.support.servers import real_items, requests_to

ACCOUNT = "http://sentinel2l2a01.blob.core.windows.net"


@pytest.fixture
def storage(served: Folder, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Let the file server stand for Azure's storage and for the token service; gives its address."""
    sas = signing._package()
    from planetary_computer.settings import Settings

    monkeypatch.setenv("PC_SDK_SAS_URL", f"{served.server}/sas")
    monkeypatch.setenv("PC_SDK_SUBSCRIPTION_KEY", "")
    monkeypatch.setenv("GDAL_HTTP_PROXY", served.server.removeprefix("http://"))
    for forget in (
        sas.TOKEN_CACHE.clear,
        Settings.get.cache_clear,
        signing._public.clear,
        signing._failed.clear,
    ):
        forget()
    yield served.server
    sas.TOKEN_CACHE.clear()
    Settings.get.cache_clear()


def tokens_asked(server: str, container: str) -> int:
    return sum(r["path"] == f"/sas/sentinel2l2a01/{container}" for r in requests_to(server))


@pytest.mark.parametrize(
    "href",
    [
        "https://sentinel-cogs.s3.us-west-2.amazonaws.com/a/B02.tif",
        "http://127.0.0.1:8000/B02.tif",
        "https://example.org/.blob.core.windows.net/B02.tif",
        "https://blob.core.windows.net.example.org/a/B02.tif",
        "/tmp/B02.tif",
        "",
    ],
)
def test_other_addresses_stay_as_they_are(href: str) -> None:
    assert signing.signed(href) == href


def test_one_token_serves_all_readers(storage: str) -> None:
    href = f"{ACCOUNT}/many/folder/B02.tif"
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(signing.signed(href))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert found[0].startswith(f"{href}?")
    assert "sig=secret" in found[0]
    assert tokens_asked(storage, "many") == 1
    assert signing.signed(found[0]) == found[0], "signed once is enough"


def test_a_token_that_ends_soon_is_renewed(storage: str) -> None:
    before = tokens_asked(storage, "brief")
    for _ in range(2):
        signing.signed(f"{ACCOUNT}/brief/B02.tif")
    assert tokens_asked(storage, "brief") - before >= 2


def test_storage_of_others_is_not_signed_and_asked_for_once(storage: str) -> None:
    href = f"{ACCOUNT}/public/B02.tif"
    before = tokens_asked(storage, "public")
    assert [signing.signed(href) for _ in range(3)] == [href] * 3
    assert tokens_asked(storage, "public") - before == 1


def test_a_refused_token_is_a_sentence(storage: str) -> None:
    href = f"{ACCOUNT}/closed/B02.tif"
    before = tokens_asked(storage, "closed")
    for _ in range(3):
        with pytest.raises(
            ReadFailed, match=r"Planetary Computer gives no access.*error 403.*another catalogue"
        ):
            signing.signed(href)
    assert tokens_asked(storage, "closed") - before == 1, "the other readers of a run do not ask again"


def test_a_silent_token_service_is_not_waited_for_long(
    storage: str, served: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    from planetary_computer.settings import Settings

    monkeypatch.setenv("PC_SDK_SAS_URL", f"{served.server}/fault/slow/sas")
    monkeypatch.setattr(signing, "WAIT_S", 0.3)
    Settings.get.cache_clear()
    with pytest.raises(ReadFailed, match=r"sent nothing for 0\.3 seconds\. Try again"):
        signing.signed(f"{ACCOUNT}/slow/B02.tif")


def test_gdal_opens_what_is_signed_and_nothing_else(storage: str, land: Land) -> None:
    href = f"{ACCOUNT}/sentinel2-l2/{land.files.path.name}/red.tif"
    with rasterio.open(signing.signed(href)) as dataset:
        assert (dataset.read(1) == land.dn[2]).all()
    with pytest.raises(rasterio.errors.RasterioIOError, match="403"):
        rasterio.open(href)


def planetary(land: Land, name: str = "sentinel2-l2") -> dict[str, Any]:
    """Return the item of the made-up land as Planetary Computer would serve it: keys, properties, hosts."""
    from tests.support.synthetic import item

    made = item("S2A_MSIL2A_20220617T101559", "", shape=(560, 560), cloud_cover=4.25)
    base = f"{ACCOUNT}/{name}/{land.files.path.name}"
    keys = {"blue": "B02", "green": "B03", "red": "B04", "nir": "B08", "scl": "SCL"}
    made["assets"] = {
        keys[k]: {**asset, "href": f"{base}/{Path(asset['href']).name}"}
        for k, asset in made["assets"].items()
        if k in keys
    }
    return made


def test_a_run_signs_what_it_reads(storage: str, land: Land, fake_api: Callable[..., str]) -> None:
    api = fake_api(items=[planetary(land)], conforms=HOLDS)
    made = analyse(land.request(catalog=api))
    expected = analyse(land.request())
    assert (made.labels.values == expected.labels.values).all()
    assert tokens_asked(storage, "sentinel2-l2") >= 1
    assert "sig=" not in json.dumps([f.href for f in made.scenes[0].bands.values()])


def test_a_run_without_a_token_ends_in_words(storage: str, land: Land, fake_api: Callable[..., str]) -> None:
    api = fake_api(items=[planetary(land, "closed")], conforms=HOLDS)
    with pytest.raises(ReadFailed, match="Planetary Computer gives no access"):
        analyse(land.request(catalog=api))


def test_real_pixels_with_the_offset_in_them(
    storage: str,
    real_files: str,
    real_api: str,
    fake_api: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Wimmera, baseline 04.00, as Planetary Computer describes it: other keys, no raster bands, no flag."""
    monkeypatch.setenv("GDAL_HTTP_PROXY", real_files.removeprefix("http://"))
    (made,) = real_items(f"{ACCOUNT}/sentinel2-l2", "wimmera*")
    keys = {"blue": "B02", "green": "B03", "red": "B04", "nir": "B08", "scl": "SCL"}
    for asset in made["assets"].values():
        asset.pop("raster:bands", None)
    made["assets"] = {keys[k]: asset for k, asset in made["assets"].items()}
    del made["properties"]["earthsearch:boa_offset_applied"]
    area = AreaOfInterest.square(142.129, -36.741, 1)
    request = AnalysisRequest(area, date(2022, 4, 1), date(2022, 4, 30), catalog=real_api, n_clusters=4)
    expected = analyse(request)
    found = analyse(replace(request, catalog=fake_api(items=[made], conforms=HOLDS)))
    (scene,) = found.scenes
    assert scene.offset.dn == OFFSET_DN
    assert "baseline 04.00, and the pixels agree" in scene.offset.reason
    assert (found.labels.values == expected.labels.values).all()
    assert float(found.imagery.min()) > 0
    assert np.array_equal(found.imagery.values, expected.imagery.values, equal_nan=True)


@pytest.fixture
def recorded(shared_items: Callable[[str], list[dict[str, Any]]]) -> list[Scene]:
    return [from_item(i) for i in shared_items("planetary-computer/itemcollection*.json")]


def test_recorded_items_tell_the_offset_by_their_baseline(recorded: list[Scene]) -> None:
    assert {s.baseline for s in recorded} >= {"02.12", "05.11"}
    for scene in recorded:
        assert scene.baseline is not None
        new = float(scene.baseline) >= 4
        assert scene.offset.dn == (OFFSET_DN if new else 0)
        assert scene.baseline in scene.offset.reason
        assert signing.STORAGE in scene.bands["nir"].href
        assert scene.date >= date(2017, 1, 1)


def test_pixels_confirm_it(recorded: list[Scene]) -> None:
    scene = next(s for s in recorded if s.offset.dn)
    dark_land = np.random.default_rng(0).normal(1400, 120, (3, 5000)).clip(1001)
    assert check_against_pixels(scene.offset, dark_land).dn == OFFSET_DN
    assert check_against_pixels(scene.offset, dark_land - 1000).dn == 0, "somebody has taken it away already"

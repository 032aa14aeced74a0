"""Catalogues that do not end, lead elsewhere, or cannot answer: a sentence, or what there is."""

import gzip
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline import (
    CatalogUnavailable,
    NoScenesFound,
    ReadFailed,
    find_scenes,
)
from pipeline.catalogs import pages, profiles, search, transport
from pipeline.catalogs.items import UnusableItem, from_item
from pipeline.catalogs.search import find_plans
from pipeline.progress import Progress
from tests.pipeline.catalogs.hostile import Api, Handler, made, page, request


def test_a_next_link_to_the_same_page_ends_the_search(serve: Callable[..., Api]) -> None:
    api = serve(lambda handler, body: page(handler, [made(0), made(24)], dict(body)))
    assert len(find_scenes(request())) == 2
    assert len(api.bodies) == 2


def test_a_search_without_an_end_is_cut_and_it_is_said(
    serve: Callable[..., Api], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MOST_PAGES", 12)

    def endless(handler: Handler, body: dict[str, Any]) -> Any:
        n = int(body.get("token", 0))
        return page(handler, [made(n)], {**body, "token": n + 1})

    api = serve(endless)
    plans = find_plans(request(), Progress())
    assert len(api.bodies) == 12
    assert "The search was cut after 12 images" in plans[0].notes[0]


def test_a_search_that_takes_too_long_gives_what_it_has(
    serve: Callable[..., Api], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "SEARCH_S", 2.0)

    def slow(handler: Handler, body: dict[str, Any]) -> Any:
        n = int(body.get("token", 0))
        time.sleep(0.3)
        return page(handler, [made(n)], {**body, "token": n + 1})

    serve(slow)
    started = time.monotonic()
    assert "had not finished after 2 seconds" in find_plans(request(), Progress())[0].notes[0]
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("where", ["head", "body"])
def test_a_byte_now_and_then_does_not_hold_a_search(
    serve: Callable[..., Api], monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    monkeypatch.setattr(transport, "SEARCH_S", 1.0)
    monkeypatch.setattr(search, "GRACE_S", 0.5)
    ended = threading.Event()

    def dripping(handler: Handler, _body: dict[str, Any]) -> Any:
        handler.wfile.write(
            b"HTTP/1.1 200 OK\r\n" + (b"" if where == "head" else b"Content-Length: 9999\r\n\r\n")
        )
        try:
            while not ended.wait(0.1):
                handler.wfile.write(b"X-A: b\r\n" if where == "head" else b" ")
                handler.wfile.flush()
        except OSError:
            pass
        handler.close_connection = True

    serve(dripping)
    started = time.monotonic()
    with pytest.raises(CatalogUnavailable, match="in time"):
        find_scenes(request())
    assert time.monotonic() - started < 30
    ended.set()


def test_an_answer_that_unpacks_to_gigabytes_is_not_unpacked(
    serve: Callable[..., Api], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "MAX_PAGE_BYTES", 2**20)
    bomb = gzip.compress(b" " * 64 * 2**20)

    def answer(handler: Handler, _body: dict[str, Any]) -> None:
        handler.send(200, bomb, Content_Encoding="gzip", Content_Type="application/json")

    serve(answer)
    with pytest.raises(CatalogUnavailable, match="sent more than 1 MB"):
        find_scenes(request())


def test_a_page_that_is_too_large_is_asked_for_in_halves(serve: Callable[..., Api]) -> None:
    def answer(handler: Handler, body: dict[str, Any]) -> Any:
        if body["limit"] > 30:
            return handler.send(413, b"{}")
        n = int(body.get("token", 0))
        items = [made(24 * m) for m in range(n, min(n + body["limit"], 28))]
        return page(handler, items, {**body, "token": n + len(items)})

    api = serve(answer)
    assert len(find_scenes(request())) == 28
    assert [body["limit"] for body in api.bodies][:4] == [200, 100, 50, 25]


def test_more_items_than_a_search_gives_are_found_in_slices_of_time(
    serve: Callable[..., Api], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MOST_ITEMS", 6)
    monkeypatch.setattr(pages, "PAGE_SIZE", 3)
    everything = [made(24 * n) for n in range(-16, 13)]

    def answer(handler: Handler, body: dict[str, Any]) -> Any:
        start, end = body["datetime"].split("/")
        items = [i for i in everything if start <= i["properties"]["datetime"] <= end]
        n = int(body.get("token", 0))
        return page(handler, items[n : n + 3], {**body, "token": n + 3} if n + 3 < len(items) else None)

    serve(answer)
    plans = find_plans(request(), Progress())
    assert len(plans) == 29
    assert plans[0].notes == ()


def test_the_next_page_lies_on_the_same_host(serve: Callable[..., Api]) -> None:
    api = serve(lambda handler, body: page(handler, [made(0)], {**body, "href": "http://169.254.169.254/x"}))
    with pytest.raises(CatalogUnavailable, match="leads to another host"):
        find_scenes(request())
    assert len(api.bodies) == 1


def test_a_redirect_to_another_host_is_not_followed(serve: Callable[..., Api]) -> None:
    def answer(handler: Handler, _body: dict[str, Any]) -> None:
        handler.send(307, b"", Location="http://example.org/search")

    serve(answer)
    with pytest.raises(CatalogUnavailable, match="leads to another host"):
        find_scenes(request())


def test_a_redirect_on_the_same_host_is_followed(serve: Callable[..., Api]) -> None:
    def answer(handler: Handler, _body: dict[str, Any]) -> Any:
        if not handler.path.endswith("/search/"):
            return handler.send(307, b"", Location=handler.path + "/")
        return page(handler, [made(0)], None)

    serve(answer)
    assert len(find_scenes(request())) == 1


@pytest.mark.parametrize("features", [None, {}, "x", [1], [[]], {"a": []}, 5])
def test_features_that_are_no_list_of_objects_are_a_sentence(
    serve: Callable[..., Api], features: Any
) -> None:
    serve(lambda _handler, _body: {"type": "FeatureCollection", "features": features, "links": []})
    with pytest.raises(CatalogUnavailable, match="cannot be read"):
        find_scenes(request())


@pytest.mark.parametrize("links", [None, 5, ["x"], [{"rel": "next"}], [{"rel": "next", "href": 5}]])
def test_links_that_are_none_end_the_search(serve: Callable[..., Api], links: Any) -> None:
    serve(lambda _handler, _body: {"features": [made(0)], "links": links, "numberMatched": "many"})
    assert len(find_scenes(request())) == 1


def test_a_wrong_collection_in_the_configuration_is_named(serve: Callable[..., Api]) -> None:
    serve(lambda handler, _body: page(handler, [], None), collection="sentinel-2-l2x")
    with pytest.raises(CatalogUnavailable, match=r"no collection sentinel-2-l2x.*There are sentinel-2-l2a"):
        find_scenes(request())


def test_a_right_collection_without_images_is_another_thing(serve: Callable[..., Api]) -> None:
    serve(lambda handler, _body: page(handler, [], None))
    with pytest.raises(NoScenesFound):
        find_scenes(request())


def test_fields_are_asked_for_where_they_are_offered_and_more_where_they_do_not_suffice(
    serve: Callable[..., Api],
) -> None:
    def answer(handler: Handler, body: dict[str, Any]) -> Any:
        served = made(0)
        if "fields" in body:
            del served["assets"]
        return page(handler, [served], None)

    api = serve(answer, extra="fields = true")
    assert len(find_scenes(request())) == 1
    asked = [body.get("fields", {}).get("include") for body in api.bodies]
    assert asked[1] is None
    assert {"properties", "assets.blue", "assets.B02", "assets.scl"} <= {*asked[0]}


@pytest.mark.parametrize(
    "href",
    [
        *("file:///etc/passwd", "/etc/passwd", "/vsicurl/http://x/a.tif", "/vsizip//etc/a.zip/a.tif"),
        *("GTIFF_DIR:1:/etc/a.tif", "s3://bucket/a.tif", "gs://bucket/a.tif", "ftp://x/a.tif"),
        *(
            "http://169.254.169.254/latest",
            "http://10.0.0.1/a.tif",
            "http://[::1]:9/a.tif",
            "http://2130706432/a",
        ),
        *(
            "http://user:secret@x/a.tif",
            "http://0x7f.2/a.tif",
            "http://printer.local/a.tif",
            "http://[bad/a.tif",
        ),
        *("x\ny", "http://x/" + "a" * 3000, "data:image/tiff;base64,AAAA", "file://server/share/a.tif"),
    ],
)
@pytest.mark.parametrize("band", ["red", "scl", "nir08"])
def test_files_come_from_the_web_and_from_nowhere_else(
    serve: Callable[..., Api], href: str, band: str
) -> None:
    served = made(0)
    served["assets"].setdefault(band, dict(served["assets"]["red"]))["href"] = href
    api = serve(lambda handler, _body: page(handler, [served], None))
    # as far as its profile knows, this catalogue lies on a public host
    profile = replace(profiles.find("odd"), url="https://stac.example.org")
    with pytest.raises(UnusableItem) as caught:
        from_item(served, profile)
    assert "passwd" not in str(caught.value)
    assert api.url


def test_a_local_catalogue_names_files_of_its_folder_only(serve: Callable[..., Api], tmp_path: Path) -> None:
    folder = tmp_path / "images"
    folder.mkdir()
    served = made(0)
    for name, asset in served["assets"].items():
        (folder / f"{name}.tif").write_bytes(b"x")
        asset["href"] = (folder / f"{name}.tif").as_uri()
    serve(lambda handler, _body: page(handler, [served], None), extra=f'local = "{folder}"')
    found = from_item(served, profiles.find("odd"))
    assert found.bands["red"].href == (folder / "red.tif").as_uri()
    (tmp_path / "secret.tif").write_bytes(b"x")
    (folder / "link.tif").symlink_to(tmp_path / "secret.tif")
    for wrong in (folder / "../secret.tif", folder / "link.tif", folder, folder / "missing.tif"):
        served["assets"]["red"]["href"] = f"file://{wrong}"
        with pytest.raises(UnusableItem, match="folder of this catalogue"):
            from_item(served, profiles.find("odd"))


def test_an_error_that_is_raised_is_not_logged_with_a_traceback(
    serve: Callable[..., Api], caplog: pytest.LogCaptureFixture
) -> None:
    serve(lambda handler, _body: handler.send(403, b"{}"))
    with caplog.at_level("DEBUG", logger="pipeline"), pytest.raises((CatalogUnavailable, ReadFailed)):
        find_scenes(request())
    assert not [record for record in caplog.records if record.exc_info]

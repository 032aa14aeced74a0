"""What a catalogue is asked, and what a user is told when it does not answer."""

import json
import threading
import time
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from pipeline import (
    AnalysisRequest,
    AreaOfInterest,
    Cancelled,
    CatalogUnavailable,
    NoScenesFound,
    ReadFailed,
    TooCloudy,
    find_scenes,
)
from pipeline.catalogs import search, transport
from pipeline.progress import Progress
from tests.support.patience import quickest
from tests.support.stac_fake import COLLECTIONS, CORE, FILTER, QUERY, SEARCH
from tests.support.synthetic import NOON, item

Start = Callable[..., str]
AREA = AreaOfInterest.square(10.33, 46.94, 1)
C1, L2A = "sentinel-2-c1-l2a", "sentinel-2-l2a"


def request(catalog: str, **changes: Any) -> AnalysisRequest:
    made = AnalysisRequest(AREA, date(2022, 6, 1), date(2022, 6, 30), catalog=catalog)
    return replace(made, **changes)


def days(*covers: float | None, collection: str = L2A) -> list[dict[str, Any]]:
    return [
        item(f"day{n}", "http://x", cloud_cover=c, when=NOON + timedelta(n), collection=collection)
        for n, c in enumerate(covers)
    ]


def bodies(api: str) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{api}/log") as answer:
        found: list[dict[str, Any]] = json.load(answer)
    return found


HOLDS = [CORE, SEARCH, COLLECTIONS]


def test_a_plain_api_gets_no_filter_and_the_answer_is_filtered_here(fake_api: Start) -> None:
    api = fake_api(items=days(5, 50, 20, None), conforms=HOLDS, page=100)
    found = find_scenes(request(api))
    assert {s.id for s in found} == {"day0", "day2", "day3"}
    assert [s.id for s in found] == ["day0", "day2", "day3"]
    body = bodies(api)[0]
    assert "query" not in body
    assert "filter" not in body


def test_the_body_of_a_search(fake_api: Start) -> None:
    api = fake_api(items=days(5), conforms=HOLDS, page=100)
    find_scenes(request(api))
    body = bodies(api)[0]
    assert "method" not in body, "it was a POST"
    start, end = body["datetime"].split("/")
    assert start in ("2022-06-01", "2022-06-01T00:00:00Z")
    assert end == "2022-06-30T23:59:59Z"
    assert body["collections"] == [L2A]
    assert body["limit"] == 200
    assert body["intersects"]["type"] == "Polygon"
    longitudes, latitudes = zip(*body["intersects"]["coordinates"][0], strict=True)
    assert min(longitudes) < 10.33 < max(longitudes)
    assert min(latitudes) < 46.94 < max(latitudes)
    assert max(longitudes) - min(longitudes) < 0.02


def test_a_single_day_is_searched_whole(fake_api: Start) -> None:
    api = fake_api(items=days(5), conforms=HOLDS, page=100)
    find_scenes(request(api, start=date(2022, 6, 17), end=date(2022, 6, 17)))
    assert bodies(api)[0]["datetime"] == "2022-06-17T00:00:00Z/2022-06-17T23:59:59Z"


@pytest.mark.parametrize("extra", [QUERY, FILTER])
def test_no_api_is_asked_to_filter_by_clouds(fake_api: Start, extra: str) -> None:
    """A cloudy tile may be most of a clear area: tiles are grouped before clouds are judged."""
    api = fake_api(items=days(5, 50), conforms=[*HOLDS, extra], counts=True)
    assert [s.id for s in find_scenes(request(api, max_cloud_cover=12.5))] == ["day0"]
    (body, *others) = bodies(api)
    assert not {"query", "filter"} & body.keys()
    assert not others, "one search is enough"


@pytest.mark.parametrize("extra", [[], [QUERY], [FILTER]])
def test_too_cloudy_names_the_best_image(fake_api: Start, extra: list[str]) -> None:
    api = fake_api(items=days(55, 33.4, 80), conforms=[*HOLDS, *extra], page=100)
    with pytest.raises(TooCloudy) as caught:
        find_scenes(request(api))
    error = caught.value
    assert (error.best_cloud_cover, error.best_date, error.count) == (33.4, date(2022, 6, 18), 3)
    assert "18 June 2022" in str(error)
    assert "3 images" in str(error)


def test_too_cloudy_does_not_round_to_what_is_allowed(fake_api: Start) -> None:
    api = fake_api(items=days(20.3), conforms=HOLDS, page=100)
    with pytest.raises(TooCloudy) as caught:
        find_scenes(request(api))
    assert "20.3 %" in str(caught.value)


@pytest.mark.parametrize("extra", [[], [QUERY]])
def test_no_scenes_is_another_error(fake_api: Start, extra: list[str]) -> None:
    with pytest.raises(NoScenesFound, match="in June 2022"):
        find_scenes(
            request(fake_api(conforms=[*HOLDS, *extra], items=[item("far", "http://x", left=650_000)]))
        )


def test_scenes_beside_the_area_are_no_scenes(fake_api: Start) -> None:
    api = fake_api(items=[item("far", "http://x", left=650_000)], conforms=HOLDS)
    with pytest.raises(NoScenesFound):
        find_scenes(request(api))


def test_every_page_is_read_and_the_next_link_of_the_last_one_ends(fake_api: Start) -> None:
    api = fake_api(items=days(*range(1, 8)), conforms=HOLDS, page=3)
    assert len(find_scenes(request(api))) == 7
    tokens = [b.get("next") for b in bodies(api)]
    assert tokens in ([None, "3", "6"], [None, "3", "6", "9"])


def test_a_url_is_asked_for_the_collections_it_holds(fake_api: Start) -> None:
    items = days(5, collection=L2A) + days(5, collection=C1) + days(5, collection="landsat-c2-l2")
    api = fake_api(items=items, conforms=HOLDS)
    assert {s.collection for s in find_scenes(request(api))} == {C1}
    assert bodies(api)[0]["collections"] == [C1, L2A]


def test_a_url_without_sentinel_2_says_so(fake_api: Start) -> None:
    api = fake_api(items=days(5, collection="landsat-c2-l2"), conforms=HOLDS)
    with pytest.raises(CatalogUnavailable, match="no Sentinel-2 L2A collection"):
        find_scenes(request(api))


def test_chosen_scenes_are_found_by_id_clouds_or_not(fake_api: Start) -> None:
    api = fake_api(items=days(5, 50), conforms=HOLDS)
    assert [s.id for s in find_scenes(request(api, scene_ids=("day1",)))] == ["day1"]
    assert bodies(api)[0]["ids"] == ["day1"]
    with pytest.raises(NoScenesFound, match="gone"):
        find_scenes(request(api, scene_ids=("day1", "gone")))


def test_a_chosen_scene_that_cannot_be_used_is_an_error_for_users(fake_api: Start) -> None:
    items = days(5, 50)
    del items[1]["assets"]["nir"]
    api = fake_api(items=items, conforms=HOLDS)
    with pytest.raises(ReadFailed, match="no nir band"):
        find_scenes(request(api, scene_ids=("day0", "day1")))


@pytest.mark.parametrize("spoil", ["nir", "crs", "geometry"])
def test_unusable_items_are_left_out_and_named_when_there_is_nothing_else(
    fake_api: Start, spoil: str
) -> None:
    items = days(5, 6)
    bad = items[0]
    if spoil == "nir":
        del bad["assets"]["nir"]
    elif spoil == "crs":
        del bad["properties"]["proj:epsg"]
    else:
        bad["geometry"] = None
        del bad["bbox"]
    assert [s.id for s in find_scenes(request(fake_api(items=items, conforms=HOLDS)))] == ["day1"]
    with pytest.raises(ReadFailed, match="day0"):
        find_scenes(request(fake_api(items=[bad], conforms=HOLDS)))


@pytest.mark.parametrize("fault", ["429", "500", "503", "landing-503"])
def test_a_passing_fault_is_overcome(fake_api: Start, fault: str) -> None:
    api = fake_api(items=days(5), conforms=HOLDS, fault=fault, times=1)
    details: list[str] = []
    found = search.find_acquisitions(request(api), Progress(on_detail=details.append))
    assert found[0].scenes[0].id == "day0"
    assert any("trying again (2 of 3)" in d for d in details)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("429", "error 429"),
        ("500", "error 500"),
        ("landing-500", "error 500"),
        ("landing-404", "error 404"),
        ("403", "error 403"),
        ("json", "cannot be read"),
        ("html", "cannot be read"),
        ("list", "cannot be read"),
        ("landing-json", "cannot be read"),
        ("landing-html", "cannot be read"),
        ("landing-list", "cannot be read"),
        ("reset", "did not answer"),
        ("landing-reset", "did not answer"),
    ],
)
def test_a_lasting_fault_is_one_clear_sentence(fake_api: Start, fault: str, words: str) -> None:
    api = fake_api(items=days(5), conforms=HOLDS, fault=fault)
    caught: list[CatalogUnavailable] = []

    def seconds() -> float:
        started = time.monotonic()
        with pytest.raises(CatalogUnavailable, match=words) as raised:
            find_scenes(request(api))
        caught.append(raised.value)
        return time.monotonic() - started

    assert quickest(seconds, 6) < 6
    assert caught[0].catalog == api
    text = str(caught[0])
    assert "127.0.0.1" in text
    assert not any(word in text for word in ("Traceback", "Error(", "{", "<", "HTTPConnectionPool"))


def test_refused_connections_are_worded(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CatalogUnavailable, match="cannot be reached"):
        find_scenes(request("http://127.0.0.1:9/"))


def test_an_unknown_host_is_worded() -> None:
    with pytest.raises(CatalogUnavailable, match="cannot be reached"):
        find_scenes(request("http://no-such-host.invalid/"))


def test_a_silent_server_is_given_up(fake_api: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "READ_TIMEOUT_S", 0.4)
    api = fake_api(items=days(5), conforms=HOLDS, fault="slow")

    def seconds() -> float:
        started = time.monotonic()
        with pytest.raises(CatalogUnavailable, match="sent nothing"):
            find_scenes(request(api))
        return time.monotonic() - started

    assert quickest(seconds, 5) < 5


def test_a_cancelled_search_does_not_try_again(fake_api: Start) -> None:
    api = fake_api(items=days(5), conforms=HOLDS, fault="500")
    cancelled = threading.Event()
    cancelled.set()
    with pytest.raises(Cancelled):
        search.find_acquisitions(request(api), Progress(cancelled=cancelled.is_set))
    assert len(bodies(api)) <= 1


def test_earth_search_asks_both_collections_at_once(
    fake_api: Start, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    items = days(5, 6, collection=L2A) + days(7, collection=C1)
    api = fake_api(items=items, conforms=[*HOLDS, QUERY])
    file = tmp_path / "catalogs.toml"
    file.write_text(f'[catalogs.earth]\nurl = "{api}"\ncollections = ["{C1}", "{L2A}"]\n')
    monkeypatch.setenv("DASHBOARD_CATALOGS", str(file))
    found = find_scenes(request("earth"))
    assert [(s.id, s.collection) for s in found] == [("day1", L2A), ("day0", C1)]
    assert len(bodies(api)) <= 2
    assert bodies(api)[0]["collections"] == [C1, L2A]


def test_the_last_page_of_earth_search_as_it_was_recorded(shared_items: Any, fake_api: Start) -> None:
    """The 16 items of the recorded search come to eight granules of two acquisitions."""
    items = shared_items("earth-search-v1/search*page?.json")
    assert len(items) == 16
    api = fake_api(items=items, conforms=HOLDS, page=10)
    asked = AnalysisRequest(
        AreaOfInterest.square(9.5, 47.5, 5),
        date(2020, 3, 1),
        date(2020, 3, 5),
        max_cloud_cover=100,
        catalog=api,
    )
    found = find_scenes(asked)
    assert found
    assert all(s.baseline == "05.00" for s in found), "the reprocessed twin of every granule"

"""How often a catalogue is asked, and over how many connections."""

import json
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline import AnalysisRequest, AreaOfInterest, CatalogUnavailable, TooCloudy, find_scenes
from pipeline.catalogs import pages, profiles, stac_api, transport
from tests.support.stac_fake import COLLECTIONS, CORE, QUERY, SEARCH
from tests.support.synthetic import NOON, item

Start = Callable[..., str]
Configure = Callable[..., AnalysisRequest]
L2A = "sentinel-2-l2a"
HOLDS = [CORE, SEARCH, COLLECTIONS, QUERY]
POST, LANDING = ["POST", "search"], ["GET", ""]


def days(*covers: float) -> list[dict[str, Any]]:
    return [
        item(f"day{n}", "http://x", cloud_cover=c, when=NOON + timedelta(n), collection=L2A)
        for n, c in enumerate(covers)
    ]


def asked(api: str) -> list[list[str]]:
    """Return method and path of each request."""
    return [entry[:2] for entry in requests(api)]


def requests(api: str) -> list[list[Any]]:
    with urllib.request.urlopen(f"{api}/requests") as answer:
        found: list[list[Any]] = json.load(answer)
    return found


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stac_api, "_known", {})
    monkeypatch.setattr(transport, "connections", transport.Connections())


@pytest.fixture
def configure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Configure:
    """Give a maker of requests to a catalogue configured with some settings."""

    def made(api: str, **settings: str) -> AnalysisRequest:
        lines = "".join(f'{name} = "{value}"\n' for name, value in settings.items())
        file = tmp_path / "catalogs.toml"
        file.write_text(f'[catalogs.ours]\nurl = "{api}"\ncollections = ["{L2A}"]\n{lines}')
        monkeypatch.setenv("DASHBOARD_CATALOGS", str(file))
        return to("ours")

    return made


def to(catalog: str) -> AnalysisRequest:
    area = AreaOfInterest.square(10.33, 46.94, 1)
    return AnalysisRequest(area, date(2022, 6, 1), date(2022, 6, 30), catalog=catalog)


def test_a_configured_catalogue_is_searched_in_one_round_trip(fake_api: Start, configure: Configure) -> None:
    api = fake_api(items=days(5, 50), conforms=HOLDS, counts=True)
    assert [s.id for s in find_scenes(configure(api))] == ["day0"]
    assert asked(api) == [POST]


@pytest.mark.parametrize("ending", ["", "/", "//"])
def test_a_final_slash_or_none_costs_no_request(fake_api: Start, configure: Configure, ending: str) -> None:
    api = fake_api(items=days(5, 50), conforms=HOLDS, counts=True)
    assert [s.id for s in find_scenes(configure(f"{api}{ending}"))] == ["day0"]
    assert asked(api) == [POST]


def test_what_is_known_of_an_address_is_known_with_and_without_its_final_slash(fake_api: Start) -> None:
    api = fake_api(items=days(5), conforms=HOLDS, counts=True)
    find_scenes(to(f"{api}/"))
    before = len(asked(api))
    find_scenes(to(api))
    assert asked(api)[before:] == [POST]


@pytest.mark.parametrize("profile", [profiles.EARTH_SEARCH, profiles.DEMO], ids=lambda p: p.name)
def test_the_built_in_catalogues_need_no_landing_page(profile: profiles.CatalogProfile) -> None:
    assert profile.fields is not None
    assert profile.collections


def test_the_landing_page_recorded_of_earth_search_says_what_its_profile_says(shared_dir: Path) -> None:
    page = json.loads((shared_dir / "stac-items/earth-search-v1/landing_page.json").read_text())
    profile = profiles.EARTH_SEARCH
    searches = {link["href"] for link in page["links"] if link["rel"] == "search"}
    assert searches == {f"{profile.url}/search"}
    assert any(c.endswith("item-search#fields") for c in page["conformsTo"])
    assert profile.fields is True


def test_a_url_is_asked_for_its_landing_page_once(fake_api: Start) -> None:
    api = fake_api(items=days(5), conforms=HOLDS, counts=True)
    for _ in range(2):
        find_scenes(to(api))
    assert asked(api) == [LANDING, ["GET", "collections"], POST, POST]


def test_searches_share_a_connection(fake_api: Start) -> None:
    api = fake_api(items=days(5, 50), conforms=HOLDS)
    find_scenes(to(api))
    with pytest.raises(TooCloudy):
        find_scenes(replace(to(api), max_cloud_cover=1))
    assert len(requests(api)) > 4
    assert len({port for *_, port in requests(api)}) == 1


def test_a_connection_that_rested_long_is_not_used_again(
    fake_api: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "IDLE_S", -1.0)
    api = fake_api(items=days(5), conforms=HOLDS)
    for _ in range(2):
        find_scenes(to(api))
    assert len({port for *_, port in requests(api)}) == 2


def test_warming_leaves_one_round_trip_on_an_open_connection(fake_api: Start) -> None:
    api = fake_api(items=days(5), conforms=HOLDS, counts=True)
    for _ in range(2):
        stac_api.warm(profiles.find(api))
    before = requests(api)
    assert [r[:2] for r in before] == [LANDING, ["GET", "collections"]]
    find_scenes(to(api))
    after = requests(api)[len(before) :]
    assert [r[:2] for r in after] == [POST]
    assert after[0][2] == before[-1][2]


@pytest.mark.parametrize("counts", [True, False])
def test_the_empty_page_is_asked_for_only_where_nobody_counts(fake_api: Start, counts: bool) -> None:
    api = fake_api(items=days(1, 2, 3), conforms=HOLDS, page=2, **({"counts": True} if counts else {}))
    assert len(find_scenes(to(api))) == 3
    assert asked(api).count(POST) == (2 if counts else 3)


def test_a_count_is_no_reason_to_stop_at_a_full_page(
    fake_api: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some databases only estimate how many items match."""
    monkeypatch.setattr(pages, "PAGE_SIZE", 2)
    api = fake_api(items=days(1, 2, 3), conforms=HOLDS, matched=2)
    assert len(find_scenes(to(api))) == 3


def test_a_search_address_that_has_moved_is_looked_up(fake_api: Start, configure: Configure) -> None:
    api = fake_api(items=days(5), conforms=HOLDS, at="find", counts=True)
    request = configure(api)
    for _ in range(2):
        assert find_scenes(request)
    assert asked(api) == [POST, LANDING, ["POST", "find"], ["POST", "find"]]


def test_an_address_kept_from_before_is_not_looked_up_for_other_errors(
    fake_api: Start, configure: Configure
) -> None:
    api = fake_api(items=days(5), conforms=HOLDS, fault="403")
    with pytest.raises(CatalogUnavailable, match="403"):
        find_scenes(configure(api))
    assert asked(api) == [POST]

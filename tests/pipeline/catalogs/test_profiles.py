"""Catalogues: what is offered, and how an installation changes it."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline import AnalysisRequest, AreaOfInterest, CatalogUnavailable, config
from pipeline.catalogs import profiles
from pipeline.errors import InvalidRequest


@pytest.fixture(autouse=True)
def _no_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DASHBOARD_CATALOG", "DASHBOARD_CATALOGS", "DASHBOARD_MAX_SIZE_KM"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def write(text: str) -> None:
        path = tmp_path / "catalogs.toml"
        path.write_text(text)
        stamp = path.stat().st_mtime_ns
        os.utime(path, ns=(stamp, stamp + len(text)))
        monkeypatch.setenv("DASHBOARD_CATALOGS", str(path))

    return write


OURS = """
[catalogs.ours]
title = "Our archive"
url = "https://stac.example.org"
collections = ["sentinel-2-l2a"]
"""
WORLDWIDE = ["earth-search", "planetary-computer"]


def names() -> list[str]:
    return [p.name for p in profiles.offered()]


def test_two_worldwide_catalogues_and_the_demo_are_offered() -> None:
    assert names() == [*WORLDWIDE, "demo"]
    assert profiles.default_name() == "earth-search"
    profile = profiles.find("earth-search")
    assert profile.url == "https://earth-search.aws.element84.com/v1"
    assert profile.collections == ("sentinel-2-c1-l2a", "sentinel-2-l2a")
    other = profiles.find("planetary-computer")
    assert other.url == "https://planetarycomputer.microsoft.com/api/stac/v1"
    assert other.collections == ("sentinel-2-l2a",)


def test_a_file_adds_catalogues_and_the_demo_stays_last(configured: Callable[[str], None]) -> None:
    configured(OURS)
    assert names() == [*WORLDWIDE, "ours", "demo"]
    found = profiles.find("ours")
    assert (found.title, found.url, found.collections) == (
        "Our archive",
        "https://stac.example.org",
        ("sentinel-2-l2a",),
    )


def test_a_file_chooses_what_is_offered_the_demo_always(configured: Callable[[str], None]) -> None:
    configured('offer = ["ours"]\n' + OURS)
    assert names() == ["ours", "demo"]
    assert profiles.default_name() == "ours"
    configured('offer = ["demo", "ours", "unknown"]\n' + OURS)
    assert names() == ["demo", "ours"]


def test_the_environment_preselects_one_that_is_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHBOARD_CATALOG", "demo")
    assert profiles.default_name() == "demo"
    monkeypatch.setenv("DASHBOARD_CATALOG", "nonsense")
    assert profiles.default_name() == "earth-search"


@pytest.mark.parametrize("entry", ['title = "x"', 'url = "https://x"\ncolour = "red"'])
def test_a_wrong_entry_names_itself_in_the_log(
    configured: Callable[[str], None], entry: str, caplog: pytest.LogCaptureFixture
) -> None:
    configured(f"[catalogs.broken]\n{entry}\n")
    assert [p.name for p in profiles.offered()] == [*WORLDWIDE, "demo"]
    assert "the catalogue 'broken'" in caplog.text


def test_a_missing_configuration_leaves_the_built_in_catalogues(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("DASHBOARD_CATALOGS", str(tmp_path / "nowhere.toml"))
    assert [p.name for p in profiles.offered()] == [*WORLDWIDE, "demo"]
    assert "nowhere.toml" in caplog.text


@pytest.mark.parametrize("url", ["https://stac.example.org/v1", "http://127.0.0.1:8000/"])
def test_any_address_is_a_catalogue(url: str) -> None:
    found = profiles.find(url)
    assert found.url == url
    assert found.collections == ()
    assert found.address() == url


@pytest.mark.parametrize("name", ["nonsense", "ftp://example.org", "file:///etc/passwd", "https://", "/etc"])
def test_anything_else_is_not(name: str) -> None:
    with pytest.raises(CatalogUnavailable, match="Choose one of"):
        profiles.find(name)


@pytest.mark.parametrize(
    ("text", "limit"),
    [("35", 35.0), ("7.5", 7.5), ("much", 110.0), ("", 110.0), ("nan", 110.0), ("-3", 110.0)],
)
def test_the_largest_side_is_configurable(monkeypatch: pytest.MonkeyPatch, text: str, limit: float) -> None:
    assert config.max_size_km() == 110.0
    monkeypatch.setenv("DASHBOARD_MAX_SIZE_KM", text)
    assert config.max_size_km() == limit


def test_examples_are_requests_that_can_be_made() -> None:
    for example in profiles.examples():
        assert example.catalog in names()
        area = AreaOfInterest.square(example.longitude, example.latitude, example.size_km)
        try:
            AnalysisRequest(area, example.start, example.end, catalog=example.catalog)
        except InvalidRequest as error:
            pytest.fail(f"{example.title}: {error}")


def test_only_the_demo_brings_its_own_land() -> None:
    assert profiles.backdrop("earth-search") is None


def test_probing_a_port_nobody_listens_on_fails_in_words() -> None:
    with pytest.raises(CatalogUnavailable, match="does not answer"):
        profiles.probe("http://127.0.0.1:9/", timeout_s=1)


def test_probing_a_catalogue_that_answers_is_silent(fake_api: Callable[..., str]) -> None:
    profiles.probe(fake_api(), timeout_s=5)


@pytest.mark.parametrize("fault", ["landing-500", "landing-slow"])
def test_probing_a_faulty_catalogue_fails_in_time(fake_api: Callable[..., str], fault: str) -> None:
    with pytest.raises(CatalogUnavailable):
        profiles.probe(fake_api(fault=fault), timeout_s=0.5)


def test_a_demo_that_cannot_start_is_an_unavailable_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    import demo

    def broken() -> str:
        raise RuntimeError("no disk")

    monkeypatch.setattr(demo, "serve", broken)
    with pytest.raises(CatalogUnavailable, match="no disk"):
        profiles.find("demo").address()
    assert "demo" in sys.modules

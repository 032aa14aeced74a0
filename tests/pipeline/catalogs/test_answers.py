"""A catalogue is asked once for what many pages ask; nothing of what was asked can be read afterwards."""

import json
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline import CatalogUnavailable, find_scenes
from pipeline.catalogs import answers, profiles, stac_api
from pipeline.catalogs.answers import asked_once
from pipeline.machine.shared_folder import shared_folder
from tests.pipeline.conftest import HOLDS, Land
from tests.support.patience import PATIENCE_S


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A shared folder of this test's own, and a page that keeps answers."""
    monkeypatch.setenv("DASHBOARD_SHARED_DIR", str(tmp_path / "own"))
    answers.share()
    yield tmp_path / "own" / "answers"
    answers.share(False)


@pytest.fixture
def named(
    fake_api: Callable[..., str], land: Land, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., str]:
    """Give a maker of made-up catalogues that the installation offers as "ours"; returns the address."""

    def make(**character: Any) -> str:
        with urllib.request.urlopen(f"{land.api}/items") as response:
            items = json.load(response)
        url = fake_api(items=items, conforms=HOLDS, counts=True, **character)
        file = tmp_path / "catalogs.toml"
        file.write_text(f'[catalogs.ours]\nurl = "{url}"\n')
        monkeypatch.setenv("DASHBOARD_CATALOGS", str(file))
        return url

    return make


def asked(url: str) -> list[str]:
    """Return the paths that a made-up catalogue was asked for."""
    with urllib.request.urlopen(f"{url}/requests") as response:
        return [path for _, path, _ in json.load(response)]


def forget() -> None:
    """Forget what this process knows, as another page's process would not know it."""
    stac_api._known.clear()


@pytest.mark.usefixtures("own")
def test_two_pages_that_search_the_same_ask_once(named: Callable[..., str], land: Land) -> None:
    url = named()
    first = find_scenes(land.request(catalog="ours"))
    forget()
    assert find_scenes(land.request(catalog="ours")) == first
    assert sorted(asked(url)) == ["", "collections", "search"]
    find_scenes(land.request(2, catalog="ours"))
    assert asked(url).count("search") == 2


@pytest.mark.usefixtures("own")
def test_an_address_that_a_visitor_typed_is_asked_each_time(named: Callable[..., str], land: Land) -> None:
    url = named()
    for _ in range(2):
        find_scenes(land.request(catalog=url))
    assert asked(url).count("search") == 2


def test_scripts_ask_each_time(named: Callable[..., str], land: Land, tmp_path: Path) -> None:
    url = named()
    for _ in range(2):
        find_scenes(land.request(catalog="ours"))
    assert asked(url).count("search") == 2


@pytest.mark.usefixtures("own")
def test_an_error_is_not_kept(named: Callable[..., str], land: Land) -> None:
    named(fault="404", times=4)
    with pytest.raises(CatalogUnavailable):
        find_scenes(land.request(catalog="ours"))
    while True:
        try:
            assert find_scenes(land.request(catalog="ours"))
            break
        except CatalogUnavailable:
            continue


@pytest.mark.usefixtures("own")
def test_pages_that_open_together_knock_once(named: Callable[..., str]) -> None:
    url = named()
    for _ in range(3):
        profiles.probe("ours")
    assert asked(url) == [""]


@pytest.mark.usefixtures("own")
def test_silence_is_kept_for_a_shorter_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: Callable[..., str]
) -> None:
    url = named(fault="landing-500", times=1)
    for _ in range(2):
        with pytest.raises(CatalogUnavailable):
            profiles.probe("ours")
    assert asked(url) == [""]
    monkeypatch.setattr(answers, "SILENT_S", 0.0)
    profiles.probe("ours")


def test_nothing_of_an_area_stands_in_the_folder(own: Path, named: Callable[..., str], land: Land) -> None:
    named()
    request = land.request(catalog="ours")
    find_scenes(request)
    assert own.stat().st_mode & 0o077 == 0
    for file in own.iterdir():
        assert file.stat().st_mode & 0o077 == 0
        content = answers.read(file, lambda _: 1e9)
        text = json.dumps(content) + file.name
        assert "intersects" not in text
        assert str(request.area.longitude) not in text


def test_a_damaged_old_or_foreign_file_is_asked_again(own: Path) -> None:
    assert asked_once("q", lambda _: 60, lambda: 1) == 1
    assert asked_once("q", lambda _: 60, lambda: 2) == 1
    assert asked_once("q", lambda _: -1, lambda: 3) == 3
    (file,) = (p for p in own.iterdir() if p.suffix != ".lock")
    file.write_bytes(file.read_bytes()[:-4])
    assert asked_once("q", lambda _: 60, lambda: 4) == 4


def test_who_asks_the_same_at_the_same_time_waits_for_the_first(own: Path) -> None:
    calls, go_on, got = [], threading.Event(), []

    def ask() -> str:
        calls.append(1)
        assert go_on.wait(PATIENCE_S)
        return "answer"

    threads = [threading.Thread(target=lambda: got.append(asked_once("q", lambda _: 60, ask))) for _ in "abc"]
    for thread in threads:
        thread.start()
    go_on.set()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert got == ["answer"] * 3
    assert len(calls) == 1


def test_a_process_that_is_killed_while_it_asks_keeps_nobody_waiting(own: Path) -> None:
    code = (
        "import time; from pipeline.catalogs.answers import asked_once\n"
        "asked_once('q', lambda _: 60, lambda: (print('asking', flush=True), time.sleep(600)))"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "asking\n"
    process.kill()
    process.communicate()
    assert asked_once("q", lambda _: 60, lambda: "mine") == "mine"


def test_the_oldest_answers_go_when_there_are_too_many(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "MOST_BYTES", 200)
    for n in range(20):
        asked_once(n, lambda _: 60, lambda: "x" * 10)
    folder = shared_folder("answers")
    assert folder is not None
    assert sum(p.stat().st_size for p in folder.iterdir()) <= 200


def test_a_search_that_ran_out_of_time_is_not_kept(
    named: Callable[..., str], own: Path, monkeypatch: pytest.MonkeyPatch, land: Land
) -> None:
    url = named()
    plain = stac_api.search

    def cut(*arguments: Any) -> Any:
        return replace(plain(*arguments), cut="time")

    monkeypatch.setattr(stac_api, "search", cut)
    for _ in range(2):
        assert find_scenes(land.request(catalog="ours"))
    assert asked(url).count("search") == 2

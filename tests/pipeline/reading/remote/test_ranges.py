"""Requests for parts of files: where they lead, what comes of odd answers, and in what time."""

import itertools
import threading
import time
from collections.abc import Callable
from urllib.parse import quote

import pytest

from pipeline.catalogs.access import OPEN_STORES
from pipeline.errors import Cancelled
from pipeline.machine.hosts import may_lead
from pipeline.progress import Progress
from pipeline.reading.remote import ranges as module
from pipeline.reading.remote.fault import FileFault
from pipeline.reading.remote.ranges import FileAddress, Ranges
from tests.pipeline.conftest import Folder
from tests.support.servers import requests_to

CONTENT = b"II*\0" + bytes(range(256)) * 400
quiet = Progress()


@pytest.fixture
def file(folder: Folder) -> Folder:
    (folder.path / "red.tif").write_bytes(CONTENT)
    return folder


def part(
    href: str,
    first: int = 0,
    size: int = 1000,
    hosts: tuple[str, ...] = (),
    asking: Ranges | None = None,
    progress: Progress = quiet,
) -> bytes:
    return (asking or Ranges()).read(FileAddress(href, hosts), first, size, progress.check, progress.pause)


def asked(folder: Folder, name: str = "red.tif") -> int:
    path = folder.url.removeprefix(folder.server)
    return sum(str(r["path"]).endswith(f"{path}/{name}") for r in requests_to(folder.server))


def test_exactly_the_bytes_that_are_asked_for(file: Folder) -> None:
    href = f"{file.url}/red.tif"
    assert part(href, 0, 4) == b"II*\0"
    assert part(href, 5000, 77) == CONTENT[5000:5077]
    assert part(href, len(CONTENT) - 10, 1000) == CONTENT[-10:], "less where the file ends"
    assert asked(file) == 3, "no question for the size, no other file"


def test_connections_are_kept(file: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    from urllib3.connectionpool import HTTPConnectionPool

    made: list[int] = []
    new = HTTPConnectionPool._new_conn
    monkeypatch.setattr(HTTPConnectionPool, "_new_conn", lambda pool: (made.append(1), new(pool))[1])
    asking = Ranges()
    for first in range(0, 5000, 1000):
        part(f"{file.url}/red.tif", first, asking=asking)
    assert len(made) == 1
    asking._connections._used -= module.IDLE_S + 1
    part(f"{file.url}/red.tif", asking=asking)
    assert len(made) == 2, "one that has rested for long may be dead"


@pytest.mark.parametrize(
    ("fault", "words", "final"),
    [
        ("403", "code: 403", True),
        ("404", "code: 404", True),
        ("reset", "connection was lost", False),
        ("mid", "connection was lost", False),
        ("short", "connection was lost", False),
        ("html", "not recognized", False),
        ("norange", "Range downloading not supported", True),
        ("elsewhere", "Range downloading not supported", True),
    ],
)
def test_odd_answers(file: Folder, fault: str, words: str, final: bool) -> None:
    with pytest.raises(FileFault, match=words) as raised:
        part(f"{file.fault(fault)}/red.tif")
    assert raised.value.final is final


def test_beyond_the_end_of_a_file(file: Folder) -> None:
    with pytest.raises(FileFault, match="got 0 bytes, expected 10"):
        part(f"{file.url}/red.tif", len(CONTENT) + 5, 10)


@pytest.mark.parametrize("status", ["429", "500", "502", "503"])
def test_busy_servers_are_asked_again(file: Folder, status: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_PAUSE_S", 0.01)
    assert part(f"{file.fault(f'once-{status}')}/red.tif", 0, 4) == b"II*\0"
    with pytest.raises(FileFault, match=status):
        part(f"{file.fault(status)}/red.tif")
    assert asked(file) == 2 + module.RETRIES + 1


@pytest.mark.parametrize("fault", ["slow", "drip"])
def test_silence_and_drops_end(file: Folder, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SILENCE_S", 0.3)
    monkeypatch.setattr(module, "SLOWEST_BYTES_PER_S", 100_000)
    began = time.monotonic()
    with pytest.raises(FileFault, match="timed out"):
        part(f"{file.fault(fault)}/red.tif", 0, 16384)
    assert time.monotonic() - began < 5


def test_nobody_listens() -> None:
    with pytest.raises(FileFault, match="connection was lost"):
        part("http://127.0.0.1:9/red.tif")


def test_a_run_that_is_cancelled_reads_no_further(file: Folder) -> None:
    looks = itertools.count()
    progress = Progress(cancelled=lambda: next(looks) > 2)
    began = time.monotonic()
    with pytest.raises(Cancelled):
        part(f"{file.fault('drip')}/red.tif", 0, 16384, progress=progress)
    assert time.monotonic() - began < 5


def test_a_redirect_is_followed_to_allowed_hosts_and_remembered(file: Folder) -> None:
    target = f"{file.url}/red.tif".replace("127.0.0.1", "localhost")
    href, asking = f"{file.url}/first.tif?to={quote(target, safe='')}", Ranges()
    for first in (0, 1000, 2000):
        assert part(href, first, asking=asking) == CONTENT[first : first + 1000]
    log = [str(r["path"]) for r in requests_to(file.server)]
    assert sum("first.tif" in path for path in log) == 1
    assert asking.where(FileAddress(href, ())) == target


def test_a_redirect_that_leads_nowhere_any_more_is_asked_for_again(file: Folder) -> None:
    asking, href = Ranges(), f"{file.url}/red.tif"
    asking._remember(href, f"{file.url}/gone.tif")
    assert part(href, 0, 4, asking=asking) == b"II*\0"


@pytest.mark.parametrize("name", ["127.1", "2130706433", "0x7f000001", "127.0.0.2"])
def test_a_redirect_to_another_host_is_not_followed(file: Folder, name: str) -> None:
    """These lead to the same server, under names that the catalogue's profile does not allow."""
    target = f"{file.url}/red.tif".replace("127.0.0.1", name)
    before = asked(file)
    for hosts in ((), ("*",), ("data.example.org", ".example.org")):
        with pytest.raises(FileFault, match="redirected to another host"):
            part(f"{file.url}/first.tif?to={quote(target, safe='')}", hosts=hosts)
    assert asked(file) == before, "it was not asked"


def test_redirects_without_end_are_given_up(file: Folder) -> None:
    href = f"{file.url}/red.tif"
    for _ in range(module.MAX_REDIRECTS + 1):
        href = f"{file.url}/again.tif?to={quote(href, safe='')}"
    with pytest.raises(FileFault, match="redirected"):
        part(href)


@pytest.mark.parametrize(
    ("target", "hosts", "allowed"),
    [
        ("https://files.example.org/b.tif", (), True),
        ("https://files.example.org:8443/b.tif", (), True),
        ("http://files.example.org/b.tif", (), False),
        ("https://other.example.org/b.tif", (), False),
        ("https://other.example.org/b.tif", (".example.org",), True),
        ("https://other.example.net/b.tif", ("*",), True),
        ("https://10.0.0.1/b.tif", ("*",), False),
        ("https://169.254.169.254/latest", ("*",), False),
        ("https://[::1]/b.tif", ("*",), False),
        ("https://user:word@files.example.org/b.tif", ("*",), False),
        ("file:///etc/passwd", ("*",), False),
        ("/vsicurl/https://files.example.org/b.tif", ("*",), False),
        ("https://sentinel-cogs.s3.us-west-2.amazonaws.com/b.tif", OPEN_STORES, True),
        ("https://sentinel-cogs.s3.us-west-2.amazonaws.com/b.tif", (), False),
        ("https://files.example.org/" + "b" * 3000, (), False),
        ("https://files.example.org:port/b.tif", (), False),
        ("", ("*",), False),
    ],
)
def test_where_a_file_may_lead(target: str, hosts: tuple[str, ...], allowed: bool) -> None:
    assert may_lead("https://files.example.org/a.tif", target, hosts) is allowed


def test_many_threads_share_the_connections(file: Folder) -> None:
    asking, found, failed = Ranges(), set(), []

    def read(first: int) -> None:
        try:
            found.add(part(f"{file.url}/red.tif", first, 500, asking=asking))
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=read, args=(n * 500,)) for n in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert found == {CONTENT[n * 500 : n * 500 + 500] for n in range(40)}


@pytest.mark.parametrize("variable", ["GDAL_HTTP_PROXY", "HTTP_PROXY"])
def test_a_proxy_of_the_environment_is_used(
    file: Folder, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_PROXY", "no_proxy", "http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, file.server.removeprefix("http://"))
    monkeypatch.setenv(variable.lower(), file.server)
    container = file.url.removeprefix(file.server)
    assert part(f"http://account.blob.core.windows.net/public{container}/red.tif", 0, 4) == b"II*\0"


def test_parts_are_fetched_once_and_kept_within_bounds() -> None:
    from pipeline.reading.remote.cache import ByteCache

    kept, fetched = ByteCache(most=100), []

    def fetch(n: int) -> Callable[[], bytes]:
        def of() -> bytes:
            fetched.append(n)
            time.sleep(0.05)
            return bytes([n]) * 40

        return of

    threads = [threading.Thread(target=kept.get, args=("a", (0, 40), fetch(1))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert fetched == [1]
    kept.get("a", (40, 40), fetch(2))
    kept.get("b", (0, 40), fetch(3))
    assert kept.get("a", (0, 40), fetch(4))[0] == 4, "the oldest made room"
    kept.forget("a")
    assert kept.get("b", (0, 40), fetch(5))[0] == 3
    assert kept.get("a", (0, 40), fetch(6))[0] == 6
    with pytest.raises(ZeroDivisionError):
        kept.get("c", (0, 1), lambda: bytes([1 // 0]))
    assert kept.get("c", (0, 1), lambda: b"x") == b"x"
    assert not kept._on_their_way

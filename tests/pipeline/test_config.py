"""Settings are read in one place, and a wrong one is told without stopping anything."""

import ast
from pathlib import Path

import pytest

from pipeline import config
from pipeline.catalogs import profiles

ELSEWHERE = {
    "pipeline/config.py",
    "pipeline/machine/allocator.py",  # glibc's own variables
    "pipeline/reading/remote/ranges.py",  # the network's own variables: proxy and certificates
    "pipeline/machine/shared_folder.py",  # whose folder it is, where the system has no user numbers
    "widgets/page/query_string.py",  # what Voilà tells a kernel of its visitor
    "widgets/page/permalink.py",  # where JupyterHub and Binder serve the page
}


def test_no_other_file_reads_the_environment(repository: Path) -> None:
    reading = set()
    for room in ("pipeline", "widgets"):
        for path in (repository / room).rglob("*.py"):
            nodes = ast.walk(ast.parse(path.read_text("utf-8")))
            names = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
            if names & {"environ", "getenv"}:
                reading.add(path.relative_to(repository).as_posix())
    assert reading <= ELSEWHERE


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "catalogs.toml"
    monkeypatch.setenv(config.CATALOGS, str(path))
    return path


@pytest.mark.parametrize(
    "text",
    [
        "offer = 5",
        'offer = "demo"',
        "offer = [1]",
        "catalogs = 5",
        "catalogs = [1]",
        "references = 1",
        "[catalogs\n",
        "x = " + "[" * 2000,
        "#" + "x" * 2**20,
        "\udcff",
    ],
)
def test_a_wrong_file_leaves_the_built_in_catalogues(
    written: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    written.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert [p.name for p in profiles.offered()] == ["earth-search", "planetary-computer", "demo"]
    assert "DASHBOARD_CATALOGS" in caplog.text


GOOD = '[catalogs.good]\nurl = "https://good.example.org"\n'


@pytest.mark.parametrize(
    "entry",
    [
        "url = 5",
        'url = "ftp://x"',
        'url = "nothing"',
        'url = "https://x"\ntitle = 5',
        'url = "https://x"\ncollections = "a"',
        'url = "https://x"\ncollections = [1]',
        'url = "https://x"\nfields = "yes"',
        'url = "https://x"\noffset = "0"',
        'url = "https://x"\noffset = true',
        'url = "https://x"\nnodata = 1.5',
        'url = "https://x"\nhosts = "x"',
        'url = "https://x"\nlocal = 5',
        'url = "https://x"\nassets = "blue"',
        'url = "https://x"\nassets = { blau = "B02" }',
        'url = "https://x"\nassets = { blue = 2 }',
        'url = "https://x"\nmask = "scl"',
        'url = "https://x"\nmask = { classes = {} }',
        'url = "https://x"\nmask = { asset = "m", classes = { 0 = "fog" } }',
        'url = "https://x"\nmask = { asset = "m", classes = { 999 = "cloud" } }',
        'url = "https://x"\naddresses = { "s3://x/" = 5 }',
    ],
)
def test_a_wrong_entry_is_named_and_the_others_stay(
    written: Path, entry: str, caplog: pytest.LogCaptureFixture
) -> None:
    written.write_text(f"{GOOD}[catalogs.wrong]\n{entry}\n")
    assert [p.name for p in profiles.offered()][-2:] == ["good", "demo"]
    assert "the catalogue 'wrong'" in caplog.text


def test_an_entry_that_is_no_table_is_named(written: Path, caplog: pytest.LogCaptureFixture) -> None:
    written.write_text(f"[catalogs]\nwrong = 5\n{GOOD}")
    assert "good" in [p.name for p in profiles.offered()]
    assert "the catalogue 'wrong' is no table" in caplog.text

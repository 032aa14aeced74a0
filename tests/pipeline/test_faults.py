"""Faults of catalogues and files, row by row of docs/faults.md: outcome, seconds, and the next run."""

import re
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from pipeline import AnalysisError, analyse
from tests.pipeline.conftest import HOLDS, Folder, Land, put
from tests.support.synthetic import item

TABLE = Path(__file__).parents[2] / "docs" / "faults.md"
NOBODY = "http://127.0.0.1:9"
NOWHERE = "http://no-such-host.invalid"
BUSY = 3.0
"""How much longer a busy machine may take."""


@dataclass(frozen=True)
class Row:
    """A fault and what comes of it."""

    where: str
    fault: str
    lasting: str
    outcome: str
    seconds: float

    def __str__(self) -> str:
        return f"{self.where}-{self.fault}-{self.lasting}"


def rows() -> list[Row]:
    """Return the rows of the table in the documentation."""
    cells = [
        [cell.strip() for cell in line.strip("| \n").split("|")]
        for line in TABLE.read_text("utf-8").splitlines()
        if re.match(r"\| (catalogue|file) \|", line)
    ]
    return [
        Row(where, fault, lasting, outcome, float(seconds))
        for where, fault, lasting, outcome, seconds in cells
    ]


@pytest.mark.parametrize("row", [r for r in rows() if r.where == "catalogue"], ids=str)
def test_a_fault_of_a_catalogue(row: Row, land: Land, fake_api: Callable[..., str]) -> None:
    character: dict[str, Any] = {
        "items": [item("a", land.files.url, shape=(560, 560))],
        "conforms": HOLDS,
        "counts": True,
    }
    times = {"times": 1} if row.lasting == "passing" else {}
    api = fake_api(**character, fault=row.fault, **times)
    strange = {"refused": NOBODY, "dns": NOWHERE}.get(row.fault)
    details = run(row, land, strange or api)
    assert "retry shown" not in row.outcome or any("trying again (2 of 3)" in d for d in details)
    put(api, **character)
    assert analyse(land.request(1, catalog=api)).areas.pixels.sum() == 100**2


@pytest.mark.parametrize("row", [r for r in rows() if r.where == "file"], ids=str)
def test_a_fault_of_a_file(row: Row, land: Land, folder: Folder, fake_api: Callable[..., str]) -> None:
    for file in land.files.path.iterdir():
        shutil.copy(file, folder.path)
    name = f"once-{row.fault}" if row.lasting == "passing" else row.fault
    faulty = {
        "refused": NOBODY + urlsplit(folder.url).path,
        "dns": NOWHERE + urlsplit(folder.url).path,
    }.get(row.fault, folder.fault(name))
    api = fake_api(items=[item("a", faulty, shape=(560, 560))], conforms=HOLDS, counts=True)
    details = run(row, land, api, size_km=4)
    assert "retry shown" not in row.outcome or any("trying again (2 of 2)" in d for d in details)
    put(api, items=[item("a", folder.url, shape=(560, 560))], conforms=HOLDS, counts=True)
    assert analyse(land.request(1, catalog=api)).areas.pixels.sum() == 100**2


def run(row: Row, land: Land, api: str, size_km: float = 1) -> list[str]:
    """Run against a faulty catalogue or file; check outcome and seconds; return what the progress said."""
    details: list[str] = []
    began = time.monotonic()
    if row.lasting == "passing":
        found = analyse(land.request(size_km, catalog=api), on_detail=details.append)
        assert found.areas.pixels.sum() == (100 * size_km) ** 2
    else:
        with pytest.raises(AnalysisError) as raised:
            analyse(land.request(size_km, catalog=api), on_detail=details.append)
        text = str(raised.value)
        assert row.outcome in text
        assert not any(word in text for word in ("Traceback", "Error(", "{", "<", "HTTPConnectionPool"))
    assert time.monotonic() - began < BUSY * row.seconds
    return details

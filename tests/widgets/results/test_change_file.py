"""Change to take along: made in the background, saved once, a refusal told."""

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from pipeline.errors import FileRefused
from pipeline.exports import change_package as files
from tests.support.patience import until
from widgets.results.tabs.change_file import MAKING, TITLE, ChangeFile
from widgets.session.gate import Gate


class Page:
    def __init__(self) -> None:
        self.saved: list[tuple[bytes, str, str]] = []
        self.gate = Gate(lambda error: None)
        host: Any = SimpleNamespace(gate=self.gate, save=lambda *file: self.saved.append(file))
        self.part = ChangeFile(host)
        table = pd.DataFrame([[1.5, 0.25], [0.0, 2.0]], ["1 A\tB", "2 C"], ["1 A\tB", "2 C"])
        comparison: Any = SimpleNamespace(before="a", change=SimpleNamespace(named_matrix=table))
        self.part.show(comparison)


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Page:
    monkeypatch.setattr(files, "change_zip", lambda analysis: analysis.encode())
    monkeypatch.setattr(files, "change_name", lambda analysis: f"{analysis}.zip")
    return Page()


def test_the_zip_is_made_in_the_background_and_saved(page: Page) -> None:
    with page.gate.lock:
        page.part.button.click()
        assert page.part.button.description == MAKING
        assert page.part.button.disabled
    until(lambda: bool(page.saved), page.gate.lock)
    assert page.saved == [(b"a", "a.zip", "application/zip")]
    assert page.part.button.description == TITLE


def test_the_table_can_be_copied_into_a_spreadsheet(page: Page) -> None:
    assert page.part.copy.text == "From / to\t1 A B\t2 C\n1 A B\t1.50\t0.25\n2 C\t0.00\t2.00\n"


def test_a_sample_that_was_labelled_since_is_in_the_files(page: Page) -> None:
    sampled: Any = "b"
    page.part.take(sampled)
    page.part.button.click()
    until(lambda: bool(page.saved), page.gate.lock)
    assert page.saved[0][:2] == (b"b", "b.zip")


def test_a_refusal_is_one_sentence(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> bytes:
        raise FileRefused("The area is <too> large.")

    monkeypatch.setattr(files, "change_zip", refuse)
    page.part.button.click()
    until(lambda: "&lt;too&gt;" in page.part.told.value, page.gate.lock)
    assert not page.part.button.disabled
    assert page.saved == []

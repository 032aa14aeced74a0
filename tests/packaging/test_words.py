"""Words that people could not read: they are in no text of the page, the pipeline or the files it makes."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

UNWANTED = {
    r"allowed are": "your limit is 20 %",
    r"Clusters %": "Opacity",
    r"clusters are stable": "Repeating the grouping moves 0.2 % of the pixels",
    r"^Confidence|; ?next: |, next: ": "Unsure: nearly as close to 4 Bare or built-up",
    r"Merge ticked": "Merge selected",
    r"[Mm]ost compact and far apart": "6 clusters separate best here",
    r"A model is one of the downloads": "Label this area with the classes of an earlier result",
    r"its latitudes run from": "These coordinates look like metres",
    r"\bshall\b": "should",
    r"^e\+|\de\+\d": "numbers as people write them",
}
"""What was there -> what people read now."""
ISO = re.compile(r"%Y-%m-%d")
NO_SENTENCE = {"widgets/page/visitor.py", "demo/__init__.py", "demo/items.py"}
"""Where a date is part of a file's name or of an item."""


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Give the text constants of a file with their lines, docstrings left out."""
    tree = ast.parse(path.read_text("utf-8"))
    docstrings = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and is_text(node.value)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and is_text(node) and id(node) not in docstrings:
            yield node.lineno, str(node.value)


def is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


@pytest.fixture(scope="module")
def told(repository: Path) -> list[tuple[str, str]]:
    """Every text constant with its place."""
    return [
        (f"{path.relative_to(repository).as_posix()}:{line}", text)
        for folder in ("pipeline", "widgets", "server", "demo")
        for path in sorted((repository / folder).rglob("*.py"))
        for line, text in texts(path)
    ]


@pytest.mark.parametrize("pattern", UNWANTED)
def test_what_nobody_understood_is_gone(told: list[tuple[str, str]], pattern: str) -> None:
    assert not [place for place, text in told if re.search(pattern, text)], UNWANTED[pattern]


def test_days_are_written_in_words(told: list[tuple[str, str]]) -> None:
    places = [place for place, text in told if ISO.search(text)]
    assert {place.partition(":")[0] for place in places} <= NO_SENTENCE

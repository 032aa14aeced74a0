"""What the documents name is there: files of the repository, pictures, and other documents."""

import re
from pathlib import Path

import pytest

NAMED = re.compile(r"`([\w./-]+\.(?:py|css|js|sh|conf|ipynb))(?:::(\w+)(…?))?`|\]\(([\w./-]+\.[a-z]+)[^)]*\)")
"""A file in backticks, perhaps with one of its tests; or where a link leads."""
ROOMS = ("", "pipeline", "widgets")
"""Where a path may begin."""


def documents(repository: Path) -> list[Path]:
    return [*repository.glob("*.md"), *(repository / "docs").glob("*.md")]


@pytest.mark.parametrize("name", [p.name for p in documents(Path(__file__).parents[2])])
def test_files_and_pictures_that_a_document_names_exist(name: str, repository: Path) -> None:
    (document,) = (p for p in documents(repository) if p.name == name)
    missing = []
    for in_code, test, cut, link in NAMED.findall(document.read_text("utf-8")):
        places = [document.parent, *(repository / room for room in ROOMS)]
        found = [place / (in_code or link) for place in places if (place / (in_code or link)).exists()]
        if not found:
            missing.append(in_code or link)
        elif test and f"def {test}{'' if cut else '('}" not in found[0].read_text("utf-8"):
            missing.append(f"{in_code}::{test}")
    assert not missing

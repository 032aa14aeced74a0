"""The style sheet: every part of it reaches the page, once."""

import re
from pathlib import Path

from widgets.style.sheet import PARTS, sheet


def test_every_file_of_the_folder_is_a_part(repository: Path) -> None:
    files = sorted(p.stem for p in (repository / "widgets" / "style").glob("*.css"))
    assert files == sorted(PARTS)
    assert len(PARTS) == len(set(PARTS))


def test_every_part_is_in_the_sheet_and_whole(repository: Path) -> None:
    text = sheet()
    for part in PARTS:
        rules = (repository / "widgets" / "style" / f"{part}.css").read_text()
        assert rules in text, part
        assert rules.count("{") == rules.count("}"), f"{part}: a rule is cut"


def test_every_class_of_the_sheet_is_given_to_something(repository: Path) -> None:
    """Names with a number or a kind in them are written as f-strings: their beginning counts."""
    files = [p for folder in ("widgets", "share") for p in (repository / folder).rglob("*.*")]
    code = "\n".join(p.read_text() for p in files if p.suffix in (".py", ".js", ".j2"))
    given = set(re.findall(r"eo-[a-z0-9-]*[a-z0-9](?![a-z0-9-]|-?\{)", code))
    begun = tuple(re.findall(r"(eo-[a-z][a-z0-9-]*)\{", code))
    styled = set(re.findall(r"\.(eo-[a-z0-9-]+)", sheet()))
    assert [name for name in sorted(styled - given) if not name.startswith(begun)] == []

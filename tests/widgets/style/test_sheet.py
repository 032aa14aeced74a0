"""The style sheet: every part of it reaches the page, once."""

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

"""The plan of the house names every room, so that a newcomer finds the door."""

from pathlib import Path

import pytest


@pytest.mark.parametrize("package", ["pipeline", "widgets"])
def test_every_room_is_named(repository: Path, package: str) -> None:
    plan = (repository / "docs" / "architecture.md").read_text("utf-8")
    files = [p for p in (repository / package).glob("*.py") if not p.name.startswith("__")]
    folders = [p for p in (repository / package).iterdir() if (p / "__init__.py").is_file()]
    assert files
    assert folders
    missing = [p.name for p in files if f"{p.name}`" not in plan]
    missing += [p.name for p in folders if f"{p.name}/`" not in plan]
    assert not missing

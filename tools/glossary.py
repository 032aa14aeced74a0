"""Write docs/glossary.md from the words that the page explains: ``python -m tools.glossary``."""

from __future__ import annotations

from pathlib import Path

from widgets.glossary.terms import as_markdown

PAGE = Path(__file__).resolve().parent.parent / "docs" / "glossary.md"


def main() -> None:
    """Write the document anew."""
    PAGE.write_text(as_markdown(), encoding="utf-8")


if __name__ == "__main__":
    main()

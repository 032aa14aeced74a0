"""What mkdocs needs beside docs/: files of the top folder as pages, and notebooks turned into pages.

A hook of mkdocs.yml. With ``DOCS_RUN=1`` the notebooks are run first, so that the pages show what they give.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGES = {
    "SECURITY.md": "security.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "README.md": "index.md",
    "CODE_OF_CONDUCT.md": "code_of_conduct.md",
}
"""Files of the top folder, and the page that shows each."""
OWN = {"README.md"}
"""Those whose page is written by hand."""
TIMEOUT_S = 300
_LINK = re.compile(r"\]\((?P<target>[^)#\s]+)(?P<anchor>#[^)\s]*)?\)")


def on_files(files: Any, config: Any) -> Any:
    """Add the pages that are not written in docs/; leave out files that are no pages."""
    from mkdocs.structure.files import File

    for file in list(files):
        if file.src_uri.endswith(".ipynb"):
            page = str(Path(file.src_uri).with_suffix(".md"))
            text = notebook_page(ROOT / "docs" / file.src_uri, run=bool(os.environ.get("DOCS_RUN")))
            files.append(File.generated(config, page, content=text))
            files.remove(file)
    for name, page in PAGES.items():
        if name not in OWN:
            text = (ROOT / name).read_text("utf-8")
            files.append(File.generated(config, page, content=from_the_top(text)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Turn links that leave docs/, as they work on a code host, into links within the site."""
    return within_the_site(markdown)


def within_the_site(markdown: str) -> str:
    """Return a page of docs/ whose links to ``../FILE`` lead to the file's page, or are plain text.

    Examples
    --------
    >>> within_the_site("[a](../SECURITY.md) [b](../pyproject.toml) [c](use.md#x) [d](year.ipynb)")
    '[a](security.md) b [c](use.md#x) [d](year.md)'
    """

    def moved(match: re.Match[str]) -> str:
        label, target, anchor = match["label"], match["target"], match["anchor"] or ""
        if target.startswith("../"):
            page = PAGES.get(target.removeprefix("../"))
            return f"[{label}]({page})" if page else label
        if "://" not in target and not Path(target).suffix:
            return label  # a folder
        return f"[{label}]({target.replace('.ipynb', '.md')}{anchor})"

    return re.sub(r"(?<!!)\[(?P<label>[^\]]*)" + _LINK.pattern, moved, markdown)


def from_the_top(markdown: str) -> str:
    """Return a file of the top folder as if it lay in docs/."""

    def moved(match: re.Match[str]) -> str:
        target, anchor = match["target"], match["anchor"] or ""
        if "://" in target:
            return match[0]
        inside = target.removeprefix("docs/") if target.startswith("docs/") else f"../{target}"
        return f"]({inside}{anchor})"

    return _LINK.sub(moved, markdown)


def notebook_page(path: Path, *, run: bool) -> str:
    """Return a notebook as Markdown; pictures and tables of its outputs are part of the text."""
    import nbformat
    from nbconvert import MarkdownExporter

    notebook: Any = nbformat.reads(path.read_text("utf-8"), as_version=4)  # type: ignore[no-untyped-call]
    if run:
        from nbclient import NotebookClient

        resources = {"metadata": {"path": str(path.parent)}}
        NotebookClient(notebook, timeout=TIMEOUT_S, resources=resources).execute()
    exporter: Any = MarkdownExporter
    text, _ = exporter().from_notebook_node(notebook)
    where = f"*This page is the notebook `docs/tutorials/{path.name}`: open it in Jupyter to play with it.*"
    return f"{text}\n\n{where}\n"

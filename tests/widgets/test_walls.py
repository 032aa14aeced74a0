"""The page knows the pipeline, never pixels or HTTP; showing it imports nothing heavy."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"sklearn", "stackstac", "rasterio", "pystac", "pystac_client", "rioxarray"}
NOT_FOR_THE_PAGE = HEAVY | {"requests", "urllib3", "urllib", "odc", "pyproj", "numpy", "xarray", "dask"}
NOT_AT_THE_START = HEAVY | {"xarray", "scipy", "pandas", "bqplot", "dask.array", "distributed"}
"""Importing bqplot imports pandas: 40 MB that a page needs with its first result."""


def test_the_page_imports_neither_pixels_nor_http(repository: Path) -> None:
    for path in sorted((repository / "widgets").rglob("*.py")):
        imported = set()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add((node.module or "").split(".")[0])
        assert not imported & NOT_FOR_THE_PAGE, path.name


def test_showing_the_page_imports_nothing_heavy(repository: Path) -> None:
    show = "import sys; from widgets import Dashboard; Dashboard()"
    code = f"{show}; print(sorted({NOT_AT_THE_START!r} & set(sys.modules)))"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize("word", ["print(", "except:", "http://", "https://"])
def test_what_does_not_belong_into_the_page(repository: Path, word: str) -> None:
    for path in sorted((repository / "widgets").rglob("*.py")):
        assert word not in path.read_text("utf-8"), path.name


def test_no_part_hides_a_method_of_the_toolkit(repository: Path) -> None:
    """A private name of ours must not be one of ipywidgets' or traitlets': `_compare` broke the page."""
    import importlib

    import ipywidgets as ipw

    for path in sorted((repository / "widgets").rglob("*.py")):
        importlib.import_module(".".join(path.relative_to(repository).with_suffix("").parts))
    toolkit = {name for name in dir(ipw.VBox) if name.startswith("_") and not name.startswith("__")}
    meant = {"_view_name", "_view_module", "_esm", "_css", "_repr_mimebundle_", "_trait_default_generators"}
    parts, seen = list(ipw.DOMWidget.__subclasses__()), set()
    while parts:
        part = parts.pop()
        parts += part.__subclasses__()
        if part.__module__.startswith("widgets") and part not in seen:
            seen.add(part)
            own = {n for n in vars(part) if callable(vars(part)[n]) or isinstance(vars(part)[n], property)}
            assert not own & toolkit - meant, part
    assert len(seen) > 20

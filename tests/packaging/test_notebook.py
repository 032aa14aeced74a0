"""The notebook only shows the page: at most ten lines of code, no outputs, and it runs."""

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient


@pytest.fixture
def notebook(repository: Path) -> nbformat.NotebookNode:
    path = repository / "dashboard.ipynb"
    if not path.exists() and "CI" not in os.environ:
        pytest.skip("dashboard.ipynb has not been written yet")
    return nbformat.read(path, as_version=4)


def test_it_is_at_most_ten_lines_of_code_without_outputs(notebook: nbformat.NotebookNode) -> None:
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    lines = [line for cell in cells for line in cell.source.splitlines() if line.strip()]
    assert 1 <= len(lines) <= 10
    assert not any(cell.outputs or cell.execution_count for cell in cells)


def test_it_names_no_kernel_that_only_one_machine_has(notebook: nbformat.NotebookNode) -> None:
    assert notebook.metadata.kernelspec.name == "python3"


def test_it_runs_and_shows_a_widget(notebook: nbformat.NotebookNode, repository: Path) -> None:
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(repository)}}).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    shown = [
        output for output in outputs if "application/vnd.jupyter.widget-view+json" in output.get("data", {})
    ]
    assert len(shown) == 1
    assert not [output for output in outputs if output.output_type in {"error", "stream"}]

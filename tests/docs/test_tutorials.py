"""The tutorials run from top to bottom on the demo, and are kept without outputs."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

TUTORIALS = ("first_map", "my_polygons", "check_it", "a_year")


def test_these_are_all(repository: Path) -> None:
    found = {path.stem for path in (repository / "docs" / "tutorials").glob("*.ipynb")}
    assert found == set(TUTORIALS)


@pytest.mark.parametrize("name", TUTORIALS)
def test_a_tutorial_runs(name: str, repository: Path) -> None:
    folder = repository / "docs" / "tutorials"
    notebook = nbformat.read(folder / f"{name}.ipynb", as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not any(cell.outputs or cell.execution_count for cell in code)
    NotebookClient(notebook, timeout=240, resources={"metadata": {"path": str(folder)}}).execute()
    outputs = [output for cell in code for output in cell.outputs]
    assert not [o for o in outputs if o.output_type == "stream" and o.name == "stderr"]
    assert any("text/html" in output.get("data", {}) for output in outputs), "it shows a card or a table"

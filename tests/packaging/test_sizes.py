"""No room grows beyond what can be read in one go."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOMS = ("pipeline", "widgets", "synthetic", "demo", "tools", "benchmarks", "server")
FILE_LINES, CLASS_LINES, CLASS_METHODS, FUNCTION_LINES = 350, 200, 20, 60

Function = ast.FunctionDef | ast.AsyncFunctionDef


def sources(repository: Path) -> list[Path]:
    return sorted(path for room in ROOMS for path in (repository / room).rglob("*.py"))


def too_large(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    if len(text.splitlines()) > FILE_LINES:
        yield f"{path}: {len(text.splitlines())} lines"
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.ClassDef | Function):
            continue
        lines = (node.end_lineno or node.lineno) - node.lineno + 1
        if isinstance(node, Function):
            if lines > FUNCTION_LINES:
                yield f"{path}:{node.lineno} {node.name}: {lines} lines"
            continue
        methods = sum(isinstance(child, Function) for child in node.body)
        if lines > CLASS_LINES or methods > CLASS_METHODS:
            yield f"{path}:{node.lineno} {node.name}: {lines} lines, {methods} methods"


def test_files_of_tests_stay_small(repository: Path) -> None:
    found = {path: len(path.read_text("utf-8").splitlines()) for path in (repository / "tests").rglob("*.py")}
    assert found
    assert not {path: lines for path, lines in found.items() if lines > FILE_LINES}


def test_files_classes_and_functions_stay_small(repository: Path) -> None:
    assert sources(repository)
    found = [problem for path in sources(repository) for problem in too_large(path)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("room", ["pipeline", "widgets"])
def test_a_folder_s_init_holds_a_docstring_and_nothing_else(repository: Path, room: str) -> None:
    """The public names of the two packages themselves, and of `pipeline.accuracy`, are the exceptions."""
    public = {repository / room, repository / "pipeline" / "accuracy"}
    for path in (repository / room).rglob("__init__.py"):
        if path.parent in public:
            continue
        body = ast.parse(path.read_text(encoding="utf-8")).body
        assert len(body) == 1, path
        assert isinstance(body[0], ast.Expr), path
        assert isinstance(body[0].value, ast.Constant), path

"""Arrows between rooms only point downwards: no room needs, even by a detour, a room that needs it.

A room is a folder or a single file of `pipeline` or `widgets`. Imports inside functions count; what only
types need does not.
"""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest


def modules(house: Path) -> dict[str, Path]:
    found = {}
    for path in house.rglob("*.py"):
        parts = path.relative_to(house.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def needed(tree: ast.AST) -> Iterator[ast.ImportFrom | ast.Import]:
    """Yield the imports that happen when the program runs, at once or later."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ImportFrom | ast.Import):
            yield node
        elif not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            yield from needed(node)


def targets(node: ast.ImportFrom | ast.Import, known: dict[str, Path]) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name for alias in node.names}
    names = {f"{node.module}.{alias.name}" for alias in node.names}
    return {name if name in known else str(node.module) for name in names}


def room(module: str) -> str:
    return ".".join(module.split(".")[:2])


@pytest.mark.parametrize("top", ["pipeline", "widgets"])
def test_no_room_stands_above_a_room_that_stands_above_it(repository: Path, top: str) -> None:
    known = modules(repository / top)
    below: dict[str, set[str]] = {room(module): set() for module in known}
    for module, path in known.items():
        for node in needed(ast.parse(path.read_text("utf-8"))):
            below[room(module)] |= {room(t) for t in targets(node, known) if t in known} - {room(module)}
    order = tuple(TopologicalSorter(below).static_order())  # raises CycleError, which names the circle
    assert len(order) == len(below) > 10
    assert sum(map(len, below.values())) > 30

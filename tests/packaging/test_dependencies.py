"""One list of dependencies: the pins, environment.yml, Binder and the code's own imports agree with it."""

import ast
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOMS = ("pipeline", "widgets", "demo", "synthetic")
IMPORTED_AS = {"PIL": "pillow", "odc": "odc-geo", "sklearn": "scikit-learn", "yaml": "pyyaml"}


@pytest.fixture(scope="module")
def pyproject(repository: Path) -> dict[str, Any]:
    return tomllib.loads((repository / "pyproject.toml").read_text())


@pytest.fixture(scope="module")
def runtime(pyproject: dict[str, Any]) -> dict[str, Requirement]:
    return by_name(pyproject["project"]["dependencies"])


def by_name(lines: list[str]) -> dict[str, Requirement]:
    return {canonicalize_name(requirement.name): requirement for requirement in map(Requirement, lines)}


def pins(path: Path) -> dict[str, str]:
    lines = [
        line for line in path.read_text().splitlines() if line and not line.startswith(("#", "--requirement"))
    ]
    assert all(re.fullmatch(r"[\w.-]+==[\w.!+-]+", line) for line in lines), (
        "a pin is name==version, nothing more"
    )
    return {canonicalize_name(name): version for name, version in (line.split("==") for line in lines)}


def imported(folder: Path) -> set[str]:
    names: set[str] = set()
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                names.update(alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.split(".")[0])
    return names - set(sys.stdlib_module_names)


@pytest.mark.parametrize("room", ROOMS)
def test_every_import_is_a_declared_dependency(
    room: str, repository: Path, runtime: dict[str, Requirement]
) -> None:
    foreign = imported(repository / room) - {*ROOMS, "tools"}
    undeclared = {name for name in foreign if canonicalize_name(IMPORTED_AS.get(name, name)) not in runtime}
    assert not undeclared


def test_the_pins_satisfy_the_ranges(repository: Path, pyproject: dict[str, Any]) -> None:
    pinned = pins(repository / "requirements.txt")
    for name, requirement in by_name(pyproject["project"]["dependencies"]).items():
        assert requirement.specifier.contains(pinned[name]), f"{requirement} but {name}=={pinned[name]}"

    pinned |= pins(repository / "requirements-dev.txt")
    for name, requirement in by_name(pyproject["project"]["optional-dependencies"]["test"]).items():
        assert requirement.specifier.contains(pinned[name]), f"{requirement} but {name}=={pinned[name]}"

    pinned |= pins(repository / "requirements-docs.txt")
    for name, requirement in by_name(pyproject["project"]["optional-dependencies"]["docs"]).items():
        assert requirement.specifier.contains(pinned[name]), f"{requirement} but {name}=={pinned[name]}"


def test_no_package_is_pinned_twice(repository: Path) -> None:
    assert not pins(repository / "requirements.txt").keys() & pins(repository / "requirements-dev.txt").keys()


def test_conda_lists_the_same_packages_and_ranges(repository: Path, pyproject: dict[str, Any]) -> None:
    environment = yaml.safe_load((repository / "environment.yml").read_text())
    conda = {Requirement(line).name: Requirement(line).specifier for line in environment["dependencies"]}
    python = conda.pop("python")
    declared = by_name(pyproject["project"]["dependencies"])
    assert conda == {name: requirement.specifier for name, requirement in declared.items()}
    assert python == SpecifierSet(pyproject["project"]["requires-python"])
    assert environment["channels"] == ["conda-forge", "nodefaults"]


def test_binder_installs_the_pinned_versions(repository: Path) -> None:
    lines = (repository / "binder" / "requirements.txt").read_text().split()
    assert lines == ["--requirement", "../requirements.txt"]
    assert (repository / "binder" / "runtime.txt").read_text().strip() in {"python-3.12", "python-3.13"}
    assert (repository / "binder" / "postBuild").stat().st_mode & 0o111, "repo2docker runs it"


def test_installing_the_project_puts_no_module_into_site_packages(pyproject: dict[str, Any]) -> None:
    assert pyproject["tool"]["setuptools"] == {"packages": [], "py-modules": []}

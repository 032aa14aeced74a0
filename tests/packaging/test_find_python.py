"""`make` finds a Python that makes its environment, or says what to install. The Pythons are stand-ins."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Python = Callable[..., Path]
VERSION = f"3.{sys.version_info.minor}"


@pytest.fixture
def python(tmp_path: Path) -> Python:
    """Make a command that behaves like this Python, or like one that lacks a module or is too old."""
    folder = tmp_path / "bin"
    folder.mkdir()

    def made(name: str, *, venv: bool = True, old: bool = False) -> Path:
        file = folder / name
        refusals = [] if venv else ['case "$*" in *ensurepip*) exit 1;; esac']
        refusals += ["exit 1"] if old else []
        file.write_text("\n".join(["#!/bin/sh", *refusals, f'exec "{sys.executable}" "$@"', ""]))
        file.chmod(0o755)
        return file

    return made


def run(script: str, *arguments: str, repository: Path, path: Path) -> subprocess.CompletedProcess[str]:
    command = ["/bin/sh", str(repository / "tools" / script), *arguments]
    return subprocess.run(command, env={"PATH": str(path)}, capture_output=True, text=True, check=False)


def test_one_that_cannot_make_environments_is_passed_over(python: Python, repository: Path) -> None:
    lacking, whole = python("python3.13", venv=False), python("python3.11")
    found = run("find_python.sh", repository=repository, path=lacking.parent)
    assert found.stdout.strip() == str(whole)


def test_where_none_can_the_sentence_names_the_package_of_that_version(
    python: Python, repository: Path, tmp_path: Path
) -> None:
    lacking = python("python3.13", venv=False)
    found = run("find_python.sh", repository=repository, path=lacking.parent)
    assert found.stdout.strip() == str(lacking)
    made = run(
        "create_environment.sh",
        str(lacking),
        str(tmp_path / "env"),
        repository=repository,
        path=lacking.parent,
    )
    assert made.returncode == 1
    assert f"apt-get install python{VERSION}-venv." in made.stderr
    assert not (tmp_path / "env").exists()


def test_without_any_it_says_which_are_needed(python: Python, repository: Path) -> None:
    old = python("python3", old=True)
    found = run("find_python.sh", repository=repository, path=old.parent)
    assert found.returncode == 1
    assert "needs Python 3.11, 3.12, 3.13 or 3.14" in found.stderr


def test_one_that_was_named_and_is_too_old_is_refused(
    python: Python, repository: Path, tmp_path: Path
) -> None:
    old = python("python3.9", old=True)
    made = run(
        "create_environment.sh", str(old), str(tmp_path / "env"), repository=repository, path=old.parent
    )
    assert made.returncode == 1
    assert "no Python from 3.11 to 3.14" in made.stderr


def test_an_environment_that_was_left_half_made_is_made_again(
    python: Python, repository: Path, tmp_path: Path
) -> None:
    whole, folder = python("python3"), tmp_path / "env"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    for _ in range(2):
        made = run("create_environment.sh", str(whole), str(folder), repository=repository, path=whole.parent)
        assert made.returncode == 0
    assert made.stdout == "", "the second time it is there"
    subprocess.run([folder / "bin" / "python", "-c", "import pip"], check=True)

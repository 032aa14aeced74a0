"""CI cannot pass on tests that it did not run."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SKIPPED_TESTS = {
    "tests/browser/test_one.py": "import pytest\ndef test_page(): pytest.skip('no browser')\n",
    "tests/browser/test_whole_file.py": "import pytest\npytest.importorskip('no_such_module')\n",
    "tests/test_scenes.py": "def test_scene(shared_dir): pass\n",
    "tests/test_marked.py": (
        "import pytest\n@pytest.mark.real_scenes\n@pytest.mark.skip(reason='gone')\ndef test_scene(): pass\n"
    ),
}
HARMLESS_SKIP = "import pytest\ndef test_elsewhere(): pytest.skip('only on another system')\n"


@pytest.fixture
def project(tmp_path: Path, repository: Path) -> Path:
    """A repository with our pytest configuration and no tests; no shared folder lies beside it."""
    folder = tmp_path / "repository"
    (folder / "tests" / "browser").mkdir(parents=True)
    shutil.copy(repository / "pyproject.toml", folder)
    shutil.copy(repository / "tests" / "conftest.py", folder / "tests")
    return folder


def run_pytest(project: Path, *, ci: bool) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "tests"]
    return subprocess.run(
        command, cwd=project, env=environment | ({"CI": "true"} if ci else {}), capture_output=True, text=True
    )


@pytest.mark.parametrize("name", SKIPPED_TESTS)
def test_a_skipped_browser_or_real_scene_test_fails_in_ci_only(name: str, project: Path) -> None:
    (project / name).write_text(SKIPPED_TESTS[name])
    (project / "tests" / "test_other.py").write_text("def test_passes(): pass\n")
    assert run_pytest(project, ci=False).returncode == 0
    in_ci = run_pytest(project, ci=True)
    assert in_ci.returncode != 0
    assert "CI must run this test, but it was skipped" in in_ci.stdout


def test_other_skips_are_allowed_in_ci(project: Path) -> None:
    (project / "tests" / "test_other.py").write_text(HARMLESS_SKIP)
    assert run_pytest(project, ci=True).returncode == 0


@pytest.mark.parametrize(
    ("make", "verdict", "last_line"),
    [
        ("echo '==== 3 passed in 1.20s ===='; echo afterwards", 0, "==== 3 passed in 1.20s ===="),
        ("echo '==== no tests ran in 0.01s ===='; exit 2", 2, "==== no tests ran in 0.01s ===="),
        (
            "echo '==== 1 failed in 61.20s (0:01:01) ===='; exit 2",
            2,
            "==== 1 failed in 61.20s (0:01:01) ====",
        ),
    ],
)
def test_ci_run_ends_as_make_does_and_with_pytests_closing_line(
    make: str, verdict: int, last_line: str, repository: Path, tmp_path: Path
) -> None:
    stand_in(tmp_path, "make", make)
    run = ci_run(repository, tmp_path, packages="")
    assert run.returncode == verdict
    assert run.stdout.splitlines()[-1] == last_line


def test_ci_run_installs_what_the_list_names_and_the_machine_lacks(repository: Path, tmp_path: Path) -> None:
    stand_in(tmp_path, "make", "echo '==== 3 passed in 1.20s ===='")
    stand_in(tmp_path, "apt-get", 'echo "apt-get $*"')
    packages = "# a remark\n\nthere  command -v sh\nnginx  command -v no-such-program\nother  test 1 = 2\n"
    run = ci_run(repository, tmp_path, packages=packages)
    installed = [line for line in run.stdout.splitlines() if line.startswith("apt-get install")]
    assert installed == ["apt-get install -q -y --no-install-recommends nginx other"]
    assert run.returncode == 0


def test_every_line_of_the_list_is_a_package_and_a_check(repository: Path) -> None:
    lines = (repository / ".ci" / "packages.txt").read_text().splitlines()
    for package, check in (line.split(maxsplit=1) for line in lines if line and not line.startswith("#")):
        assert re.fullmatch(r"[a-z0-9][a-z0-9.+-]+", package)
        assert subprocess.run(["bash", "-n", "-c", check], check=False).returncode == 0


def stand_in(folder: Path, name: str, script: str) -> None:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def ci_run(repository: Path, folder: Path, *, packages: str) -> subprocess.CompletedProcess[str]:
    """Run .ci/run with the folder's commands before all others, and a list of packages of our own."""
    listed = folder / "packages.txt"
    listed.write_text(packages)
    environment = {
        **os.environ,
        "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
        "CI_PACKAGES": str(listed),
    }
    command = ["bash", str(repository / ".ci" / "run")]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_a_commit_is_checked_by_the_tools_that_make_test_runs(repository: Path) -> None:
    hooks = (repository / ".pre-commit-config.yaml").read_text()
    makefile = (repository / "Makefile").read_text()
    for tool in ("ruff check", "ruff format --check", "codespell"):
        assert f"entry: .venv/bin/{tool}" in hooks
        assert f"$(BIN)/{tool}" in makefile

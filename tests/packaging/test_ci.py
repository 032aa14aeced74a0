"""CI cannot pass on tests that it did not run."""

import os
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
    if not shutil.which("chromium"):
        pytest.skip("without Chromium, .ci/run would install it")
    stand_in = tmp_path / "make"
    stand_in.write_text(f"#!/bin/sh\n{make}\n")
    stand_in.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    run = subprocess.run(
        ["bash", str(repository / ".ci" / "run")], env=environment, capture_output=True, text=True
    )
    assert run.returncode == verdict
    assert run.stdout.splitlines()[-1] == last_line

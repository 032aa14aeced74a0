"""A machine without a browser that can be driven gets one, or a sentence; all other tests run."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools import browser

NODE_THAT_FAILS = (
    "#!/bin/sh\necho 'node: error while loading shared libraries: libatomic.so.1' >&2\nexit 127\n"
)


@pytest.fixture
def broken_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Playwright whose Node.js does not start, and an empty search path: nothing can be installed."""
    node = tmp_path / "node"
    node.write_text(NODE_THAT_FAILS)
    node.chmod(0o755)
    monkeypatch.setenv("PLAYWRIGHT_NODEJS_PATH", str(node))
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.delenv("CI", raising=False)
    return node


def run(*arguments: str, repository: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tools.browser", *arguments]
    return subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)


def test_a_driver_that_does_not_start_means_no_browser(broken_node: Path) -> None:
    assert browser.find() is None


def test_a_chromium_that_cannot_be_driven_does_not_count(
    broken_node: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chromium = tmp_path / "chromium"
    shutil.copy(broken_node, chromium)
    monkeypatch.setenv("CHROMIUM", str(chromium))
    assert browser.find() is None


def test_it_ends_in_a_sentence_that_names_the_library(broken_node: Path, repository: Path) -> None:
    done = run(repository=repository)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "apt-get install libatomic1" in done.stderr


def test_the_other_tests_run_without_a_browser(
    broken_node: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = run("--optional", repository=repository)
    assert done.returncode == 0
    assert "all other tests run" in done.stdout
    monkeypatch.setenv("CI", "true")
    assert run("--optional", repository=repository).returncode == 1


def test_a_browser_test_is_skipped_where_there_is_no_browser(
    broken_node: Path, repository: Path, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    (project / "tests").mkdir(parents=True)
    shutil.copy(repository / "pyproject.toml", project)
    shutil.copy(repository / "tests" / "conftest.py", project / "tests")
    shutil.copytree(repository / "tools", project / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    (project / "tests" / "test_page.py").write_text(
        "def test_page(browser): raise AssertionError\ndef test_other(): pass\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "tests"],
        cwd=project,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "1 passed, 1 skipped" in done.stdout


def test_a_browser_is_found_here() -> None:
    if not any(map(shutil.which, browser.NAMES)):
        pytest.skip("no Chromium on this machine")
    found = browser.find()
    assert found
    assert Path(found).exists()

"""The documents become a site without a warning; what they show and name is there."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml

from tools.docs_site import from_the_top, within_the_site


class Links(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.loaded: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        told = dict(attributes)
        if tag == "a" and told.get("href"):
            self.targets.append(str(told["href"]))
        for name in ("src",) if tag != "link" else ("href",):
            if tag in ("img", "script", "link") and told.get(name) and told.get("rel") != "canonical":
                self.loaded.append(str(told[name]))


@pytest.fixture(scope="module")
def site(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, the tutorials not run."""
    pytest.importorskip("mkdocs", reason="requirements-docs.txt is not installed")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=repository, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return folder


def test_every_page_is_there_and_every_link_leads_somewhere(site: Path) -> None:
    pages = sorted(site.rglob("*.html"))
    assert {"index.html", "use.html", "believe.html", "api.html", "security.html"} <= {p.name for p in pages}
    assert len(list((site / "tutorials").glob("*.html"))) == 4
    for page in pages:
        if page.name == "404.html":
            continue
        for target in Links(page.read_text("utf-8")).targets:
            parts = urlsplit(target)
            if parts.scheme or not parts.path or target.startswith("mailto:"):
                continue
            found = (page.parent / unquote(parts.path)).resolve()
            assert found.exists(), f"{page.name}: {target}"


def test_a_page_asks_no_other_host(site: Path) -> None:
    for page in site.rglob("*.html"):
        assert not [url for url in Links(page.read_text("utf-8")).loaded if urlsplit(url).netloc], page


def test_the_public_names_are_documented(site: Path) -> None:
    api = (site / "api.html").read_text("utf-8")
    for name in ("AnalysisRequest", "AreaOfInterest", "analyse", "Analysis", "analyse_many", "find_places"):
        assert re.search(rf'id="pipeline\.[\w.]*\b{name}"', api), name


def test_links_work_on_the_site_as_on_a_code_host() -> None:
    assert (
        within_the_site("[a](../SECURITY.md), ![p](pictures/a.png)")
        == "[a](security.md), ![p](pictures/a.png)"
    )
    assert within_the_site("[n](tutorials/a.ipynb#x)") == "[n](tutorials/a.md#x)"
    assert within_the_site("[p](../pyproject.toml) [f](deploy)") == "p f"
    assert from_the_top("[d](docs/deploy.md#x) [r](README.md)") == "[d](deploy.md#x) [r](../README.md)"


def test_the_commands_that_documents_name_exist(repository: Path) -> None:
    texts = [path.read_text("utf-8") for path in (repository / "docs").glob("*.md")]
    for module in {
        m
        for text in texts
        for m in re.findall(r"python -m ((?:pipeline|benchmarks|demo|tools|server)[\w.]*)", text)
    }:
        path = repository / module.replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module
    for test in {t for text in texts for t in re.findall(r"`(tests/[\w/]+\.py)", text)}:
        assert (repository / test).exists(), test


def test_who_to_cite_and_what_public_ci_runs(repository: Path) -> None:
    citation = yaml.safe_load((repository / "CITATION.cff").read_text("utf-8"))
    project = (repository / "pyproject.toml").read_text("utf-8")
    assert f'version = "{citation["version"]}"' in project
    assert f'license = "{citation["license"]}"' in project
    workflow = yaml.safe_load((repository / ".github" / "workflows" / "tests.yml").read_text("utf-8"))
    steps = [step.get("run", "") for step in workflow["jobs"]["tests"]["steps"]]
    assert any(step.endswith(".ci/run") for step in steps)

"""STAC APIs that answer as a test says."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.catalogs import stac_api
from tests.pipeline.catalogs.hostile import Answer, Api


@pytest.fixture
def serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Api]]:
    """Give a maker of catalogues, each configured under the name "odd"."""
    monkeypatch.setattr(stac_api, "_known", {})
    running: list[Api] = []

    def made(answer: Answer, collection: str = "sentinel-2-l2a", extra: str = "") -> Api:
        api = Api(answer)
        running.append(api)
        file = tmp_path / "catalogs.toml"
        file.write_text(f'[catalogs.odd]\nurl = "{api.url}"\ncollections = ["{collection}"]\n{extra}')
        monkeypatch.setenv("DASHBOARD_CATALOGS", str(file))
        return api

    yield made
    for api in running:
        api.server.shutdown()
        api.server.server_close()

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo import cache


@pytest.fixture(scope="session", autouse=True)
def cache_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache of these tests' own, filled once."""
    base = tmp_path_factory.getbasetemp()
    # The workers of pytest-xdist share one cache, as kernels do.
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "demo-cache"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(cache.ENVIRONMENT, str(folder))
        yield folder


@pytest.fixture(scope="session")
def scenes_folder(cache_folder: Path) -> Path:
    """The folder of the demo scenes, made if it is missing."""
    assert Path(os.environ[cache.ENVIRONMENT]) == cache_folder
    return cache.ensure()

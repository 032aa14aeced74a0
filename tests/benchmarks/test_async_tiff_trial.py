"""Why files on the web are not read by async-tiff and obstore; where they are there, that it still holds."""

from pathlib import Path

import pytest

from benchmarks import async_tiff_trial as trial
from pipeline.reading.remote.header import layout_of


def test_a_file_that_claims_a_directory_of_gigabytes_is_left_alone_by_ours(tmp_path: Path) -> None:
    assert layout_of(trial.hostile(tmp_path / "hostile.tif")) is None


def test_it_ends_a_process_with_async_tiff() -> None:
    pytest.importorskip("async_tiff")
    found = trial.header()
    assert found["async-tiff ends with"] != 0, "mended? then async-tiff may be tried again"
    assert found["ours"] == "None"


def test_obstore_follows_a_redirect_to_another_host_and_ours_does_not() -> None:
    pytest.importorskip("obstore")
    found = trial.redirect()
    assert found["obstore asks"] == ["127.0.0.1", "127.0.0.2"], "mended? then obstore may be tried again"
    assert found["ours asks"] == ["127.0.0.1"]
    assert "another host" in found["ours"]

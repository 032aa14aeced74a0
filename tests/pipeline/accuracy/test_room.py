"""What the room offers, and what it costs to enter it."""

from pathlib import Path

import pytest

import pipeline.accuracy
from tests.pipeline.test_walls import loaded_after


def test_its_public_names_resolve_and_no_other() -> None:
    for name in pipeline.accuracy.__all__:
        assert getattr(pipeline.accuracy, name).__name__ == name
    with pytest.raises(AttributeError, match="nonsense"):
        pipeline.accuracy.nonsense  # noqa: B018


def test_entering_costs_nothing_and_a_design_is_read_without_pandas(repository: Path) -> None:
    program = "import pipeline.accuracy; from pipeline.accuracy import SamplingDesign"
    heavy = {"pandas", "scipy", "sklearn", "rasterio", "stackstac", "dask", "xarray", "pyogrio", "shapely"}
    assert not loaded_after(repository, program) & heavy
    estimate = loaded_after(repository, "from pipeline.accuracy import stratified_estimate")
    assert not estimate & {"scipy", "sklearn", "rasterio", "stackstac", "pyogrio"}

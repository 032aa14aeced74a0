"""Change as files: who became what, and pixel by pixel."""

import io
import json
import zipfile

import numpy as np
import pandas as pd
import pytest
import rasterio

from pipeline import Analysis
from pipeline.explore.change import Change, compare
from pipeline.exports import change as files


@pytest.fixture(scope="module")
def later(done: Analysis) -> Analysis:
    """The same land, of which the right half became class 1 and a corner lies under a cloud."""
    labels = done.labels.values.copy()
    half = labels[:, labels.shape[1] // 2 :]
    half[half > 0] = 1
    labels[:20, :30] = 0
    return done.with_labels(labels)


@pytest.fixture(scope="module")
def change(done: Analysis, later: Analysis) -> Change:
    return compare(done, later)


def read(content: bytes) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(content), encoding="utf-8-sig")


def test_the_matrix_has_sums_on_both_sides(change: Change) -> None:
    table = read(files.matrix_csv(change)).set_index("from / to")
    k = len(change.clusters)
    values = table.iloc[:k, :k].to_numpy(float)
    assert values == pytest.approx(change.matrix.to_numpy(float), abs=0.006)
    assert table.loc["after", "before"] == pytest.approx(change.compared_ha, abs=0.01)
    assert table["before"].iloc[:k].tolist() == pytest.approx(values.sum(axis=1).tolist(), abs=0.03)


def test_the_raster_says_what_each_pixel_was_and_became(
    done: Analysis, later: Analysis, change: Change
) -> None:
    made = io.BytesIO()
    files.write_change_geotiff(done, later, made)
    with rasterio.open(io.BytesIO(made.getvalue())) as dataset:
        first, second, both = dataset.read()
        assert dataset.dtypes == ("uint16",) * 3
        assert dataset.nodata == 0
        assert dataset.descriptions == ("cluster 2022-06-17", "cluster 2022-06-17", "from_to")
        assert dataset.transform == done.grid.affine
        assert json.loads(dataset.tags()["SECOND_SCENES"]) == [s.id for s in later.scenes]
    assert np.array_equal(first, done.labels.values)
    assert np.array_equal(second, later.labels.values)
    long = read(files.long_csv(change)).dropna(subset=["code"]).set_index("code")["hectares"]
    codes, counts = np.unique(both[both > 0], return_counts=True)
    assert long[long > 0].to_dict() == pytest.approx(dict(zip(codes.tolist(), counts / 100, strict=True)))
    assert not both[(first == 0) | (second == 0)].any()


def test_the_zip_explains_itself(done: Analysis, later: Analysis, change: Change) -> None:
    made = files.change_zip(done, later, change, "June against October: much of this is the season.")
    with zipfile.ZipFile(io.BytesIO(made)) as opened:
        assert opened.testzip() is None
        assert opened.namelist() == ["change_matrix.csv", "change_long.csv", "change.tif", "README.txt"]
        readme = opened.read("README.txt").decode()
        long = read(opened.read("change_long.csv"))
    assert change.sentence in readme
    assert "much of this is the season" in readme
    assert "Copernicus Sentinel data 2022" in readme
    assert long["hectares"].sum() == pytest.approx(change.total_ha, abs=0.1)
    assert files.change_name(done, later).startswith("change_to_2022-06-17_clusters_2022-06-17_")

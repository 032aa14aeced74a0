"""Two dates under one model: on drawings, and on real pairs counted again from the files."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import rasterio
from pyproj import Transformer

from pipeline import Analysis, AnalysisRequest, AreaOfInterest, ClusterModel, InvalidRequest, analyse
from pipeline.batch.other_time import other_date
from pipeline.clustering.surface_types import suggest
from pipeline.explore.change import Change, change_of, check_model, compare
from pipeline.explore.classes import Classes
from tests.support.blobs import SPECTRA, model_of

SUGGESTED = suggest(SPECTRA)
BEFORE = np.array([[1, 1, 2, 0], [2, 2, 3, 0], [4, 4, 4, 4]], np.uint8)
AFTER = np.array([[1, 2, 2, 0], [2, 0, 1, 3], [4, 4, 1, 0]], np.uint8)
FILES = ("B02", "B03", "B04", "B08")
MASK = (0, 1, 3, 8, 9, 10)


def test_what_was_and_what_became() -> None:
    inside = np.ones(BEFORE.shape, bool)
    found = change_of(BEFORE, AFTER, inside, SUGGESTED)
    assert found.matrix.to_numpy().tolist() == [
        [0.01, 0.01, 0, 0],
        [0, 0.02, 0, 0],
        [0.01, 0, 0, 0],
        [0.01, 0, 0, 0.02],
    ]
    assert found.masked.to_dict() == {"before_only": 0.01, "after_only": 0.02, "both": 0.01}
    assert found.total_ha == pytest.approx(0.12)
    first = found.clusters.loc[1]
    assert (first.before_ha, first.after_ha, first.kept_ha) == (0.02, 0.03, 0.01)
    assert (first.lost_ha, first.gained_ha, first.net_ha) == (0.01, 0.02, 0.01)
    assert found.named_matrix.index[1] == found.named_matrix.columns[1] == f"2 {SUGGESTED[1].name}"
    assert found.sentence.startswith("0.0 of 0.1 ha (37.5 %) changed cluster. Most: 1 Water to 2 ")


def test_only_pixels_of_the_area_count() -> None:
    inside = np.zeros(BEFORE.shape, bool)
    inside[1] = True
    found = change_of(BEFORE, AFTER, inside, SUGGESTED)
    assert found.total_ha == pytest.approx(0.04)
    assert found.masked.to_dict() == {"before_only": 0.01, "after_only": 0.01, "both": 0}
    nothing = change_of(BEFORE, np.zeros_like(AFTER), np.ones(BEFORE.shape, bool), SUGGESTED)
    assert nothing.compared_ha == 0
    assert nothing.sentence.startswith("Nothing to compare")
    same = change_of(BEFORE, BEFORE, np.ones(BEFORE.shape, bool), SUGGESTED)
    assert same.sentence.startswith("0.0 of 0.1 ha (0.0 %) changed cluster. 0.0 ha are masked")


# Real pairs

POINT = Transformer.from_crs(32633, 4326, always_xy=True).transform(545_000, 5_096_500)
BORDER = AreaOfInterest.square(*POINT, 15)
FIELD = AreaOfInterest.square(
    *Transformer.from_crs(32631, 4326, always_xy=True).transform(501_680, 5_629_360), 0.5
)


def assert_sums(found: Change, analysis: Analysis) -> None:
    total = analysis.inside.sum() / 100
    assert found.total_ha == pytest.approx(total)
    table = found.clusters
    assert table["lost_ha"].sum() == pytest.approx(table["gained_ha"].sum())
    assert table["lost_ha"].sum() == pytest.approx(found.changed_ha)
    assert (table["before_ha"] - table["lost_ha"]).to_numpy() == pytest.approx(table["kept_ha"].to_numpy())


@pytest.fixture(scope="module")
def pair(real_api: str) -> tuple[Analysis, Analysis]:
    """The border of two tiles on 15 and, partly under clouds, on 10 August 2023."""
    request = AnalysisRequest(
        BORDER, date(2023, 8, 15), date(2023, 8, 15), max_cloud_cover=100, catalog=real_api
    )
    before = analyse(request)
    after = other_date(before, ("S2B_33TWM_20230810_0_L2A", "S2B_33TWL_20230810_0_L2A"), date(2023, 8, 10))
    return before, after


def test_the_pair_of_two_tiles_sums_to_the_area(pair: tuple[Analysis, Analysis]) -> None:
    before, after = pair
    assert after.date == date(2023, 8, 10)
    assert after.model == before.model
    found = compare(before, after)
    assert_sums(found, before)
    for analysis, side in ((before, "before_only"), (after, "after_only")):
        masked = analysis.areas["hectares"][0]
        assert found.masked[side] + found.masked["both"] == pytest.approx(masked)
    assert (found.masked > 0).sum() >= 1
    print(found.sentence)
    print(found.clusters)


def test_edited_classes_are_followed(pair: tuple[Analysis, Analysis]) -> None:
    plain = compare(*pair)
    classes = Classes.of(pair[0].suggestions).merge([2, 3], "Both")
    edited = [a.with_classes(classes.lut(), classes.suggestions()) for a in pair]
    found = compare(*edited)
    between = plain.matrix.loc[2, 3] + plain.matrix.loc[3, 2]
    assert found.changed_ha == pytest.approx(plain.changed_ha - between)
    assert found.matrix.loc[2, 2] == pytest.approx(plain.matrix.loc[[2, 3], [2, 3]].to_numpy().sum())
    assert_sums(found, pair[0])
    with pytest.raises(InvalidRequest, match="6 classes, the second 5"):
        compare(pair[0], edited[1])
    other = Classes.of(pair[0].suggestions).merge([1, 4])
    with pytest.raises(InvalidRequest, match="5 classes, the second 5, and they are not made of the same"):
        compare(edited[0], pair[1].with_classes(other.lut(), other.suggestions()))


def nearest_labels(folder: Path, model: ClusterModel, analysis: Analysis) -> np.ndarray:
    """Return the labels of a folder's pixels by the plain definition, 0 where masked."""
    n, left, top = analysis.grid.shape[0], analysis.grid.affine.c, analysis.grid.affine.f

    def read(name: str) -> np.ndarray:
        with rasterio.open(folder / f"{name}.tif") as dataset:
            values, t = dataset.read(1), dataset.transform
        row = np.floor((t.f - (top - 5 - 10 * np.arange(n))) / t.a).astype(int)
        column = np.floor((left + 5 + 10 * np.arange(n) - t.c) / t.a).astype(int)
        return np.asarray(values[row][:, column])

    dn = np.stack([read(f) for f in FILES]).astype(float)
    z = (dn[:, None] / 1e4 - np.array(model.centres).T[:, :, None, None]) / np.array(model.scale)[
        :, None, None, None
    ]
    labels = (z**2).sum(axis=0).argmin(axis=0) + 1
    return np.where((dn > 0).all(axis=0) & ~np.isin(read("SCL"), MASK), labels, 0)


@pytest.mark.parametrize("second", [date(2018, 6, 23), date(2018, 9, 1)], ids=str)
def test_west_flanders_counted_again_from_the_files(real_api: str, shared_dir: Path, second: date) -> None:
    first = date(2018, 6, 25)
    request = AnalysisRequest(FIELD, first, first, max_cloud_cover=100, n_clusters=3, catalog=real_api)
    before = analyse(request)
    after = other_date(before, (f"westflanders31UDS_{second:%Y%m%d}",), second)
    found = compare(before, after)
    assert_sums(found, before)
    base = shared_dir / "sentinel2"
    a, b = (
        nearest_labels(base / f"westflanders31UDS_{d:%Y%m%d}", before.model, before) for d in (first, second)
    )
    for i in range(1, 4):
        for j in range(1, 4):
            assert found.matrix.loc[i, j] == pytest.approx(((a == i) & (b == j)).sum() / 100, abs=0.011)
    assert found.masked["both"] == pytest.approx(((a == 0) & (b == 0)).sum() / 100)
    assert found.masked["after_only"] == pytest.approx(((a > 0) & (b == 0)).sum() / 100)
    print(found.sentence)


# What cannot be compared


def test_a_second_grouping_is_refused(pair: tuple[Analysis, Analysis]) -> None:
    before, after = pair
    with pytest.raises(InvalidRequest, match="not labelled by the model of the first"):
        compare(before, replace(after, model=replace(after.model, seed=9)))


def test_another_area_is_refused(pair: tuple[Analysis, Analysis], bolzano: Analysis) -> None:
    with pytest.raises(InvalidRequest, match="different areas"):
        compare(pair[0], bolzano)


def test_an_offset_that_is_a_guess_is_refused(pair: tuple[Analysis, Analysis]) -> None:
    before, after = pair
    scene = after.scenes[0]
    guessed = replace(scene, offset=replace(scene.offset, certain=False, reason="no baseline is given"))
    pixels = replace(after.pixels, scenes=(guessed, *after.scenes[1:]))
    with pytest.raises(InvalidRequest, match=r"10 August 2023 is not certain \(no baseline is given\)"):
        compare(before, replace(after, pixels=pixels))


def test_a_model_of_other_bands_or_another_quantity_is_refused(pair: tuple[Analysis, Analysis]) -> None:
    model = model_of()
    check_model(model, model.features)
    for other in (("blue", "green", "red", "swir16"), ("nir", "red", "green", "blue"), ("NDVI",)):
        with pytest.raises(InvalidRequest, match="fitted on B02, B03, B04, B08, in this order"):
            check_model(model, other)
    with pytest.raises(InvalidRequest, match="fitted on “digital numbers”"):
        check_model(replace(model, quantity="digital numbers"), model.features)
    strange = replace(pair[0], model=replace(pair[0].model, quantity="digital numbers"))
    with pytest.raises(InvalidRequest, match="digital numbers"):
        other_date(strange, ("any",), date(2023, 8, 10))

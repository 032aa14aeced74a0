"""The sample itself: right pixels, none twice, the same again, from any raster, never loaded whole."""

from dataclasses import replace

import dask.array as da
import numpy as np
import pytest
import xarray as xr
from pyproj import Transformer

from pipeline import Analysis, analyse
from pipeline.accuracy import SamplingDesign, classes_now, sampling_design
from pipeline.accuracy.drawing import draw
from pipeline.errors import InvalidRequest
from pipeline.explore.classes import Classes
from tests.pipeline.accuracy.samples import labels_of
from tests.pipeline.conftest import Land

LUT = (-1, 0, 1, 2)


def pixels_of(labels: xr.DataArray) -> list[int]:
    return [int((labels == n).sum()) for n in (1, 2, 3)]


def test_points_are_pixels_of_their_stratum_and_none_comes_twice() -> None:
    labels = labels_of()
    drawn = draw(labels, LUT, pixels_of(labels), (20, 200, 300), 4)
    assert (labels.to_numpy()[drawn.rows, drawn.columns] == drawn.stratum + 1).all()
    assert np.bincount(drawn.stratum).tolist() == [20, 200, 300]
    assert len(set(zip(drawn.rows.tolist(), drawn.columns.tolist(), strict=True))) == 520


def test_all_pixels_of_a_stratum_can_be_drawn() -> None:
    labels = labels_of()
    pixels = pixels_of(labels)
    drawn = draw(labels, LUT, pixels, (pixels[0], 5, 5), 0)
    water = drawn.stratum == 0
    flat = np.sort(drawn.rows[water] * labels.shape[1] + drawn.columns[water])
    assert flat.tolist() == np.flatnonzero(labels.to_numpy() == 1).tolist()


@pytest.mark.parametrize("chunks", [(50, 40), (120, 30), (7, 90)])
def test_a_lazy_raster_gives_the_same_points_band_by_band(chunks: tuple[int, int]) -> None:
    labels = labels_of()
    tallest = []

    def watched(block: np.ndarray) -> np.ndarray:
        tallest.append(block.shape[0])
        return block

    lazy = labels.copy(
        data=da.from_array(labels.to_numpy(), chunks=chunks).map_blocks(watched, dtype=np.uint8)
    )
    tallest.clear()  # dask tries the function on an empty block
    sizes = (20, 30, 40)
    plain, other = (draw(raster, LUT, pixels_of(labels), sizes, 1) for raster in (labels, lazy))
    assert (plain.rows == other.rows).all()
    assert (plain.columns == other.columns).all()
    assert plain.fingerprint == other.fingerprint
    assert max(tallest) == chunks[0]
    assert len(tallest) == lazy.data.npartitions


def test_another_seed_draws_others_and_the_same_the_same() -> None:
    labels = labels_of()
    first, again, other = (draw(labels, LUT, pixels_of(labels), (20, 30, 40), seed) for seed in (1, 1, 2))
    assert (first.rows == again.rows).all()
    assert (first.rows != other.rows).any()


def test_every_pixel_has_the_same_chance() -> None:
    labels = labels_of((12, 10))
    pixels, hits = pixels_of(labels), np.zeros((12, 10))
    rounds = 2000
    for seed in range(rounds):
        drawn = draw(labels, LUT, pixels, (2, 8, 10), seed)
        hits[drawn.rows, drawn.columns] += 1
    for stratum, size in enumerate((2, 8, 10)):
        expected = rounds * size / pixels[stratum]
        found = hits[labels.to_numpy() == stratum + 1]
        assert np.abs(found - expected).max() < 5 * np.sqrt(expected)
    assert hits[labels.to_numpy() == 0].sum() == 0


def test_the_order_is_random_so_that_the_first_points_are_a_sample_too() -> None:
    labels = labels_of()
    firsts = [
        np.bincount(draw(labels, LUT, pixels_of(labels), (20, 30, 50), seed).stratum[:20], minlength=3)
        for seed in range(60)
    ]
    np.testing.assert_allclose(np.mean(firsts, axis=0), (4, 6, 10), atol=0.8)


# Of an analysis


def test_the_strata_are_the_classes_as_they_are_shown(done: Analysis) -> None:
    design = done.sampling_design()
    table = done.areas.iloc[1:]
    assert [s.name for s in design.strata] == table["name"].tolist()
    assert [s.pixels for s in design.strata] == table["pixels"].tolist()
    assert sum(s.hectares for s in design.strata) == pytest.approx(table["hectares"].sum())
    labels = done.labels.to_numpy()[design.points["row"], design.points["column"]]
    assert design.points["stratum"].tolist() == done.areas["name"][labels].tolist()
    assert len(design.points) == 196
    assert design.points["stratum"].value_counts().min() >= 20
    assert design == done.sampling_design()
    assert design != done.sampling_design(seed=1)


def test_points_lie_in_the_middle_of_their_pixels(done: Analysis) -> None:
    points = done.sampling_design(n=40).points
    to_utm = Transformer.from_crs(4326, done.grid.crs.epsg, always_xy=True)
    x, y = to_utm.transform(points["longitude"], points["latitude"])
    columns, rows = ~done.grid.affine * (x, y)
    np.testing.assert_allclose(columns, points["column"] + 0.5, atol=0.01)
    np.testing.assert_allclose(rows, points["row"] + 0.5, atol=0.01)
    assert points.index.tolist() == points["point"].tolist() == list(range(1, 41))


def test_in_a_polygon_points_lie_inside(land: Land) -> None:
    from pipeline import AreaOfInterest

    ring = [[10.33, 46.925], [10.345, 46.925], [10.337, 46.94], [10.33, 46.925]]
    area = AreaOfInterest.polygon({"type": "Polygon", "coordinates": [ring]})
    analysis = analyse(land.request(area=area, n_clusters=3))
    points = analysis.sampling_design(n=60).points
    assert analysis.inside[points["row"], points["column"]].all()
    assert (analysis.labels.to_numpy()[points["row"], points["column"]] > 0).all()


def merged(analysis: Analysis) -> Analysis:
    classes = Classes.of(analysis.suggestions).merge([1, 2], "Wet and wooded")
    classes = classes.rename(2, "Bare")
    return analysis.with_classes(classes.lut(), classes.suggestions())


def test_a_later_merge_keeps_the_estimate(done: Analysis) -> None:
    design = done.sampling_design()
    labels = {p.id: p.stratum for p in design.drawn}
    now = classes_now(design, merged(done))
    assert list(now) == [s.name for s in design.strata]
    assert list(now.values())[:3] == ["Wet and wooded", "Wet and wooded", "Bare"]
    before, after = design.estimate(labels), design.estimate(labels, classes=now)
    assert after.areas.loc["Wet and wooded", "hectares"] == pytest.approx(
        before.areas["hectares"].iloc[:2].sum()
    )
    assert after.areas.loc["Wet and wooded", "mapped_ha"] == pytest.approx(
        merged(done).areas["hectares"].iloc[1]
    )
    assert after.overall.accuracy == 1


def test_points_can_be_drawn_on_merged_classes(done: Analysis) -> None:
    design = merged(done).sampling_design()
    assert design.strata[0].name == "Wet and wooded"
    assert set(design.points["stratum"]) == {s.name for s in design.strata}
    with pytest.raises(InvalidRequest, match="another map"):
        classes_now(design, done)


def test_classes_of_one_name_are_one_stratum(done: Analysis) -> None:
    same = tuple(replace(s, name="Land") for s in done.suggestions)
    design = done.with_classes((0, 1, 2, 3, 4), same).sampling_design(n=30)
    assert [s.name for s in design.strata] == ["Land"]
    assert design.strata[0].pixels == done.areas["pixels"].iloc[1:].sum()


def test_another_map_is_refused(done: Analysis) -> None:
    design = done.sampling_design()
    assert list(classes_now(design, done).values()) == [s.name for s in design.strata]
    labels = done.labels.to_numpy().copy()
    labels[100:110, 100:110] = np.where(labels[100:110, 100:110] > 0, 1, 0)
    for other in (done.recluster(5), done.with_labels(labels)):
        with pytest.raises(InvalidRequest, match=r"drawn on another map.*Draw new points"):
            classes_now(design, other)
    shifted = replace(design, grid=replace(design.grid, left=0))
    with pytest.raises(InvalidRequest, match="drawn on another map"):
        classes_now(shifted, done)


def test_the_fingerprint_is_the_maps_and_not_its_names(done: Analysis) -> None:
    classes = Classes.of(done.suggestions).rename(1, "Sea")
    renamed = done.with_classes(classes.lut(), classes.suggestions())
    prints = [a.sampling_design(n=40).fingerprint for a in (done, renamed, done.recluster(5))]
    assert prints[0] == prints[1] != prints[2]


def test_what_is_refused(done: Analysis) -> None:
    with pytest.raises(InvalidRequest, match="preview"):
        sampling_design(replace(done, preview=True))
    for seed in (-1, 1.5, True, 2**63):
        with pytest.raises(InvalidRequest, match="seed"):
            sampling_design(done, seed=seed)  # type: ignore[arg-type]
    with pytest.raises(InvalidRequest, match="3 points for 4 classes"):
        done.sampling_design(n=3)


def test_an_estimate_of_a_perfect_map_holds_the_mapped_hectares(done: Analysis) -> None:
    design = done.sampling_design()
    table = SamplingDesign.from_json(design.to_json()).estimate({p.id: p.stratum for p in design.drawn}).areas
    np.testing.assert_allclose(table["hectares"], table["mapped_ha"])
    assert (table["low_ha"] < table["mapped_ha"]).all()
    assert (table["high_ha"] > table["mapped_ha"]).all()

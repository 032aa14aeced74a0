"""What the page draws of spectra, doubt and change, held against the arrays of a real image."""

import base64
import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from pipeline import Analysis
from pipeline.drawing.overlays import Overlay
from pipeline.explore.change_view import SAME_COLOR, change_overlays, stayed_and_became
from pipeline.explore.confidence import LEVELS, confidence, levels
from pipeline.explore.confidence_view import confidence_view
from pipeline.explore.spectra import scatter_of, signatures_of


def shares(overlay: Overlay) -> dict[str, float]:
    """Return the share of each colour of a picture, of what is not transparent."""
    image = Image.open(io.BytesIO(base64.b64decode(overlay.url.split(",", 1)[1]))).convert("RGBA")
    pixels = np.asarray(image).reshape(-1, 4)
    shown = pixels[pixels[:, 3] > 0, :3]
    colors, counts = np.unique(shown, axis=0, return_counts=True)
    return {
        "#{:02x}{:02x}{:02x}".format(*c): n / len(shown) for c, n in zip(colors.tolist(), counts, strict=True)
    }


@pytest.mark.real_scenes
def test_signatures_and_scatter_are_the_pixels_of_the_clusters(bolzano: Analysis) -> None:
    cube, labels = bolzano.imagery.values, bolzano.labels.values
    for number, signature in enumerate(signatures_of(bolzano), start=1):
        pixels = cube[:, labels == number].astype(np.float64)
        assert signature.mean == pytest.approx(pixels.mean(axis=1), abs=1e-4)
        assert signature.sd == pytest.approx(pixels.std(axis=1), abs=1e-3)
    points = scatter_of(bolzano)
    known = {
        (float(red), float(nir), int(n))
        for red, nir, n in zip(cube[2].ravel(), cube[3].ravel(), labels.ravel(), strict=True)
    }
    assert set(zip(points.red, points.nir, points.cluster, strict=True)) <= known
    assert set(points.cluster) == set(range(1, 7))


@pytest.mark.real_scenes
def test_the_picture_of_doubt_has_the_levels_of_the_table(bolzano: Analysis) -> None:
    overlay, table = confidence_view(bolzano)
    level = levels(confidence(bolzano.imagery.values, bolzano.model))
    hectares = [(level == n).sum() / 100 for n in range(1, len(LEVELS) + 1)]
    assert table["hectares"].tolist() == pytest.approx(hectares, abs=0.01)
    seen = shares(overlay)
    for row in table.to_dict("records"):
        assert seen[row["color"]] == pytest.approx(row["share"], abs=0.01)
    assert overlay.bounds == bolzano.overlays.true_colour.bounds


@pytest.mark.real_scenes
def test_the_picture_of_change_shows_what_changed(bolzano: Analysis) -> None:
    labels = bolzano.labels.values.copy()
    labels[:250] = np.where(labels[:250] > 0, labels[:250] % 6 + 1, 0)
    after = bolzano.with_labels(labels)
    drawn = change_overlays(bolzano, after)
    assert shares(drawn.true_colour) == {SAME_COLOR: 1.0}
    assert [shares(o) for o in drawn.clusters] == [{s.color: 1.0} for s in bolzano.suggestions]
    same = change_overlays(bolzano, replace(bolzano))
    assert [shares(o) for o in same.clusters] == [{}] * 6


def test_what_stayed_and_what_it_became_leave_out_what_is_masked_on_either_date() -> None:
    before, after = np.array([[1, 1, 2, 0]]), np.array([[1, 2, 0, 2]])
    same, became = stayed_and_became(before, after)
    assert same.tolist() == [[1, 0, 0, 0]]
    assert became.tolist() == [[0, 2, 0, 0]]

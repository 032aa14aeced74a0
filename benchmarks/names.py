"""How many pixels are what the names say? ``python -m benchmarks.names`` counts them on the demo.

The demo's land is invented, so the truth is known. 10 km, June, 6 clusters. A pixel is right
when its true class is among those that the name of its cluster means; a name that tells two classes
(``mixed: cropland 45 %, grassland 34 %``) means both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

import demo
from benchmarks.truth import demo_truth
from pipeline import Analysis, AnalysisRequest, AreaOfInterest, analyse
from pipeline.area.grid import epsg_of
from pipeline.reference.names import with_names

KINDS: Mapping[str, set[int]] = {
    **{"Water": {1}, "Dense vegetation": {2, 3}, "Crops or grass": {4, 5, 6}},
    **{"Bare or built-up": {7, 8, 9}, "Very bright": {9}},
}
"""True classes of the day (synthetic.place.CLASSES) that a name from the spectra means."""
SCENE_CLASSES: Mapping[str, set[int]] = {
    **{"Water": {1}, "Vegetation": {2, 3, 4, 5}, "Not vegetated": {6, 7, 8, 9}}
}
"""True classes of the day that a scene class means."""
COVER: Mapping[str, set[int]] = {
    **{"Water": {1}, "Tree cover": {2, 3}, "Cropland": {4, 6}, "Grassland": {5}, "Built-up": {8}},
    **{"Bare": {9}, "Shrubland": {7}},
}
"""True cover of the year (synthetic.place.COVER_CLASSES) that a class of the reference map means."""


@dataclass(frozen=True)
class Named:
    """How right the names from one source are."""

    source: str
    names: tuple[str, ...]
    right: float
    """Share of the clear pixels, 0..1."""


def june() -> Analysis:
    """Return the demo's 10 km in June with 6 clusters."""
    area = AreaOfInterest.square(demo.LONGITUDE, demo.LATITUDE, 10)
    return analyse(AnalysisRequest(area, date(2024, 6, 1), date(2024, 6, 30), catalog="demo", n_clusters=6))


def measured(analysis: Analysis) -> Iterator[Named]:
    """Give how right the names of a result are: from the spectra and from other maps."""
    of_day, _ = demo_truth(analysis)
    a, b, c, d, e, f = tuple(analysis.grid.affine)[:6]
    rows, columns = map(int, analysis.grid.shape)
    of_year = demo.true_cover_on((rows, columns), (a, b, c, d, e, f), epsg_of(analysis.grid))
    yield named("spectra", analysis, of_day, (KINDS.get(s.kind, set()) for s in analysis.suggestions))

    agreement = analysis.compare("worldcover")
    by_map = with_names(analysis, agreement)
    told = (_meant(s.name) for s in by_map.suggestions)
    yield named("reference map", by_map, of_year, told)
    largest = (_meant(agreement.shares(n)[0][0]) for n in analysis.areas.index[1:])
    yield named("reference map, largest class only", by_map, of_year, largest)

    by_scene = with_names(analysis, analysis.compare("scl"))
    meant = (SCENE_CLASSES.get(s.kind, set()) for s in by_scene.suggestions)
    yield named("scene classification, three classes", by_scene, of_day, meant)


def named(source: str, analysis: Analysis, truth: np.ndarray, meant: Iterable[set[int]]) -> Named:
    """Return how many clear pixels have a true class that the name of their cluster means.

    Parameters
    ----------
    truth : numpy.ndarray
        uint8 ``(y, x)``.
    meant : iterable of set of int
        True classes that the name of cluster 1, 2, ... means.
    """
    labels = np.asarray(analysis.labels)
    hits = sum(int(np.isin(truth[labels == n], list(m)).sum()) for n, m in enumerate(meant, start=1))
    names = tuple(s.name for s in analysis.suggestions)
    return Named(source, names, hits / int((labels > 0).sum()))


def _meant(name: str) -> set[int]:
    return set().union(*(values for title, values in COVER.items() if title.lower() in name.lower()))


def main() -> None:
    """Print the table."""
    print("| names from | right % | names |\n|-|-|-|")
    try:
        for row in measured(june()):
            print(f"| {row.source} | {100 * row.right:.1f} | {'; '.join(row.names)} |")
    finally:
        demo.stop()


if __name__ == "__main__":
    main()

"""The requests whose results are recorded: every real scene and the demo, squares and polygons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pipeline import Analysis, AnalysisRequest, AreaOfInterest, analyse

LITTLE_PX = 100_000
"""Up to this size every analysis has all its files recorded."""
REAL, DEMO = "real", "demo"
"""Where the images come from: the real scenes behind a STAC API of the tests, or the embedded demo."""


@dataclass(frozen=True)
class Case:
    """A request, and with how many clusters it is asked again."""

    name: str
    source: str
    area: AreaOfInterest
    days: tuple[date, date]
    clusters: tuple[int, ...] = (6,)
    """The first number is analysed, the others come from `Analysis.recluster`."""
    max_cloud_cover: int = 100
    preview: bool = False
    """Whether the first look at the files' overviews is recorded too."""
    exported: bool = True
    """Whether slow files are recorded: of the first number, and of the others where the area is little."""

    def analyses(self, catalog: str) -> dict[str, Analysis]:
        """Return the analyses of the case by name, e.g. ``bolzano-square k=6``."""
        request = AnalysisRequest(
            self.area,
            *self.days,
            max_cloud_cover=self.max_cloud_cover,
            n_clusters=self.clusters[0],
            catalog=catalog,
        )
        looks: list[Analysis] = []
        first = analyse(request, on_preview=looks.append if self.preview else None)
        found = {self.name_of(self.clusters[0]): first}
        for n in self.clusters[1:]:
            found[self.name_of(n)] = first.recluster(n)
        if self.preview:
            (found[f"{self.name} preview"],) = looks
        return found

    def name_of(self, n_clusters: int) -> str:
        return f"{self.name} k={n_clusters}"


def polygon(*rings: list[tuple[float, float]]) -> AreaOfInterest:
    return AreaOfInterest.polygon({"type": "Polygon", "coordinates": [[*r, r[0]] for r in rings]})


def one(day: date) -> tuple[date, date]:
    return day, day


SQUARE = AreaOfInterest.square
JUNE_2022 = date(2022, 6, 1), date(2022, 6, 30)
JUNE_2024 = date(2024, 6, 1), date(2024, 6, 30)
AUGUST_2023 = date(2023, 8, 1), date(2023, 8, 31)
FLANDERS = [date(2018, 4, 19), date(2018, 5, 6), date(2018, 6, 23), date(2018, 6, 25), date(2018, 9, 1)]
BORDER = (15.5806, 46.0181)
"""Where 33TWL ends and 33TWM begins."""
DEMO_CENTRE = (11.6365, 48.4565)
HILL = polygon(
    [(11.31, 46.475), (11.36, 46.472), (11.375, 46.505), (11.335, 46.515)],
    [(11.335, 46.485), (11.345, 46.485), (11.345, 46.493), (11.335, 46.493)],
)
"""In Bolzano, with a hole."""
VALLEYS = AreaOfInterest.polygon(
    {
        "type": "MultiPolygon",
        "coordinates": [
            [[(15.50, 45.98), (15.58, 45.97), (15.56, 46.06), (15.50, 45.98)]],
            [[(15.60, 46.00), (15.66, 46.02), (15.62, 46.07), (15.60, 46.00)]],
        ],
    }
)
"""Two parts across the border of the tiles."""
MEADOWS = polygon([(11.61, 48.44), (11.66, 48.435), (11.67, 48.47), (11.64, 48.462), (11.615, 48.475)])
"""In the demo's example area, not convex."""

CASES = (
    Case("bolzano-square", REAL, SQUARE(11.34, 46.49, 5), JUNE_2022, (6, 2, 12)),
    Case("bolzano-polygon", REAL, HILL, JUNE_2022, (6, 12)),
    Case("wimmera", REAL, SQUARE(142.1284, -36.7412, 1), one(date(2022, 4, 23)), (6, 2, 12)),
    Case("tile-33TWL", REAL, SQUARE(15.5797, 45.7832, 10), one(date(2023, 8, 15)), (6,)),
    Case("tile-33TWM", REAL, SQUARE(15.5823, 46.2500, 10), one(date(2023, 8, 13)), (6,)),
    Case("mosaic", REAL, SQUARE(*BORDER, 15), AUGUST_2023, (6, 2, 12), 20),
    Case("mosaic-polygon", REAL, VALLEYS, one(date(2023, 8, 13)), (6,)),
    Case("mosaic-lazy", REAL, SQUARE(*BORDER, 30), AUGUST_2023, (6,), exported=False),
    Case("cloudy", REAL, SQUARE(15.5797, 45.7832, 10), one(date(2023, 8, 10)), (6,)),
    Case("cloudy-mosaic", REAL, SQUARE(*BORDER, 6), one(date(2023, 8, 10)), (6,)),
    Case("barbellino-2017", REAL, SQUARE(10.0435, 46.066, 0.5), one(date(2017, 7, 3)), (6, 2)),
    Case("barbellino-2019", REAL, SQUARE(10.0435, 46.066, 0.5), one(date(2019, 7, 23)), (6, 2)),
    *(
        Case(f"west-flanders-{day:%Y%m%d}", REAL, SQUARE(3.02385, 50.81605, 0.5), one(day), (6, 2, 12))
        for day in FLANDERS
    ),
    Case("demo-5-km", DEMO, SQUARE(*DEMO_CENTRE, 5), JUNE_2024, (6, 10, 2, 12), 20),
    Case("demo-10-km", DEMO, SQUARE(*DEMO_CENTRE, 10), JUNE_2024, (6, 10), 20, preview=True),
    Case("demo-polygon", DEMO, MEADOWS, JUNE_2024, (6, 10), 20),
    Case("demo-cloudy", DEMO, SQUARE(*DEMO_CENTRE, 5), one(date(2024, 6, 24)), (6,)),
    Case("demo-after-harvest", DEMO, SQUARE(11.75, 48.45, 5), one(date(2024, 8, 18)), (6,)),
)

"""When the images of a result are from: a day, or the period of a composite."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pipeline.text import day_words, range_words

if TYPE_CHECKING:
    from pipeline.reading.imagery import Imagery
    from pipeline.request import AnalysisRequest
    from pipeline.sentinel2.scene import Scene


class WhenSeen:
    """The part of `Outcome` about its dates."""

    if TYPE_CHECKING:
        request: AnalysisRequest
        pixels: Imagery

        @property
        def scenes(self) -> tuple[Scene, ...]:
            """The scenes used."""

    @property
    def date(self) -> dt.date:
        """Day of the image (UTC); of a composite the first one."""
        return self.scenes[0].date

    @property
    def is_composite(self) -> bool:
        """Whether several acquisitions were combined; the first look at one is of a single day."""
        return self.pixels.composite is not None

    @property
    def days(self) -> tuple[dt.date, ...]:
        """Days of the images (UTC), each once, oldest first."""
        return tuple(sorted({scene.date for scene in self.scenes}))

    @property
    def period_words(self) -> str:
        """When the images are from: ``14 June 2022``, of a composite such as ``2024 (11 dates)``."""
        if not self.is_composite:
            return day_words(self.date)
        n = len(self.days)
        return f"{range_words(self.request.start, self.request.end)} ({n} date{'' if n == 1 else 's'})"

    @property
    def period_iso(self) -> str:
        """The same for machines: ``2022-06-14``, of a composite the period ``2024-01-01/2024-12-31``."""
        if not self.is_composite:
            return self.date.isoformat()
        return f"{self.request.start.isoformat()}/{self.request.end.isoformat()}"

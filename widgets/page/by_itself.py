"""A link that says ``run=1`` is calculated without a click, unless that is a lot of work."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.estimate import LINK_MBIT, estimate_of
from pipeline.permalink import Linked
from pipeline.request import AnalysisRequest

MOST_MB = 150.0
"""To fetch for a run that nobody has asked for by a click: 20 km of one day, or 5 km through a year."""


class ByItself:
    """Starts the first run of a page, once, when the page can be seen.

    Parameters
    ----------
    linked : Linked
        What the page's link says.
    request : callable
        Returns what the form asks for; None where that cannot be calculated.
    run : callable
        Starts a run.
    """

    def __init__(
        self, linked: Linked, request: Callable[[], AnalysisRequest | None], run: Callable[[], None]
    ) -> None:
        # A link with a part that cannot be used, or to a model that is not here, would show something else.
        self._wanted = linked.run and not linked.unread and not linked.model
        self._request, self._run = request, run

    def page_is_seen(self) -> None:
        """Start the run, if the link wants one and it is small enough."""
        wanted, self._wanted = self._wanted, False
        request = self._request() if wanted else None
        if request is not None and estimate_of(request, LINK_MBIT).megabytes <= MOST_MB:
            self._run()

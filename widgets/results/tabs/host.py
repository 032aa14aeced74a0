"""What the tabs may ask of the page around them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from widgets.session.gate import Gate

if TYPE_CHECKING:
    from pipeline.clustering.model import ClusterModel
    from pipeline.drawing.overlays import Overlays
    from pipeline.request import AnalysisRequest
    from pipeline.result import Analysis
    from widgets.map.aim import Aim

Layers = Callable[[float], Sequence[Any]]
"""Makes map layers, given the degrees to add to longitudes for the world copy the map looks at."""


@dataclass(frozen=True)
class Host:
    """The page, as a tab sees it."""

    gate: Gate
    """Serialises callbacks with the rest of the page."""
    adopt: Callable[[Analysis], None]
    """Make a result the present one: the same request with other classes or fewer patches."""
    save: Callable[[bytes, str, str], None]
    """Save a file in the visitor's browser: content, name, MIME type."""
    lay: Callable[[str, Layers | None], None]
    """Lay layers over the result's pictures under a name, in place of those that had it; None: no layers."""
    show_second: Callable[[Overlays | None], None]
    """Show the pictures of a second date in place of the result's; None: the result's again."""
    aim: Aim
    """The map while land is labelled."""
    focus: Callable[[str], None]
    """Move the keyboard focus to what a CSS selector finds, as soon as it is on the page."""
    centre: Callable[[], tuple[float, float]]
    """Latitude and longitude in the middle of the map."""
    request: Callable[[], AnalysisRequest | None]
    """What the form asks for now; None while it asks for nothing that can be calculated."""
    use_scenes: Callable[[tuple[str, ...] | None], None]
    """Calculate with these scenes; None: with those that are chosen automatically."""
    choose_scenes: Callable[[tuple[str, ...] | None], None]
    """Put scenes into the form, for the next run; None: those that are chosen automatically."""
    use_model: Callable[[ClusterModel], None]
    """Calculate the request in the form with clusters that are given."""
    set_clusters: Callable[[int], None]
    """Set the number of clusters in the form, as a visitor would."""

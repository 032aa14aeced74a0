"""The image a visitor chose by hand: it holds until the place, the period or the catalogue change."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pipeline.request import AnalysisRequest


@dataclass(frozen=True)
class ChosenScenes:
    """Scenes and the request they were chosen for."""

    request: AnalysisRequest
    ids: tuple[str, ...]

    def apply(self, request: AnalysisRequest | None) -> AnalysisRequest | None:
        """Return the request with these scenes, if it asks for the same but for the number of clusters."""
        if request is None or replace(request, n_clusters=self.request.n_clusters) != self.request:
            return request
        return replace(request, scene_ids=self.ids)

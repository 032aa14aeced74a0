"""The model as JSON, to label another date in the same way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.exports.formats import Format

if TYPE_CHECKING:
    from pipeline.result import Analysis


def model_json(analysis: Analysis) -> str:
    """Return the model of an analysis with its classes, as `ClusterModel.from_json` reads it."""
    return analysis.model.to_json()


FORMAT = Format(
    70,
    "model",
    "Model (JSON)",
    "_model.json",
    "application/json",
    "Labels another date the same way",
    model_json,
)

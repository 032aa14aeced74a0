"""What is known of how far names agree with other maps, in a sentence. It is agreement, never accuracy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import InvalidRequest
from pipeline.progress import IsCancelled
from pipeline.reference.agreement import Agreement
from pipeline.reference.names import agreeing_ha, told_share
from pipeline.text import hectares

if TYPE_CHECKING:
    from pipeline.result import Analysis

NOTHING = "No other map was held against the names: the image has no scene classification here."
SILENT = "The image’s own classification says nothing about these names, which are not of its kinds."
NOT_ACCURACY = "That is agreement with a map that errs too, not accuracy."


def agreement_words(
    analysis: Analysis, named_by: Agreement | None = None, cancelled: IsCancelled | None = None
) -> str:
    """Return how far the names agree with the map that gave them, or with the image's own classification.

    Parameters
    ----------
    analysis : Analysis
        The result.
    named_by : Agreement, optional
        With the map that the names were last taken from; used where that is where they come from.
    cancelled : callable, optional
        Returns True when nobody wants the sentence any more.
    """
    if named_by is not None and _gave_the_names(named_by, analysis):
        share = 100 * told_share(named_by)
        land = f"{share:.0f} % of the land that has a class in it"
        return f"{named_by.reference.title} shows what the names say on {land}. {NOT_ACCURACY}"
    try:
        agreement = analysis.compare("scl", cancelled=cancelled)
    except InvalidRequest:
        return NOTHING
    agreeing, judged = agreeing_ha(agreement, analysis.suggestions)
    if not judged:
        return SILENT
    land = f"{100 * agreeing / judged:.0f} % of the {hectares(judged)} ha that it can judge"
    return f"The image’s own classification goes with the names on {land}. {NOT_ACCURACY}"


def _gave_the_names(agreement: Agreement, analysis: Analysis) -> bool:
    same = len(agreement.table) == len(analysis.suggestions)
    return same and analysis.names_from == agreement.reference.title

"""What is known of how far names agree with other maps, in a sentence. It is agreement, never accuracy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import InvalidRequest
from pipeline.progress import IsCancelled
from pipeline.reference.agreement import Agreement
from pipeline.reference.names import agreeing_share, told_share

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
        share = told_share(named_by)
        return f"{named_by.reference.title} shows what the names say on {_percent(share)}. {NOT_ACCURACY}"
    try:
        agreement = analysis.compare("scl", cancelled=cancelled)
    except InvalidRequest:
        return NOTHING
    agreeing = agreeing_share(agreement, analysis.suggestions)
    if agreeing is None:
        return SILENT
    return f"The image’s own classification goes with the names on {_percent(agreeing)}. {NOT_ACCURACY}"


def _gave_the_names(agreement: Agreement, analysis: Analysis) -> bool:
    same = len(agreement.table) == len(analysis.suggestions)
    return same and analysis.names_from == agreement.reference.title


def _percent(share: float) -> str:
    return f"{100 * share:.0f} % of the land that it can tell"

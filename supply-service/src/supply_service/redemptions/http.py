"""The door of sales to HTTP: an outcome as a reply."""

from __future__ import annotations

from chassis.hot import Answer
from supply_service.sales import rendering
from supply_service.sales.outcomes import Contested, Outcome, Reversed, Sold

CREATED = 201


def answer(outcome: Outcome) -> Answer:
    """The reply to a sale or a reversal, the first time or again."""
    if isinstance(outcome, Sold):
        return Answer(CREATED, rendering.reply(outcome.sale), outcome.repeated)
    if isinstance(outcome, Reversed):
        return Answer(CREATED, rendering.reversal_reply(outcome.reversal), outcome.repeated)
    if isinstance(outcome, Contested):
        raise TypeError("a sale at a terminal that is connected is never in dispute")
    return Answer(CREATED, outcome.reply, outcome.repeated)

"""The ledger's door to HTTP: a result as a reply."""

from __future__ import annotations

from chassis.hot import Answer
from payment_service.ledger.items import Result


def created(result: Result) -> Answer:
    """The reply to what has made something."""
    return Answer(201, result.document, result.repeated)


def done(result: Result) -> Answer:
    """The reply to what has changed something."""
    return Answer(200, result.document, result.repeated)

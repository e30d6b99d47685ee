"""Handing one message to the aggregator while its sender waits: it is in no table, no event and no log."""

from __future__ import annotations

from chassis.ids import new_id
from chassis.logging import get_logger
from chassis.problems import Unavailable
from notify_service.channels.aggregator import Aggregator, Outgoing, ProviderDown
from notify_service.settings import Settings
from notify_service.templates.encoding import measure

log = get_logger(__name__)


async def send_at_once(settings: Settings, number: str, words: str, what: str) -> bool:
    """Whether the aggregator has taken it; `what` it is stands in the log. Raises Unavailable when it is away."""
    length = measure(words)
    message = Outgoing(new_id(), number, words, length.encoding, length.parts)
    try:
        async with Aggregator(settings) as aggregator:
            results = await aggregator.send([message])
    except ProviderDown as error:
        log.warning(f"{what} not handed over", reason=str(error))
        raise Unavailable(
            "The aggregator does not take messages just now.", detail_ar="شركة الرسائل لا تستقبل رسائل الآن."
        ) from error
    result = results.get(message.reference)
    return result is not None and result.status == "accepted"

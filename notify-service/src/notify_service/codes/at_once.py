"""Handing one message to a provider while its sender waits: it is in no table, no event and no log."""

from __future__ import annotations

from chassis.ids import new_id
from chassis.logging import get_logger
from chassis.problems import Unavailable
from notify_service.channels.channel import Outgoing, ProviderDown
from notify_service.channels.choice import Channels
from notify_service.templates.encoding import measure

log = get_logger(__name__)


async def send_at_once(channels: Channels, number: str, words: str, what: str) -> bool:
    """Whether a provider has taken it; `what` it is stands in the log. Raises Unavailable when all are away."""
    length = measure(words)
    message = Outgoing(new_id(), number, words, length.encoding, length.parts, receipt=False)
    for channel in channels.of(number):
        try:
            result = (await channel.send([message])).get(message.reference)
        except ProviderDown as error:
            log.warning(f"{what} not handed over", provider=channel.name, reason=str(error))
            continue
        if result and result.status != "unanswered":
            return result.status == "accepted"
        log.warning(f"{what} not handed over", provider=channel.name, reason="no answer")
    raise Unavailable("No provider takes messages just now.", detail_ar="شركة الرسائل لا تستقبل رسائل الآن.")

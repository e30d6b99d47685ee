"""What a card's holder hears of codes and PINs: reactions to card-service's events about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.consumer import Reactions, Received
from chassis.contact import open_code
from contracts.pins import HolderCodeIssued, PinChanged
from notify_service.context import Runtime
from notify_service.messages import service
from notify_service.messages.service import Intent, about
from notify_service.templates.request_facts import HolderCodeFacts

_TEMPLATES: Final[Mapping[str, str]] = {"pin": "pin_code", "visit": "visit_code", "found": "found_code"}
_AGREES: Final = "holder_code"


def follow_holders(reactions: Reactions[Runtime]) -> None:
    """Send holders the codes by which they agree, and tell them of another PIN."""
    reactions.on(HolderCodeIssued)(holder_code_issued)
    reactions.on(PinChanged)(pin_changed)


async def holder_code_issued(
    events: Sequence[Received[HolderCodeIssued]], session: AsyncSession, runtime: Runtime
) -> None:
    """Send a code to the number the citizen is reached by. Raises SealBroken."""
    vault = runtime.state.settings.contact_vault()
    told: dict[str, list[Intent]] = {}
    for e in events:
        code = open_code(vault, e.data.citizen_id, e.data.code_sealed)
        facts = HolderCodeFacts(code=code, minutes=e.data.minutes, amount=e.data.max_amount)
        told.setdefault(_TEMPLATES.get(e.data.purpose, _AGREES), []).append(about(e, e.data.code_id, facts))
    for template, intents in told.items():
        await service.queue(session, runtime.state, template, intents)


async def pin_changed(events: Sequence[Received[PinChanged]], session: AsyncSession, runtime: Runtime) -> None:
    """Tell that the PIN was set, in case somebody else did it."""
    await service.queue(session, runtime.state, "pin_changed", [about(e, e.data.card_id) for e in events])

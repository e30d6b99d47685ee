"""What citizens hear of decisions on their data: a restriction, its end, and an erasure as the last thing of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.reactions import Handler, Received
from contracts.event import Event
from contracts.privacy import ErasureDecided, ProcessingRestricted, RestrictionLifted
from notify_service.contacts import repository as contacts
from notify_service.context import Runtime
from notify_service.messages import service
from notify_service.messages.repository import LAST_MESSAGE
from notify_service.messages.sealed_columns import Contact
from notify_service.messages.service import Intent
from notify_service.templates.facts import NoFacts, RestrictedFacts


async def restricted(events: Sequence[Received[ProcessingRestricted]], session: AsyncSession, runtime: Runtime) -> None:
    """Tell from which day on the data are held and not used, and until when where that is known."""
    open_ended: list[Intent] = []
    until: list[Intent] = []
    for e in events:
        facts = RestrictedFacts(starts_on=e.data.starts_on, ends_on=e.data.ends_on)
        told = Intent(event_id=e.id, facts=facts, citizen_id=e.data.citizen_id, subject=e.data.restriction_id)
        (until if e.data.ends_on else open_ended).append(told)
    await service.queue(session, runtime.state, "data_restricted", open_ended)
    await service.queue(session, runtime.state, "data_restricted_until", until)


async def freed(events: Sequence[Received[RestrictionLifted]], session: AsyncSession, runtime: Runtime) -> None:
    """Tell that the data are used again, in case the citizen did not ask for it."""
    told = [
        Intent(event_id=e.id, facts=NoFacts(), citizen_id=e.data.citizen_id, subject=e.data.restriction_id)
        for e in events
    ]
    await service.queue(session, runtime.state, "data_freed", told)


async def erased(events: Sequence[Received[ErasureDecided]], session: AsyncSession, runtime: Runtime) -> None:
    """Tell of the erasure before it takes the number away: the message carries it, and forgets it when it has left.

    An erasure is told again until all services have answered; the citizen hears of it once.
    """
    decided = {e.data.citizen_id: e.data for e in events}
    told = []
    for row in await contacts.reached(session, list(decided)):
        contact = Contact.open(runtime.state.vault, row.citizen_id, row.sealed)
        if contact.number is not None:
            erasure_id = decided[row.citizen_id].erasure_id
            told.append(
                Intent(
                    event_id=erasure_id,
                    facts=NoFacts(),
                    citizen_id=row.citizen_id,
                    subject=erasure_id,
                    number=contact.number,
                    language="en" if row.language == "en" else "ar",
                )
            )
    await service.queue(session, runtime.state, LAST_MESSAGE, told)


BEFOREHAND: Final[Mapping[type[Event], Handler[Runtime]]] = {
    ProcessingRestricted: restricted,
    RestrictionLifted: freed,
    ErasureDecided: erased,
}

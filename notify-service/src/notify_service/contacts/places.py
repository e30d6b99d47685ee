"""How outlets and providers are reached: whom to tell what happens to the terminals that stand there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import contact, mobiles
from chassis.sealing import Vault
from notify_service.messages.sealed_columns import Contact
from notify_service.templates.wording import Language

_PUT = text(
    "INSERT INTO place_contact AS p (place_id, language, sealed, changed_at)"
    " VALUES (:place_id, :language, :sealed, :changed_at)"
    " ON CONFLICT (place_id) DO UPDATE SET language = excluded.language, sealed = excluded.sealed,"
    " changed_at = excluded.changed_at WHERE p.changed_at <= excluded.changed_at"
)
_FIND = text("SELECT place_id, language, sealed FROM place_contact WHERE place_id = ANY(CAST(:places AS uuid[]))")


class Told(NamedTuple):
    """What an event says of a place: the contact as it was sealed for this service, at the event's business time."""

    place_id: UUID
    sealed: str
    language: str
    time: datetime


class Reached(NamedTuple):
    """A number, and the language its reader asked for."""

    number: str
    language: Language


async def learn(session: AsyncSession, told: Sequence[Told], vault: Vault, sealed: Vault) -> None:
    """Keep how places are reached from now on; `sealed` opens what events carry, `vault` seals what is kept.

    Raises SealBroken for what was not sealed for this place, or with a key that is no longer in the ring.
    """
    for one in told:
        mobile = contact.Contact.open(sealed, one.place_id, one.sealed).mobile
        kept = Contact(mobiles.normalise(mobile) if mobile else None, "").seal(vault, one.place_id)
        language = "en" if one.language == "en" else "ar"
        values = {"place_id": one.place_id, "language": language, "sealed": kept, "changed_at": one.time}
        await session.execute(_PUT, values)


async def reached(session: AsyncSession, places: Sequence[UUID], vault: Vault) -> dict[UUID, Reached]:
    """How each of the places is reached that can be."""
    found: dict[UUID, Reached] = {}
    for place_id, language, sealed in await session.execute(_FIND, {"places": list(places)}):
        number = Contact.open(vault, place_id, sealed).number
        if number is not None:
            found[place_id] = Reached(number, language)
    return found

"""Contacts as card-service tells of them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import mobiles
from chassis.consumer import Received
from chassis.sealing import Vault
from contracts.card import ContactChanged
from notify_service import repository as messages
from notify_service.contacts import repository
from notify_service.contacts.repository import ContactColumns
from notify_service.sealed_columns import Contact


async def learn(events: Sequence[Received[ContactChanged]], session: AsyncSession, vault: Vault) -> None:
    """Write down how citizens are reached from now on; the last of several words about one citizen counts."""
    columns = ContactColumns()
    for event in {event.data.citizen_id: event for event in events}.values():
        contact = event.data
        number = mobiles.normalise(contact.mobile) if contact.mobile else None
        columns.citizen_id.append(contact.citizen_id)
        columns.household_id.append(contact.household_id)
        columns.language.append("en" if contact.language == "en" else "ar")
        columns.number_hash.append(vault.fingerprint(number) if number else None)
        columns.sealed.append(Contact(number, contact.given_name).seal(vault, contact.citizen_id))
        columns.changed_at.append(event.time)
        columns.governorate.append(contact.governorate)
    await repository.put_contacts(session, columns)
    await messages.release(session, columns.citizen_id)

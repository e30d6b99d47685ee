"""Contacts as card-service tells of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import contact, mobiles
from chassis.consumer import Received
from chassis.sealing import Vault
from contracts.card import ContactChanged, ContactChangedInClear, ContactRestated
from notify_service.contacts import repository
from notify_service.contacts.repository import ContactColumns
from notify_service.messages import repository as messages
from notify_service.messages.sealed_columns import Contact


async def learn(events: Sequence[Received[ContactChanged]], session: AsyncSession, vault: Vault, sealed: Vault) -> None:
    """Write down how citizens are reached from now on; `sealed` opens what events carry.

    Raises SealBroken for what was not sealed for this citizen, or with a key that is no longer in the ring.
    """
    told = [_Told(e.data, contact.Contact.open(sealed, e.data.citizen_id, e.data.sealed), e.time) for e in events]
    await _put(told, session, vault)


async def learn_in_clear(
    events: Sequence[Received[ContactChangedInClear]], session: AsyncSession, vault: Vault
) -> None:
    """The same from events of before they were sealed."""
    told = [_Told(e.data, contact.Contact(e.data.given_name, e.data.mobile), e.time) for e in events]
    await _put(told, session, vault)


async def learn_again(
    events: Sequence[Received[ContactRestated]], session: AsyncSession, vault: Vault, sealed: Vault
) -> None:
    """The same from what was told again; `sealed` as in `learn`. Raises SealBroken, too."""
    told = [_Told(e.data, contact.Contact.open(sealed, e.data.citizen_id, e.data.sealed), e.time) for e in events]
    columns = _columns(told, vault)
    await repository.restate_contacts(session, columns)
    await messages.release(session, columns.citizen_id)


class _Told(NamedTuple):
    """An event, what it says in clear, and its business time."""

    event: ContactChanged | ContactChangedInClear | ContactRestated
    contact: contact.Contact
    time: datetime


async def _put(told: Sequence[_Told], session: AsyncSession, vault: Vault) -> None:
    """Keep what was told."""
    columns = _columns(told, vault)
    await repository.put_contacts(session, columns)
    await messages.release(session, columns.citizen_id)


def _columns(told: Sequence[_Told], vault: Vault) -> ContactColumns:
    """What is written down; the last of several words about one citizen counts."""
    columns = ContactColumns()
    for event, said, time in {one.event.citizen_id: one for one in told}.values():
        number = mobiles.normalise(said.mobile) if said.mobile else None
        columns.citizen_id.append(event.citizen_id)
        columns.household_id.append(event.household_id)
        columns.language.append("en" if getattr(event, "language", "ar") == "en" else "ar")
        columns.number_hash.append(vault.fingerprint(number) if number else None)
        columns.sealed.append(Contact(number, said.given_name).seal(vault, event.citizen_id))
        columns.changed_at.append(time)
        columns.governorate.append(event.governorate)
        columns.new_until.append(getattr(event, "new_until", None))
    return columns

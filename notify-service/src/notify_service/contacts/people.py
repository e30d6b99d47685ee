"""Whom a number reaches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.sealing import Vault
from notify_service.contacts import repository
from notify_service.messages.sealed_columns import Contact
from notify_service.templates.wording import Language


@dataclass(frozen=True)
class Person:
    """Somebody whom a number reaches, by given name, and in which language."""

    citizen_id: UUID
    household_id: UUID
    name: str
    language: Language = "ar"


async def of_numbers(session: AsyncSession, vault: Vault, hashes: Sequence[bytes]) -> dict[bytes, list[Person]]:
    """Everybody whom each of the numbers reaches, the longest known first."""
    found: dict[bytes, list[Person]] = defaultdict(list)
    for row in await repository.contacts_of_numbers(session, hashes):
        name = Contact.name_of(vault, row.citizen_id, bytes(row.sealed))
        language: Language = "en" if row.language == "en" else "ar"
        found[bytes(row.number_hash)].append(Person(row.citizen_id, row.household_id, name, language))
    return found

"""What the readers of a batch are called who share their number with others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TypeAlias
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.sealing import Vault
from notify_service.messages import repository
from notify_service.messages.sealed_columns import Contact
from notify_service.templates import naming

Names: TypeAlias = Mapping[UUID, str]
"""What citizens are called who share their number."""


async def names(session: AsyncSession, vault: Vault, citizens: Sequence[UUID]) -> Names:
    """What citizens, and whoever shares their numbers, are called."""
    found: dict[bytes, list[tuple[UUID, str]]] = defaultdict(list)
    for row in await repository.sharing(session, citizens):
        name = Contact.name_of(vault, row.citizen_id, bytes(row.sealed))
        found[bytes(row.number_hash)].append((row.citizen_id, name))
    return {one: name for people in found.values() for one, name in naming.called(people).items()}

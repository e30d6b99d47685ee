"""New cards: ids and numbers that no other card has."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards import numbers, repository
from card_service.dependencies import Dependencies
from card_service.sealing import CARD_NUMBER
from chassis.ids import new_id
from chassis.sealing import Vault


@dataclass(frozen=True, slots=True)
class Minted:
    """A card id with its number, sealed and fingerprinted."""

    card_id: UUID
    number_hash: bytes
    number_sealed: bytes


def _mint(vault: Vault, prefix: str) -> Minted:
    card_id, number = new_id(), numbers.new_number(prefix)
    return Minted(card_id, vault.fingerprint(number, CARD_NUMBER), vault.seal(card_id, number.encode(), CARD_NUMBER))


async def mint(session: AsyncSession, deps: Dependencies, count: int) -> list[Minted]:
    """`count` new cards whose numbers are free; a number drawn twice is drawn again."""
    prefix = deps.settings.card_number_prefix
    free: dict[bytes, Minted] = {}
    while len(free) < count:
        drawn = {one.number_hash: one for one in (_mint(deps.vault, prefix) for _ in range(count - len(free)))}
        for number_hash in await repository.taken(session, list(drawn)):
            del drawn[number_hash]
        free.update(drawn)
    return list(free.values())

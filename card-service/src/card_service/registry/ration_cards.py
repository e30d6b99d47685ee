"""Ration cards: the legacy card's number of a household, sealed, found by a keyed hash, of one household at a time.

The number is valid in parallel to the unified card for as long as the household goes on: one household, one set of
entitlements. Whoever enters one, singly, by file or by a change, does it through here.
"""

from __future__ import annotations

from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.registry.errors import RationCardTaken
from card_service.registry.intake import Rejection
from card_service.sealing import RATION_CARD
from chassis.infrastructure_errors import sqlstate
from chassis.ration_card import normalise
from chassis.sealing import Vault

TAKEN: Final = "ration_card_taken"
INVALID: Final = "ration_card_invalid"
CONSTRAINT: Final = "one_household_a_ration_card"
_UNIQUE: Final = "23505"

_BEARERS = text(
    "SELECT ration_card_hash FROM household"
    " WHERE ration_card_hash = ANY(CAST(:hashes AS bytea[])) AND status = 'active'"
)
_BY_HASH = text(
    "SELECT household_id FROM household WHERE ration_card_hash = :hash ORDER BY status <> 'active', household_id DESC"
    " LIMIT 1"
)
_SET = text(
    "UPDATE household SET ration_card_hash = :hash, ration_card_sealed = :sealed WHERE household_id = :household_id"
)


class RationCard(NamedTuple):
    """A number as it is written: found by its keyed hash, sealed for its household."""

    hash: bytes
    sealed: bytes


def judge(row: int, given: str | None) -> str | Rejection | None:
    """The number as written in a file or a request, None where there is none, or why it is refused."""
    if given is None or not given.strip():
        return None
    number = normalise(given)
    return Rejection(row, "ration_card", INVALID) if number is None else number


def fingerprint(vault: Vault, number: str) -> bytes:
    """The keyed hash by which a number is found."""
    return vault.fingerprint(number, RATION_CARD)


def kept(vault: Vault, household_id: UUID, number: str) -> RationCard:
    """A number as it is to be written."""
    sealed = vault.seal(household_id, number.encode(), RATION_CARD)
    return RationCard(fingerprint(vault, number), sealed)


def masked(vault: Vault, household_id: UUID, sealed: bytes | None) -> str | None:
    """The number with all but its last four digits hidden; None where there is none."""
    if sealed is None:
        return None
    number = vault.open(household_id, sealed, RATION_CARD).decode()
    return "*" * max(0, len(number) - 4) + number[-4:]


async def taken(session: AsyncSession, hashes: list[bytes]) -> set[bytes]:
    """Those of these numbers that are valid for a household."""
    return {bytes(one) for one in (await session.execute(_BEARERS, {"hashes": hashes})).scalars()}


async def household_with(session: AsyncSession, vault: Vault, number: str) -> UUID | None:
    """The household of a number: the one it is valid for, else the one that had it last."""
    found: UUID | None = (await session.execute(_BY_HASH, {"hash": fingerprint(vault, number)})).scalar()
    return found


async def set_number(session: AsyncSession, vault: Vault, household_id: UUID, number: str | None) -> None:
    """Give a household a number (as `normalise` gives it) or none; whoever calls locks it, tells it and keeps why.

    Raises RationCardTaken.
    """
    card = kept(vault, household_id, number) if number is not None else RationCard(b"", b"")
    values = {"household_id": household_id, "hash": card.hash or None, "sealed": card.sealed or None}
    try:
        await session.execute(_SET, values)
    except IntegrityError as error:
        if sqlstate(error) == _UNIQUE:
            raise RationCardTaken(detail_ar="راجع رقم بطاقة التموين.") from error
        raise

"""Every SQL statement about choices of flour."""

# ruff: noqa: S608 - nothing but this module's own list of columns is put into a statement

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

_COLUMNS = (
    "c.choice_id, c.household_id, to_char(c.month, 'YYYY-MM') AS month, c.reference, c.chosen_by, c.chosen_at,"
    " c.withdrawn_by, c.withdrawn_at"
)
_ADD = text(
    "INSERT INTO flour_choice (choice_id, household_id, month, reference, chosen_by, chosen_at)"
    " VALUES (:choice_id, :household_id, :month, :reference, :chosen_by, :chosen_at)"
    " ON CONFLICT (household_id, month) WHERE withdrawn_at IS NULL DO NOTHING RETURNING choice_id"
)
_FIND = text(f"SELECT {_COLUMNS} FROM flour_choice c WHERE c.choice_id = :choice_id")
_OF = text(
    f"SELECT {_COLUMNS} FROM flour_choice c WHERE c.household_id = :household_id"
    " ORDER BY c.month DESC, c.choice_id DESC LIMIT 100"
)
_WITHDRAW = text(
    "UPDATE flour_choice SET withdrawn_by = :by, withdrawn_at = :at WHERE choice_id = :choice_id"
    " AND withdrawn_at IS NULL"
)
# Locked: a month that begins meanwhile is opened before the choice or behind it, never beside it.
_HOUSEHOLD = (
    "SELECT household_id, governorate, district, coalesce(issued_in, governorate) AS issued_in, activated_on, opened"
    " FROM household WHERE household_id = :household_id"
)
_SEE, _LOCK = text(_HOUSEHOLD), text(f"{_HOUSEHOLD} FOR NO KEY UPDATE")
_CARDS = text(
    "SELECT card_id FROM card WHERE household_id = :household_id AND state <> 'closed' ORDER BY card_id LIMIT 100"
)
_CARD = text("SELECT household_id, state FROM card WHERE card_id = :card_id")


async def card(session: AsyncSession, card_id: UUID) -> RowMapping | None:
    """Whose card it is, and its state, or None."""
    return (await session.execute(_CARD, {"card_id": card_id})).mappings().one_or_none()


async def cards(session: AsyncSession, household_id: UUID) -> list[UUID]:
    """The cards of a household that are in use, blocked or not."""
    return list((await session.execute(_CARDS, {"household_id": household_id})).scalars())


async def household(session: AsyncSession, household_id: UUID, *, lock: bool = False) -> RowMapping | None:
    """Where a household is and was issued its card, since when it draws and how far it is open, or None."""
    found = await session.execute(_LOCK if lock else _SEE, {"household_id": household_id})
    return found.mappings().one_or_none()


async def add(
    session: AsyncSession,
    *,
    choice_id: UUID,
    household_id: UUID,
    month: date,
    reference: str,
    chosen_by: str,
    chosen_at: datetime,
) -> bool:
    """Enter a choice; False where the month is chosen already."""
    values = {
        "choice_id": choice_id,
        "household_id": household_id,
        "month": month,
        "reference": reference,
        "chosen_by": chosen_by,
        "chosen_at": chosen_at,
    }
    return (await session.execute(_ADD, values)).one_or_none() is not None


async def find(session: AsyncSession, choice_id: UUID) -> RowMapping | None:
    """A choice, or None."""
    return (await session.execute(_FIND, {"choice_id": choice_id})).mappings().one_or_none()


async def of(session: AsyncSession, household_id: UUID) -> Sequence[RowMapping]:
    """The choices of a household, the latest month first."""
    return (await session.execute(_OF, {"household_id": household_id})).mappings().all()


async def withdraw(session: AsyncSession, choice_id: UUID, by: str, at: datetime) -> None:
    """Withdraw a choice, unless it is."""
    await session.execute(_WITHDRAW, {"choice_id": choice_id, "by": by, "at": at})

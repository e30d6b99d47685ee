"""Every SQL statement that changes households and pots outside of sales, set-based."""

# ruff: noqa: S608 - nothing but this module's own lists of columns is put into a statement

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.row_arrays import statement

Columns = Mapping[str, Sequence[object]]

_PUT = statement(
    "INSERT INTO household AS h (household_id, governorate, district, issued_in, members, revision, sizes_revision,"
    " ration_card_mark, trial)"
    " SELECT household_id, governorate, district, issued_in, members, revision, revision, ration_card_mark, trial"
    " FROM <rows>"
    " ORDER BY household_id"
    " ON CONFLICT (household_id) DO UPDATE SET governorate = excluded.governorate, district = excluded.district,"
    " issued_in = excluded.issued_in, members = excluded.members,"
    " revision = greatest(h.revision, excluded.revision), sizes_revision = excluded.sizes_revision,"
    " ration_card_mark = excluded.ration_card_mark, trial = h.trial OR excluded.trial, version = h.version + 1",
    household_id="uuid",
    governorate="text",
    district="text",
    issued_in="text",
    members="int",
    revision="int",
    ration_card_mark="text",
    trial="boolean",
)
_POT = {
    "household_id": "uuid",
    "period": "date",
    "programme": "text",
    "granted": "int",
    "remaining": "int",
    "members": "int",
    "daily": "int",
}
_OPEN = statement(
    f"INSERT INTO pot ({', '.join(_POT)}) SELECT {', '.join(_POT)} FROM <rows>",
    **_POT,
)
_CHANGE = statement(
    "UPDATE pot p SET granted = r.granted, remaining = r.remaining, members = r.members, daily = r.daily FROM <rows>"
    " WHERE p.household_id = r.household_id AND p.period = r.period AND p.programme = r.programme",
    **_POT,
)
_SETTLE = statement(
    "UPDATE household h SET version = h.version + 1, opened = r.opened, debt_bread = r.debt_bread,"
    " debt_goods = r.debt_goods, debt_points = r.debt_points FROM <rows> WHERE h.household_id = r.household_id",
    household_id="uuid",
    opened="date",
    debt_bread="int",
    debt_goods="int",
    debt_points="int",
)

_OWE = text(
    "UPDATE household SET version = version + 1, debt_bread = debt_bread + :bread, debt_goods = debt_goods + :goods,"
    " debt_points = debt_points + :bread_points WHERE household_id = :household_id"
)


async def put_told(session: AsyncSession, households: Columns) -> None:
    """Households as the register tells them by month; which revisions are newer is known to the caller."""
    await session.execute(_PUT, dict(households))


async def settle(session: AsyncSession, households: Columns) -> None:
    """The latest open month and the debts of households as they are from now on; decisions under way are void."""
    await session.execute(_SETTLE, dict(households))


async def owe(session: AsyncSession, household_id: UUID, owed: Mapping[str, int]) -> None:
    """Let a household owe more, by programme; decisions under way about it are void."""
    await session.execute(_OWE, {"household_id": household_id, **owed})


async def open_pots(session: AsyncSession, pots: Columns) -> None:
    """Pots that were not there."""
    await session.execute(_OPEN, dict(pots))


async def change_pots(session: AsyncSession, pots: Columns) -> None:
    """Pots as they are from now on; what was drawn of them when stays."""
    await session.execute(_CHANGE, dict(pots))

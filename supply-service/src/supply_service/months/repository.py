"""Every SQL statement about households' sizes, and about pots outside of sales."""

# ruff: noqa: S608 - nothing but this module's own lists of columns is put into a statement

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.row_arrays import statement
from supply_service.cards import pots
from supply_service.cards.pots import Columns
from supply_service.cards.statements import LEGACY_DRAWN
from supply_service.rules.account import Legacy, PotKey, month_before
from supply_service.rules.correcting import Booked
from supply_service.sales import entries

_NEWER = statement(
    "SELECT r.household_id FROM <rows> LEFT JOIN household h USING (household_id)"
    " WHERE coalesce(h.sizes_revision, 0) < r.revision",
    household_id="uuid",
    revision="int",
)
_PUT_SIZES = statement(
    "INSERT INTO household_size AS s (household_id, month, goods, bread)"
    " SELECT household_id, month, goods, bread FROM <rows>"
    " ON CONFLICT (household_id, month) DO UPDATE SET goods = excluded.goods, bread = excluded.bread"
    " WHERE (s.goods, s.bread) <> (excluded.goods, excluded.bread)",
    household_id="uuid",
    month="date",
    goods="int",
    bread="int",
)
_FORGET_SIZES = statement(
    "DELETE FROM household_size s WHERE s.household_id = ANY(CAST(:told AS uuid[])) AND NOT EXISTS"
    " (SELECT FROM <rows> WHERE r.household_id = s.household_id AND r.month = s.month)",
    household_id="uuid",
    month="date",
)
_SINCE = text("SELECT month FROM sizes_since")
# All of them whole: their pots as far back as a month may be made good, or the first to be opened needs.
_ACCOUNTS = text(
    "SELECT h.household_id, h.version, h.opened, coalesce(h.issued_in, h.governorate) AS issued_in, h.members,"
    " h.activated_on, h.debt_bread, h.debt_goods, h.debt_points,"
    " ARRAY(SELECT row_to_json(p) FROM pot p WHERE p.household_id = h.household_id"
    " AND p.period >= least((SELECT month FROM sizes_since), CAST(:before AS date), h.opened)) AS pots,"
    " ARRAY(SELECT row_to_json(s) FROM household_size s WHERE s.household_id = h.household_id ORDER BY s.month)"
    " AS sizes,"
    f" CASE WHEN h.ration_card_mark IS NOT NULL THEN coalesce({LEGACY_DRAWN}, -1) END AS legacy_drawn"
    " FROM household h WHERE h.household_id = ANY(CAST(:household_ids AS uuid[])) "
    " AND (h.opened IS NOT NULL OR h.activated_on < :period) ORDER BY h.household_id"
)
_LEGACY = text(
    f"SELECT h.household_id, {LEGACY_DRAWN} AS drawn FROM household h"
    " WHERE h.household_id = ANY(CAST(:household_ids AS uuid[])) AND h.ration_card_mark IS NOT NULL"
)
_BOOKED = text(
    "SELECT household_id, programme, period,"
    " sum(CASE kind WHEN 'debt' THEN quantity WHEN 'debt_returned' THEN -quantity ELSE 0 END) AS debt,"
    " sum(CASE kind WHEN 'paid_back' THEN quantity ELSE 0 END) AS paid_back FROM ("
    "SELECT household_id, programme, period, kind, quantity FROM entry"
    " WHERE household_id = ANY(CAST(:household_ids AS uuid[])) AND period >= :period AND kind = 'debt'"
    " UNION ALL SELECT household_id, programme, period, kind, quantity FROM pot_correction"
    " WHERE household_id = ANY(CAST(:household_ids AS uuid[])) AND period >= :period) m"
    " GROUP BY household_id, programme, period"
)
_CORRECT = statement(
    "INSERT INTO pot_correction"
    " (household_id, correction_id, line, period, programme, kind, quantity, of_month, cause)"
    " SELECT household_id, correction_id, line, period, programme, kind, quantity, of_month, cause FROM <rows>",
    household_id="uuid",
    correction_id="uuid",
    line="smallint",
    period="date",
    programme="text",
    kind="text",
    quantity="int",
    of_month="date",
    cause="text",
)


async def newer(session: AsyncSession, revisions: Mapping[UUID, int]) -> set[UUID]:
    """The households of which an older revision is known here, or none."""
    parameters = {"household_id": list(revisions), "revision": list(revisions.values())}
    return set((await session.execute(_NEWER, parameters)).scalars())


async def put(session: AsyncSession, households: Columns, sizes: Columns) -> None:
    """Households and all their sizes as they are from now on."""
    await pots.put_told(session, households)
    told = {"household_id": sizes["household_id"], "month": sizes["month"]}
    await session.execute(_FORGET_SIZES, {**told, "told": households["household_id"]})
    await session.execute(_PUT_SIZES, dict(sizes))


async def since(session: AsyncSession) -> date:
    """The first month that may be corrected: those before were opened by the number of members."""
    month: date = (await session.execute(_SINCE)).scalar_one()
    return month


async def accounts(session: AsyncSession, household_ids: Sequence[UUID], period: date) -> Sequence[RowMapping]:
    """Those of the households that have opened a month, or could have before the present one, with their pots."""
    parameters = {"household_ids": list(household_ids), "period": period, "before": month_before(period)}
    return (await session.execute(_ACCOUNTS, parameters)).mappings().all()


async def legacy(session: AsyncSession, household_ids: Sequence[UUID]) -> dict[UUID, Legacy]:
    """What those of the households that have a ration card drew with it in the month of their activation."""
    if not household_ids:
        return {}
    rows = await session.execute(_LEGACY, {"household_ids": list(household_ids)})
    return {row.household_id: Legacy(row.drawn) for row in rows}


async def booked(
    session: AsyncSession, household_ids: Sequence[UUID], period: date
) -> dict[UUID, dict[PotKey, Booked]]:
    """What of the pots from a month on does not follow from their months, by household."""
    found: dict[UUID, dict[PotKey, Booked]] = {}
    parameters = {"household_ids": list(household_ids), "period": period}
    for row in (await session.execute(_BOOKED, parameters)).mappings():
        pots = found.setdefault(row["household_id"], {})
        pots[(row["programme"], row["period"])] = Booked(int(row["debt"]), int(row["paid_back"]))
    return found


async def write(session: AsyncSession, tables: Mapping[str, Columns]) -> None:
    """Pots and households as they are from now on, and the movements that made them so; a table may have no rows."""
    for name, put in _WRITES.items():
        if any(tables[name].values()):
            await put(session, tables[name])


async def _correct(session: AsyncSession, corrections: Columns) -> None:
    await session.execute(_CORRECT, dict(corrections))


_WRITES = {
    "settled": pots.settle,
    "opened": pots.open_pots,
    "changed": pots.change_pots,
    "entries": entries.enter,
    "corrections": _correct,
}

"""Every SQL statement about households' sizes, and about pots outside of sales."""

# ruff: noqa: S608 - nothing but this module's own lists of columns is put into a statement

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.row_arrays import statement
from supply_service.cards import pots
from supply_service.cards.pots import Columns
from supply_service.cards.statements import LEGACY_DRAWN, household
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
    " h.activated_on, h.debt_bread, h.debt_goods, h.debt_points, h.trial,"
    " ARRAY(SELECT row_to_json(p) FROM pot p WHERE p.household_id = h.household_id"
    " AND p.period >= least((SELECT month FROM sizes_since), CAST(:before AS date), h.opened)) AS pots,"
    " ARRAY(SELECT row_to_json(s) FROM household_size s WHERE s.household_id = h.household_id ORDER BY s.month)"
    " AS sizes,"
    " ARRAY(SELECT row_to_json(l) FROM listed_household l WHERE l.household_id = h.household_id ORDER BY l.since DESC)"
    " AS lists, CAST('{}' AS json[]) AS grants,"
    " ARRAY(SELECT f.month FROM flour_choice f WHERE f.household_id = h.household_id AND f.withdrawn_at IS NULL)"
    " AS flour,"
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
    " sum(CASE kind WHEN 'paid_back' THEN quantity ELSE 0 END) AS paid_back,"
    " sum(CASE kind WHEN 'cash' THEN quantity ELSE 0 END) AS cash FROM ("
    "SELECT household_id, programme, period, kind, quantity FROM entry"
    " WHERE household_id = ANY(CAST(:household_ids AS uuid[])) AND period >= :period AND kind IN ('debt', 'cash')"
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
_BEGIN_OPENING = text(
    "INSERT INTO month_opening (period, started_at) VALUES (:period, :now) ON CONFLICT (period) DO NOTHING"
)
_OPENING = text("SELECT after FROM month_opening WHERE period = :period AND finished_at IS NULL FOR UPDATE SKIP LOCKED")
_OPENED_UNTIL = text(
    "UPDATE month_opening SET after = :after, opened = opened + :opened, finished_at = :finished_at"
    " WHERE period = :period"
)
# Those that may draw. Whoever is given a card later opens the month with the first draw.
_MAY_OPEN = (
    "(h.opened IS NULL OR h.opened < CAST(:period AS date))"
    " AND h.activated_on < CAST(:period AS date) + interval '1 month' AND EXISTS"
    " (SELECT FROM card c WHERE c.household_id = h.household_id AND c.state = 'active' AND c.supply)"
)
_PROGRESS = text(
    "SELECT coalesce(o.opened, 0) AS opened, o.started_at, o.finished_at,"
    f" (SELECT count(*) FROM household h WHERE {_MAY_OPEN}) AS unopened"
    " FROM (SELECT 1) one LEFT JOIN month_opening o ON o.period = CAST(:period AS date)"
)
_LOCK_UNOPENED = text(
    f"SELECT h.household_id FROM household h WHERE h.household_id > :after AND {_MAY_OPEN}"
    " ORDER BY h.household_id LIMIT :most FOR NO KEY UPDATE OF h"
)
_UNOPENED = text(
    f"SELECT {household('CAST(:period AS date)', 'CAST(:since AS date)', row='row_to_json({})')} FROM household h"
    " WHERE h.household_id = ANY(CAST(:household_ids AS uuid[])) AND (h.opened IS NULL OR h.opened < :period)"
    " ORDER BY h.household_id"
)


async def opening(session: AsyncSession, period: date) -> Row[object]:
    """How far the opening of a month for all has come, and how many households that may draw have not opened it."""
    return (await session.execute(_PROGRESS, {"period": period})).one()


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
        pots[(row["programme"], row["period"])] = Booked(int(row["debt"]), int(row["paid_back"]), int(row["cash"]))
    return found


async def opening_from(session: AsyncSession, period: date, now: datetime) -> UUID | None:
    """The household behind which opening a month goes on; None where all are open or somebody else is at it."""
    await session.execute(_BEGIN_OPENING, {"period": period, "now": now})
    after: UUID | None = (await session.execute(_OPENING, {"period": period})).scalar_one_or_none()
    return after


async def lock_unopened(session: AsyncSession, period: date, after: UUID, most: int) -> Sequence[UUID]:
    """The next households that may draw and whose month is not open, kept from changing until the commit."""
    parameters = {"period": period, "after": after, "most": most}
    return (await session.execute(_LOCK_UNOPENED, parameters)).scalars().all()


async def unopened(session: AsyncSession, household_ids: Sequence[UUID], period: date) -> Sequence[RowMapping]:
    """Households as their first draw of the month would find them."""
    parameters = {"household_ids": list(household_ids), "period": period, "since": month_before(period)}
    return (await session.execute(_UNOPENED, parameters)).mappings().all()


async def opened_until(
    session: AsyncSession, period: date, after: UUID, opened: int, finished_at: datetime | None
) -> None:
    """Keep how far a month is open."""
    parameters = {"period": period, "after": after, "opened": opened, "finished_at": finished_at}
    await session.execute(_OPENED_UNTIL, parameters)


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

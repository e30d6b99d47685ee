"""Every SQL statement of house calls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.housecalls.models import CallState, HouseCall, Visit
from card_service.registry import sealed_names
from chassis.area import Bound, BoundedStatement
from chassis.paging import Paging
from chassis.row_arrays import statement

_CALL = (
    "h.call_id, h.card_id, c.citizen_id, c.household_id, h.governorate, h.district, h.reason, h.day, h.number, h.state,"
    " h.asked_by, h.asked_at"
)
_FROM = "FROM house_call h JOIN card c USING (card_id)"
_WIDTH = len(HouseCall.__slots__)
_FIND = text(f"SELECT {_CALL} {_FROM} WHERE h.call_id = :call_id")
_LOCK = text(f"SELECT {_CALL} {_FROM} WHERE h.call_id = :call_id FOR UPDATE OF c, h")
_OF_CARD = text(f"SELECT {_CALL} {_FROM} WHERE h.card_id = :card_id ORDER BY h.number DESC")
_PUT = text(
    "INSERT INTO house_call (call_id, card_id, governorate, district, reason, day, number, state, asked_by, asked_at)"
    " VALUES (:call_id, :card_id, :governorate, :district, :reason, :day, :number, :state, :asked_by, :asked_at)"
)
_END = statement(
    "UPDATE house_call h SET state = r.state, ended_by = r.ended_by, ended_at = r.ended_at"
    " FROM <rows> WHERE h.call_id = r.call_id AND h.state = 'planned'",
    call_id="uuid",
    state="text",
    ended_by="text",
    ended_at="timestamptz",
)
_LIST = BoundedStatement(
    f"SELECT {_CALL}, {sealed_names.column('z')} AS name_kept, r.address, c.site_id {_FROM}"
    " JOIN citizen z USING (citizen_id) JOIN household r ON r.household_id = c.household_id"
    " WHERE <bound> AND h.day = :day AND h.state = ANY(CAST(:states AS text[]))"
    " AND (CAST(:district AS text) IS NULL OR h.district = :district)"
    " AND h.call_id > :after ORDER BY h.call_id LIMIT :limit",
    governorate="h.governorate",
    district="h.district",
    site_id="c.site_id",
)
_TAKEN = text("SELECT day, taken FROM house_call_day WHERE district = :district AND day >= :begins AND day <= :ends")
# A row a day and district: who takes its last place waits for nobody else's.
_TAKE = text(
    "INSERT INTO house_call_day AS d (district, day, taken) VALUES (:district, :day, 1)"
    " ON CONFLICT (district, day) DO UPDATE SET taken = d.taken + 1 WHERE d.taken < :most RETURNING taken"
)
_FREE = text(
    "UPDATE house_call_day d SET taken = d.taken - f.n FROM (SELECT district, day, count(*) AS n FROM house_call"
    " WHERE call_id = ANY(CAST(:calls AS uuid[])) AND day > :today GROUP BY 1, 2) f"
    " WHERE d.district = f.district AND d.day = f.day"
)
_CLOSED = text(
    "UPDATE house_call SET state = 'withdrawn', ended_by = :by, ended_at = :now"
    " WHERE card_id = ANY(CAST(:cards AS uuid[])) AND state = 'planned' RETURNING call_id"
)


async def find(session: AsyncSession, call_id: UUID, *, lock: bool = False) -> HouseCall | None:
    """A call; its card's row and its own locked if asked, in the order in which a hand-over does."""
    row = (await session.execute(_LOCK if lock else _FIND, {"call_id": call_id})).one_or_none()
    return HouseCall(*row) if row else None


async def of_card(session: AsyncSession, card_id: UUID) -> list[HouseCall]:
    """The calls that were ever planned for a card, the last first."""
    return [HouseCall(*row) for row in await session.execute(_OF_CARD, {"card_id": card_id})]


async def put(session: AsyncSession, call: HouseCall) -> None:
    """Write a call whose place is taken."""
    await session.execute(_PUT, {name: getattr(call, name) for name in HouseCall.__slots__})


async def end(session: AsyncSession, ended: Sequence[tuple[UUID, CallState, str, datetime]]) -> None:
    """Say what became of calls, and who says so; of one that is over already nothing changes."""
    if ended:
        calls, states, by, at = zip(*ended, strict=True)
        values = {"call_id": list(calls), "state": list(states), "ended_by": list(by), "ended_at": list(at)}
        await session.execute(_END, values)


async def free(session: AsyncSession, calls: Sequence[UUID], today: date) -> None:
    """Give the places of calls of days to come back."""
    await session.execute(_FREE, {"calls": list(calls), "today": today})


async def withdraw_of(session: AsyncSession, cards: Sequence[UUID], by: str, now: datetime) -> list[UUID]:
    """Withdraw the calls that are planned for cards; which ones."""
    return list((await session.execute(_CLOSED, {"cards": list(cards), "by": by, "now": now})).scalars())


async def taken(session: AsyncSession, district: str, begins: date, ends: date) -> dict[date, int]:
    """How many calls are planned in a district, by day."""
    values = {"district": district, "begins": begins, "ends": ends}
    return {row.day: row.taken for row in await session.execute(_TAKEN, values)}


async def take(session: AsyncSession, district: str, day: date, most: int) -> bool:
    """Take a place of a day; False where it has none left."""
    values = {"district": district, "day": day, "most": most}
    return (await session.execute(_TAKE, values)).scalar_one_or_none() is not None


async def page(
    session: AsyncSession,
    bound: Bound,
    day: date,
    district: str | None,
    states: Sequence[CallState],
    page: Paging[UUID],
) -> list[Visit]:
    """The calls of a day that the caller may see, of one district if asked."""
    values = {"day": day, "district": district, "states": list(states)} | page.bounds
    rows = await session.execute(*_LIST.within(bound, values))
    return [Visit(HouseCall(*row[:_WIDTH]), *row[_WIDTH:]) for row in rows]

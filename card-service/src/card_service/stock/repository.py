"""Every SQL statement of stock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.database import record
from card_service.distribution.models import PickupSite
from card_service.stock.counting import Counted
from card_service.stock.models import Consignment, SendOn, StockCount
from chassis.area import Bound, BoundedStatement
from chassis.paging import Paging
from chassis.row_arrays import statement

# Cards that are to be collected there first, and none that is to be collected elsewhere; then those of the site's own
# district, members of a household together. What was missing when it was counted is not
# there to be sent, until it is made again.
_TO_SEND = text(
    "SELECT c.card_id FROM card c JOIN household h ON h.household_id = c.household_id"
    " WHERE c.state = 'produced' AND c.governorate = :governorate"
    " AND (CAST(:phase_id AS uuid) IS NULL OR c.phase_id = :phase_id)"
    " AND (c.bound_for IS NULL OR c.bound_for = :site_id) AND NOT EXISTS (SELECT FROM consignment_card k"
    "  JOIN consignment g USING (consignment_id) WHERE k.card_id = c.card_id"
    "  AND (k.outcome IS NULL OR k.outcome = 'missing' AND g.received_at > coalesce((SELECT max(s.at) FROM card_step s"
    "    WHERE s.card_id = c.card_id AND s.action = 'take_serial'), '-infinity')))"
    " ORDER BY c.bound_for IS NULL, h.district <> :district, c.household_id, c.card_id LIMIT :limit"
    " FOR UPDATE OF c SKIP LOCKED"
)
_AT_SITE = text(
    "SELECT card_id FROM card WHERE card_id = ANY(CAST(:ids AS uuid[])) AND site_id = :site_id"
    " AND state IN ('in_stock', 'ready') ORDER BY card_id FOR UPDATE"
)
# What lies at a site and is to be collected at another one.
_TO_SEND_ON = text(
    "SELECT c.card_id, c.bound_for, s.name_ar, s.name_en, c.expected_on FROM card c"
    " JOIN pickup_site s ON s.site_id = c.bound_for WHERE c.site_id = :site_id AND c.state IN ('in_stock', 'ready')"
    " AND c.bound_for IS NOT NULL AND c.card_id > :after ORDER BY c.card_id LIMIT :limit"
)
_BOUND = text("SELECT card_id FROM card WHERE card_id = ANY(CAST(:ids AS uuid[])) AND bound_for = :site_id")
# Replacements that a bureau has made: no plan invites their holders.
_UNINVITED = text(
    "SELECT card_id FROM card c WHERE card_id = ANY(CAST(:ids AS uuid[])) AND replaces IS NOT NULL"
    " AND NOT EXISTS (SELECT FROM appointment a WHERE a.card_id = c.card_id AND a.state = 'scheduled')"
)
_OF_SITE = text(
    "SELECT c.card_id, h.trial_id IS NOT NULL AS of_trial FROM card c JOIN household h USING (household_id)"
    " WHERE c.site_id = :site_id AND c.state IN ('in_stock', 'ready') FOR SHARE OF c"
)
_LOCK_CARDS = text(
    "SELECT card_id FROM card WHERE card_id = ANY(CAST(:ids AS uuid[])) AND state = 'produced' ORDER BY card_id"
    " FOR UPDATE"
)
_MAKE = text(
    "INSERT INTO consignment (consignment_id, governorate, from_site, to_site, dispatched_at, dispatched_by)"
    " VALUES (:consignment_id, :governorate, :from_site, :to_site, :at, :by)"
)
_PUT = statement(
    "INSERT INTO consignment_card (consignment_id, card_id) SELECT :consignment_id, r.card_id FROM <rows>",
    card_id="uuid",
)
_CONSIGNMENT = (
    "SELECT c.consignment_id, c.governorate, c.from_site, c.to_site, c.dispatched_at, c.dispatched_by, c.received_at,"
    " c.received_by, k.*, (SELECT count(*) FROM consignment_surplus s WHERE s.consignment_id = c.consignment_id)"
    " AS surplus FROM consignment c CROSS JOIN LATERAL (SELECT count(*) AS cards,"
    "  count(*) FILTER (WHERE outcome = 'received') AS received,"
    "  count(*) FILTER (WHERE outcome = 'missing') AS missing,"
    "  count(*) FILTER (WHERE outcome = 'damaged') AS damaged FROM consignment_card k"
    "  WHERE k.consignment_id = c.consignment_id) k"
)
_FIND = text(f"{_CONSIGNMENT} WHERE c.consignment_id = :consignment_id")
_LIST = BoundedStatement(
    f"{_CONSIGNMENT} WHERE <bound> AND c.consignment_id < :after"
    " AND (CAST(:on_the_way AS boolean) IS NULL OR (c.received_at IS NULL) = :on_the_way)"
    " ORDER BY c.consignment_id DESC LIMIT :limit",
    governorate="c.governorate",
    site_id="c.to_site",
)
_LOCK = text("SELECT consignment_id FROM consignment WHERE consignment_id = :consignment_id FOR UPDATE")
_CARDS = text(
    "SELECT card_id, outcome FROM consignment_card WHERE consignment_id = :consignment_id"
    " UNION ALL SELECT card_id, 'surplus' FROM consignment_surplus WHERE consignment_id = :consignment_id"
    " ORDER BY card_id"
)
_RECEIVE = text("UPDATE consignment SET received_at = :at, received_by = :by WHERE consignment_id = :consignment_id")
_OUTCOMES = statement(
    "UPDATE consignment_card k SET outcome = r.outcome FROM <rows>"
    " WHERE k.consignment_id = :consignment_id AND k.card_id = r.card_id",
    card_id="uuid",
    outcome="text",
)
_SURPLUS = statement(
    "INSERT INTO consignment_surplus (consignment_id, card_id) SELECT :consignment_id, r.card_id FROM <rows>",
    card_id="uuid",
)
_COUNT = text(
    "INSERT INTO stock_count (count_id, site_id, day, expected, counted, counted_at, counted_by, note)"
    " VALUES (:count_id, :site_id, :day, :expected, :counted, :at, :by, :note)"
)
_DIFFER = statement(
    "INSERT INTO stock_difference (count_id, card_id, missing) SELECT :count_id, r.card_id, r.missing FROM <rows>",
    card_id="uuid",
    missing="boolean",
)
_LAST = text(
    "SELECT count_id, site_id, day, expected, counted, counted_at, counted_by, note FROM stock_count"
    " WHERE site_id = :site_id AND day = :day ORDER BY count_id DESC LIMIT 1"
)
_DIFFERENCES = text("SELECT card_id, missing FROM stock_difference WHERE count_id = :count_id ORDER BY card_id")


async def to_send(session: AsyncSession, site: PickupSite, phase_id: UUID | None, limit: int) -> list[UUID]:
    """Produced cards that may go to a site, their rows locked: those that are to be collected there first."""
    values = {
        "site_id": site.site_id,
        "governorate": site.governorate,
        "district": site.district,
        "phase_id": phase_id,
        "limit": limit,
    }
    return list((await session.execute(_TO_SEND, values)).scalars())


async def to_send_on(session: AsyncSession, site_id: UUID, page: Paging[UUID]) -> list[SendOn]:
    """Cards at a site that are to be collected at another one, by their ids."""
    return [SendOn(*row) for row in await session.execute(_TO_SEND_ON, {"site_id": site_id, **page.bounds})]


async def bound(session: AsyncSession, card_ids: Sequence[UUID], site_id: UUID | None) -> set[UUID]:
    """Those of these cards that are to be collected at a site where they do not lie."""
    return set((await session.execute(_BOUND, {"site_id": site_id, "ids": list(card_ids)})).scalars())


async def uninvited(session: AsyncSession, card_ids: Sequence[UUID]) -> list[UUID]:
    """Those of these cards whose holders no plan invites, and who have no hour."""
    return list((await session.execute(_UNINVITED, {"ids": list(card_ids)})).scalars())


async def at_site(session: AsyncSession, site_id: UUID, card_ids: Sequence[UUID]) -> list[UUID]:
    """Those of the cards that lie at a site, the rows locked."""
    return list((await session.execute(_AT_SITE, {"site_id": site_id, "ids": list(card_ids)})).scalars())


async def of_site(session: AsyncSession, site_id: UUID) -> tuple[set[UUID], set[UUID]]:
    """The cards that lie at a site, those of trials apart; nobody gives one out until the transaction is over."""
    rows = (await session.execute(_OF_SITE, {"site_id": site_id})).all()
    return {row.card_id for row in rows if not row.of_trial}, {row.card_id for row in rows if row.of_trial}


async def on_their_way(session: AsyncSession, card_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the cards that are still produced, the rows locked: a holder may have died meanwhile."""
    return set((await session.execute(_LOCK_CARDS, {"ids": list(card_ids)})).scalars())


async def make(session: AsyncSession, values: Mapping[str, object], card_ids: Sequence[UUID]) -> None:
    """Write a consignment with its cards."""
    await session.execute(_MAKE, dict(values))
    await session.execute(_PUT, {"consignment_id": values["consignment_id"], "card_id": list(card_ids)})


async def find(session: AsyncSession, consignment_id: UUID, *, lock: bool = False) -> Consignment | None:
    """A consignment with its counts, its row locked if asked."""
    if lock:
        await session.execute(_LOCK, {"consignment_id": consignment_id})
    row = (await session.execute(_FIND, {"consignment_id": consignment_id})).one_or_none()
    return record(Consignment, row) if row else None


async def consignments(
    session: AsyncSession, bound: Bound, on_the_way: bool | None, page: Paging[UUID]
) -> list[Consignment]:
    """What is sent to a caller's site or within its governorate, the newest first; on its way, received, or both."""
    rows = await session.execute(*_LIST.within(bound, {"on_the_way": on_the_way, **page.bounds}))
    return [record(Consignment, row) for row in rows]


async def cards_of(session: AsyncSession, consignment_id: UUID) -> list[tuple[UUID, str | None]]:
    """The cards of a consignment and what became of each, surplus ones among them."""
    rows = await session.execute(_CARDS, {"consignment_id": consignment_id})
    return [(row.card_id, row.outcome) for row in rows]


async def receive(session: AsyncSession, consignment_id: UUID, found: Counted, at: datetime, by: str) -> None:
    """Write what was counted."""
    await session.execute(_RECEIVE, {"consignment_id": consignment_id, "at": at, "by": by})
    outcomes = {"received": found.received, "missing": found.missing, "damaged": found.damaged}
    pairs = [(card_id, outcome) for outcome, cards in outcomes.items() for card_id in cards]
    columns = {"card_id": [one for one, _ in pairs], "outcome": [outcome for _, outcome in pairs]}
    await session.execute(_OUTCOMES, {"consignment_id": consignment_id, **columns})
    await session.execute(_SURPLUS, {"consignment_id": consignment_id, "card_id": list(found.surplus)})


async def keep_count(
    session: AsyncSession, count: StockCount, missing: Sequence[UUID], surplus: Sequence[UUID]
) -> None:
    """Keep what was counted, and the cards by which it differs where they are known."""
    values = {
        "count_id": count.count_id,
        "site_id": count.site_id,
        "day": count.day,
        "expected": count.expected,
        "counted": count.counted,
        "at": count.counted_at,
        "by": count.counted_by,
        "note": count.note,
    }
    await session.execute(_COUNT, values)
    cards = {"card_id": [*missing, *surplus], "missing": [True] * len(missing) + [False] * len(surplus)}
    await session.execute(_DIFFER, {"count_id": count.count_id, **cards})


async def last_count(session: AsyncSession, site_id: UUID, day: date) -> StockCount | None:
    """The last count of a day."""
    row = (await session.execute(_LAST, {"site_id": site_id, "day": day})).one_or_none()
    return record(StockCount, row) if row else None


async def differences(session: AsyncSession, count_id: UUID) -> tuple[list[UUID], list[UUID]]:
    """The cards by which a count differs: missing ones and surplus ones."""
    rows = (await session.execute(_DIFFERENCES, {"count_id": count_id})).all()
    return [row.card_id for row in rows if row.missing], [row.card_id for row in rows if not row.missing]

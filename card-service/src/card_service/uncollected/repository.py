"""Every SQL statement of uncollected cards."""

# ruff: noqa: S608 - nothing but this module's own words is put into a statement

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.registry import sealed_names
from card_service.uncollected.models import Counted, Uncollected
from chassis.paging import Paging
from chassis.row_arrays import statement

# Nobody is to come any more: no hour, no house call, none that is looked for.
_FROM = (
    " FROM card c LEFT JOIN uncollected_card u ON u.card_id = c.card_id AND u.site_id = c.site_id"
    " CROSS JOIN LATERAL (SELECT count(*) AS invitations, coalesce(max(a.ends_at), c.created_at) AS last_ended_at"
    "  FROM appointment a WHERE a.card_id = c.card_id AND a.state <> 'cancelled') i"
    " WHERE c.site_id = :site_id AND c.state = ANY(CAST(:states AS text[])) AND i.last_ended_at <= :before"
    " AND NOT EXISTS (SELECT FROM appointment a WHERE a.card_id = c.card_id AND a.state = 'scheduled')"
    " AND NOT EXISTS (SELECT FROM house_call v WHERE v.card_id = c.card_id AND v.state = 'planned')"
    " AND NOT EXISTS (SELECT FROM awaiting_appointment w WHERE w.card_id = c.card_id)"
    # a trial's cards lie there until it hands them over, or ends
    " AND NOT EXISTS (SELECT FROM household h WHERE h.household_id = c.household_id AND h.trial_id IS NOT NULL)"
)
_LIST = text(
    f"SELECT l.card_id, l.citizen_id, {sealed_names.column('z')} AS name_kept, l.invitations, l.last_ended_at,"
    " l.marked_by, l.marked_at FROM (SELECT c.card_id, c.citizen_id, i.invitations, i.last_ended_at, u.marked_by,"
    f" u.marked_at{_FROM} AND c.card_id > :after ORDER BY c.card_id LIMIT :limit) l JOIN citizen z USING (citizen_id)"
    " ORDER BY l.card_id"
)
_COUNT = text(f"SELECT count(*), count(u.marked_at){_FROM}")
# Locked as a hand-over does: a card that is being handed over is not marked.
_AMONG = text(f"SELECT c.card_id{_FROM} AND c.card_id = ANY(CAST(:cards AS uuid[])) ORDER BY c.card_id FOR UPDATE OF c")
_MARK = statement(
    "INSERT INTO uncollected_card (card_id, site_id, marked_by, marked_at)"
    " SELECT r.card_id, :site_id, :by, :now FROM <rows>"
    " ON CONFLICT (card_id) DO UPDATE SET site_id = EXCLUDED.site_id, marked_by = EXCLUDED.marked_by,"
    " marked_at = EXCLUDED.marked_at WHERE uncollected_card.site_id <> EXCLUDED.site_id",
    card_id="uuid",
)


@dataclass(frozen=True, slots=True)
class Term:
    """Which cards of a site count: in these states, and nobody invited since."""

    site_id: UUID
    states: Sequence[str]
    before: datetime

    @property
    def values(self) -> dict[str, object]:
        """The parameters of the statements."""
        return {"site_id": self.site_id, "states": list(self.states), "before": self.before}


async def page(session: AsyncSession, term: Term, page: Paging[UUID]) -> list[Uncollected]:
    """The uncollected cards of a site by their ids."""
    return [Uncollected(*row) for row in await session.execute(_LIST, term.values | page.bounds)]


async def count(session: AsyncSession, term: Term) -> Counted:
    """How many there are, and how many of them are marked."""
    return Counted(*(await session.execute(_COUNT, term.values)).one())


async def lock(session: AsyncSession, term: Term, cards: Sequence[UUID]) -> set[UUID]:
    """Those of these cards that are uncollected, their rows locked."""
    return set((await session.execute(_AMONG, term.values | {"cards": list(cards)})).scalars())


async def mark(session: AsyncSession, site_id: UUID, cards: Sequence[UUID], by: str, now: datetime) -> None:
    """Say of cards that they go back; of one that was marked before it stays who said so."""
    await session.execute(_MARK, {"site_id": site_id, "card_id": list(cards), "by": by, "now": now})

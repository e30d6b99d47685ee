"""Services that cards were given by mistake, taken from them again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards.models import Step
from card_service.database import record
from chassis.row_arrays import statement

# What others have given a card since stays; without any service it is as it was when it was handed over.
_TAKE = statement(
    "WITH found AS ("
    "  SELECT c.card_id,"
    "   ARRAY(SELECT unnest(c.services) INTERSECT SELECT unnest(string_to_array(r.given, ',')) ORDER BY 1) AS taken,"
    "   ARRAY(SELECT unnest(c.services) EXCEPT SELECT unnest(string_to_array(r.given, ',')) ORDER BY 1) AS kept"
    "  FROM <rows> JOIN card c USING (card_id) WHERE (c.state = 'active' OR c.state_before_block = 'active')"
    "  AND c.closed_at IS NULL ORDER BY c.card_id FOR UPDATE OF c"
    ")"
    " UPDATE card c SET services = f.kept,"
    " state = CASE WHEN c.state = 'active' AND f.kept = '{}' THEN 'issued' ELSE c.state END,"
    " state_before_block = CASE WHEN c.state_before_block = 'active' AND f.kept = '{}' THEN 'issued'"
    "  ELSE c.state_before_block END,"
    " activated_at = CASE WHEN f.kept = '{}' THEN NULL ELSE c.activated_at END,"
    # a card that still opens something, or is blocked, takes no step
    " moved = CASE WHEN c.state = 'active' AND f.kept = '{}' THEN :action ELSE c.moved END,"
    " moved_at = CASE WHEN c.state = 'active' AND f.kept = '{}' THEN :at ELSE c.moved_at END,"
    " moved_by = CASE WHEN c.state = 'active' AND f.kept = '{}' THEN :by ELSE c.moved_by END,"
    " moved_where = CASE WHEN c.state = 'active' AND f.kept = '{}' THEN :where ELSE c.moved_where END,"
    " moved_because = CASE WHEN c.state = 'active' AND f.kept = '{}' THEN :because ELSE c.moved_because END"
    " FROM found f WHERE c.card_id = f.card_id AND f.taken <> '{}'"
    " RETURNING c.card_id, c.citizen_id, c.household_id, f.taken AS services, f.kept = '{}' AS issued",
    card_id="uuid",
    given="text",
)


@dataclass(frozen=True, slots=True)
class TakenCard:
    """A card that something was taken back from: which services, and whether it opens nothing any more."""

    card_id: UUID
    citizen_id: UUID
    household_id: UUID
    services: tuple[str, ...]
    issued: bool


async def take_back(session: AsyncSession, given: Mapping[UUID, Sequence[str]], step: Step) -> list[TakenCard]:
    """Take from cards what they were given and still have; those that something was taken from, by their ids."""
    columns = {"card_id": list(given), "given": [",".join(services) for services in given.values()], **step.values}
    rows = await session.execute(_TAKE, columns)
    taken = [record(TakenCard, row, services=tuple(row.services)) for row in rows]
    return sorted(taken, key=lambda card: card.card_id)

"""Every SQL statement of citizens' rights."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.privacy.models import Erasure
from chassis.privacy.erasure import Outcome

_CARDS = text("SELECT card_id FROM card WHERE citizen_id = :citizen_id ORDER BY card_id")
_HOUSEHOLD = text("SELECT household_id FROM citizen WHERE citizen_id = :citizen_id FOR NO KEY UPDATE")
# Everything of the household counts: a request may be about an address, or about months that all of them drew.
_KEPT = text(
    "SELECT EXISTS (SELECT FROM restriction WHERE citizen_id = :citizen_id AND lifted_at IS NULL"
    " AND ground IN ('claim', 'order') AND (ends_on IS NULL OR ends_on > :today)) AS restricted,"
    " EXISTS (SELECT FROM change_request r WHERE (r.state IN ('unproven', 'waiting', 'announced') OR r.appeal = 'open')"
    " AND (r.citizen_id = :citizen_id OR r.household_id = c.household_id))"
    " OR EXISTS (SELECT FROM months_claim m WHERE m.state = 'open'"
    " AND (m.citizen_id = :citizen_id OR m.household_id = c.household_id)) AS asked_for,"
    " EXISTS (SELECT FROM legal_hold h WHERE h.citizen_id = :citizen_id AND h.until > :today) AS looked_into"
    " FROM citizen c WHERE c.citizen_id = :citizen_id"
)
_RESTRICTION = text(
    "SELECT * FROM restriction WHERE citizen_id = :citizen_id AND restriction_id = :restriction_id"
    " AND lifted_at IS NULL AND (ends_on IS NULL OR ends_on > :today)"
)
_BEGIN = text(
    "INSERT INTO erasure (erasure_id, citizen_id, household_id, card_ids, decided_at)"
    " VALUES (:erasure_id, :citizen_id, :household_id, CAST(:card_ids AS uuid[]), :decided_at)"
)
_PART = text(
    "INSERT INTO erasure_part (erasure_id, service, outcome) SELECT :erasure_id, :service, :outcome"
    " WHERE EXISTS (SELECT FROM erasure WHERE erasure_id = :erasure_id) ON CONFLICT DO NOTHING"
)
_DONE = text(
    "UPDATE erasure e SET done_at = clock_timestamp() WHERE e.erasure_id = :erasure_id AND e.done_at IS NULL"
    " AND (SELECT count(*) FROM erasure_part p WHERE p.erasure_id = e.erasure_id"
    " AND p.service = ANY(CAST(:services AS text[]))) = cardinality(CAST(:services AS text[]))"
)
_OF = text("SELECT * FROM erasure WHERE citizen_id = :citizen_id ORDER BY erasure_id DESC")
_PARTS = text("SELECT service, outcome FROM erasure_part WHERE erasure_id = :erasure_id ORDER BY service")
_UNTOLD = text(
    "SELECT * FROM erasure WHERE done_at IS NULL"
    " AND told_at < clock_timestamp() - make_interval(secs => CAST(:after AS float8))"
    " ORDER BY told_at LIMIT :limit FOR UPDATE SKIP LOCKED"
)
_TOLD = text("UPDATE erasure SET told_at = clock_timestamp() WHERE erasure_id = ANY(CAST(:erasure_ids AS uuid[]))")
OLDEST_OPEN = (
    "SELECT coalesce(extract(epoch FROM clock_timestamp() - min(begun_at)), 0)::float FROM erasure"
    " WHERE done_at IS NULL"
)
_ASKED = text(
    "SELECT p.proposal_id, p.kind, p.state, p.entered_at, p.expires_at, p.ended_at,"
    " (SELECT a.reason FROM proposal_act a WHERE a.proposal_id = p.proposal_id AND a.act IN ('approved', 'refused')"
    " ORDER BY a.number DESC LIMIT 1) AS answer FROM proposal p"
    " WHERE p.kind = ANY(CAST(:kinds AS text[])) AND (p.subject = :subject OR p.subject IN"
    " (SELECT r.restriction_id::text FROM restriction r WHERE r.citizen_id = :citizen_id))"
    " ORDER BY p.proposal_id DESC LIMIT 200"
)
_UNDECIDED = text(
    "SELECT kind, entered_at FROM proposal WHERE kind = ANY(CAST(:kinds AS text[])) AND state = 'submitted'"
)


class Kept(NamedTuple):
    """What keeps data: a claim or an order; an open request, appeal or claim on months; a legal hold."""

    restricted: bool
    asked_for: bool
    looked_into: bool


class Asked(NamedTuple):
    """Something that was asked for a citizen's data, and the reason of the answer."""

    proposal_id: UUID
    kind: str
    state: str
    entered_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    answer: str | None


async def cards_of(session: AsyncSession, citizen_id: UUID) -> list[UUID]:
    """All cards a citizen has or had."""
    return list((await session.execute(_CARDS, {"citizen_id": citizen_id})).scalars())


async def household_of(session: AsyncSession, citizen_id: UUID) -> UUID | None:
    """A citizen's household, if any; the row of the citizen is locked."""
    found: UUID | None = (await session.execute(_HOUSEHOLD, {"citizen_id": citizen_id})).scalar_one_or_none()
    return found


async def kept(session: AsyncSession, citizen_id: UUID, today: date) -> Kept:
    """What keeps a citizen's data on a day."""
    return Kept(*(await session.execute(_KEPT, {"citizen_id": citizen_id, "today": today})).one())


async def restriction(session: AsyncSession, citizen_id: UUID, restriction_id: UUID, today: date) -> Row[Any] | None:
    """A restriction of a citizen's that is not over."""
    ids = {"citizen_id": citizen_id, "restriction_id": restriction_id, "today": today}
    return (await session.execute(_RESTRICTION, ids)).one_or_none()


async def begin(session: AsyncSession, erasure: Erasure) -> None:
    """Enter a decided erasure."""
    names = ("erasure_id", "citizen_id", "household_id", "decided_at")
    values: dict[str, object] = {name: getattr(erasure, name) for name in names}
    await session.execute(_BEGIN, values | {"card_ids": list(erasure.card_ids)})


async def part(
    session: AsyncSession, erasure_id: UUID, service: str, outcome: Outcome, services: Sequence[str]
) -> None:
    """Keep what a service has carried out; with the last of `services` it is done. Told again changes nothing."""
    said = {"erasure_id": erasure_id, "service": service, "outcome": outcome.model_dump_json()}
    await session.execute(_PART, said)
    await session.execute(_DONE, {"erasure_id": erasure_id, "services": list(services)})


async def of_citizen(session: AsyncSession, citizen_id: UUID) -> list[Erasure]:
    """A citizen's erasures with their parts, the latest first."""
    return [await _whole(session, row) for row in (await session.execute(_OF, {"citizen_id": citizen_id})).all()]


async def untold(session: AsyncSession, after: float, limit: int) -> list[Erasure]:
    """Erasures that some service has not carried out so many seconds after it was told; their rows are locked."""
    rows = (await session.execute(_UNTOLD, {"after": after, "limit": limit})).all()
    return [await _whole(session, row) for row in rows]


async def told(session: AsyncSession, erasure_ids: Sequence[UUID]) -> None:
    """Note that erasures were told again now."""
    await session.execute(_TOLD, {"erasure_ids": list(erasure_ids)})


async def asked(session: AsyncSession, citizen_id: UUID, kinds: Sequence[str]) -> list[Asked]:
    """What was asked for a citizen's data, the latest first."""
    whose = {"citizen_id": citizen_id, "subject": str(citizen_id), "kinds": list(kinds)}
    return [Asked(*row) for row in await session.execute(_ASKED, whose)]


async def undecided(session: AsyncSession, kinds: Sequence[str]) -> list[tuple[str, datetime]]:
    """The kind and time of everything asked for that nobody has decided."""
    return [(row.kind, row.entered_at) for row in await session.execute(_UNDECIDED, {"kinds": list(kinds)})]


async def _whole(session: AsyncSession, row: Row[Any]) -> Erasure:
    parts = await session.execute(_PARTS, {"erasure_id": row.erasure_id})
    return Erasure(
        erasure_id=row.erasure_id,
        citizen_id=row.citizen_id,
        household_id=row.household_id,
        card_ids=tuple(row.card_ids),
        decided_at=row.decided_at,
        done_at=row.done_at,
        parts={service: Outcome.model_validate_json(outcome) for service, outcome in parts},
    )

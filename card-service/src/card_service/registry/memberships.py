"""Every SQL statement of memberships and of what was decided on entitlement: the facts that months are computed from.

`citizen.household_id` and `citizen.role` repeat the membership that is open, for all who ask where a citizen belongs
now; whoever writes them writes the membership in the same transaction and has called `keep` in it before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.database import record
from card_service.registry.models import Membership, NewCitizen
from card_service.registry.months import PROGRAMMES, Decision, Stay
from chassis.clock import month_start
from chassis.db import raw
from chassis.ids import new_id

REGISTERED = "registered"
EVERYTHING = tuple(PROGRAMMES)

_KEEP = text("SELECT set_config('card.memberships', 'kept', true)")
_COLUMNS = (
    "membership_id", "citizen_id", "household_id", "role", "since", "first_month", "granted", "join_reason",
    "joined_by",
)  # fmt: skip
_BEGIN = text(
    "INSERT INTO membership (membership_id, citizen_id, household_id, role, since, first_month, granted, join_reason,"
    " joined_by) VALUES (:membership_id, :citizen_id, :household_id, :role, :since, :first_month,"
    " CAST(:granted AS text[]), :join_reason, :joined_by)"
)
_MEMBERSHIP = (
    "SELECT membership_id, citizen_id, household_id, role, since, until, first_month, left_month, join_reason,"
    " leave_reason FROM membership"
)
_END = text(
    "UPDATE membership SET until = :until, left_month = greatest(first_month, :left_month), leave_reason = :reason,"
    " left_by = :change_id WHERE citizen_id = :citizen_id AND until IS NULL"
)
_AT = text(
    f"{_MEMBERSHIP} WHERE household_id = :household_id AND since <= :day AND (until IS NULL OR until > :day)"
    " ORDER BY role <> 'head', citizen_id"
)
# Who belonged to these households on a day; who did and does not any more, by the latest stay of each.
_MEMBERS_OF = text(
    "SELECT m.household_id, m.citizen_id, m.role, m.since, extract(year FROM c.birth_date)::int AS birth_year"
    " FROM membership m JOIN citizen c USING (citizen_id)"
    " WHERE m.household_id = ANY(CAST(:ids AS uuid[])) AND m.since <= :day AND (m.until IS NULL OR m.until > :day)"
    " ORDER BY m.household_id, m.role <> 'head', m.citizen_id"
)
_FORMER_OF = text(
    "SELECT m.household_id, m.citizen_id, m.until AS left_on, m.leave_reason AS reason, c.died_on"
    " FROM (SELECT DISTINCT ON (household_id, citizen_id) household_id, citizen_id, until, leave_reason"
    " FROM membership WHERE household_id = ANY(CAST(:ids AS uuid[])) AND since <= :day"
    " ORDER BY household_id, citizen_id, since DESC, membership_id DESC) m JOIN citizen c USING (citizen_id)"
    " WHERE m.until <= :day ORDER BY m.household_id, m.citizen_id"
)
_OF_CITIZEN = text(f"{_MEMBERSHIP} WHERE citizen_id = :citizen_id ORDER BY since, membership_id")
_LAST = text("SELECT max(until) AS until, max(left_month) AS left_month FROM membership WHERE citizen_id = :citizen_id")
_STAY = (
    "SELECT m.membership_id, m.citizen_id, m.household_id, m.since, m.first_month, m.left_month, m.granted,"
    " m.join_reason, m.leave_reason, m.joined_by, m.left_by FROM membership m"
)
_DECISION = (
    "SELECT d.change_id, d.citizen_id, d.programme, d.ground, d.counts, d.month, d.basis, d.decided_at"
    " FROM entitlement_decision d"
)
_OF_HOUSEHOLDS = (
    " JOIN (SELECT DISTINCT citizen_id FROM membership WHERE household_id = ANY(CAST(:ids AS uuid[]))) p"
    " USING (citizen_id)"
)
_STAYS_OF_HOUSEHOLDS = text(_STAY + _OF_HOUSEHOLDS)
_DECISIONS_OF_HOUSEHOLDS = text(_DECISION + _OF_HOUSEHOLDS)
_OF_CITIZENS = " WHERE {}.citizen_id = ANY(CAST(:ids AS uuid[]))"
_STAYS_OF_CITIZENS = text(_STAY + _OF_CITIZENS.format("m"))
_DECISIONS_OF_CITIZENS = text(_DECISION + _OF_CITIZENS.format("d"))
_DECIDE = text(
    "INSERT INTO entitlement_decision (change_id, citizen_id, programme, ground, counts, month, basis, decided_at)"
    " VALUES (:change_id, :citizen_id, :programme, :ground, :counts, :month, :basis, :decided_at)"
)


@dataclass(frozen=True, slots=True)
class Joining:
    """How citizens become members: from which day, counting from which month, for what, why, by which change."""

    since: date
    first_month: date
    granted: Sequence[str] = EVERYTHING
    reason: str = REGISTERED
    change_id: UUID | None = None

    @classmethod
    def registered(cls, day: date) -> Joining:
        """As what is entered in the register for the first time: it counts from this month on."""
        return cls(day, month_start(day))


class Belonging(NamedTuple):
    """Who belongs to a household, with what others are told of it."""

    household_id: UUID
    citizen_id: UUID
    role: str
    since: date
    birth_year: int


class Gone(NamedTuple):
    """Who belonged to a household: the day and the reason of leaving, and the day of death where there is one."""

    household_id: UUID
    citizen_id: UUID
    left_on: date
    reason: str
    died_on: date | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What months are computed from: the stays of citizens, all of them, and what was decided on them."""

    stays: list[Stay]
    decisions: list[Decision]


async def keep(session: AsyncSession) -> None:
    """Say that memberships are written in this transaction, so that the database derives none from citizens."""
    await session.execute(_KEEP)


async def begin(session: AsyncSession, citizens: Sequence[NewCitizen], joining: Joining) -> None:
    """Write many memberships by COPY. Raises asyncpg.ExclusionViolationError where somebody belongs elsewhere."""
    connection = await raw(session)
    terms = (joining.since, joining.first_month, list(joining.granted), joining.reason, joining.change_id)
    await connection.copy_records_to_table(
        "membership",
        columns=_COLUMNS,
        records=[(new_id(), c.citizen_id, c.household_id, c.role, *terms) for c in citizens],
    )


async def begin_one(session: AsyncSession, citizen_id: UUID, household_id: UUID, role: str, joining: Joining) -> None:
    """Write the membership of a registered citizen. Raises IntegrityError where the citizen belongs elsewhere."""
    terms = (joining.since, joining.first_month, list(joining.granted), joining.reason, joining.change_id)
    values = (new_id(), citizen_id, household_id, role, *terms)
    await session.execute(_BEGIN, dict(zip(_COLUMNS, values, strict=True)))


async def end(
    session: AsyncSession, citizen_id: UUID, until: date, left_month: date, reason: str, change_id: UUID | None
) -> None:
    """End the open membership of a citizen: of the household before the day `until`, counting before `left_month`."""
    values = {"citizen_id": citizen_id, "until": until, "left_month": left_month}
    await session.execute(_END, values | {"reason": reason, "change_id": change_id})


async def at(session: AsyncSession, household_id: UUID, day: date) -> list[Membership]:
    """Who belonged to a household on a day, the head first."""
    return [Membership(*row) for row in await session.execute(_AT, {"household_id": household_id, "day": day})]


async def members_of(session: AsyncSession, household_ids: Sequence[UUID], day: date) -> dict[UUID, list[Belonging]]:
    """Who belonged to these households on a day, by household, the head first."""
    found: dict[UUID, list[Belonging]] = defaultdict(list)
    for row in await session.execute(_MEMBERS_OF, {"ids": list(household_ids), "day": day}):
        found[row.household_id].append(Belonging(*row))
    return found


async def former_of(session: AsyncSession, household_ids: Sequence[UUID], day: date) -> dict[UUID, list[Gone]]:
    """Who had left these households by a day, by household."""
    found: dict[UUID, list[Gone]] = defaultdict(list)
    for row in await session.execute(_FORMER_OF, {"ids": list(household_ids), "day": day}):
        found[row.household_id].append(Gone(*row))
    return found


async def of_citizen(session: AsyncSession, citizen_id: UUID) -> list[Membership]:
    """Every membership of a citizen, the earliest first."""
    return [Membership(*row) for row in await session.execute(_OF_CITIZEN, {"citizen_id": citizen_id})]


async def last(session: AsyncSession, citizen_id: UUID) -> tuple[date | None, date | None]:
    """The day on which a citizen last left a household and the first month that did not count there any more."""
    row = (await session.execute(_LAST, {"citizen_id": citizen_id})).one()
    return row.until, row.left_month


async def decide(session: AsyncSession, decisions: Iterable[Decision]) -> None:
    """Add decisions on entitlement."""
    rows = [{name: getattr(decision, name) for name in Decision.__dataclass_fields__} for decision in decisions]
    if rows:
        await session.execute(_DECIDE, rows)


async def facts_of_households(session: AsyncSession, household_ids: Sequence[UUID]) -> Facts:
    """The facts on everybody who ever belonged to these households, those of other households among them."""
    return await _facts(session, _STAYS_OF_HOUSEHOLDS, _DECISIONS_OF_HOUSEHOLDS, household_ids)


async def facts_of_citizens(session: AsyncSession, citizen_ids: Sequence[UUID]) -> Facts:
    """The facts on these citizens."""
    return await _facts(session, _STAYS_OF_CITIZENS, _DECISIONS_OF_CITIZENS, citizen_ids)


async def _facts(session: AsyncSession, stays: TextClause, decisions: TextClause, ids: Sequence[UUID]) -> Facts:
    values = {"ids": list(ids)}
    found = [record(Stay, row, granted=tuple(row.granted)) for row in await session.execute(stays, values)]
    return Facts(found, [Decision(*row) for row in await session.execute(decisions, values)])

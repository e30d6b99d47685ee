"""Every SQL statement about simulations, and the one that reads all households' facts."""

# ruff: noqa: S608 - nothing but this module's own lists of columns is put into a statement

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Row, text
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.area import Bound, BoundedStatement
from chassis.row_arrays import columns, statement
from supply_service.rules.entitled import Facts, Given
from supply_service.simulations.cells import Example

_COLUMNS = (
    "simulation_id, proposal_id, month, CAST(policies AS text) AS policies, asked_by, asked_at, policy_version,"
    " started_at, finished_at, failed_at, fault, after, tries, looked_at, CAST(tally AS text) AS tally"
)
_ADD = text(
    "INSERT INTO policy_simulation (simulation_id, proposal_id, month, policies, asked_by, asked_at)"
    " VALUES (:simulation_id, :proposal_id, :month, CAST(:policies AS json), :asked_by, :asked_at)"
)
_FIND = text(f"SELECT {_COLUMNS} FROM policy_simulation WHERE simulation_id = :simulation_id")
_LAST = text(
    f"SELECT {_COLUMNS} FROM policy_simulation WHERE proposal_id = :proposal_id ORDER BY simulation_id DESC LIMIT 1"
)
_WAITING = text("SELECT count(*) FROM policy_simulation WHERE finished_at IS NULL AND failed_at IS NULL")
# The oldest one alone, so that they are worked off one by one whoever works.
_TAKE = text(
    f"SELECT {_COLUMNS} FROM policy_simulation WHERE simulation_id = (SELECT simulation_id FROM policy_simulation"
    " WHERE finished_at IS NULL AND failed_at IS NULL ORDER BY simulation_id LIMIT 1) FOR UPDATE SKIP LOCKED"
)
_BEGIN = text(
    "UPDATE policy_simulation SET started_at = :now, policy_version = :version, after = DEFAULT, looked_at = 0,"
    " tally = NULL WHERE simulation_id = :simulation_id"
)
_FORGET = text("DELETE FROM policy_simulation_example WHERE simulation_id = :simulation_id")
_GO_ON = text(
    "UPDATE policy_simulation SET after = :after, looked_at = looked_at + :looked_at, tally = CAST(:tally AS json),"
    " finished_at = :finished_at, tries = 0, fault = NULL WHERE simulation_id = :simulation_id"
)
_FAIL = text(
    "UPDATE policy_simulation SET tries = tries + 1, fault = :fault,"
    " failed_at = CASE WHEN :final OR tries + 1 >= :most THEN CAST(:now AS timestamptz) END"
    " WHERE simulation_id = :simulation_id AND finished_at IS NULL"
)
_LIMIT = text("SELECT set_config('statement_timeout', :milliseconds, true)")
_UNTIL = text(
    "SELECT household_id FROM household WHERE household_id > :after ORDER BY household_id OFFSET :skip LIMIT 1"
)
# The sizes and cards of the same stretch of households, so that each table is read once and by its order. Whoever may
# draw on the month's 1st counts: the same who are opened by the job (`months.repository`), without those of trials,
# whose allowances cost nobody anything.
_GROUPS = """
    SELECT h.governorate,
        CASE WHEN s.household_id IS NOT NULL THEN s.goods WHEN told THEN 0 ELSE h.members END AS goods,
        CASE WHEN s.household_id IS NOT NULL THEN s.bread WHEN told THEN 0 ELSE h.members END AS bread,
        {undrawn} AS undrawn, l.name AS category, {grants} AS grants,
        CASE WHEN f.household_id IS NOT NULL THEN coalesce(h.issued_in, h.governorate) END AS flour,
        count(*) AS households, any_value(h.household_id) AS one
    FROM household h
    LEFT JOIN (
        SELECT DISTINCT ON (household_id) household_id, goods, bread FROM household_size
        WHERE household_id > :after AND household_id <= :until AND month <= :month
        ORDER BY household_id, month DESC
    ) s USING (household_id)
    LEFT JOIN (
        SELECT DISTINCT ON (household_id) household_id, name FROM listed_household
        WHERE household_id > :after AND household_id <= :until AND kind = 'category'
        AND since <= :month AND (until IS NULL OR until >= :month)
        ORDER BY household_id, since DESC
    ) l USING (household_id)
    LEFT JOIN flour_choice f ON f.household_id = h.household_id AND f.household_id > :after
        AND f.household_id <= :until AND f.month = :month AND f.withdrawn_at IS NULL
    {more}
    CROSS JOIN LATERAL (SELECT s.household_id IS NULL AND EXISTS
        (SELECT FROM household_size o WHERE o.household_id = h.household_id AND o.household_id > :after
        AND o.household_id <= :until) AS told) later
    WHERE h.household_id > :after AND h.household_id <= :until AND NOT h.trial AND h.activated_on < :month AND EXISTS (
        SELECT FROM card c WHERE c.household_id = h.household_id AND c.household_id > :after
        AND c.household_id <= :until AND c.state = 'active' AND c.supply
    )
    GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
_DRAWN = (
    "LEFT JOIN pot p ON p.household_id = h.household_id AND p.household_id > :after AND p.household_id <= :until"
    " AND p.programme = 'bread' AND p.period = :drawn"
)
_LISTED = (
    "LEFT JOIN (SELECT household_id, array_agg(DISTINCT name ORDER BY name) AS names FROM listed_household"
    " WHERE household_id > :after AND household_id <= :until AND kind = 'grant'"
    " AND since < CAST(:month AS date) + interval '1 month' AND (until IS NULL OR until >= :month)"
    " GROUP BY household_id) g ON g.household_id = h.household_id"
)
# By whether loaves left of a month and lists of grants make a difference: what does not is not read.
_READ = {
    (drawn, listed): text(
        _GROUPS.format(
            undrawn="coalesce(p.remaining, 0)" if drawn else "0",
            grants="coalesce(g.names, '{}')" if listed else "CAST('{}' AS text[])",
            more=" ".join(part for part, wanted in ((_DRAWN, drawn), (_LISTED, listed)) if wanted),
        )
    )
    for drawn in (False, True)
    for listed in (False, True)
}
_SHOW = statement(
    "INSERT INTO policy_simulation_example"
    " (simulation_id, household_id, governorate, outcome, facts, gain, dearer, before, after, shown_at)"
    " SELECT simulation_id, household_id, governorate, outcome, facts, gain, dearer, before, after, shown_at"
    " FROM <rows> ON CONFLICT (simulation_id, household_id) DO NOTHING",
    simulation_id="uuid", household_id="uuid", governorate="text", outcome="text", facts="json", gain="bigint",
    dearer="bigint", before="json", after="json", shown_at="timestamptz",
)  # fmt: skip
_NAMES = (
    "simulation_id", "household_id", "governorate", "outcome", "facts", "gain", "dearer", "before", "after", "shown_at",
)  # fmt: skip
# An example is shown to whoever may see the household where it lives by now.
_EXAMPLES = BoundedStatement(
    "SELECT e.household_id, h.governorate, e.outcome, e.gain, e.dearer, CAST(e.facts AS text) AS facts,"
    " CAST(e.before AS text) AS before, CAST(e.after AS text) AS after"
    " FROM policy_simulation_example e JOIN household h USING (household_id)"
    " WHERE e.simulation_id = :simulation_id AND (CAST(:outcome AS text) IS NULL OR e.outcome = :outcome) AND <bound>"
    " ORDER BY h.governorate, e.outcome, e.household_id",
    governorate="h.governorate",
    district="h.district",
)


async def add(session: AsyncSession, **simulation: object) -> None:
    """Keep what is to be computed."""
    await session.execute(_ADD, simulation)


async def find(session: AsyncSession, simulation_id: UUID) -> RowMapping | None:
    """A simulation, or None."""
    return (await session.execute(_FIND, {"simulation_id": simulation_id})).mappings().one_or_none()


async def last_of(session: AsyncSession, proposal_id: UUID) -> RowMapping | None:
    """The newest simulation of a proposal, or None."""
    return (await session.execute(_LAST, {"proposal_id": proposal_id})).mappings().one_or_none()


async def waiting(session: AsyncSession) -> int:
    """How many are not done."""
    return int((await session.execute(_WAITING)).scalar_one())


async def take(session: AsyncSession) -> RowMapping | None:
    """The next one to work at, kept from other processes until the commit; None where there is none or one is at it."""
    return (await session.execute(_TAKE)).mappings().one_or_none()


async def begin(session: AsyncSession, simulation_id: UUID, version: int, now: datetime) -> None:
    """Begin at the first household, by the policies of a version; what was found before is forgotten."""
    await session.execute(_FORGET, {"simulation_id": simulation_id})
    await session.execute(_BEGIN, {"simulation_id": simulation_id, "version": version, "now": now})


async def go_on(session: AsyncSession, simulation_id: UUID, tally: dict[str, object], **done: object) -> None:
    """Keep how far it has come: `after`, `looked_at` by this step, `finished_at`."""
    kept = {"simulation_id": simulation_id, "tally": orjson.dumps(tally).decode()}
    await session.execute(_GO_ON, kept | done)


async def fail(session: AsyncSession, simulation_id: UUID, **failure: object) -> None:
    """Count a failed step: its `fault`, whether that is `final`, the `most` tries, `now`."""
    await session.execute(_FAIL, {"simulation_id": simulation_id, **failure})


async def limit(session: AsyncSession, seconds: float) -> None:
    """Let no statement of this transaction take longer."""
    await session.execute(_LIMIT, {"milliseconds": str(int(seconds * 1000))})


async def until(session: AsyncSession, after: UUID, households: int) -> UUID | None:
    """The household that so many end with, None where fewer are left."""
    found: UUID | None = (await session.execute(_UNTIL, {"after": after, "skip": households - 1})).scalar_one_or_none()
    return found


async def groups(
    session: AsyncSession, after: UUID, until: UUID, month: date, drawn: date | None, *, listed: bool
) -> Sequence[Row[Any]]:
    """The households of a stretch that may draw, counted by what decides their month; `one` of each.

    `drawn`: the month whose undrawn loaves count, None where they make no difference; `listed`: whether lists of grants
    make one.
    """
    asked = {"after": after, "until": until, "month": month} | ({} if drawn is None else {"drawn": drawn})
    return (await session.execute(_READ[drawn is not None, listed], asked)).all()


async def show(session: AsyncSession, simulation_id: UUID, examples: Sequence[Example], now: datetime) -> None:
    """Keep households to look at."""
    rows = [
        (
            simulation_id, one.household_id, one.governorate, one.outcome, _json(one.facts), one.change.gain,
            one.change.dearer, _json(one.change.before), _json(one.change.after), now,
        )
        for one in examples
    ]  # fmt: skip
    if rows:
        await session.execute(_SHOW, columns(rows, *_NAMES))


async def examples(
    session: AsyncSession, simulation_id: UUID, bound: Bound, outcome: str | None
) -> Sequence[RowMapping]:
    """The households to look at that a caller may see."""
    asked = {"simulation_id": simulation_id, "outcome": outcome}
    return (await session.execute(*_EXAMPLES.within(bound, asked))).mappings().all()


def _json(named: Facts | Given) -> str:
    return orjson.dumps(named._asdict()).decode()

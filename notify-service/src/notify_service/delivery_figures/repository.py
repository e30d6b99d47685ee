"""Every SQL statement about figures of messages: from the queue itself, and draws as outlets' days tell them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.area import Bound, BoundedStatement
from chassis.row_arrays import columns, statement

Rows = Sequence[Row[Any]]

# By ids, which are made with the messages: the days asked for are a range of the primary key.
_DELIVERIES = BoundedStatement(
    """
    SELECT coalesce(provider, 'unknown') AS provider, coalesce(network, 'other') AS network, governorate,
           count(*) AS messages,
           count(*) FILTER (WHERE status = 'delivered') AS delivered,
           count(*) FILTER (WHERE status = 'failed') AS failed,
           count(*) FILTER (WHERE status = 'expired') AS expired,
           count(*) FILTER (WHERE status NOT IN ('delivered', 'failed', 'expired')) AS unknown,
           coalesce(sum(parts), 0) AS parts,
           CAST(percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS float8) AS median_seconds,
           CAST(percentile_cont(0.95) WITHIN GROUP (ORDER BY seconds) AS float8) AS p95_seconds
    FROM (
        SELECT m.provider, m.network, m.status, m.parts,
               CASE WHEN m.status = 'delivered' THEN extract(epoch FROM m.ended_at - m.sent_at) END AS seconds,
               (SELECT c.governorate FROM contact c WHERE c.citizen_id = m.citizen_id) AS governorate
        FROM message m
        WHERE m.id >= :first AND m.id < :behind AND m.sent_at IS NOT NULL
          AND NOT EXISTS (SELECT FROM trial_household t WHERE t.household_id = m.household_id)
    ) m
    WHERE <bound> GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    """,
    governorate="governorate",
)
_QUESTIONS = text(
    "SELECT topic, count(*) AS messages FROM inbound_message WHERE received_at >= :begins AND received_at < :ends"
    " GROUP BY topic ORDER BY messages DESC, topic"
)
_COMPLAINTS = BoundedStatement(
    """
    WITH complaints AS (
        SELECT governorate, count(*) AS complaints FROM complaint
        WHERE entered_at >= :begins AND entered_at < :ends GROUP BY governorate
    ), draws AS (
        SELECT governorate, sum(draws) AS draws FROM draws_of_day
        WHERE business_day >= :first_day AND business_day <= :last_day GROUP BY governorate
    )
    SELECT governorate, coalesce(complaints, 0) AS complaints, CAST(coalesce(draws, 0) AS bigint) AS draws
    FROM complaints FULL JOIN draws USING (governorate) WHERE <bound> ORDER BY governorate
    """,
    governorate="governorate",
)
_ADD = statement(
    """
    INSERT INTO draws_of_day AS d (governorate, business_day, draws)
    SELECT governorate, business_day, sum(draws) FROM <rows> GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (governorate, business_day) DO UPDATE SET draws = d.draws + excluded.draws
    """,
    governorate="text",
    business_day="date",
    draws="bigint",
)


class Draws(NamedTuple):
    """Sales of a day that is over, in a governorate."""

    governorate: str
    business_day: date
    draws: int


async def add_draws(session: AsyncSession, draws: Sequence[Draws]) -> None:
    """Add sales to those of their day."""
    await session.execute(_ADD, columns(draws, *Draws._fields))


async def deliveries(session: AsyncSession, bound: Bound, first: UUID, behind: UUID) -> Rows:
    """Messages that were sent, by provider, network and governorate; of ids from one up to another."""
    return (await session.execute(*_DELIVERIES.within(bound, {"first": first, "behind": behind}))).all()


async def questions(session: AsyncSession, begins: datetime, ends: datetime) -> Rows:
    """Citizens' messages by topic, most asked first."""
    return (await session.execute(_QUESTIONS, {"begins": begins, "ends": ends})).all()


async def complaints(
    session: AsyncSession, bound: Bound, begins: datetime, ends: datetime, days: tuple[date, date]
) -> Rows:
    """Complaints that were entered, and draws, by governorate."""
    asked = {"begins": begins, "ends": ends, "first_day": days[0], "last_day": days[1]}
    return (await session.execute(*_COMPLAINTS.within(bound, asked))).all()

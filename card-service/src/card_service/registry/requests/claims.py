"""Months that may have been drawn after a death became known late: a claim for a person to decide, never a debt.

What was really drawn is told by supply-service, about the change by which the death entered the register, before the
claim or after it, once or again: the latest word counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.registry.months import month_text
from card_service.registry.requests.errors import ClaimDecided, DrawnNotKnown, NothingDrawn
from card_service.registry.requests.models import ChangeRequest, DrawnInMonth, MonthsClaim
from chassis import outbox
from chassis.consumer import Received
from chassis.ids import new_id
from chassis.principal import Principal
from chassis.row_arrays import columns, statement
from contracts.change_requests import MonthDrawn, MonthsClaimDecided, MonthsClaimEntered
from contracts.supply import DrawnAfterDeath

_ENTER = text(
    "INSERT INTO months_claim (claim_id, request_id, household_id, citizen_id, first_month, last_month, state,"
    " entered_at) VALUES (:claim_id, :request_id, :household_id, :citizen_id, :first_month, :last_month, 'open', :now)"
)
_FIND = text(
    "SELECT m.claim_id, m.request_id, m.household_id, m.citizen_id, m.first_month, m.last_month, m.state, m.decided_by,"
    " m.decided_at, m.note, CASE WHEN m.state = 'open' THEN (SELECT d.amounts FROM drawn_after_death d"
    " WHERE d.change_id = ANY(r.changes) AND d.citizen_id = m.citizen_id) ELSE m.amounts END AS amounts"
    " FROM months_claim m JOIN change_request r USING (request_id) WHERE m.request_id = :request_id"
)
_DECIDE = text(
    "UPDATE months_claim SET state = :state, decided_by = :who, decided_at = :now, note = :note,"
    " amounts = CAST(:amounts AS jsonb) WHERE claim_id = :claim_id AND state = 'open' RETURNING claim_id"
)
# A change that this register does not know is nothing to keep: a database restored from before it.
_DRAWN = statement(
    """
    INSERT INTO drawn_after_death AS d (change_id, household_id, citizen_id, amounts, told_at)
    SELECT r.change_id, r.household_id, r.citizen_id, CAST(r.amounts AS jsonb), r.told_at
    FROM <rows> JOIN register_change USING (change_id)
    ON CONFLICT (change_id) DO UPDATE SET amounts = excluded.amounts, told_at = excluded.told_at
    WHERE d.told_at < excluded.told_at
    """,
    change_id="uuid",
    household_id="uuid",
    citizen_id="uuid",
    amounts="text",
    told_at="timestamptz",
)
_AMOUNTS: TypeAdapter[tuple[DrawnInMonth, ...]] = TypeAdapter(tuple[DrawnInMonth, ...])


async def enter(
    session: AsyncSession, request: ChangeRequest, citizen_id: UUID, months: tuple[date, date], now: datetime
) -> None:
    """Register the months, first and last, in which somebody was counted who was dead."""
    claim_id, (first, last) = new_id(), months
    about = {"request_id": request.request_id, "household_id": request.household_id, "citizen_id": citizen_id}
    values = {"claim_id": claim_id, "first_month": first, "last_month": last, "now": now}
    await session.execute(_ENTER, about | values)
    told = MonthsClaimEntered(
        claim_id=claim_id,
        request_id=request.request_id,
        household_id=request.household_id,
        citizen_id=citizen_id,
        first_month=month_text(first),
        last_month=month_text(last),
    )
    await outbox.add(session, told)


async def learn_drawn(session: AsyncSession, told: Sequence[Received[DrawnAfterDeath]]) -> None:
    """Keep what was drawn after deaths; of several words about one death the latest."""
    latest = {one.data.change_id: one for one in sorted(told, key=lambda one: one.time)}
    rows = [
        (one.data.change_id, one.data.household_id, one.data.citizen_id, _json(_drawn(one.data)), one.time)
        for one in latest.values()
    ]
    names = ("change_id", "household_id", "citizen_id", "amounts", "told_at")
    await session.execute(_DRAWN, columns(rows, *names))


def _drawn(told: DrawnAfterDeath) -> tuple[DrawnInMonth, ...]:
    return tuple(DrawnInMonth(one.programme, one.period, one.quantity, one.unit) for one in told.amounts)


def _json(drawn: tuple[DrawnInMonth, ...] | None) -> str | None:
    return None if drawn is None else _AMOUNTS.dump_json(drawn).decode()


async def find(session: AsyncSession, request_id: UUID) -> MonthsClaim | None:
    """The claim that came with a request, and what is known to have been drawn."""
    row = (await session.execute(_FIND, {"request_id": request_id})).one_or_none()
    if row is None:
        return None
    drawn = None if row.amounts is None else _AMOUNTS.validate_python(row.amounts)
    return MonthsClaim(
        row.claim_id,
        row.request_id,
        row.household_id,
        row.citizen_id,
        row.first_month,
        row.last_month,
        row.state,
        row.decided_by,
        row.decided_at,
        row.note,
        drawn,
    )


async def decide(
    session: AsyncSession, caller: Principal, request: ChangeRequest, pursue: bool, note: str, now: datetime
) -> None:
    """Pursue a claim with the heirs or waive it, as a person.

    Raises ClaimDecided, and where it shall be pursued DrawnNotKnown or NothingDrawn.
    """
    claim = await find(session, request.request_id)
    if claim is None or claim.state != "open":
        raise ClaimDecided
    if pursue and claim.drawn is None:
        raise DrawnNotKnown
    if pursue and not claim.drawn:
        raise NothingDrawn
    state = "pursued" if pursue else "waived"
    values: dict[str, object] = {"claim_id": claim.claim_id, "state": state, "who": caller.subject}
    values |= {"now": now, "note": note, "amounts": _json(claim.drawn)}
    if (await session.execute(_DECIDE, values)).scalar_one_or_none() is None:
        raise ClaimDecided
    told = MonthsClaimDecided(
        claim_id=claim.claim_id,
        household_id=claim.household_id,
        citizen_id=claim.citizen_id,
        first_month=month_text(claim.first_month),
        last_month=month_text(claim.last_month),
        pursued=pursue,
        decided_at=now,
        amounts=[_told(one) for one in claim.drawn or ()],
    )
    await outbox.add(session, told)


def _told(one: DrawnInMonth) -> MonthDrawn:
    return MonthDrawn.model_validate(
        {"programme": one.programme, "month": month_text(one.month), "quantity": one.quantity, "unit": one.unit}
    )

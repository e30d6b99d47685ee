"""Months that may have been drawn after a death became known late: a claim for a person to decide, never a debt."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.registry.months import month_text
from card_service.registry.requests.errors import ClaimDecided
from card_service.registry.requests.models import ChangeRequest, MonthsClaim
from chassis import outbox
from chassis.ids import new_id
from chassis.principal import Principal
from contracts.change_requests import MonthsClaimDecided, MonthsClaimEntered

_ENTER = text(
    "INSERT INTO months_claim (claim_id, request_id, household_id, citizen_id, first_month, last_month, state,"
    " entered_at) VALUES (:claim_id, :request_id, :household_id, :citizen_id, :first_month, :last_month, 'open', :now)"
)
_FIND = text(
    "SELECT claim_id, request_id, household_id, citizen_id, first_month, last_month, state, decided_by, decided_at,"
    " note FROM months_claim WHERE request_id = :request_id"
)
_DECIDE = text(
    "UPDATE months_claim SET state = :state, decided_by = :who, decided_at = :now, note = :note"
    " WHERE claim_id = :claim_id AND state = 'open' RETURNING claim_id"
)


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


async def find(session: AsyncSession, request_id: UUID) -> MonthsClaim | None:
    """The claim that came with a request."""
    row = (await session.execute(_FIND, {"request_id": request_id})).one_or_none()
    return MonthsClaim(*row) if row else None


async def decide(
    session: AsyncSession, caller: Principal, request: ChangeRequest, pursue: bool, note: str, now: datetime
) -> None:
    """Pursue a claim with the heirs or waive it, as a person. Raises ClaimDecided."""
    claim = await find(session, request.request_id)
    if claim is None:
        raise ClaimDecided
    values = {"claim_id": claim.claim_id, "state": "pursued" if pursue else "waived", "who": caller.subject}
    if (await session.execute(_DECIDE, values | {"now": now, "note": note})).scalar_one_or_none() is None:
        raise ClaimDecided
    told = MonthsClaimDecided(
        claim_id=claim.claim_id,
        household_id=claim.household_id,
        citizen_id=claim.citizen_id,
        first_month=month_text(claim.first_month),
        last_month=month_text(claim.last_month),
        pursued=pursue,
        decided_at=now,
    )
    await outbox.add(session, told)

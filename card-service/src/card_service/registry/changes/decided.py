"""A change that somebody has decided: the fact's day, the decision, the month from which it counts; kept for ever."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.dependencies import Dependencies
from card_service.keys import CHANGE_EFFECTIVE
from card_service.registry.changes.errors import EffectiveMonthInvalid, FactInFuture
from card_service.registry.changes.kinds import ChangeKind
from card_service.registry.effective import Rule, effective_month
from chassis.clock import business_day
from chassis.ids import new_id

_ENTER = text(
    "INSERT INTO register_change (change_id, kind, household_id, citizen_id, fact_on, decided_at, effective_month,"
    " decided_by, reason, evidence) VALUES (:change_id, :kind, :household_id, :citizen_id, :fact_on, :decided_at,"
    " :effective_month, :decided_by, :reason, :evidence)"
)


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided, by whom and when, about a fact of a day.

    `evidence` refers to a document (never its content), `reason` is a code. `effective_month` asks for a later month
    than the one the kind of change counts from.
    """

    fact_on: date
    decided_at: datetime
    decided_by: str
    reason: str | None = None
    evidence: str | None = None
    effective_month: date | None = None
    change_id: UUID = field(default_factory=new_id)

    @property
    def decided_on(self) -> date:
        """The day of the decision in Cairo."""
        return business_day(self.decided_at)


@dataclass(frozen=True, slots=True)
class Change:
    """A change as entered: its id, and the first month in which it counts."""

    change_id: UUID
    kind: ChangeKind
    month: date
    decided: Decided


def month_of(deps: Dependencies, kind: ChangeKind, decided: Decided) -> date:
    """The month a change counts from, by the policy of the day of its decision.

    Raises FactInFuture, or EffectiveMonthInvalid for a month before that or one that is not named by its first day.
    """
    if decided.fact_on > decided.decided_on:
        raise FactInFuture(detail_ar="أدخل التغيير بعد حدوثه.", fact_on=decided.fact_on.isoformat())
    rule = Rule(CHANGE_EFFECTIVE.on(deps.policies.book, decided.decided_on, kind=kind))
    earliest = effective_month(rule, decided.fact_on, decided.decided_on)
    wanted = decided.effective_month or earliest
    if wanted < earliest or wanted.day != 1:
        raise EffectiveMonthInvalid(
            f"This change counts from {earliest:%Y-%m} at the earliest.",
            detail_ar=f"أقرب شهر يسري منه هذا التغيير هو {earliest:%Y-%m}.",
            earliest=f"{earliest:%Y-%m}",
        )
    return wanted


async def enter(
    session: AsyncSession,
    deps: Dependencies,
    kind: ChangeKind,
    decided: Decided,
    household_id: UUID,
    citizen_id: UUID | None = None,
) -> Change:
    """Keep a change in the history of a household. Raises FactInFuture or EffectiveMonthInvalid."""
    month = month_of(deps, kind, decided)
    row = {
        "change_id": decided.change_id,
        "kind": str(kind),
        "household_id": household_id,
        "citizen_id": citizen_id,
        "fact_on": decided.fact_on,
        "decided_at": decided.decided_at,
        "effective_month": month,
        "decided_by": decided.decided_by,
        "reason": decided.reason,
        "evidence": decided.evidence,
    }
    await session.execute(_ENTER, row)
    return Change(decided.change_id, kind, month, decided)

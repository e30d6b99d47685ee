"""Indicators of complaints in a phase's governorate: those that are open, and those that are late."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.dependencies import Dependencies
from card_service.indicators.registry import INDICATORS, Better, Indicator, Measured, Subject, Unit

_OPEN = text("SELECT count(*) FROM complaint_state WHERE state = 'open' AND governorate = :governorate")
_LATE = text(
    "SELECT count(*) FROM complaint_state WHERE state = 'open' AND governorate = :governorate AND due_at <= :now"
)


async def _open(session: AsyncSession, _: Dependencies, subject: Subject) -> Measured:
    return Measured(Decimal((await session.execute(_OPEN, {"governorate": subject.governorate})).scalar_one()))


async def _late(session: AsyncSession, deps: Dependencies, subject: Subject) -> Measured:
    asked = {"governorate": subject.governorate, "now": deps.now()}
    return Measured(Decimal((await session.execute(_LATE, asked)).scalar_one()))


INDICATORS.declare(
    Indicator(
        name="complaints_open",
        en="Complaints that are open",
        ar="شكاوى مفتوحة",
        unit=Unit.COUNT,
        better=Better.LESS,
        measure=_open,
    )
)
INDICATORS.declare(
    Indicator(
        name="complaints_late",
        en="Complaints whose answer is late",
        ar="شكاوى تأخر الرد عليها",
        unit=Unit.COUNT,
        better=Better.LESS,
        measure=_late,
    )
)

"""Indicators of how ready a governorate is: staff trained and seminars held, as `readiness` counts them."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.dependencies import Dependencies
from card_service.indicators.registry import INDICATORS, Better, Indicator, Measured, Subject, Unit
from card_service.readiness import measures
from card_service.readiness.models import Share


def _measured(share: Share) -> Measured:
    return Measured(Decimal(share.part), Decimal(share.whole))


async def _trained(session: AsyncSession, deps: Dependencies, subject: Subject) -> Measured:
    return _measured(await measures.staff_trained(session, subject.governorate, deps.today()))


async def _held(session: AsyncSession, deps: Dependencies, subject: Subject) -> Measured:
    return _measured(await measures.seminars_held(session, subject.governorate, deps.now()))


INDICATORS.declare(
    Indicator(
        name="staff_trained",
        en="Staff to be trained that have passed a course that is still good",
        ar="العاملون المطلوب تدريبهم الذين اجتازوا دورة سارية",
        unit=Unit.SHARE,
        better=Better.MORE,
        measure=_trained,
    )
)
INDICATORS.declare(
    Indicator(
        name="seminars_held",
        en="Planned awareness seminars that were held",
        ar="ندوات التوعية المخططة التي عُقدت",
        unit=Unit.SHARE,
        better=Better.MORE,
        measure=_held,
    )
)

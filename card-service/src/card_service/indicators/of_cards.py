"""Indicators that card-service measures in its own tables.

The unit is the household: a card each may be many, what is collected is one household's affair. A household is entitled
while one of its members counts for a programme of the phase this month.
"""

# ruff: noqa: S608 - a part of a statement takes only text of the modules around it
from __future__ import annotations

from decimal import Decimal
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.dependencies import Dependencies
from card_service.distribution.invitations import INVITED
from card_service.indicators.registry import INDICATORS, About, Better, Indicator, Measured, Subject, Unit
from card_service.keys import ROLLOUT_ORDER

_HOUSEHOLDS = text(
    "SELECT count(DISTINCT household_id) AS invited,"
    " count(DISTINCT household_id) FILTER (WHERE issued_at IS NOT NULL) AS collected,"
    " count(DISTINCT household_id) FILTER (WHERE activated_at IS NOT NULL) AS activated"
    f" FROM card c WHERE c.phase_id = :phase_id AND {INVITED}"
)
_REGISTERED = text(
    "SELECT count(*) FROM household WHERE governorate = :governorate AND status = 'active' AND trial_id IS NULL"
)
_SITES = text(
    "SELECT count(*) FROM pickup_site WHERE governorate = :governorate AND (ends_on IS NULL OR ends_on >= :today)"
)
_APPOINTMENTS = text(
    "SELECT count(*) FILTER (WHERE a.state = 'missed') AS missed, count(*) FILTER (WHERE a.state IN ('kept', 'missed'))"
    " AS past FROM appointment a JOIN card c USING (card_id) WHERE c.phase_id = :phase_id"
)
_LIVE = text("SELECT DISTINCT governorate FROM rollout_phase WHERE stage IN ('live', 'review')")
_REACHED = text("SELECT max(reached_at) FROM stage_reached WHERE phase_id = :phase_id")
_DAY: Final = 86_400


async def _households(session: AsyncSession, subject: Subject, part: str, whole: str) -> Measured:
    row = (await session.execute(_HOUSEHOLDS, {"phase_id": subject.phase_id})).one()._mapping
    return Measured(Decimal(row[part]), Decimal(row[whole]))


async def _invited(session: AsyncSession, _: Dependencies, subject: Subject) -> Measured:
    row = (await session.execute(_HOUSEHOLDS, {"phase_id": subject.phase_id})).one()
    registered = (await session.execute(_REGISTERED, {"governorate": subject.governorate})).scalar_one()
    return Measured(Decimal(row.invited), Decimal(registered))


async def _collected(session: AsyncSession, _: Dependencies, subject: Subject) -> Measured:
    return await _households(session, subject, "collected", "invited")


async def _activated(session: AsyncSession, _: Dependencies, subject: Subject) -> Measured:
    return await _households(session, subject, "activated", "collected")


async def _missed(session: AsyncSession, _: Dependencies, subject: Subject) -> Measured:
    row = (await session.execute(_APPOINTMENTS, {"phase_id": subject.phase_id})).one()
    return Measured(Decimal(row.missed), Decimal(row.past))


async def _sites(session: AsyncSession, deps: Dependencies, subject: Subject) -> Measured:
    values = {"governorate": subject.governorate, "today": deps.today()}
    found = (await session.execute(_SITES, values)).scalar_one()
    return Measured(Decimal(found))


async def _behind(session: AsyncSession, deps: Dependencies, subject: Subject) -> Measured:
    order = ROLLOUT_ORDER.by("governorate", deps.policies.book, deps.today())
    own = order.get(subject.governorate)
    live = set((await session.execute(_LIVE)).scalars())
    before = {code for code, place in order.items() if own is not None and place < own}
    return Measured(Decimal(len(before - live)))


async def _days(session: AsyncSession, deps: Dependencies, subject: Subject) -> Measured:
    since = (await session.execute(_REACHED, {"phase_id": subject.phase_id})).scalar_one()
    return Measured(Decimal(int((deps.now() - since).total_seconds()) // _DAY if since else 0))


INDICATORS.declare(
    Indicator(
        name="governorates_behind",
        en="Governorates earlier in the sequence that are not live yet",
        ar="محافظات سابقة في الترتيب لم تصل إلى التشغيل بعد",
        unit=Unit.COUNT,
        better=Better.LESS,
        measure=_behind,
        about=About.SEQUENCE,
    )
)
INDICATORS.declare(
    Indicator(
        name="pickup_sites",
        en="Sites where cards are handed over",
        ar="أماكن استلام الكروت",
        unit=Unit.COUNT,
        better=Better.MORE,
        measure=_sites,
    )
)
INDICATORS.declare(
    Indicator(
        name="households_invited",
        en="Registered households that were invited to collect a card",
        ar="الأسر المسجلة التي دُعيت لاستلام الكارت",
        unit=Unit.SHARE,
        better=Better.MORE,
        measure=_invited,
    )
)
INDICATORS.declare(
    Indicator(
        name="households_collected",
        en="Invited households that have collected a card",
        ar="الأسر المدعوة التي استلمت الكارت",
        unit=Unit.SHARE,
        better=Better.MORE,
        measure=_collected,
    )
)
INDICATORS.declare(
    Indicator(
        name="households_activated",
        en="Households with a card in hand whose card was activated",
        ar="الأسر المستلمة التي تم تفعيل كارتها",
        unit=Unit.SHARE,
        better=Better.MORE,
        measure=_activated,
    )
)
INDICATORS.declare(
    Indicator(
        name="appointments_missed",
        en="Appointments to which nobody came",
        ar="مواعيد لم يحضر أصحابها",
        unit=Unit.SHARE,
        better=Better.LESS,
        measure=_missed,
    )
)
INDICATORS.declare(
    Indicator(
        name="days_in_stage",
        en="Days since the phase reached its stage",
        ar="أيام منذ وصول المرحلة إلى خطوتها الحالية",
        unit=Unit.DAYS,
        better=Better.MORE,
        measure=_days,
    )
)

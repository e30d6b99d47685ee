"""Indicators of the cards' use: terminals that are ready, sales that fail, households that draw."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.dependencies import Dependencies
from card_service.indicators.registry import (
    INDICATORS,
    Better,
    Dimension,
    Indicator,
    Measured,
    Part,
    Subject,
    Unit,
)
from card_service.indicators.words import KINDS_AR, district_words
from card_service.keys import EXPECTED_REFUSALS, USE_DAYS

# Of each outlet the last day it was told of.
_READY = text(
    "SELECT count(*) AS outlets, count(*) FILTER (WHERE ready > 0 AND NOT suspended) AS ready FROM ("
    " SELECT DISTINCT ON (outlet_id) outlet_id, suspended,"
    "  sum(ready) OVER (PARTITION BY outlet_id, business_day) AS ready FROM sales_day"
    "  WHERE governorate = :governorate AND business_day > :since ORDER BY outlet_id, business_day DESC) o"
)
_REFUSED = text(
    "SELECT (SELECT coalesce(sum(sales), 0) FROM sales_day WHERE governorate = :governorate AND business_day > :since)"
    " AS sales, (SELECT coalesce(sum(f.refused), 0) FROM sales_refusal f JOIN sales_day d"
    " USING (outlet_id, business_day, model) WHERE d.governorate = :governorate AND d.business_day > :since"
    " AND f.code <> ALL (CAST(:expected AS text[]))) AS refused"
)
_BY_TERMINAL = text(
    "SELECT d.kind, d.model, sum(d.sales) AS sales, coalesce(sum(f.refused), 0) AS refused FROM sales_day d"
    " LEFT JOIN (SELECT outlet_id, business_day, model, sum(refused) AS refused FROM sales_refusal"
    "  WHERE business_day > :since AND code <> ALL (CAST(:expected AS text[])) GROUP BY 1, 2, 3) f"
    " USING (outlet_id, business_day, model)"
    " WHERE d.governorate = :governorate AND d.business_day > :since GROUP BY 1, 2 ORDER BY 1, 2"
)
_BY_DISTRICT = text(
    "SELECT d.district, sum(d.sales) AS sales, coalesce(sum(f.refused), 0) AS refused FROM sales_day d"
    " LEFT JOIN (SELECT outlet_id, business_day, model, sum(refused) AS refused FROM sales_refusal"
    "  WHERE business_day > :since AND code <> ALL (CAST(:expected AS text[])) GROUP BY 1, 2, 3) f"
    " USING (outlet_id, business_day, model)"
    " WHERE d.governorate = :governorate AND d.business_day > :since GROUP BY 1 ORDER BY 1"
)
_USING = text(
    "SELECT count(DISTINCT c.household_id) AS active, count(DISTINCT c.household_id)"
    " FILTER (WHERE u.used_on > :since) AS used FROM card c LEFT JOIN household_use u USING (household_id)"
    " WHERE c.phase_id = :phase_id AND c.activated_at IS NOT NULL"
)


def _since(deps: Dependencies, subject: Subject) -> dict[str, object]:
    since = deps.today() - timedelta(days=deps.figure(USE_DAYS))
    return {"governorate": subject.governorate, "since": since}


async def _ready(session: AsyncSession, deps: Dependencies, subject: Subject) -> Measured:
    row = (await session.execute(_READY, _since(deps, subject))).one()
    return Measured(Decimal(row.ready), Decimal(row.outlets))


async def _refused(session: AsyncSession, deps: Dependencies, subject: Subject) -> Measured:
    return _tries((await session.execute(_REFUSED, _asked(deps, subject))).one())


def _tries(row: Row[Any]) -> Measured:
    return Measured(Decimal(row.refused), Decimal(row.sales) + Decimal(row.refused))


def _asked(deps: Dependencies, subject: Subject) -> dict[str, object]:
    return {**_since(deps, subject), "expected": sorted(deps.figure(EXPECTED_REFUSALS))}


async def _by_terminal(session: AsyncSession, deps: Dependencies, subject: Subject) -> list[Part]:
    found = []
    for row in await session.execute(_BY_TERMINAL, _asked(deps, subject)):
        kind = KINDS_AR.get(row.kind, row.kind)
        found.append(Part(f"{row.kind}/{row.model}", f"{row.model}, {row.kind}", f"{row.model}، {kind}", _tries(row)))
    return found


async def _by_district(session: AsyncSession, deps: Dependencies, subject: Subject) -> list[Part]:
    rows = await session.execute(_BY_DISTRICT, _asked(deps, subject))
    return [Part(row.district, *district_words(row.district), _tries(row)) for row in rows]


async def _using(session: AsyncSession, deps: Dependencies, subject: Subject) -> Measured:
    since = _since(deps, subject)["since"]
    row = (await session.execute(_USING, {"phase_id": subject.phase_id, "since": since})).one()
    return Measured(Decimal(row.used), Decimal(row.active))


INDICATORS.declare(
    Indicator(
        name="terminals_ready",
        en="Outlets with a terminal that is enrolled and not suspended",
        ar="منافذ لديها ماكينة صرف جاهزة",
        unit=Unit.SHARE,
        better=Better.MORE,
        measure=_ready,
    )
)
INDICATORS.declare(
    Indicator(
        name="failed_sales",
        en="Tries to sell that failed for a reason that is not the card holder's",
        ar="محاولات صرف فشلت لسبب لا يرجع إلى صاحب الكارت",
        unit=Unit.SHARE,
        better=Better.LESS,
        measure=_refused,
        by={Dimension.TERMINAL: _by_terminal, Dimension.DISTRICT: _by_district},
    )
)
INDICATORS.declare(
    Indicator(
        name="households_using",
        en="Households with an active card that used it in the last days",
        ar="الأسر المفعّل كارتها التي استخدمته في الأيام الأخيرة",
        unit=Unit.SHARE,
        better=Better.MORE,
        measure=_using,
    )
)

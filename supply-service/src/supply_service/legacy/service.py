"""Use case: taking a file of legacy draws in, and bringing pots of the month of activation to it."""

from __future__ import annotations

import asyncio
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.area import Area
from chassis.principal import Principal
from chassis.row_files.reader import Form
from supply_service.cards import repository as cards
from supply_service.context import Runtime
from supply_service.legacy import repository, rows
from supply_service.legacy.errors import LegacyMonthOver
from supply_service.legacy.rows import FAULTS, Draw
from supply_service.legacy.schemas import DrawResult, LegacyDraws
from supply_service.months import service as months
from supply_service.rules.account import Legacy


async def take(
    session: AsyncSession,
    runtime: Runtime,
    caller: Principal,
    month: date,
    body: bytes,
    form: Form,
    charset: str | None,
) -> LegacyDraws:
    """Keep what was drawn with ration cards in the present month. Raises LegacyMonthOver or NotLegacyDraws.

    A household that was activated in the month has its goods raised or lowered to what was left, never below what it
    drew since. One that is activated later in the month begins with what was left.
    """
    if month != months.present(runtime):
        raise LegacyMonthOver(
            f"The present month is {months.present(runtime):%Y-%m}.",
            detail_ar=f"الشهر الحالي {months.present(runtime):%Y-%m}.",
        )
    marks = runtime.state.settings.ration_cards()
    draws, faults = await asyncio.to_thread(rows.read, body, form, charset, marks)
    holders = {row["ration_card_mark"]: row for row in await repository.holders(session, [one.mark for one in draws])}
    own: list[Draw] = []
    for one in draws:
        holder = holders.get(one.mark)
        area = Area(holder["governorate"], holder["district"]) if holder is not None else None
        if caller.bound.covers(area) if area is not None else caller.bound.only_governorate is None:
            own.append(one)
        else:
            faults[one.line] = "ration_card_unknown"
    changed: set[str] = set()
    if own:
        changed = await repository.put(
            session, month, [one.mark for one in own], [one.goods for one in own], caller.subject, runtime.clock.now()
        )
    drawn = {holders[one.mark]["household_id"]: one.goods for one in own if one.mark in changed and one.mark in holders}
    if drawn:
        await cards.touch(session, sorted(drawn))
        before = await months.accounts(session, sorted(drawn), month)
        now = {key: account._replace(legacy=Legacy(drawn[key])) for key, account in before.items()}
        await months.bring(session, runtime, before, now, "legacy_draws")
    return _answer(month, own, faults, changed, frozenset(holders))


def _answer(
    month: date, own: list[Draw], faults: dict[int, str], changed: set[str], known: frozenset[str]
) -> LegacyDraws:
    items = [
        DrawResult(row=one.line, status="unchanged" if one.mark not in changed else "taken", known=one.mark in known)
        for one in own
    ]
    items += [
        DrawResult(row=line, status="rejected", code=code, reason=FAULTS[code][0], reason_ar=FAULTS[code][1])
        for line, code in faults.items()
    ]
    items.sort(key=lambda item: item.row)
    return LegacyDraws(month=f"{month:%Y-%m}", taken=len(changed), rejected=len(faults), items=items)

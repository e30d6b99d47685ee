"""The route of the progress that everybody may see."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from fastapi import Query

from card_service.context import WithDependencies
from card_service.keys import LEAST_CELL, USE_DAYS
from card_service.progress import repository
from card_service.progress.repository import STEPS, Stock
from card_service.progress.schemas import GovernorateProgress, InUse, ProgressOut, ProgressWeek, StepOut
from card_service.progress.withholding import Series, total
from chassis.db import Reading
from chassis.governorates import GOVERNORATES
from chassis.places import GovernorateCode
from chassis.routing import router

routes = router(tags=["rollout"])


@routes.get("/v1/public/progress", public=True)
async def public_progress(
    session: Reading, deps: WithDependencies, governorate: Annotated[GovernorateCode | None, Query()] = None
) -> ProgressOut:
    """How far the roll-out has come, by governorate and week, for everyone; renewed when a week is over.

    Figures about fewer than `least` households are withheld, with as many others as it takes that none can be computed.
    """
    published = await repository.published(session, governorate)
    stocks = await repository.stocks(session, governorate)
    runs = await repository.runs(session, governorate)
    return ProgressOut(
        least=deps.figure(LEAST_CELL),
        use_days=deps.figure(USE_DAYS),
        governorates=[_shown(code, week, published.get(code, {}), stocks.get(code)) for code, week in runs.items()],
    )


def _shown(code: str, week: date, published: Mapping[str, Series], stock: Stock | None) -> GovernorateProgress:
    en, ar = GOVERNORATES.get(code, (code, code))
    steps = [
        StepOut(step=step, households=total(published[step]), week=published[step][-1].last)
        for step in STEPS
        if published.get(step)
    ]
    cells = {step: {w: n for batch in series for w, n in batch.cells.items()} for step, series in published.items()}
    weeks = sorted({one for series in cells.values() for one in series})
    return GovernorateProgress(
        governorate=code,
        name_ar=ar,
        name_en=en,
        week=week,
        steps=steps,
        in_use=InUse(households=stock.households, counted_on=stock.counted_on) if stock else None,
        weeks=[ProgressWeek(starts_on=one, **{step: cells.get(step, {}).get(one) for step in STEPS}) for one in weeks],
    )

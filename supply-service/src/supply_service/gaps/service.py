"""Use cases: seeing which signed sales never came, going after them, and an alarm where nobody does."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from prometheus_client import Gauge
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.area import Area, Bound
from chassis.metrics import BACKGROUND
from chassis.paging import Paging
from chassis.periodic import Periodic
from chassis.principal import Principal
from chassis.problems import NotFound
from supply_service.context import Runtime
from supply_service.gaps import repository
from supply_service.gaps.schemas import GapFollowed

EVERY_SECONDS = 600.0
LEFT_ALONE = timedelta(days=1)
ALONE = Gauge(
    "unicard_offline_gaps_left_alone", "Missing offline sales that nobody goes after for a day", registry=BACKGROUND
)


class GapUnknown(NotFound):
    """There is no such gap, or it is not yours; it may have been closed"""

    code = "gap_unknown"
    title_ar = "العمليات المفقودة غير معروفة أو تم رفعها"


async def page(session: AsyncSession, bound: Bound, outlet_id: UUID | None, asked: Paging[UUID]) -> list[GapFollowed]:
    """The next gaps that a caller may see; a terminal sees its own outlet's."""
    rows = await repository.page(session, bound, outlet_id, asked.bounds)
    return [GapFollowed.model_validate(dict(row)) for row in rows]


async def follow(session: AsyncSession, runtime: Runtime, caller: Principal, gap_id: UUID, note: str) -> GapFollowed:
    """Go after a gap; whoever says so last does. Raises GapUnknown."""
    found = await repository.find(session, gap_id)
    if found is None or not caller.bound.covers(
        Area(found["governorate"], found["district"], outlet_id=found["outlet_id"])
    ):
        raise GapUnknown()
    now = runtime.clock.now()
    await repository.follow(session, gap_id, caller.subject, now, note)
    followed = {"followed_by": caller.subject, "followed_at": now, "note": note}
    return GapFollowed.model_validate(dict(found) | followed)


async def _look(runtime: Runtime) -> None:
    ALONE.set(await runtime.pool.fetchval(repository.OPEN, runtime.clock.now() - LEFT_ALONE))


JOBS: tuple[Periodic[Runtime], ...] = (Periodic("offline_gaps", _look, EVERY_SECONDS),)

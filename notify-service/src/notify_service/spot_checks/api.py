"""The route of figures of spot checks."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Final, Self

from pydantic import BaseModel, Field

from chassis.auth import Caller
from chassis.clock import business_day, day_begins
from chassis.db import Reading
from chassis.endpoints import Rate
from chassis.months import Day
from chassis.problems import InvalidRequest
from chassis.routing import router
from contracts.scopes import Scope
from notify_service.context import Running
from notify_service.spot_checks import repository
from notify_service.spot_checks.models import About, Figures
from notify_service.spot_checks.withholding import withheld

routes = router(prefix="/v1", tags=["complaints"])

_EXACT: Final = (Scope.MESSAGES_READ, Scope.COMPLAINTS_ANSWER)  # they see each citizen's messages and complaints
_LONGEST_DAYS: Final = 92
Count = Annotated[int | None, Field(description="null: withheld")]


class SpotCheckFigure(BaseModel):
    """Questions about payouts of a programme, or about hand-overs, asked in a governorate, and their answers."""

    about: About
    programme: Annotated[str | None, Field(description="of a payout")]
    governorate: Annotated[str | None, Field(description="of the citizen's residence")]
    asked: Count
    received: Count
    not_received: Count
    unanswered: Count
    unreached: Annotated[int | None, Field(description="whose question was not delivered; null: withheld")]

    @classmethod
    def of(cls, found: Figures, *, exact: bool) -> Self:
        """The same as it is shown."""
        parts = {name: getattr(found, name) for name in ("received", "not_received", "unanswered", "unreached")}
        asked, shown = (found.asked, parts) if exact else withheld(found.asked, parts)
        place = {"about": found.about, "programme": found.programme, "governorate": found.governorate}
        return cls.model_validate({**place, "asked": asked, **shown})


class SpotCheckFigures(BaseModel):
    """Figures of spot checks by programme and governorate."""

    items: list[SpotCheckFigure]


@routes.get("/spot-check-figures", scopes=(*_EXACT, Scope.ROLLOUT_READ), rate=Rate.BULK, deadline=30)
async def read_spot_check_figures(
    caller: Caller, session: Reading, runtime: Running, begins: Day, ends: Day
) -> SpotCheckFigures:
    """What citizens answered to «did you receive it?», asked in these days after payouts and hand-overs.

    Whoever may not see citizens' messages gets one whole month that is over, counts of fewer than ten withheld and as
    many others that none follows from them.
    """
    if not 0 <= (ends - begins).days < _LONGEST_DAYS:
        most = _LONGEST_DAYS
        raise InvalidRequest(
            f"From `begins` to `ends`, {most} days at most.", detail_ar=f"المدة {most} يوماً على الأكثر."
        )
    exact = not caller.scopes.isdisjoint(_EXACT)
    now = runtime.clock.now()
    if not exact and not _whole_month(begins, ends, business_day(now - runtime.state.rules.spot_checks.answer)):
        raise InvalidRequest(
            "One whole month, whose answers have all come.", detail_ar="اطلب شهراً كاملاً انتهت مدة الرد على أسئلته."
        )
    bounds = day_begins(begins), day_begins(ends + timedelta(days=1))
    found = await repository.figures(session, caller.bound, *bounds)
    return SpotCheckFigures(items=[SpotCheckFigure.of(one, exact=exact) for one in found])


def _whole_month(begins: date, ends: date, today: date) -> bool:
    """Whether days are exactly one month and before a day: figures of other days would tell of those between them."""
    behind = ends + timedelta(days=1)
    return begins.day == behind.day == 1 and (ends.year, ends.month) == (begins.year, begins.month) and ends < today

"""Routes of figures of messages."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from fastapi import Request, Response

from chassis.auth import Caller
from chassis.clock import day_begins
from chassis.db import Reading
from chassis.endpoints import Rate
from chassis.media import reads
from chassis.months import Day
from chassis.problems import InvalidRequest
from chassis.routing import router
from contracts.scopes import Scope
from notify_service.context import Running
from notify_service.delivery_figures import repository
from notify_service.delivery_figures.schemas import (
    ComplaintsThere,
    Delivery,
    DeliveryFigures,
    InquiryFigures,
    Question,
    as_csv,
)

routes = router(tags=["messages"])

_SEEN_BY = (Scope.MESSAGES_READ, Scope.ROLLOUT_READ)
_LONGEST_DAYS = 92
_RANDOM_BITS = 80  # of an id, behind its milliseconds


@routes.get(
    "/v1/message-figures",
    scopes=_SEEN_BY,
    rate=Rate.BULK,
    deadline=30,
    response_model=DeliveryFigures,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "UTF-8"}},
)
async def read_message_figures(
    request: Request, caller: Caller, session: Reading, runtime: Running, begins: Day, ends: Day
) -> DeliveryFigures | Response:
    """How many messages queued in these days were sent and delivered, how fast, and what they cost.

    By provider, network of the number and governorate of the citizen; as CSV where Accept asks for it and not for
    JSON. For offices: cells may be small.
    """
    first, behind = _instants(begins, ends)
    rows = await repository.deliveries(session, caller.bound, _first_id(first), _first_id(behind))
    price = runtime.state.rules.campaigns.part_cost
    items = [Delivery.of(row, price) for row in rows]
    if reads(request, "application/json") or not reads(request, "text/csv"):
        return DeliveryFigures(items=items)
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="messages-{begins}.csv"'}
    return Response(as_csv(items), headers=headers, media_type="text/csv; charset=utf-8")


@routes.get("/v1/inquiry-figures", scopes=_SEEN_BY, rate=Rate.BULK, deadline=30)
async def read_inquiry_figures(caller: Caller, session: Reading, begins: Day, ends: Day) -> InquiryFigures:
    """What citizens asked by SMS in these days, and complaints per thousand draws by governorate."""
    first, behind = _instants(begins, ends)
    asked = await repository.questions(session, first, behind)
    complaints = await repository.complaints(session, caller.bound, first, behind, (begins, ends))
    return InquiryFigures(
        questions=[Question(topic=row.topic, messages=row.messages) for row in asked],
        complaints=[ComplaintsThere.of(row) for row in complaints],
    )


def _instants(begins: date, ends: date) -> tuple[datetime, datetime]:
    """From when on and until when days are. Raises InvalidRequest."""
    if not 0 <= (ends - begins).days < _LONGEST_DAYS:
        most = _LONGEST_DAYS
        raise InvalidRequest(
            f"From `begins` to `ends`, {most} days at most.", detail_ar=f"المدة {most} يوماً على الأكثر."
        )
    return day_begins(begins), day_begins(ends + timedelta(days=1))


def _first_id(at: datetime) -> UUID:
    """The least id that a message of this instant can have."""
    return UUID(int=int(at.timestamp() * 1000) << _RANDOM_BITS)

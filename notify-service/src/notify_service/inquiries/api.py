"""The route by which the aggregator hands over messages from citizens."""

from __future__ import annotations

from chassis.db import Work
from chassis.routing import router
from contracts.scopes import Scope
from notify_service.channels.aggregator import Aggregator
from notify_service.channels.channel import Piece
from notify_service.context import Running
from notify_service.inquiries import long_texts, service
from notify_service.inquiries.long_texts import Part
from notify_service.inquiries.schemas import InboundBatch, InboundTaken
from notify_service.inquiries.service import Inbound

routes = router(prefix="/v1", tags=["messages"])


@routes.post(
    "/inbound-messages",
    scopes=Scope.MESSAGES_REPORT,
    summary="Take messages from citizens",
    purpose="inquiry",
)
async def take_inbound(batch: InboundBatch, session: Work, runtime: Running) -> InboundTaken:
    """Answer help at once, ask supply-service for balances; a message that comes twice is handled once."""
    here, now = runtime.state, runtime.clock.now()
    messages = [Inbound(m.provider_id, m.sender, m.text) for m in batch.messages if m.part is None]
    parts = [
        Part(Aggregator.name, m.sender, m.text, Piece(m.part.reference, m.part.place, m.part.total))
        for m in batch.messages
        if m.part is not None
    ]
    new_parts = await long_texts.take(session, here, parts) if parts else 0
    new = await service.take_inbound(session, here, messages, now) if messages else 0
    if whole := await long_texts.whole(session, here) if parts else []:
        await service.take_inbound(session, here, whole, now)
    return InboundTaken(accepted=new + new_parts, duplicates=len(batch.messages) - new - new_parts)

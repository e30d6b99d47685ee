"""The route by which the aggregator hands over messages from citizens."""

from __future__ import annotations

from chassis.db import Work
from chassis.routing import router
from contracts.scopes import Scope
from notify_service.context import Running
from notify_service.inquiries import service
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
    messages = [Inbound(m.provider_id, m.sender, m.text) for m in batch.messages]
    new = await service.take_inbound(session, runtime.state, messages, runtime.clock.now())
    return InboundTaken(accepted=new, duplicates=len(messages) - new)

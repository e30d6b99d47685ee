"""What of the messages waits, as operators see it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.service_state import Queue

# Those of campaigns wait apart until their rate lets them go, and then leave after all others.
_WAITING: Final = text(
    """
    SELECT CASE WHEN status = 'sending' THEN 'sms_sending' WHEN ready THEN 'sms' WHEN campaign_id IS NOT NULL
                THEN 'sms_held_back' ELSE 'sms_without_contact' END AS name,
           count(*) AS waiting, extract(epoch FROM clock_timestamp() - min(created_at))::float8 AS oldest_seconds
    FROM message WHERE status IN ('queued', 'sending') GROUP BY 1 ORDER BY 1
    """
)
NAMES: Final = ("sms", "sms_sending", "sms_held_back", "sms_without_contact")


async def queues(session: AsyncSession) -> Sequence[Queue]:
    """The queue, what is being handed over, what campaigns hold back, and what waits for a contact."""
    found = {row["name"]: Queue.model_validate(dict(row)) for row in (await session.execute(_WAITING)).mappings()}
    return [found.get(name) or Queue(name=name, waiting=0) for name in NAMES]

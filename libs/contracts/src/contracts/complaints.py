"""Events of notify-service about complaints, for whoever judges the roll-out."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from contracts.event import Event
from contracts.notify import TOPIC


class ComplaintChanged(Event):
    """A complaint was entered, or stands otherwise than before; what was said is not in it.

    `state`: open, answered or closed. `due_at`: by when an answer is owed, while it is open.
    """

    TOPIC = TOPIC
    KEY = "complaint_id"

    complaint_id: UUID
    governorate: str | None
    category: str
    channel: str
    state: str
    level: str  # governorate, nation
    entered_at: datetime
    due_at: datetime
    changed_at: datetime

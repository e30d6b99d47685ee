"""Events of notify-service about notices on receipts, for the service whose terminals print them."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from contracts.event import Event
from contracts.notify import TOPIC


class ReceiptNoticeApproved(Event):
    """A notice is printed on receipts of these programmes from its first day to its last one, both in Cairo.

    Without a governorate it is the nation's; `district` is a whole code, `35.02`. `ar` and `en`: line by line.
    """

    TOPIC = TOPIC
    KEY = "notice_id"

    notice_id: UUID
    governorate: str | None
    district: str | None
    programmes: list[str]  # bread, goods
    first_day: date
    last_day: date
    ar: list[str]
    en: list[str]


class ReceiptNoticeWithdrawn(Event):
    """A notice is printed no more."""

    TOPIC = TOPIC
    KEY = "notice_id"

    notice_id: UUID

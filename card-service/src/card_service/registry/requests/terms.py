"""The service-level clock: by when a request or an appeal is to be decided. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from card_service.keys import APPEAL_DAYS, APPEAL_WITHIN, NOTICE_DAYS, REQUEST_DAYS
from card_service.registry.requests.kinds import RequestKind
from chassis.clock import business_day
from policybook.book import PolicyBook
from policybook.calendar import after_working_days


def due_at(book: PolicyBook, kind: RequestKind, entered_at: datetime) -> datetime:
    """By when a request is to be decided, by the policy of the day it was entered on."""
    return after_working_days(book, entered_at, REQUEST_DAYS.on(book, business_day(entered_at), kind=kind))


def appeal_due_at(book: PolicyBook, appealed_at: datetime) -> datetime:
    """By when an appeal is to be decided."""
    return after_working_days(book, appealed_at, APPEAL_DAYS.on(book, business_day(appealed_at)))


def appeal_until(book: PolicyBook, decided_at: datetime) -> date:
    """The last day on which a decision is appealed."""
    day = business_day(decided_at)
    return day + timedelta(days=APPEAL_WITHIN.on(book, day))


def takes_effect_on(book: PolicyBook, announced_at: datetime) -> date:
    """The day on which an announced exclusion is carried out."""
    day = business_day(announced_at)
    return day + timedelta(days=NOTICE_DAYS.on(book, day))

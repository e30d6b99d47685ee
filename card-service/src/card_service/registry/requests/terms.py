"""The service-level clock: working days, and by when a request or an appeal is to be decided. Pure."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from card_service.keys import APPEAL_DAYS, APPEAL_WITHIN, HOLIDAYS, NOTICE_DAYS, REQUEST_DAYS, REST_DAYS
from card_service.registry.requests.kinds import RequestKind
from chassis.clock import CAIRO, business_day
from policybook.book import PolicyBook


def rests(book: PolicyBook, day: date) -> bool:
    """Whether offices rest on a day: the weekly ones and public holidays, as the policies of that day say."""
    holidays = HOLIDAYS.on(book, day)
    return day.isoweekday() in REST_DAYS.on(book, day) or bool({f"{day:%m-%d}", day.isoformat()} & holidays)


def after_working_days(book: PolicyBook, start: datetime, days: int) -> datetime:
    """The end of the day in Cairo that is so many working days after the one of `start`, which does not count."""
    day = business_day(start)
    while days > 0:
        day += timedelta(days=1)
        days -= not rests(book, day)
    return datetime.combine(day + timedelta(days=1), time(), CAIRO)


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

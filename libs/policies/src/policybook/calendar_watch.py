"""Whether the calendar goes far enough ahead: a year that nobody has entered must not pass for one without holidays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from prometheus_client import Gauge

from chassis.metrics import BACKGROUND
from chassis.periodic import Periodic
from chassis.runtime import Resources
from policybook.book import PolicyBook
from policybook.calendar import known_until, provisional_within
from policybook.snapshot import F, Snapshot

R = TypeVar("R", bound=Resources)
EVERY_SECONDS: Final = 60.0
SOON: Final = 14  # days: a decree comes about a week before its holiday

KNOWN = Gauge(
    "unicard_calendar_known_days", "Days until the first year whose holidays are not entered", registry=BACKGROUND
)
UNCONFIRMED = Gauge(
    "unicard_calendar_unconfirmed_days",
    "Holidays of the coming fortnight that are reckoned and that no decree has named",
    registry=BACKGROUND,
)


def calendar_watch(snapshot: Callable[[R], Snapshot[F]]) -> Periodic[R]:
    """The job that tells how far the calendar of a service is entered."""

    async def watch(runtime: R) -> None:
        book: PolicyBook = snapshot(runtime).book
        today = runtime.clock.today()
        KNOWN.set((known_until(book, today) - today).days)
        UNCONFIRMED.set(len(provisional_within(book, today, SOON)))

    return Periodic("calendar", watch, EVERY_SECONDS)

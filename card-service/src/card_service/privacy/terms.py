"""By when what citizens ask of their data is to be decided, and how much of it nobody has decided in time."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Final

from prometheus_client import Gauge

from approvals.model import State
from card_service.context import Runtime
from card_service.keys import PRIVACY_DAYS
from card_service.privacy import repository
from card_service.privacy.service import KINDS
from chassis.clock import business_day
from chassis.metrics import BACKGROUND
from chassis.periodic import Periodic
from policybook.book import PolicyBook
from policybook.calendar import after_working_days

OVERDUE: Final = Gauge(
    "unicard_privacy_requests_overdue",
    "Citizens' requests about their data that wait beyond their term",
    ["kind"],
    registry=BACKGROUND,
)


def due_at(book: PolicyBook, asked_at: datetime) -> datetime:
    """By when a request is to be decided, by the policy of the day it was asked on."""
    return after_working_days(book, asked_at, PRIVACY_DAYS.on(book, business_day(asked_at)))


def is_overdue(book: PolicyBook, state: State, asked_at: datetime, now: datetime) -> bool:
    """Whether it waits beyond that."""
    return state is State.SUBMITTED and due_at(book, asked_at) <= now


async def _count(runtime: Runtime) -> None:
    """Count what waits beyond its term."""
    book, now = runtime.state.dependencies.policies.book, runtime.clock.now()
    async with runtime.sessions() as session:
        waiting = await repository.undecided(session, KINDS)
    late = Counter(kind for kind, asked_at in waiting if is_overdue(book, State.SUBMITTED, asked_at, now))
    for kind in KINDS:
        OVERDUE.labels(kind).set(late[kind])


COUNTING: Final[Periodic[Runtime]] = Periodic(
    "privacy_terms", _count, lambda runtime: runtime.state.dependencies.settings.card_sweep_seconds
)

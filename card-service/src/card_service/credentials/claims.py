"""What a credential says: its version 2, whose sizes and months version 1 did not have. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, TypedDict

from card_service.registry.months import Sizes, month_text, next_month
from chassis.clock import day_begins, month_start

VERSION: Final = 2


class SizeClaim(TypedDict):
    """How many members of the household count from a month on, by programme."""

    month: str
    goods: int
    bread: int


class Claims(TypedDict):
    """The content of a credential.

    Version 1 had no `v`, `services`, `sizes` and `last_month`; who reads both takes what is missing for unknown.
    """

    v: int
    card: str
    household: str
    gov: str
    services: list[str]
    sizes: list[SizeClaim]
    last_month: str
    exp: int


def months_ahead(today: date, months: int) -> tuple[date, date]:
    """The first and the last of so many months, this one among them."""
    first = last = month_start(today)
    for _ in range(months - 1):
        last = next_month(last)
    return first, last


def ends(today: date, last: date, days: int) -> int:
    """When a credential is over: with its last month, and no more than `days` from now (seconds since 1970).

    It is of days and months alone, so that what has not changed gives the same text all month.
    """
    return int(min(day_begins(next_month(last)), day_begins(today + timedelta(days=days))).timestamp())


def sizes(steps: Sequence[Sizes], first: date, last: date) -> list[SizeClaim]:
    """The sizes of a household in months from `first` to `last`, an entry where they change.

    `steps`: its sizes through all its months, ascending. Before the first of them it has nobody who counts.
    """
    before = [step for step in steps if step.month <= first]
    now = before[-1]._replace(month=first) if before else Sizes(first, 0, 0, 0)
    found: list[SizeClaim] = []
    for step in (now, *(step for step in steps if first < step.month <= last)):
        entry = SizeClaim(month=month_text(step.month), goods=step.goods, bread=step.bread)
        if not found or (found[-1]["goods"], found[-1]["bread"]) != (step.goods, step.bread):
            found.append(entry)
    return found

"""How a family's cover stands on a day: begun or not, paid up, in its grace, suspended, or ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from chassis.clock import month_start
from health_service.rules.figures import Figures

PENDING = "pending"
ACTIVE = "active"
SUSPENDED = "suspended"
ENDED = "ended"

UNABLE = "unable"

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Exemption:
    """A family, or one person of it, is exempt from the first to the last day; None: until further notice.

    `codes`: of the disease and its treatments, as far as the decision names them.
    """

    kind: str
    citizen_id: UUID | None
    first_day: date
    last_day: date | None
    codes: tuple[str, ...] = ()

    def holds_on(self, day: date) -> bool:
        """Whether the day lies within it."""
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


class Basis(NamedTuple):
    """What a family's cover rests on by the register, a code, from the first to the last day; None: open."""

    code: str
    first_day: date
    last_day: date | None


@dataclass(frozen=True, slots=True)
class Account:
    """What is known of a family's cover. `begun`: it has been covered before."""

    governorate: str
    enrolled_on: date | None
    begun: bool
    paid_months: frozenset[date]  # by their first days
    exemptions: Sequence[Exemption]
    bases: Sequence[Basis] = ()  # what cover rests on by the register
    ended: bool = False  # nobody belongs to it any more


@dataclass(frozen=True, slots=True)
class Standing:
    """Cover on a day. `changes_on`: the day on which time alone may change it, None for never."""

    state: str
    since: date | None
    exempt: bool
    unpaid_from: date | None = None
    suspends_on: date | None = None
    changes_on: date | None = None

    @property
    def covered(self) -> bool:
        """Whether care is covered that is no emergency."""
        return self.state == ACTIVE


def exemptions_of(figures: Figures, account: Account) -> list[Exemption]:
    """A family's exemptions: those decided here, and those that follow from the register's bases (PM decree 4586)."""
    by_register = [
        Exemption(UNABLE, None, basis.first_day, basis.last_day)
        for basis in account.bases
        if basis.code in figures.unable_legal_bases
    ]
    return [*account.exemptions, *by_register]


def cover_begins(figures: Figures, account: Account) -> date | None:
    """The day on which the family's cover begins or began: the governorate's or the enrolment, whichever is later."""
    live = figures.go_live.get(account.governorate)
    return None if account.enrolled_on is None or live is None else max(account.enrolled_on, live)


def standing(figures: Figures, account: Account) -> Standing:
    """The family's cover on the day of the figures."""
    day = figures.day
    exempt = _exempt(figures, account, day)
    start = cover_begins(figures, account)
    if start is None or account.ended:
        return Standing(ENDED if account.begun else PENDING, None, exempt)
    if day < start:
        return Standing(PENDING, start, exempt, changes_on=start)
    if exempt:
        return Standing(ACTIVE, start, True, changes_on=_first_day_after_exemption(figures, account, day))
    unpaid = first_unpaid(figures, account, start)
    suspends = suspended_from(figures, account.governorate, unpaid)
    soon = _next_exemption(figures, account, day)
    if day >= suspends:
        return Standing(SUSPENDED, suspends, False, unpaid, suspends, soon)
    return Standing(ACTIVE, start, False, unpaid, suspends, min(suspends, soon) if soon else suspends)


def suspended_from(figures: Figures, governorate: str, unpaid: date) -> date:
    """The day from which a family whose first unpaid month is `unpaid` is treated in emergencies only.

    In the launch nobody is suspended before so many months from the compulsory day are over, and what is unpaid of them
    suspends then (art. 41 as told by the Cabinet). Afterwards the months count from the unpaid one.
    """
    launch = figures.launch_grace_of(governorate)
    if launch is not None:
        over = same_day(*launch)
        if unpaid < over:
            return over
    return add_months(unpaid, figures.grace_of(governorate))


def same_day(day: date, months: int) -> date:
    """The day so many months later; the last of the month where that is shorter."""
    first = add_months(day, months)
    last = add_months(first, 1) - DAY
    return min(first + timedelta(days=day.day - 1), last)


def first_unpaid(figures: Figures, account: Account, start: date) -> date:
    """The first month from the start of cover that is neither paid nor, on any day of it, free of contributions."""
    month = month_start(start)
    free = [one for one in exemptions_of(figures, account) if _frees(figures, one)]
    while month in account.paid_months or any(_touches(one, month) for one in free):
        # Past every bound there is nothing left to skip: an exemption without an end holds today, and was seen before.
        if month > figures.day and month not in account.paid_months:
            break
        month = add_months(month, 1)
    return month


def exempt_from_copayment(figures: Figures, account: Account, patient_id: UUID) -> Exemption | None:
    """The exemption that a patient has on the day of the figures, the family's before the person's.

    Whether it frees from all or from what is related to its ground: `rules.exemptions`.
    """
    holding = [
        one
        for one in exemptions_of(figures, account)
        if one.kind in figures.exempt_from_copayment
        and one.citizen_id in {None, patient_id}
        and one.holds_on(figures.day)
    ]
    return min(holding, key=lambda one: (one.citizen_id is not None, one.first_day)) if holding else None


def add_months(month: date, count: int) -> date:
    """The first day of the month `count` months later."""
    first = month_start(month)
    for _ in range(count):
        first = month_start(first + timedelta(days=_LONGEST_MONTH))
    return first


_LONGEST_MONTH = 31


def _exempt(figures: Figures, account: Account, day: date) -> bool:
    return any(_frees(figures, one) and one.holds_on(day) for one in exemptions_of(figures, account))


def _frees(figures: Figures, exemption: Exemption) -> bool:
    """Whether it frees the family, not only a person of it, from contributions."""
    return exemption.citizen_id is None and exemption.kind in figures.exempt_from_contribution


def _touches(exemption: Exemption, month: date) -> bool:
    following = add_months(month, 1)
    return exemption.first_day < following and (exemption.last_day is None or exemption.last_day >= month)


def _first_day_after_exemption(figures: Figures, account: Account, day: date) -> date | None:
    ends = [one.last_day for one in exemptions_of(figures, account) if _frees(figures, one) and one.holds_on(day)]
    known = [last for last in ends if last is not None]
    return max(known) + DAY if len(known) == len(ends) and known else None


def _next_exemption(figures: Figures, account: Account, day: date) -> date | None:
    starts = [one.first_day for one in exemptions_of(figures, account) if _frees(figures, one) and one.first_day > day]
    return min(starts) if starts else None

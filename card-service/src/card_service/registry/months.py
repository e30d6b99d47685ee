"""Who counts in which household, for which programme, in which month: computed from what was decided. Pure.

Facts are two: stays (memberships, each with the first month it counts in and, once over, the first it does not) and
decisions on one programme of one person. What a month comes to is a function of the set of facts: their order of
arrival, and whether one comes twice, change nothing. In a month a person counts in one household at most, since the
latest fact that holds then decides alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

from chassis.clock import month_start

ENTERED = "entered"  # the ground of whoever was taken into a programme; every other ground keeps out of it


class Programme(StrEnum):
    """What a member of a household counts for."""

    GOODS = "goods"
    BREAD = "bread"
    HEALTH = "health"


PROGRAMMES = tuple(Programme)


@dataclass(frozen=True, slots=True)
class Stay:
    """A membership as a fact: from `first_month` on, until before `left_month`, the citizen counts in the household.

    `granted`: the programmes that came with entering the register; a stay that goes on from another grants none.
    """

    membership_id: UUID
    citizen_id: UUID
    household_id: UUID
    since: date
    first_month: date
    left_month: date | None
    granted: tuple[str, ...]
    join_reason: str
    leave_reason: str | None
    joined_by: UUID | None
    left_by: UUID | None


@dataclass(frozen=True, slots=True)
class Decision:
    """That a citizen counts for a programme from a month on, or does not, on one ground.

    Who counts was taken in (ground `entered`) and is kept out on no ground: lifting one leaves the others.
    """

    change_id: UUID
    citizen_id: UUID
    programme: str
    ground: str
    counts: bool
    month: date
    basis: str | None
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Entitlement:
    """Months in which a citizen counts for a programme in a household, `last_month` being the last, None where open.

    `reason` and `change_id` say why they begin, `end_reason` and `end_change_id` why they end; without a change it was
    so when the household was entered.
    """

    citizen_id: UUID
    household_id: UUID
    programme: str
    first_month: date
    last_month: date | None
    reason: str
    change_id: UUID | None
    end_reason: str | None = None
    end_change_id: UUID | None = None
    basis: str | None = None

    def covers(self, month: date) -> bool:
        """Whether the citizen counts in the month."""
        return self.first_month <= month and (self.last_month is None or month <= self.last_month)


@dataclass(frozen=True, slots=True)
class Absence:
    """A member of a household who does not count for a programme in a month, and why not."""

    citizen_id: UUID
    programme: str
    reason: str
    change_id: UUID | None


class Sizes(NamedTuple):
    """How many members of a household count, by programme, from a month on until the next entry."""

    month: date
    goods: int
    bread: int
    health: int


class _Move(NamedTuple):
    """One end of a stay. Of those that hold in a month the greatest decides: of the latest stay, its end."""

    since: date
    membership_id: UUID
    ends: bool
    month: date
    stay: Stay


class _Cause(NamedTuple):
    reason: str
    change_id: UUID | None


class _State(NamedTuple):
    """What holds for a person in a month: the household, and by programme the reason not to count (None: counts)."""

    household_id: UUID | None
    moved_by: _Cause
    kept_out: dict[str, _Cause | None]
    decided_by: dict[str, _Cause]
    basis: str | None


_ORDER = attrgetter("month", "decided_at", "change_id")
_NOWHERE = _Cause("not_a_member", None)
_NOT_GRANTED = _Cause("not_granted", None)


def next_month(day: date) -> date:
    """The first day of the month after the one of `day`."""
    return month_start(day.replace(day=28) + timedelta(days=4))


def month_before(day: date) -> date:
    """The first day of the month before the one of `day`."""
    return month_start(month_start(day) - timedelta(days=1))


def month_text(month: date) -> str:
    """A month as it crosses the wire: `2026-12`."""
    return f"{month:%Y-%m}"


def entitlements(stays: Iterable[Stay], decisions: Iterable[Decision]) -> list[Entitlement]:
    """Every span of months in which these citizens count, by citizen, programme and first month."""
    found: list[Entitlement] = []
    for person in _people(stays, decisions):
        for programme in PROGRAMMES:
            found.extend(person.spans(programme))
    return found


def absences(household_id: UUID, stays: Iterable[Stay], decisions: Iterable[Decision], month: date) -> list[Absence]:
    """The members of a household in a month who do not count for a programme, and why."""
    found: list[Absence] = []
    for person in _people(stays, decisions):
        state = person.at(month)
        if state.household_id == household_id:
            kept_out = ((programme, state.kept_out[programme]) for programme in PROGRAMMES)
            found.extend(
                Absence(person.citizen_id, programme, cause.reason, cause.change_id)
                for programme, cause in kept_out
                if cause is not None
            )
    return found


def sizes_in(household_id: UUID, spans: Iterable[Entitlement], month: date) -> Sizes:
    """The sizes of a household in a month."""
    counts = dict.fromkeys(PROGRAMMES, 0)
    for span in spans:
        if span.household_id == household_id and span.covers(month):
            counts[Programme(span.programme)] += 1
    return Sizes(month, counts[Programme.GOODS], counts[Programme.BREAD], counts[Programme.HEALTH])


def steps(household_id: UUID, spans: Iterable[Entitlement]) -> list[Sizes]:
    """The sizes of a household through all its months: an entry where they change, the first being the first month."""
    own = [span for span in spans if span.household_id == household_id]
    months = {span.first_month for span in own}
    months |= {next_month(span.last_month) for span in own if span.last_month is not None}
    found: list[Sizes] = []
    for month in sorted(months):
        sizes = sizes_in(household_id, own, month)
        if not found or found[-1][1:] != sizes[1:]:
            found.append(sizes)
    return found


def _people(stays: Iterable[Stay], decisions: Iterable[Decision]) -> Iterator[_Person]:
    people: dict[UUID, _Person] = defaultdict(_Person)
    for stay in stays:
        people[stay.citizen_id].hear_of(stay)
    for decision in decisions:
        people[decision.citizen_id].decisions.add(decision)
    for citizen_id in sorted(people):
        people[citizen_id].prepare(citizen_id)
        yield people[citizen_id]


class _Person:
    """What is known of one person."""

    def __init__(self) -> None:
        self.stays: dict[UUID, Stay] = {}
        self.decisions: set[Decision] = set()

    def hear_of(self, stay: Stay) -> None:
        """Of one stay the end is heard later than the start: whichever comes first, the end counts."""
        known = self.stays.get(stay.membership_id)
        if known is None or known.left_month is None:
            self.stays[stay.membership_id] = stay

    def prepare(self, citizen_id: UUID) -> None:
        self.citizen_id = citizen_id
        self._moves = sorted(move for stay in self.stays.values() for move in _moves(stay))
        self._decisions = sorted(self.decisions, key=_ORDER)
        self._granted = [stay for stay in self.stays.values() if stay.granted]

    def months(self) -> list[date]:
        """The months in which something may change."""
        return sorted({move.month for move in self._moves} | {decision.month for decision in self._decisions})

    def at(self, month: date) -> _State:
        """What holds in a month."""
        move = next((move for move in reversed(self._moves) if move.month <= month), None)
        household_id, moved_by = (None, _NOWHERE) if move is None else _outcome(move)
        kept_out: dict[str, _Cause | None] = {}
        decided_by: dict[str, _Cause] = {}
        for programme in PROGRAMMES:
            kept_out[programme], decided_by[programme] = self._standing(programme, month, moved_by)
        return _State(household_id, moved_by, kept_out, decided_by, self._basis(month))

    def _standing(self, programme: str, month: date, moved_by: _Cause) -> tuple[_Cause | None, _Cause]:
        """Why the person is kept out of a programme, None where not, and the latest that was decided on it."""
        granted = any(stay.first_month <= month and programme in stay.granted for stay in self._granted)
        grounds: dict[str, Decision | None] = {ENTERED: None} if granted else {}
        last: Decision | None = None
        for decision in self._decisions:
            if decision.month <= month and decision.programme == programme:
                grounds[decision.ground] = last = decision
        cause = moved_by if last is None else _Cause(last.ground, last.change_id)
        if ENTERED not in grounds:
            return _NOT_GRANTED, cause
        against = [decision for decision in grounds.values() if decision is not None and not decision.counts]
        if against:
            latest = max(against, key=_ORDER)
            return _Cause(latest.ground, latest.change_id), cause
        return None, cause

    def _basis(self, month: date) -> str | None:
        known = [d.basis for d in self._decisions if d.month <= month and d.basis is not None]
        return known[-1] if known else None

    def spans(self, programme: str) -> Iterator[Entitlement]:
        """The months in which the person counts for a programme, one span after another."""
        open_span: Entitlement | None = None
        for month in self.months():
            state = self.at(month)
            household_id = None if state.kept_out[programme] is not None else state.household_id
            basis = state.basis if programme == Programme.HEALTH else None
            if open_span is not None:
                if (open_span.household_id, open_span.basis) == (household_id, basis):
                    continue
                moved = state.household_id != open_span.household_id
                why = state.moved_by if moved else state.kept_out[programme] or state.decided_by[programme]
                end = month_before(month)
                yield replace(open_span, last_month=end, end_reason=why.reason, end_change_id=why.change_id)
                began = why
            else:
                began = self._began(state, programme, month)
            open_span = (
                Entitlement(
                    self.citizen_id, household_id, programme, month, None, began.reason, began.change_id, basis=basis
                )
                if household_id is not None
                else None
            )
        if open_span is not None:
            yield open_span

    def _began(self, state: _State, programme: str, month: date) -> _Cause:
        """Why somebody who did not count does from this month on: a decision of this month, else the move."""
        decided = any(d.month == month and d.programme == programme for d in self._decisions)
        return state.decided_by[programme] if decided else state.moved_by


def _moves(stay: Stay) -> Iterator[_Move]:
    yield _Move(stay.since, stay.membership_id, False, stay.first_month, stay)
    if stay.left_month is not None:
        yield _Move(stay.since, stay.membership_id, True, stay.left_month, stay)


def _outcome(move: _Move) -> tuple[UUID | None, _Cause]:
    """Where a move leads to, and why."""
    stay = move.stay
    if move.ends:
        return None, _Cause(stay.leave_reason or "left", stay.left_by)
    return stay.household_id, _Cause(stay.join_reason, stay.joined_by)

"""Who counts in which month: examples of the rules, and that any order of facts comes to the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from card_service.registry.effective import Rule, effective_month
from card_service.registry.months import (
    ENTERED,
    PROGRAMMES,
    Decision,
    Entitlement,
    Stay,
    absences,
    entitlements,
    month_before,
    next_month,
    sizes_in,
    steps,
)

OCTOBER, NOVEMBER, DECEMBER, JANUARY = (
    date(2026, 10, 1),
    date(2026, 11, 1),
    date(2026, 12, 1),
    date(2027, 1, 1),
)
HOME, OTHER = UUID(int=1), UUID(int=2)
ALL = ("goods", "bread", "health")
MONTHS = [date(2026, month, 1) for month in range(1, 13)]


def stay(citizen: int, household: UUID = HOME, since: date = OCTOBER, **changed: Any) -> Stay:
    """A membership from the start of its month on."""
    base = Stay(
        membership_id=UUID(int=citizen * 100 + since.month),
        citizen_id=UUID(int=citizen),
        household_id=household,
        since=since,
        first_month=since.replace(day=1),
        left_month=None,
        granted=ALL,
        join_reason="registered",
        leave_reason=None,
        joined_by=None,
        left_by=None,
    )
    return replace(base, **changed)


def decision(citizen: int, month: date, *, counts: bool, programme: str = "goods", **changed: Any) -> Decision:
    """A decision, entered in the month before."""
    base = Decision(
        change_id=UUID(int=month.month * 1000 + citizen),
        citizen_id=UUID(int=citizen),
        programme=programme,
        ground="income",
        counts=counts,
        month=month,
        basis=None,
        decided_at=datetime(month.year, month.month, 1, tzinfo=UTC) - timedelta(days=9),
    )
    return replace(base, **changed)


def told(spans: list[Entitlement], month: date, household: UUID = HOME) -> tuple[int, int, int]:
    return sizes_in(household, spans, month)[1:]


def test_bread_only_people_get_no_goods() -> None:
    """Five members, two of them bread-only."""
    stays = [stay(n) for n in range(1, 4)] + [stay(n, granted=("bread", "health")) for n in (4, 5)]
    assert told(entitlements(stays, []), OCTOBER) == (3, 5, 5)
    missing = absences(HOME, stays, [], OCTOBER)
    assert [(one.citizen_id.int, one.programme, one.reason) for one in missing] == [
        (4, "goods", "not_granted"),
        (5, "goods", "not_granted"),
    ]


@pytest.mark.parametrize(
    ("rule", "fact_on", "decided_on", "month"),
    [
        (Rule.AFTER_BOTH, date(2026, 11, 10), date(2026, 11, 10), DECEMBER),
        (Rule.AFTER_BOTH, date(2026, 10, 3), date(2026, 11, 10), DECEMBER),
        (Rule.AFTER_BOTH, date(2026, 11, 1), date(2026, 11, 1), DECEMBER),
        (Rule.AFTER_BOTH, date(2026, 12, 31), date(2026, 12, 31), JANUARY),
        (Rule.OF_DECISION, date(2026, 10, 31), date(2026, 11, 30), NOVEMBER),
        (Rule.OF_FACT, date(2026, 10, 31), date(2026, 12, 30), OCTOBER),
    ],
)
def test_the_month_a_change_counts_from(rule: Rule, fact_on: date, decided_on: date, month: date) -> None:
    assert effective_month(rule, fact_on, decided_on) == month


def test_a_birth_counts_from_the_next_month() -> None:
    """Three members, a birth registered on 10 November: three in November whoever draws when, four from December."""
    born = stay(4, since=date(2026, 11, 10), first_month=DECEMBER, join_reason="newborn")
    spans = entitlements([*(stay(n) for n in (1, 2, 3)), born], [])
    assert steps(HOME, spans) == [(OCTOBER, 3, 3, 3), (DECEMBER, 4, 4, 4)]


def test_a_split_makes_nobody_count_twice() -> None:
    """A spouse leaves on 15 November and heads a household: November stays with the old one."""
    day = date(2026, 11, 15)
    left = stay(2, left_month=DECEMBER, leave_reason="split")
    heads = stay(2, OTHER, since=day, first_month=DECEMBER, granted=(), join_reason="split")
    spans = entitlements([stay(1), left, heads], [])
    assert [told(spans, month) for month in (NOVEMBER, DECEMBER)] == [(2, 2, 2), (1, 1, 1)]
    assert [told(spans, month, OTHER) for month in (NOVEMBER, DECEMBER)] == [(0, 0, 0), (1, 1, 1)]
    mine = [span for span in spans if span.citizen_id.int == 2 and span.programme == "goods"]
    assert [(span.first_month, span.last_month, span.reason, span.end_reason) for span in mine] == [
        (OCTOBER, NOVEMBER, "registered", "split"),
        (DECEMBER, None, "split", None),
    ]


def test_an_exclusion_keeps_bread_and_is_lifted_by_its_ground() -> None:
    """Four members excluded for income: goods 0, bread as before; what another ground says stays."""
    stays = [stay(n) for n in range(1, 5)]
    out = [decision(n, NOVEMBER, counts=False) for n in range(1, 5)]
    assert told(entitlements(stays, out), NOVEMBER) == (0, 4, 4)
    abroad = decision(1, DECEMBER, counts=False, ground="abroad")
    won = [decision(n, NOVEMBER, counts=True, change_id=UUID(int=9000 + n)) for n in range(1, 5)]
    won = [replace(one, decided_at=one.decided_at + timedelta(days=40)) for one in won]
    again = entitlements(stays, [*out, abroad, *won])
    assert [told(again, month) for month in (NOVEMBER, DECEMBER)] == [(4, 4, 4), (3, 4, 4)]
    assert [(one.citizen_id.int, one.reason) for one in absences(HOME, stays, [*out, abroad, *won], DECEMBER)] == [
        (1, "abroad")
    ]


def test_who_was_bread_only_may_be_taken_in() -> None:
    taken = decision(1, DECEMBER, counts=True, ground=ENTERED)
    spans = entitlements([stay(1, granted=("bread",))], [taken])
    assert steps(HOME, spans) == [(OCTOBER, 0, 1, 0), (DECEMBER, 1, 1, 0)]


def test_who_comes_and_goes_within_a_month_never_counts() -> None:
    came = stay(1, since=date(2026, 11, 3), first_month=DECEMBER, left_month=DECEMBER, leave_reason="removed")
    assert entitlements([came], []) == []


def test_months_go_over_the_years_end() -> None:
    assert next_month(date(2026, 12, 31)) == JANUARY
    assert month_before(JANUARY) == DECEMBER
    assert all(month_before(b) == a and next_month(a) == b for a, b in pairwise(MONTHS))


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Stay], list[Decision]]:
    """Lives of two persons between three households: stays that follow each other, decisions of any month."""
    stays: list[Stay] = []
    decisions: list[Decision] = []
    for citizen in (1, 2):
        days = sorted(draw(st.lists(st.integers(0, 300), min_size=1, max_size=6)))
        for number, day in enumerate(days):
            since = date(2026, 1, 5) + timedelta(days=day)
            last = number == len(days) - 1
            gone = not last or draw(st.booleans())
            first = next_month(since)
            stays.append(
                stay(
                    citizen,
                    UUID(int=draw(st.integers(1, 3))),
                    since=since,
                    membership_id=UUID(int=citizen * 1000 + number),
                    first_month=first,
                    left_month=max(first, draw(st.sampled_from(MONTHS))) if gone else None,
                    leave_reason="removed" if gone else None,
                    granted=tuple(draw(st.sets(st.sampled_from(ALL)))) if number else ALL,
                )
            )
        for number, month in enumerate(draw(st.lists(st.sampled_from(MONTHS), max_size=6))):
            decisions.append(
                decision(
                    citizen,
                    month,
                    counts=draw(st.booleans()),
                    programme=draw(st.sampled_from(ALL)),
                    ground=draw(st.sampled_from(["income", "abroad", ENTERED])),
                    change_id=UUID(int=citizen * 10_000 + number),
                    decided_at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=draw(st.integers(0, 50))),
                )
            )
    return stays, decisions


@given(histories(), st.randoms(use_true_random=False))
def test_any_order_of_facts_late_or_doubled_comes_to_the_same_months(
    history: tuple[list[Stay], list[Decision]], random: Random
) -> None:
    stays, decisions = history
    expected = entitlements(stays, decisions)
    early = [replace(one, left_month=None, leave_reason=None) for one in stays if one.left_month is not None]
    mixed, doubled = [*stays, *early, *stays], [*decisions, *decisions]
    random.shuffle(mixed)
    random.shuffle(doubled)
    assert entitlements(mixed, doubled) == expected


@given(histories())
def test_nobody_counts_twice_in_a_month(history: tuple[list[Stay], list[Decision]]) -> None:
    spans = entitlements(*history)
    for month in [*MONTHS, JANUARY]:
        for citizen in (1, 2):
            for programme in PROGRAMMES:
                mine = [s for s in spans if s.citizen_id.int == citizen and s.programme == programme]
                assert sum(span.covers(month) for span in mine) <= 1


@given(histories())
def test_the_steps_of_a_household_are_its_sizes_in_every_month(history: tuple[list[Stay], list[Decision]]) -> None:
    spans = entitlements(*history)
    for household in (UUID(int=n) for n in (1, 2, 3)):
        found = steps(household, spans)
        for month in [*MONTHS, JANUARY]:
            latest = next((step for step in reversed(found) if step.month <= month), None)
            assert sizes_in(household, spans, month)[1:] == (latest[1:] if latest else (0, 0, 0))


@given(histories())
def test_members_of_a_month_count_or_are_absent_with_a_reason(history: tuple[list[Stay], list[Decision]]) -> None:
    stays, decisions = history
    spans = entitlements(stays, decisions)
    for month in MONTHS:
        for household in (UUID(int=n) for n in (1, 2, 3)):
            counting = {(s.citizen_id, s.programme) for s in spans if s.household_id == household and s.covers(month)}
            missing = {(a.citizen_id, a.programme) for a in absences(household, stays, decisions, month)}
            assert not counting & missing
            people = {citizen for citizen, _ in counting | missing}
            assert counting | missing == {(citizen, programme) for citizen in people for programme in PROGRAMMES}

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from card_service import POLICIES
from card_service.distribution.models import Candidate
from card_service.distribution.office_days import office_days
from card_service.distribution.opening import Between, Break, DayHours, Open, every_day, hours, ordered
from card_service.distribution.places import Point
from card_service.distribution.planning import (
    FULL,
    HOUSEHOLD_SITE_FULL,
    NO_SITE,
    WEEKS_FULL,
    Group,
    Offer,
    Outcome,
    Planner,
    Site,
)
from card_service.distribution.plans import Invitations, born_by, whole_households
from card_service.distribution.service import capacity_of
from card_service.keys import KEYS
from card_service.weeks import week_begins, week_of
from policybook.book import PolicyBook
from policybook.files import read_policies

CAIRO = ZoneInfo("Africa/Cairo")
SATURDAY = date(2026, 11, 28)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
BOOK = PolicyBook.of(read_policies(POLICIES, KEYS))
SIX_DAYS = frozenset({6, 7, 1, 2, 3, 4})
Starts: TypeAlias = list[datetime]


def always(_: date) -> Between:
    return Between()


@dataclass(frozen=True)
class Place:
    """A site with its hours, the same for six days."""

    site: Site
    capacity: int
    opens: str
    closes: str

    @property
    def site_id(self) -> UUID:
        return self.site.site_id

    def starts(
        self, first: date = SATURDAY, days: int = 7, since: datetime = LONG_AGO, offices: Open = always
    ) -> Starts:
        coming = [first + timedelta(days=ahead) for ahead in range(days)]
        return hours(every_day(self.opens, self.closes, SIX_DAYS), coming, CAIRO, since, offices)


def site(number: int, district: str = "a", capacity: int = 5, opens: int = 8, closes: int = 15) -> Place:
    return Place(Site(UUID(int=number), district), capacity, f"{opens:02d}:00", f"{closes:02d}:00")


def group(number: int, size: int = 1, district: str = "a", site_id: UUID | None = None) -> Group:
    citizens = tuple(UUID(int=number * 100 + member) for member in range(size))
    return Group(UUID(int=number), district, citizens, site_id)


def plan(places: list[Place], groups: list[Group]) -> Outcome:
    offers = {one.site_id: [Offer(start, one.capacity) for start in one.starts()] for one in places}
    return Planner([one.site for one in places], offers).place(groups)


def test_a_week_has_six_days_of_whole_hours() -> None:
    starts = site(1).starts()
    local = [start.astimezone(CAIRO) for start in starts]
    assert len(starts) == 6 * 7
    assert {moment.isoweekday() for moment in local} == SIX_DAYS
    assert {moment.hour for moment in local} == set(range(8, 15))
    assert starts == sorted(starts)
    assert all(start.tzinfo is UTC for start in starts)


@pytest.mark.parametrize(
    ("first_day", "days", "opened"),
    [
        ("2026-03-18", 1, [9, 10, 11, 12, 13]),  # in Ramadan, by its hours
        ("2026-03-19", 5, []),  # the feast
        ("2026-03-24", 1, [8, 9, 10, 11, 12, 13, 14]),
        ("2026-01-25", 1, [8, 9, 10, 11, 12, 13, 14]),  # moved
        ("2026-01-29", 1, []),  # to this Thursday
        ("2028-02-26", 3, []),  # only reckoned, and off
        ("2026-10-06", 1, [8, 9, 10, 11, 12, 13, 14]),
    ],
)
def test_2_21_nobody_is_invited_on_a_holiday(first_day: str, days: int, opened: list[int]) -> None:
    starts = site(1).starts(date.fromisoformat(first_day), days, offices=office_days(BOOK))
    assert [start.astimezone(CAIRO).hour for start in starts] == opened


def test_hours_that_have_begun_are_over() -> None:
    noon = datetime.combine(SATURDAY, time(12), tzinfo=CAIRO)
    starts = site(1).starts(days=1, since=noon)
    assert [start.astimezone(CAIRO).hour for start in starts] == [12, 13, 14]


def test_an_hour_that_summer_time_leaves_out_is_left_out() -> None:
    night, early = every_day("22:00", "23:59", range(1, 8)), every_day("00:00", "03:00", range(1, 8))
    spring = date(2026, 4, 24)  # the clocks go from 00:00 to 01:00 that Friday
    assert [s.astimezone(CAIRO).hour for s in hours(early, [spring], CAIRO, LONG_AGO, always)] == [1, 2]
    assert len(hours(night, [spring], CAIRO, LONG_AGO, always)) == 1


@given(st.integers(0, 23), st.integers(0, 59), st.integers(60, 24 * 60 - 1))
def test_no_hour_ends_after_closing(hour: int, minute: int, minutes: int) -> None:
    end = min(hour * 60 + minute + minutes, 24 * 60 - 1)
    whole = (end - hour * 60 - minute) // 60
    assume(whole)
    week = every_day(f"{hour:02d}:{minute:02d}", f"{end // 60:02d}:{end % 60:02d}", SIX_DAYS)
    assert len(hours(week, [SATURDAY], CAIRO, LONG_AGO, always)) == whole


minutes_of_day = st.integers(0, 24 * 60 - 1)


@given(st.lists(minutes_of_day, min_size=2, max_size=10, unique=True), st.lists(minutes_of_day, max_size=6))
def test_no_hour_lies_in_a_break_or_a_closure(moments: list[int], shut: list[int]) -> None:
    said = [f"{moment // 60:02d}:{moment % 60:02d}" for moment in sorted(moments)[: len(moments) // 2 * 2]]
    breaks = [Break(begins=a, ends=b) for a, b in zip(said[1:-1:2], said[2:-1:2], strict=True)]
    try:
        day = DayHours(weekday=6, opens=said[0], closes=said[-1], breaks=tuple(breaks))
    except ValueError:  # open for less than an hour at a time
        return
    midnight = datetime.combine(SATURDAY, time(), CAIRO)
    closed = [(midnight + timedelta(minutes=m), midnight + timedelta(minutes=m + 30)) for m in shut]
    starts = hours((day,), [SATURDAY], CAIRO, LONG_AGO, always, closed)
    for start in starts:
        begins = start.astimezone(CAIRO).replace(tzinfo=None)
        ends = begins + timedelta(hours=1)
        assert any(
            datetime.combine(SATURDAY, a) <= begins and ends <= datetime.combine(SATURDAY, b) for a, b in day.spans
        )
        assert all(start + timedelta(hours=1) <= a or b <= start for a, b in closed)
    assert all(b - a >= timedelta(hours=1) for a, b in pairwise(starts))
    if not closed:
        assert starts


def test_hours_name_each_weekday_once_and_breaks_in_order() -> None:
    day = {"weekday": 6, "opens": "08:00", "closes": "15:00"}
    assert [one.weekday for one in ordered([DayHours(**day), DayHours(**day | {"weekday": 1})])] == [1, 6]
    with pytest.raises(ValueError, match="once"):
        ordered([DayHours(**day), DayHours(**day)])
    for wrong in (
        [{"begins": "07:00", "ends": "09:00"}],
        [{"begins": "12:00", "ends": "11:00"}],
        [{"begins": "11:00", "ends": "12:00"}, {"begins": "11:30", "ends": "13:00"}],
        [{"begins": "08:30", "ends": "14:30"}],
    ):
        with pytest.raises(ValueError, match=r"breaks lie|for an hour"):
            DayHours.model_validate(day | {"breaks": wrong})


def test_how_many_an_hour_follows_from_counters_and_minutes() -> None:
    assert [capacity_of(3, 10), capacity_of(1, 7), capacity_of(1, 60)] == [18, 8, 1]


sites_strategy = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(1, 4), st.integers(8, 12), st.integers(1, 3)), max_size=6
)
groups_strategy = st.lists(
    st.tuples(st.sampled_from("abcd"), st.integers(1, 6), st.none() | st.integers(1, 7)), max_size=60
)


@settings(max_examples=200, deadline=None)
@given(sites_strategy, groups_strategy)
def test_a_plan_keeps_its_promises(
    given_sites: list[tuple[str, int, int, int]], given_groups: list[tuple[str, int, int | None]]
) -> None:
    sites = [site(n, d, c, o, o + length) for n, (d, c, o, length) in enumerate(given_sites, start=1)]
    groups = [group(n, size, d, UUID(int=s) if s else None) for n, (d, size, s) in enumerate(given_groups, start=1)]
    outcome = plan(sites, groups)
    open_hours = {one.site_id: one.starts() for one in sites}
    capacity = {one.site_id: one.capacity for one in sites}
    load = Counter((p.site_id, p.starts_at) for p in outcome.placements)
    assert all(people <= capacity[site_id] for (site_id, _), people in load.items())
    assert all(p.starts_at in open_hours[p.site_id] for p in outcome.placements)
    households: dict[UUID, set[UUID]] = defaultdict(set)
    for placement in outcome.placements:
        households[placement.household_id].add(placement.site_id)
    assert all(len(found) == 1 for found in households.values())
    assert len(outcome.placements) + sum(outcome.unplaced.values()) == sum(len(one.citizens) for one in groups)
    placed = Counter(p.household_id for p in outcome.placements)
    assert all(placed[one.household_id] in (0, len(one.citizens)) for one in groups)
    assert plan(list(reversed(sites)), groups) == outcome
    for one in groups:
        if one.site_id in capacity and placed[one.household_id]:
            assert households[one.household_id] == {one.site_id}


def test_the_own_district_comes_first_and_overflows_into_the_emptiest() -> None:
    near, far, farther = site(1, "a", 1, 8, 9), site(2, "b", 2, 8, 9), site(3, "c", 2, 8, 9)
    outcome = plan([near, far, farther], [group(n) for n in range(1, 11)])
    visits = Counter(p.site_id for p in outcome.placements)
    assert visits == {near.site_id: 6, far.site_id: 2, farther.site_id: 2}


def test_the_load_is_spread_over_sites_days_and_hours() -> None:
    sites = [site(1, capacity=10), site(2, capacity=20)]
    outcome = plan(sites, [group(n) for n in range(1, 631)])
    visits = Counter(p.site_id for p in outcome.placements)
    assert visits == {UUID(int=1): 210, UUID(int=2): 420}
    load = Counter((p.site_id, p.starts_at) for p in outcome.placements)
    assert set(load.values()) == {5, 10}


def test_a_household_comes_together() -> None:
    outcome = plan([site(1, capacity=5)], [group(1, 4), group(2, 3)])
    assert len({p.starts_at for p in outcome.placements if p.household_id == UUID(int=1)}) == 1
    assert len({p.starts_at for p in outcome.placements if p.household_id == UUID(int=2)}) == 1


def test_why_there_is_no_place_is_counted() -> None:
    assert plan([], [group(1, 3)]).unplaced == {NO_SITE: 3}
    small = site(1, capacity=1, opens=8, closes=9)
    assert plan([small], [group(1, 7)]).unplaced == {FULL: 7}
    other = site(2, capacity=9)
    outcome = plan([small, other], [group(1, 6, site_id=small.site_id), group(2, site_id=small.site_id)])
    assert outcome.unplaced == {HOUSEHOLD_SITE_FULL: 1}


def test_places_that_are_gone_stay_gone() -> None:
    one = site(1, capacity=2, opens=8, closes=10)
    first, *others = one.starts()
    offers = [Offer(first, 2), *(Offer(start, 2, 2) for start in others)]
    outcome = Planner([one.site], {one.site_id: offers}).place([group(1), group(2), group(3)])
    assert {p.starts_at for p in outcome.placements} == {first}
    assert outcome.unplaced == {FULL: 1}


def test_no_week_takes_more_than_it_may_and_the_first_fills_first() -> None:
    one, more = site(1, capacity=9), 7
    starts = [(start, week_of(start.astimezone(CAIRO).date())) for start in one.starts(days=21)]
    weeks = sorted({week for _, week in starts})
    offers = {one.site_id: [Offer(start, 9, week=week) for start, week in starts]}
    planner = Planner([one.site], offers, dict.fromkeys(weeks, more))
    outcome = planner.place([group(n, 2) for n in range(1, 12)])
    load = Counter(week_of(p.starts_at.astimezone(CAIRO).date()) for p in outcome.placements)
    assert load == dict.fromkeys(weeks, more - 1)
    assert outcome.unplaced == {WEEKS_FULL: 4}
    assert week_begins(weeks[0]) == SATURDAY
    assert {week_of(SATURDAY + timedelta(days=n)) for n in range(7)} == {weeks[0]}


def test_who_finds_no_place_in_the_district_goes_to_the_nearest() -> None:
    middle = Point(31.25, 32.30)
    places = [(1, "a", middle), (2, "b", Point(31.40, 32.30)), (3, "c", Point(31.27, 32.30)), (4, "d", None)]
    sites = [Site(UUID(int=n), district, point) for n, district, point in places]
    hour = site(1).starts()[0]
    offers = {one.site_id: [Offer(hour, 2)] for one in sites}
    outcome = Planner(sites, offers, points={"a": middle}).place([group(n) for n in range(1, 8)])
    assert [p.site_id.int for p in outcome.placements] == [1, 1, 3, 3, 2, 2, 4]
    assert (outcome.figures.other_district, outcome.figures.measured) == (5, 6)
    assert outcome.figures.metres == 2 * middle.metres_to(Point(31.27, 32.30)) + 2 * middle.metres_to(
        Point(31.40, 32.30)
    )
    assert 2200 < middle.metres_to(Point(31.27, 32.30)) < 2250


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 4), st.booleans()), max_size=40), st.integers(1, 4))
def test_the_elderly_come_at_quiet_hours_while_there_is_room(people: list[tuple[int, bool]], capacity: int) -> None:
    starts = site(1).starts(days=2)
    offers = [Offer(start, capacity, quiet=start.astimezone(CAIRO).hour in {12, 13}) for start in starts]
    groups = [replace(group(n, size), elderly=int(old)) for n, (size, old) in enumerate(people, start=1)]
    outcome = Planner([site(1).site], {UUID(int=1): offers}).place(groups)
    quiet = {offer.starts_at for offer in offers if offer.quiet}
    load = Counter(p.starts_at for p in outcome.placements)
    assert all(n <= capacity for n in load.values())
    full = all(load[start] == capacity for start in quiet)
    busy_full = all(load[offer.starts_at] == capacity for offer in offers if not offer.quiet)
    old = {one.household_id for one in groups if one.elderly}
    for placement in outcome.placements:
        if placement.household_id in old:
            assert placement.starts_at in quiet or full
        else:
            assert placement.starts_at not in quiet or busy_full
    by_home = Counter((p.household_id, p.starts_at) for p in outcome.placements)
    assert outcome.figures.households == len({p.household_id for p in outcome.placements})
    assert outcome.figures.together == sum(
        by_home[one.household_id, start] == len(one.citizens) for one in groups for start in load
    )


def candidates(*sizes: int) -> list[Candidate]:
    return [
        Candidate(UUID(int=home), "a", UUID(int=home * 100 + member), member == 0)
        for home, size in enumerate(sizes, start=1)
        for member in range(size)
    ]


def test_heads_and_others_are_invited_within_their_budgets() -> None:
    invitations = Invitations(heads_left=3, others_left=3)
    invitations.invite(candidates(3, 1, 4), {UUID(int=3): UUID(int=9)})
    assert [len(one.citizens) for one in invitations.groups] == [3, 1, 2]
    assert invitations.groups[2].site_id == UUID(int=9)
    assert invitations.spent
    assert invitations.done_household == UUID(int=3)


def test_a_page_is_cut_between_households() -> None:
    page = candidates(2, 3)
    assert whole_households(page, 6) == page
    assert whole_households(page, 5) == page[:2]
    assert whole_households(page[:2], 2) == page[:2]


def test_the_day_one_comes_of_age() -> None:
    assert born_by(date(2026, 11, 21), 18) == date(2008, 11, 21)
    assert born_by(date(2028, 2, 29), 18) == date(2010, 2, 28)

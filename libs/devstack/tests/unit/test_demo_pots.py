"""The closing proof computes pots by itself, and says which one is not as the register's history says."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from devstack.demo.calendar import Calendar
from devstack.demo.context import Cardholder
from devstack.demo.families import OF_EACH, Event, families, of_each
from devstack.demo.homes import Homes
from devstack.demo.people import Generator
from devstack.demo.pots import BREAD, FLOUR, GOODS, POINTS, Counted, Facts, Key, Pot, differences, expected
from devstack.demo.report import Report
from devstack.demo.rules import Rules
from devstack.demo.stages.proof import Proof

DECEMBER, JANUARY, FEBRUARY = MONTHS = (date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1))
ACTIVATED = date(2026, 12, 31)
RULES = Rules(
    loaves_per_person=5,
    loaf_price=20,
    point_value=10,
    days_at_once=((1, 3),),
    allowance=((1, 5000), (5, 2500)),
    goods=(),
)


def always(goods: int, bread: int | None = None) -> dict[date, dict[date, Counted]]:
    counted = Counted(goods, goods if bread is None else bread)
    return {end: {month: counted for month in MONTHS if month <= end} for end in MONTHS}


def granted(facts: Facts, programme: str) -> list[int]:
    pots = expected(facts, RULES, MONTHS)
    return [pots[Key(month, programme)].granted for month in MONTHS]


def test_bread_from_the_day_of_activation_and_points_for_what_was_not_drawn() -> None:
    facts = Facts(ACTIVATED, always(3), drawn={Key(JANUARY, BREAD): 400})
    assert granted(facts, BREAD) == [15, 15 * 31, 15 * 28]
    assert granted(facts, POINTS) == [0, 150, 650]
    assert granted(facts, GOODS) == [15_000] * 3
    assert expected(facts, RULES, MONTHS)[Key(JANUARY, BREAD)].left == 65


def test_goods_count_other_members_than_bread() -> None:
    """2.1: five members, two of them for bread only."""
    facts = Facts(ACTIVATED, always(3, 5))
    assert granted(facts, GOODS)[1] == 15_000
    assert granted(facts, BREAD)[1] == 25 * 31
    assert granted(Facts(ACTIVATED, always(6)), GOODS)[1] == 25_000


@pytest.mark.parametrize(("drawn", "pounds"), [(12_000, 80), (0, 200), (None, 0), (25_000, 0)])
def test_the_month_of_activation_gives_what_the_ration_card_left(drawn: int | None, pounds: int) -> None:
    """3.3: four members, 120 drawn: 80; nothing: 200; unknown: goods from the next month."""
    facts = Facts(ACTIVATED, always(4), ration_card=True, legacy=drawn)
    assert granted(facts, GOODS) == [pounds * 100, 20_000, 20_000]


def test_a_month_that_was_lost_is_paid_back_into_the_one_after() -> None:
    """3.16: excluded in January, bread back with the appeal, reinstated in February."""
    told = always(4)
    told[JANUARY][JANUARY] = Counted(0, 4)
    facts = Facts(ACTIVATED, told)
    assert granted(facts, GOODS) == [20_000, 0, 40_000]
    assert granted(facts, BREAD) == [20, 20 * 31, 20 * 28]
    told[JANUARY][JANUARY] = Counted(4, 0)  # and bread that went is paid back as points
    assert granted(Facts(ACTIVATED, told), POINTS) == [0, 200, 6200]


def test_what_was_had_twice_is_taken_from_the_next_month() -> None:
    pots = expected(Facts(ACTIVATED, always(1), overdrawn={JANUARY: 10}), RULES, MONTHS)
    assert pots[Key(FEBRUARY, BREAD)] == Pot(140, 130)
    assert pots[Key(JANUARY, BREAD)] == Pot(155, 155)


def test_a_month_of_flour_has_no_bread_and_no_points_after_it() -> None:
    """3.15: four members: 40 kg, bread pot 0."""
    rules = replace(RULES, flour_kilograms=10)
    facts = Facts(ACTIVATED, always(4), drawn={Key(JANUARY, FLOUR): 40}, flour={JANUARY})
    pots = expected(facts, rules, MONTHS)
    assert pots[Key(JANUARY, FLOUR)] == Pot(40, 0)
    assert [pots[Key(month, BREAD)].granted for month in MONTHS] == [20, 0, 20 * 28]
    assert [pots[Key(month, POINTS)].granted for month in MONTHS] == [0, 200, 0]
    assert [key.month for key in pots if key.programme == FLOUR] == [JANUARY]


def test_a_grant_is_what_its_list_and_its_sales_make_it() -> None:
    key = Key(JANUARY, "grant_pilot_1")
    pots = expected(Facts(ACTIVATED, always(4), grants={key: Pot(40_000, 28_800)}), RULES, MONTHS)
    assert pots[key] == Pot(40_000, 28_800)


def test_a_household_that_is_founded_begins_with_its_activation() -> None:
    pots = expected(Facts(date(2027, 2, 11), always(2)), RULES, MONTHS)
    assert set(pots) == {Key(FEBRUARY, programme) for programme in (BREAD, GOODS, POINTS)}
    assert pots[Key(FEBRUARY, BREAD)].granted == 180


def test_differences_are_named_missing_ones_and_strays_too() -> None:
    wanted = {Key(JANUARY, BREAD): Pot(155, 100), Key(JANUARY, GOODS): Pot(5000, 0)}
    found = {Key(JANUARY, BREAD): Pot(155, 95), Key(FEBRUARY, GOODS): Pot(5000, 5000)}
    said = [str(one) for one in differences("h1", wanted, found)]
    assert said == [
        "household h1, 2027-01, bread: by the history 155 granted, 100 left, in supply 155 granted, 95 left",
        "household h1, 2027-01, goods: by the history 5000 granted, 0 left, in supply none",
        "household h1, 2027-02, goods: by the history none, in supply 5000 granted, 5000 left",
    ]
    assert differences("h1", wanted, dict(wanted)) == []


class _Reader:
    """What both services answer, with one loaf too many where it is planted."""

    def __init__(self, pots: dict[Key, Pot], planted: Key | None = None) -> None:
        self.pots, self.planted = pots, planted

    async def get(self, path: str) -> dict[str, Any]:
        if "/months/" in path:
            return {"goods": 3, "bread": 3}
        shown = [
            {
                "programme": key.programme, "period": key.month.isoformat(),
                "granted": pot.granted + (key == self.planted), "remaining": pot.left,
            }
            for key, pot in self.pots.items()
        ]  # fmt: skip
        return {"household_id": "h1", "pots": shown, "grants": []}


@pytest.mark.parametrize("planted", [None, Key(JANUARY, BREAD), Key(FEBRUARY, POINTS)])
async def test_one_loaf_too_many_fails_the_run(planted: Key | None) -> None:
    out = io.StringIO()
    report = Report(Console(file=out, width=300))
    facts = Facts(ACTIVATED, always(3))
    reader = _Reader(expected(facts, RULES, MONTHS), planted)
    calendar = Calendar(date(2026, 12, 5), JANUARY, 31)

    class _Context(SimpleNamespace):
        def bar(self, *_: Any) -> Any:
            return _Quiet()

        def reader(self, _: int) -> _Reader:
            return reader

    context: Any = _Context(report=report, console=report.console, calendar=calendar, options=SimpleNamespace(lanes=2))
    people = Generator(seed=1, lot=1, today=date(2026, 11, 29))
    holder = Cardholder(people.household("H", 3), card_id="c1", household_id="h1", activated_on=ACTIVATED)
    proof = Proof(context, Homes(), holder, RULES, asked=[holder])
    await proof.close()
    assert report.passed is (planted is None)
    if planted is not None:
        assert f"not equal: household h1, {planted.month:%Y-%m}, {planted.programme}" in out.getvalue()


class _Quiet:
    def __enter__(self) -> Any:
        return lambda _=1: None

    def __exit__(self, *_: object) -> None:
        pass


def test_families_are_the_same_for_the_same_run_and_some_at_every_scale() -> None:
    def made() -> list[Any]:
        return list(families(Generator(seed=7, lot=3, today=date(2026, 11, 29)), 1, 0.0001))

    assert made() == made()
    assert [family.event for family in made()] == list(Event)
    assert (of_each(0.0001), of_each(1.0)) == (1, OF_EACH)
    assert all(family.household.head.mobile for family in made())
    assert len({family.ration_card for family in made()}) == len(Event)

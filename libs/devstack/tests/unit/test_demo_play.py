from __future__ import annotations

import io
import random
from datetime import date, datetime
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from devstack.demo import lag
from devstack.demo.behaviour import TAKE_UP, days_to_draw, groceries, staples
from devstack.demo.calendar import CAIRO, Calendar, at, first_saturday
from devstack.demo.history import History, Run
from devstack.demo.places import pickup_sites
from devstack.demo.report import Report
from devstack.demo.rules import Goods, Rules
from devstack.demo.sink import Invitation, e164, invitation

RULES = Rules(
    loaves_per_person=4,
    loaf_price=30,
    point_value=10,
    days_at_once=((1, 3), (4, 2)),
    allowance=((1, 4000), (5, 2000)),
    goods=(
        Goods("oil", 2500, 1, 4),
        Goods("sugar", 1100, 1, 6),
        Goods("tea", 500, None, None),
        Goods("salt", 125, None, None),
        Goods("milk", 2600, None, None),
    ),
)


@pytest.mark.parametrize("members", [1, 3, 4, 8])
def test_three_in_four_days_are_drawn_in_the_long_run(members: int) -> None:
    rng = random.Random(4)
    drawn = days = 0
    for _ in range(400):
        covered = 0
        for day in range(1, 32):
            days += 1
            if day <= covered:
                continue
            count = days_to_draw(rng, RULES, members, day, 31)
            assert count <= RULES.most_days(members)
            assert day + count - 1 <= 31
            covered = day + count - 1 if count else covered
            drawn += count
    assert abs(drawn / days - TAKE_UP) < 0.03


@given(members=st.integers(1, 12), seed=st.integers(0, 10_000))
def test_baskets_keep_within_allowance_and_limits(members: int, seed: int) -> None:
    prices = {item.item: item.price for item in RULES.goods}
    first = staples(RULES, members)
    spent = sum(prices[line["item"]] * line["quantity"] for line in first)
    bought = {line["item"]: line["quantity"] for line in first}
    assert bought.get("oil", 0) <= min(members, 4)
    assert bought.get("sugar", 0) <= min(members, 6)
    second = groceries(random.Random(seed), RULES, RULES.monthly_allowance(members) - spent)
    assert not {line["item"] for line in second} & {"oil", "sugar"}
    spent += sum(prices[line["item"]] * line["quantity"] for line in second)
    assert spent <= RULES.monthly_allowance(members)


def test_allowance_follows_the_steps() -> None:
    assert [RULES.monthly_allowance(n) for n in (1, 4, 5, 6)] == [4000, 16000, 18000, 20000]


@given(st.dates(date(2026, 1, 1), date(2028, 12, 31)))
def test_the_month_is_a_whole_one_after_the_week(today: date) -> None:
    week = first_saturday(today)
    assert today < week <= today.fromordinal(today.toordinal() + 7)
    assert week.isoweekday() == 6
    calendar = Calendar.of(week)
    assert calendar.month.day == 1
    assert calendar.week[-1] < calendar.month <= calendar.week[-1].fromordinal(calendar.week[-1].toordinal() + 40)
    assert {day.month for day in calendar.month_days} == {calendar.month.month}
    assert (calendar.month_days[-1].fromordinal(calendar.month_days[-1].toordinal() + 1)).day == 1
    assert calendar.outage in calendar.month_days
    assert len(Calendar.of(week, 3).month_days) == 3


NAMES = sorted((site.name_ar for site in pickup_sites()), key=len, reverse=True)


def test_a_message_tells_site_date_and_hour() -> None:
    text = "سعاد، استلم الكارت الموحد يوم السبت 28 نوفمبر الساعة 1 م من مكتب بريد بورفؤاد ثان ومعك بطاقة الرقم القومي"
    read = invitation(text, NAMES, at(date(2026, 11, 28), 0))
    assert read == Invitation("مكتب بريد بورفؤاد ثان", datetime(2026, 11, 28, 13, tzinfo=CAIRO))


def test_a_message_of_the_new_year_belongs_to_it() -> None:
    text = "يوم السبت 2 يناير الساعة 9:30 ص من مكتب بريد العرب"
    read = invitation(text, NAMES, at(date(2026, 12, 26), 0))
    assert read is not None
    assert read.at == datetime(2027, 1, 2, 9, 30, tzinfo=CAIRO)


@pytest.mark.parametrize("text", ["الكارت جاهز", "يوم السبت 28 نوفمبر الساعة 1 م", "من مكتب بريد العرب"])
def test_a_message_without_one_of_them_is_none(text: str) -> None:
    assert invitation(text, NAMES, at(date(2026, 11, 28), 0)) is None


def test_numbers_go_abroad() -> None:
    assert e164("01012345678") == "+201012345678"


def test_a_run_knows_its_people_again(tmp_path: Path) -> None:
    run = Run(run=1, seed=5, lot=0, today="2026-11-22", households=30, faults_per_kind=2)
    history = History(tmp_path)
    history.record(run)
    run.planned = True
    history.record(run)
    again = History(tmp_path)
    assert again.runs == [run]
    ((_, households),) = again.before(2)
    assert households == [household for file in run.files()[1] for household in file.households]
    assert not list(again.before(1))


def test_quantiles_are_interpolated_in_their_bucket() -> None:
    buckets = {0.01: 50.0, 0.1: 100.0, float("inf"): 100.0}
    assert lag.quantile(buckets, 0.5) == pytest.approx(0.01)
    assert lag.quantile(buckets, 0.75) == pytest.approx(0.055)
    assert lag.quantile({0.01: 0.0, float("inf"): 10.0}, 0.5) == 0.01
    assert lag.quantile({}, 0.5) == 0.0


def test_only_what_came_during_the_run_is_reported() -> None:
    report = Report(Console(file=io.StringIO()))
    key = ("card", "unicard_relay_lag_seconds")
    before = {key: {0.01: 100.0, 0.1: 100.0, float("inf"): 100.0}}
    after = {key: {0.01: 100.0, 0.1: 200.0, float("inf"): 200.0}}
    lag.report(report, before, after)
    assert [figure.value for figure in report.figures] == ["55.0", "99.1"]
    lag.report(report, after, after)
    assert len(report.figures) == 2


def test_the_report_fails_with_one_line(tmp_path: Path) -> None:
    out = io.StringIO()
    report = Report(Console(file=out, width=200))
    assert not report.passed
    assert report.check("cards", 42_000, 42_000, "here")
    assert report.passed
    assert not report.at_most("refusal", 1.0, 1.5, "s", "there")
    assert not report.passed
    report.figure("sales", 2345.6, "a second")
    report.show()
    text = out.getvalue()
    assert "42,000" in text
    assert "FAIL" in text
    assert "1 of 2 lines failed" in text
    report.save(tmp_path / "r.json", run=1)
    kept = orjson.loads((tmp_path / "r.json").read_bytes())
    assert kept["passed"] is False
    assert kept["lines"][1]["expected"] == "≤ 1 s"

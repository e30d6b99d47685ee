"""The roll-out's numbers lead to their lists, its charts mirror in Arabic, a plan's load is whole."""

from __future__ import annotations

import pytest

from staff_console.pages.numbers import Number
from staff_console.rollout import board, charts
from staff_console.rollout.loads import table_of

PHASE = "0193"
FUNNEL = {**dict.fromkeys(board.FUNNEL, 7), "registered": 20, "due": 12, "collected": 9}


def test_who_has_not_come_is_due_and_has_not_collected() -> None:
    steps = board.steps_of(PHASE, FUNNEL)
    assert steps["missed"].number == FUNNEL["due"] - FUNNEL["collected"]
    assert steps["missed"].link == f"/console/rollout/{PHASE}/households?step=missed"
    assert Number(0, "/nowhere").link == ""


@pytest.mark.parametrize(("dimension", "name"), board.DIMENSIONS.items())
def test_a_part_of_a_phase_leads_to_its_own_households(dimension: str, name: str) -> None:
    part = {"dimension": dimension, "key": "2026-12-05", "ar": "ا", "en": "a", "funnel": FUNNEL}
    other = {**part, "dimension": "terminal"}
    (row,) = board.parts_of(PHASE, [part, other], dimension)
    assert [one.number for one in row.numbers] == [7, 9, 7, 3, 7]
    assert all(one.place.endswith(f"&{name}=2026-12-05") for one in row.numbers)


def test_a_chart_begins_at_the_pages_own_side() -> None:
    steps = [("registered", 20), ("collected", 5)]
    english, arabic = charts.funnel(steps, rtl=False), charts.funnel(steps, rtl=True)
    for left, right in zip(english.bars, arabic.bars, strict=True):
        assert left.width == right.width
        assert left.x + left.width + right.x == pytest.approx(english.width)
    assert english.bars[1].width == pytest.approx(english.bars[0].width / 4)


def test_a_chart_of_nothing_and_of_many_weeks_stays_in_its_view() -> None:
    assert charts.columns([], rtl=True).bars == []
    assert all(bar.width == 0 for bar in charts.funnel([("registered", 0)], rtl=True).bars)
    weeks = [(f"2026-01-{day:02}", [("collected", day), ("activated", day)]) for day in range(1, 30)]
    chart = charts.columns(weeks, rtl=True)
    assert all(bar.x >= 0 and bar.x + bar.width <= chart.width for bar in chart.bars)
    assert len([bar for bar in chart.bars if bar.label]) <= 8


def test_a_plans_load_is_a_table_of_days_and_sites_that_sums_up() -> None:
    sites = [{"site_id": "a"}, {"site_id": "b"}, {"site_id": "idle"}]
    load = [
        {"day": "2026-12-06", "site_id": "a", "citizens": 3, "offered": 10, "most_in_an_hour": 2},
        {"day": "2026-12-05", "site_id": "b", "citizens": 10, "offered": 10, "most_in_an_hour": 5},
    ]
    table = table_of(sites, load)
    assert [site["site_id"] for site in table.sites] == ["a", "b"]
    assert [(day, [cell.fill for cell in cells], whole) for day, cells, whole in table.days] == [
        ("2026-12-05", ["none", "full"], 10),
        ("2026-12-06", ["some", "none"], 3),
    ]
    assert table.whole == 13


def test_stages_follow_one_another() -> None:
    assert board.next_stage("prepare") == "trial"
    assert board.next_stage("review") == ""

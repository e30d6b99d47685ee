"""3.13: bread where the card was issued, with each year's exceptions; goods there only."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple
from uuid import uuid4

import pytest

from chassis.clock import CAIRO
from chassis.districts import as_listed
from chassis.refusals import Refusal
from supply_service.rules.account import Account, Card
from supply_service.rules.figures import FiguresByDay
from supply_service.rules.keys import BREAD, GOODS, POINTS
from supply_service.rules.sale import Place, decide

GIZA = "21"
SUMMER, LAST, AFTER, BEFORE = (date(2025, 7, 1), date(2025, 9, 15), date(2025, 9, 16), date(2025, 6, 14))


class Wanted(NamedTuple):
    programme: str
    item: str
    quantity: int = 1


def refused(figures: FiguresByDay, day: date, where: str, line: Wanted, issued: str = GIZA) -> str | None:
    """The code with which a card is refused at an outlet; `where`: a governorate, or one of its districts."""
    governorate, _, district = where.partition("/")
    household = uuid4()
    debts = {BREAD: 0, GOODS: 0, POINTS: 0}
    account = Account(household, issued, 4, date(2024, 1, 1), debts, {}, (), day.replace(day=1) - date.resolution)
    card = Card(uuid4(), household, "active", None, True)
    kind = "bakery" if line.programme == BREAD else "grocer"
    place = Place(uuid4(), uuid4(), kind, governorate, as_listed(governorate, district) if district else "")
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=CAIRO)
    try:
        decide([line], card, account, place, noon, figures)
    except Refusal as refusal:
        return refusal.code
    return None


@pytest.mark.parametrize(
    ("day", "where", "served"),
    [
        (SUMMER, "02", True),
        (LAST, "02", True),
        (AFTER, "02", False),
        (BEFORE, "02", False),
        (SUMMER, "03", True),
        *[(SUMMER, where, True) for where in ("33", "19", "04", "31", "35", "15/baltim", "12/gamasa", "11/ras-el-bar")],
        *[(AFTER, where, False) for where in ("33", "03", "31", "35", "15/baltim")],
        *[(SUMMER, where, False) for where in ("15", "12", "11", "01", "14", "34", "29")],
        (SUMMER, GIZA, True),
        (AFTER, GIZA, True),
        (date(2026, 7, 1), "02", False),  # for 2026 no exception was found
        (date(2024, 7, 1), "02", True),
    ],
)
def test_bread_away_from_the_governorate_of_issue(figures: FiguresByDay, day: date, where: str, served: bool) -> None:
    code = refused(figures, day, where, Wanted(BREAD, "loaf", 5))
    assert code == (None if served else "outside_governorate")


@pytest.mark.parametrize(
    ("where", "code"), [("02", "outside_governorate"), ("03", "outside_governorate"), (GIZA, None)]
)
def test_the_exceptions_are_for_bread_alone(figures: FiguresByDay, where: str, code: str | None) -> None:
    assert refused(figures, SUMMER, where, Wanted(GOODS, "sugar")) == code

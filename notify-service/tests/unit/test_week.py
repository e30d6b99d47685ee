"""Opening hours as people read them: days that are alike together, the week from Saturday."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify_service.templates.wording import vocabulary

HOURS = st.sampled_from([("08:00", "14:00"), ("08:30", "12:00"), ("12:00", "00:00")])
WEEKS = st.dictionaries(st.integers(1, 7), HOURS)
FROM_SATURDAY = [6, 7, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("days", "arabic", "english"),
    [
        ([6, 7, 1, 2, 3, 4], "السبت-الخميس 8 ص-2 م", "Sat-Thu 8 am-2 pm"),
        ([7], "الأحد 8 ص-2 م", "Sun 8 am-2 pm"),
        ([6, 1, 2], "السبت 8 ص-2 م، الاثنين-الثلاثاء 8 ص-2 م", "Sat 8 am-2 pm, Mon-Tue 8 am-2 pm"),
        ([], "لا يوجد", "nothing"),
    ],
)
def test_days_that_are_alike_are_told_together(days: list[int], arabic: str, english: str) -> None:
    week = [(day, "08:00", "14:00") for day in days]
    assert vocabulary("ar").week(week) == arabic
    assert vocabulary("en").week(reversed(week)) == english


@given(WEEKS)
def test_every_day_is_told_once_with_its_own_hours(week: dict[int, tuple[str, str]]) -> None:
    say = vocabulary("en")
    told = say.week((day, *hours) for day, hours in week.items())
    found: list[tuple[int, str]] = []
    for run in told.split(", ") if week else []:
        days, hours = run.split(" ", 1)
        first, _, last = days.partition("-")
        places = [FROM_SATURDAY.index(say.weekdays.index(one) + 1) for one in (first, last or first)]
        found += [(FROM_SATURDAY[place], hours) for place in range(places[0], places[1] + 1)]
    alone = {day: say.week([(day, *hours)]).split(" ", 1)[1] for day, hours in week.items()}
    assert dict(found) == alone
    assert len(found) == len(week)

"""3.16: what makes a card that nobody uses, or that a trader was found with, a ground for exclusion."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from card_service.registry.requests.details import Exclusion
from card_service.registry.requests.errors import GroundNotMet
from card_service.registry.requests.grounds import GroundRule
from chassis.clock import whole_months

TODAY = date(2026, 10, 5)
RULE = GroundRule(unused_months=6, misuse_times=2, misuse_months=12)


def asked(ground: str, **said: Any) -> Exclusion:
    whole = {"household_id": uuid4(), "fact_on": TODAY, "citizen_ids": [uuid4()], "programmes": ["goods"]}
    return Exclusion.model_validate({"kind": "exclusion", "ground": ground, **whole, **said})


@pytest.mark.parametrize(
    ("ground", "said"),
    [
        ("unused", {"unused_since": date(2026, 4, 5)}),
        ("misuse", {"found_on": [TODAY, date(2026, 9, 1)]}),
        ("misuse", {"found_on": [date(2025, 3, 1), date(2024, 3, 2)]}),
        ("income", {}),
        ("other", {"unused_since": TODAY}),
    ],
)
def test_what_is_ground_enough(ground: str, said: dict[str, Any]) -> None:
    RULE.ensure(asked(ground, **said), TODAY)


@pytest.mark.parametrize(
    ("ground", "said"),
    [
        ("unused", {}),
        ("unused", {"unused_since": date(2026, 4, 6)}),
        ("unused", {"unused_since": date(2027, 1, 1)}),
        ("misuse", {}),
        ("misuse", {"found_on": [TODAY, TODAY]}),
        ("misuse", {"found_on": [TODAY, date(2025, 10, 5)]}),
        ("misuse", {"found_on": [TODAY, TODAY + timedelta(days=1)]}),
    ],
)
def test_what_is_not(ground: str, said: dict[str, Any]) -> None:
    with pytest.raises(GroundNotMet) as refusal:
        RULE.ensure(asked(ground, **said), TODAY)
    assert refusal.value.extensions["needed"] == (6 if ground == "unused" else 2)


@pytest.mark.parametrize(
    ("since", "day", "months"),
    [("2026-08-31", "2027-02-28", 5), ("2026-08-31", "2027-03-01", 6), ("2025-12-31", "2026-01-01", 0)],
)
def test_months_are_whole(since: str, day: str, months: int) -> None:
    assert whole_months(date.fromisoformat(since), date.fromisoformat(day)) == months

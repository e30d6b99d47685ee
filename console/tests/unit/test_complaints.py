"""Answers that are written already fit a message and name nobody; a queue takes the filters it knows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notify_service.templates import linter
from staff_console.complaints import service
from staff_console.complaints.answers import LONGEST, of_category
from staff_console.complaints.api import FILTERS
from staff_console.web.visit import Form
from staff_console.words import TEXTS

CATEGORIES = ("card", "appointment", "outlet", "allowance", "wallet", "care", "household", "staff", "other")


def form(**fields: str) -> Form:
    return Form(None, fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("category", CATEGORIES)
def test_answers_written_already_fit_a_message_and_name_nobody(category: str) -> None:
    for name in of_category(category):
        for text in TEXTS[name]:
            assert 3 <= len(text) <= LONGEST, name
            assert linter.personal(text, category) == [], name


def test_an_answer_is_what_was_typed_or_else_the_one_chosen() -> None:
    assert service.answer_of(form(text=" تم الحل ", ready="answer.settled"), "card", TEXTS) == ("تم الحل", {})
    text, wrong = service.answer_of(form(ready="answer.settled"), "card", TEXTS)
    assert (text, wrong) == (TEXTS["answer.settled"][0], {})
    assert service.answer_of(form(ready="answer.scales"), "card", TEXTS)[1] == {"text": "answer_missing"}
    assert service.answer_of(form(text="س" * (LONGEST + 1)), "card", TEXTS)[1] == {"text": "answer_length"}
    assert service.reason_of(form(reason="لا"))[1] == {"reason": "reason_length"}


def test_a_queue_takes_the_filters_it_knows() -> None:
    given = {"state": "answered", "level": "moon", "late": "true", "other": "1"}
    assert service.asked(given, FILTERS) == {"state": "answered", "late": "true"}


def test_whose_turn_it_is() -> None:
    until = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()
    over = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
    found: dict[str, Any] = {"claimed_by": "person:a", "claimed_until": until}
    assert service.held_by(found, "person:a") == "me"
    assert service.held_by(found, "person:b") == "other"
    assert service.held_by({**found, "claimed_until": over}, "person:b") == "nobody"
    assert service.held_by({"claimed_by": None, "claimed_until": None}, "person:b") == "nobody"

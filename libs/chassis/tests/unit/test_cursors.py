"""A cursor that looks right and cannot be read is refused like one of another form; a month is one the calendar has."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import TypeAdapter, ValidationError

from chassis.months import Month, first_day
from chassis.paging import Paging, by_text

DAYS = FastAPI()
Days = Annotated[
    Paging[str], by_text(5, 9, r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$", lambda text: text and date.fromisoformat(text))
]


@DAYS.get("/")
def _days(page: Days) -> str:
    return page.after


@pytest.mark.parametrize("cursor", ["0821-97-66", "0000-01-01", "2026-02-30", "x"])
def test_a_cursor_that_cannot_be_read_is_refused(cursor: str) -> None:
    assert TestClient(DAYS).get("/", params={"after": cursor}).status_code == 422


@pytest.mark.parametrize("cursor", ["", "2026-02-28"])
def test_a_cursor_that_can_be_read_is_taken(cursor: str) -> None:
    reply = TestClient(DAYS).get("/", params={"after": cursor} if cursor else {})
    assert (reply.status_code, reply.json()) == (200, cursor)


@pytest.mark.parametrize("month", ["0000-01", "1999-12", "2026-13", "2026-00", "2026-1", "٢٠٢٦-١٢"])
def test_what_is_no_month_is_refused(month: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Month).validate_python(month)


def test_a_month_begins_on_its_first_day() -> None:
    assert first_day("2026-12") == date(2026, 12, 1)

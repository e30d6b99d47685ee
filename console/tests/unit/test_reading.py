"""What people type is read whichever digits and blanks they type it with."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from staff_console.cards.timeline import merged
from staff_console.payouts.amounts import piastres_of
from staff_console.people.sought import Sought, Unclear, read
from staff_console.requests.comparing import lines
from staff_console.requests.corrections import NotRight, asked, day_of
from staff_console.services.parts import Part

NOW = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "kind", "value"),
    [
        ("29001011301234", "national_id", "29001011301234"),
        ("٢٩٠٠١٠١١٣٠١٢٣٤", "national_id", "29001011301234"),
        (" 2 900101 13 0123 4 ", "national_id", "29001011301234"),
        ("۲۹۰۰۱۰۱۱۳۰۱۲۳۴", "national_id", "29001011301234"),
        ("4263 0000-0000 0001", "card_number", "4263000000000001"),
        ("0100 123 4567", "mobile", "+201001234567"),
        ("+20\u00a01001234567", "mobile", "+201001234567"),
        ("القاضي عمرو", "name", "القاضي عمرو"),
    ],
)
def test_what_is_sought_is_told_by_its_form(typed: str, kind: str, value: str) -> None:
    assert read(typed) == Sought(kind, value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "text"),
    [("", "sought_missing"), ("  ", "sought_missing"), ("12", "sought_digits"), ("م", "sought_unclear")],
)
def test_what_has_no_form_is_asked_about(typed: str, text: str) -> None:
    with pytest.raises(Unclear) as raised:
        read(typed)
    assert raised.value.text == text


@pytest.mark.parametrize(
    ("typed", "piastres"),
    [
        ("1,250.75", 125075),
        ("١٢٥٠٫٧٥", 125075),
        ("١٬٢٥٠٫٥", 125050),
        ("188100", 18810000),
        ("188 100.00", 18810000),
        ("1.2345", None),
        ("-5", None),
        ("", None),
    ],
)
def test_amounts_are_read_as_people_type_them(typed: str, piastres: int | None) -> None:
    assert piastres_of(typed) == piastres


@pytest.mark.parametrize("typed", ["1/2/1990", "١/٢/١٩٩٠", "01-02-1990", "1.2.1990"])
def test_a_day_comes_before_its_month(typed: str) -> None:
    assert day_of(typed) == date(1990, 2, 1)


@pytest.mark.parametrize("typed", ["1990-02-01", "31/2/1990", "1/2/90", "x"])
def test_what_is_no_day_is_asked_about(typed: str) -> None:
    with pytest.raises(NotRight):
        day_of(typed)


PERSON = {"citizen_id": "c1", "household_id": "h1", "full_name": "منى", "birth_date": "1990-02-01"}


def test_a_correction_names_whom_it_is_about_and_its_document() -> None:
    fields = {"kind": "correct_birth", "value": "٢/٢/١٩٩٠", "reference": "ARCH-2026-1"}
    assert asked(fields, PERSON, date(2026, 12, 1)) == {
        "change": {
            "kind": "correct_birth",
            "household_id": "h1",
            "citizen_id": "c1",
            "fact_on": "2026-12-01",
            "birth_date": "1990-02-02",
        },
        "archive_references": ["ARCH-2026-1"],
    }
    for missing in fields:
        with pytest.raises(NotRight) as raised:
            asked({**fields, missing: ""}, PERSON, date(2026, 12, 1))
        assert raised.value.field == missing


def test_a_request_is_shown_beside_what_stands() -> None:
    household = {"members": [PERSON], "address": "1 شارع"}
    (line,) = lines({"kind": "correct_birth", "birth_date": "1990-02-02"}, PERSON, household)
    assert (line.before, line.after, line.form, line.changed) == ("1990-02-01", "1990-02-02", "day", True)
    (line,) = lines({"kind": "correct_birth", "birth_date": "1990-02-02"}, PERSON, household, "1990-02-01")
    assert line.before == "1990-02-01"
    (line,) = lines({"kind": "head_change", "household_id": "h1", "new_head": "c1"}, None, household)
    assert (line.text, line.before, line.after) == ("field.new_head", None, "منى")


def test_one_time_line_runs_over_the_services_and_shows_no_id() -> None:
    step = {
        "action": "block",
        "state": "blocked",
        "at": "2026-11-02T08:00:00Z",
        "because": "lost",
        "done_by": "person:1",
    }
    made = {
        **step,
        "action": "activate",
        "at": "2026-11-01T08:00:00Z",
        "because": "01a22e29-d23b-76f0-bb80-71afb918aa9c",
    }
    message = {"created_at": "2026-11-03T08:00:00Z", "status": "delivered", "text": "الكارت موقوف"}
    entries = merged(Part("there", NOW, {"items": [made, step]}), Part("there", NOW, {"items": [message]}))
    assert [(one.text, one.why, one.about, one.by) for one in entries] == [
        ("message.delivered", "", "الكارت موقوف", ""),
        ("action.block", "reason.lost", "", "by.person"),
        ("action.activate", "", "", "by.person"),
    ]
    assert merged(Part("silent", NOW), Part("closed", NOW)) == []

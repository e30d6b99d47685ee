"""Notices on receipts: what a form says, and pages of what the services really answer with."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from chassis.districts import DISTRICTS
from chassis.governorates import GOVERNORATES
from chassis.ids import new_id
from notify_service.receipt_notices.schemas import Notice, NoticeIn, NoticePage
from staff_console.campaigns import notices_api
from staff_console.pages import render
from staff_console.web.visit import Form, Visit
from supply_service.receipt_notices.schemas import NoticeFigures

from .frame import FRAME

NOTICE = new_id()
WHOLE = {"bread": "1", "first_day": "١/١/٢٠٢٧", "last_day": "31/1/2027", "ar": "افتتاح منفذ", "en": "An outlet opens"}


def form(bound: str = "", **fields: str) -> Form:
    visit = SimpleNamespace(governorate=lambda chosen="": bound or chosen)
    return Form(cast("Visit", visit), fields)


def test_a_notice_is_what_the_service_takes() -> None:
    body, wrong = notices_api.asked_by(form(**WHOLE, goods="1", governorate="03", district="03.02"))
    assert wrong == {}
    given = NoticeIn.model_validate(body)
    assert (given.programmes, given.district, given.last_day) == (["bread", "goods"], "03.02", date(2027, 1, 31))
    body, wrong = notices_api.asked_by(form(**WHOLE))
    assert (NoticeIn.model_validate(body).governorate, wrong) == (None, {})
    body, wrong = notices_api.asked_by(form("03", **WHOLE, governorate="04"))
    assert (body["governorate"], wrong) == ("03", {})  # whoever is bound to one asks for no other


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, {"bread", "first_day", "last_day", "ar", "en"}),
        ({**WHOLE, "district": "03.02"}, {"district"}),
        ({**WHOLE, "governorate": "04", "district": "03.02"}, {"district"}),
        ({**WHOLE, "last_day": "31/2/2027"}, {"last_day"}),
        ({**WHOLE, "ar": "ا" * 401}, {"ar"}),
    ],
)
def test_what_is_wrong_stands_at_its_field(fields: dict[str, str], wrong: set[str]) -> None:
    assert set(notices_api.asked_by(form(**fields))[1]) == wrong


def notice(**changes: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "notice_id": NOTICE, "governorate": "03", "district": None, "programmes": ["bread"], "withdrawn_by": None,
        "first_day": date(2027, 1, 1), "last_day": date(2027, 1, 31), "ar": ["افتتاح", "منفذ"], "en": ["An outlet"],
        "entered_by": "a", "approved_by": "b", "approved_at": datetime(2026, 12, 1, 9, tzinfo=UTC),
        "withdrawn_at": None, **changes,
    }  # fmt: skip
    return NoticePage(items=[Notice.model_validate(facts)], next=NOTICE).model_dump(mode="json")


def test_notices_are_shown_with_whom_they_were_shown() -> None:
    row: Any = {
        "notice_id": NOTICE, "governorate": "03", "of_governorate": "03", "district": None, "programmes": ["bread"],
        "first_day": date(2027, 1, 1), "last_day": date(2027, 1, 31), "households": 1234, "receipts": 2345,
    }  # fmt: skip
    shown = {one["notice_id"]: one for one in NoticeFigures.of([row]).model_dump(mode="json")["items"]}
    page = render("notices", "ar", **FRAME, told=notice(), shown=shown, writes=True)
    for said in ("افتتاح منفذ", "1,234", "2,345", "بورسعيد", f"/console/notices/{NOTICE}/withdrawal", "after="):
        assert said in page
    over = notice(withdrawn_by="c", withdrawn_at=datetime(2027, 1, 2, 9, tzinfo=UTC))
    page = render("notices", "en", **FRAME, told=over, shown=None, writes=False)
    assert "Not known now" in page
    assert "/withdrawal" not in page
    assert "لا توجد تنويهات" in render(
        "notices", "ar", **FRAME, told={"items": [], "next": None}, shown={}, writes=True
    )
    page = render("notice_withdraw", "ar", **FRAME, one=notice()["items"][0])
    assert "لا رجوع في ذلك" in page


def test_the_form_keeps_what_was_typed() -> None:
    facts = {
        "given": WHOLE, "errors": {"bread": "اختر"}, "programmes": notices_api.PROGRAMMES, "days": notices_api.DAYS,
        "languages": notices_api.LANGUAGES, "governorates": GOVERNORATES, "districts": DISTRICTS,
    }  # fmt: skip
    page = render("notice_new", "ar", **FRAME | facts)
    for said in ("افتتاح منفذ", 'href="#bread"', 'name="bread" value="1" checked', "بورسعيد"):
        assert said in page

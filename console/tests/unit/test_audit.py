"""Records and disclosures, as an address asks for them and as the gateway tells them: no member is misspelt."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qsl

import pytest

from api_gateway.disclosures.schemas import DelayDetail, Disclosure
from approvals.model import State
from chassis.ids import new_id
from staff_console.audit.wanted import read
from staff_console.pages import render
from staff_console.services.parts import Part

from . import frame

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
FRAME = frame.FRAME | {"records": True}
PERSON = "person:019f2b3c-0000-7000-8000-000000000001"


def test_days_are_whole_and_an_address_is_read_back() -> None:
    given = {"service": "supply", "who": PERSON, "since": "١/١٢/٢٠٢٦", "until": "2026-12-01", "case_number": ""}
    wanted = read(given)
    assert not wanted.wrong
    assert wanted.asked == {
        "who": PERSON, "since": "2026-11-30T22:00:00+00:00", "until": "2026-12-01T22:00:00+00:00",
    }  # fmt: skip
    assert read(dict(parse_qsl(wanted.query))) == wanted
    assert wanted.of("card").startswith("service=card&who=")
    assert read({"service": "elsewhere"}).service == "gateway"


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"citizen_id": "29001011301234"}, {"citizen_id": "audit_citizen_unclear"}),
        ({"who": "01001234567"}, {"who": "audit_who_unclear"}),
        ({"who": "منى"}, {"who": "audit_who_unclear"}),
        ({"case_number": "2026 9"}, {"case_number": "audit_case_unclear"}),
        ({"since": "31/2/2026"}, {"since": "day_unclear"}),
        ({"since": "2/12/2026", "until": "1/12/2026"}, {"until": "days_turned"}),
    ],
)
def test_what_has_no_meaning_is_named(given: dict[str, str], wrong: dict[str, str]) -> None:
    assert read(given).wrong == wrong


def shown(**facts: Any) -> str:
    said = Disclosure(
        record_id=new_id(), at=NOW, service="card", office="ministry", office_en="Ministry", office_ar="الوزارة",
        role_en="Clerk", role_ar="موظف السجل", action_en="looked at", action_ar="اطلع على", data_en="the card",
        data_ar="الكارت وحالته", purpose_en="to block", purpose_ar="إيقاف الكارت", found=False,
    )  # fmt: skip
    delay = DelayDetail(
        delay_id=new_id(), case_number="2026/9", reason="تحقيق", until=date(2027, 1, 1), decided=False,
        proposal_id=new_id(), state=State.SUBMITTED, asked_at=NOW,
    )  # fmt: skip
    told = {"items": [said.model_dump(mode="json")], "next": None}
    delays = Part("there", NOW, {"items": [delay.model_dump(mode="json")]})
    given: dict[str, Any] = {"citizen_id": str(new_id()), "told": told, "delays": delays, "given": {}, "errors": {}}
    page = render("disclosures", "ar", **{**FRAME, **given, **facts})
    return page[page.index("<head") :]


def test_a_citizen_s_disclosures_stand_in_words_with_what_is_held_back() -> None:
    page = shown()
    for word in ("الوزارة", "موظف السجل", "الكارت وحالته", "إيقاف الكارت", "لم يوجد شيء", "2026/9", "في انتظار القرار"):
        assert word in page
    assert "/console/proposals/gateway/" in page
    assert "<details>" in page
    assert "اطلب الحجب لقضية" not in shown(delays=None)


def test_a_delay_that_is_not_whole_comes_back_as_it_was_typed() -> None:
    page = shown(given={"case_number": "2026/9", "key": "k"}, errors={"until": "day_unclear"})
    assert ("<title>خطأ: " in page, 'value="2026/9"' in page, "<details open>" in page) == (True, True, True)

"""«كارتي» and «موعد» are asked of card-service; what it states is told, and an hour is chosen by its number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chassis.ids import new_id
from contracts.appointments import CardStated, OpenOn
from contracts.outlets import NearOutlet, OutletsStated

from .test_complaints import sms, told

if TYPE_CHECKING:
    from contracts.card import ContactChanged

    from ..conftest import Desk

SUNDAY = datetime(2026, 12, 6, 8, tzinfo=UTC)


async def asked(desk: Desk) -> list[tuple[str, int | None]]:
    return [(d["topic"], d["choice"]) for kind, d in await desk.published() if kind == "InquiryReceived"]


def stated(contact: ContactChanged, **changes: Any) -> CardStated:
    values = {
        "inquiry_id": new_id(), "citizen_id": contact.citizen_id, "household_id": contact.household_id,
        "topic": "card", "state": "active", "site_name_ar": None, "site_name_en": None, "starts_at": None, "offers": [],
    }  # fmt: skip
    return CardStated.model_validate(values | changes)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("أقرب", ("nearest", None)),
        ("فين اقرب مخبز ليا", ("nearest", None)),
        ("أقرب مكان استلم منه كارتي", ("nearest", None)),
        ("NEAREST", ("nearest", None)),
        ("كارتي", ("card", None)),
        ("فين كارتى", ("card", None)),
        ("موعد", ("appointment", None)),
        ("موعد 2", ("appointment", 2)),
        ("الموعد ٣", ("appointment", 3)),
        ("موعد 01012345678", ("appointment", None)),
    ],
)
async def test_what_is_asked_of_card_service(desk: Desk, words: str, expected: tuple[str, int | None]) -> None:
    await desk.know()
    await sms(desk, words)
    assert await asked(desk) == [expected]


async def test_a_number_of_several_people_chooses_nobodys_hour(desk: Desk) -> None:
    await desk.know()
    await desk.know()
    await sms(desk, "موعد 2")
    assert await asked(desk) == []
    assert any("لأكثر من كارت" in text for text in await told(desk))
    await sms(desk, "موعد")
    assert await asked(desk) == [("appointment", None)] * 2


async def test_what_is_stated_is_told(desk: Desk) -> None:
    contact = await desk.know()
    place = {"site_name_ar": "بريد بورفؤاد", "site_name_en": "Port Fouad post office"}
    await desk.hear(
        stated(contact),
        stated(contact, state=None),
        stated(contact, state="a_state_of_later"),
        stated(
            contact, state="in_stock", topic="appointment", starts_at=SUNDAY,
            offers=[SUNDAY + timedelta(days=1), SUNDAY + timedelta(days=2)], **place,
        ),
    )  # fmt: skip
    texts = " | ".join(await told(desk))
    appointment, first = "الأحد 6 ديسمبر 10 ص في بريد بورفؤاد", "1) الاثنين 7 ديسمبر 10 ص"
    for words in ("مفعل", "لم يطلب بعد", "قيد الإعداد", appointment, first):
        assert words in texts, texts


async def test_one_of_several_is_meant_by_name(desk: Desk) -> None:
    await desk.know()
    ahmed = await desk.know(given_name="أحمد")
    await sms(desk, "موعد 2 احمد")
    found = [d for kind, d in await desk.published() if kind == "InquiryReceived"]
    assert [(d["citizen_id"], d["choice"]) for d in found] == [(str(ahmed.citizen_id), 2)]


async def test_the_nearest_is_asked_once_a_household_and_told_with_hours(desk: Desk) -> None:
    contact = await desk.know()
    await desk.know(household_id=contact.household_id, given_name="أحمد")
    await sms(desk, "أقرب")
    assert await asked(desk) == [("nearest", None)]
    outlets = [
        NearOutlet(kind=kind, name_ar=f"{kind} عربي {place}", name_en=f"{kind} {place}")
        for kind in ("bakery", "grocer")
        for place in range(3)
    ]
    common = {"inquiry_id": new_id(), "citizen_id": contact.citizen_id, "household_id": contact.household_id}
    hours = [OpenOn(weekday=day, opens="08:00", closes="14:00") for day in (6, 7, 1, 2, 3)]
    place = {"site_name_ar": "بريد بورفؤاد", "site_name_en": "Port Fouad post office"}
    await desk.hear(
        OutletsStated(**common, outlets=outlets),
        OutletsStated(**common, outlets=[]),
        stated(contact, state="in_stock", topic="nearest", hours=hours, **place),
    )
    assert sorted(await told(desk)) == [
        "منى، كارتك في بريد بورفؤاد. مفتوح السبت-الأربعاء 8 ص-2 م",
        "منى، لا نعرف منفذا في منطقتك. اتصل 19765",
        "منى، منافذ منطقتك - خبز: bakery عربي 0، bakery عربي 1. سلع: grocer عربي 0، grocer عربي 1",
    ]

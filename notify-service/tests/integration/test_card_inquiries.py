"""«كارتي» and «موعد» are asked of card-service; what it states is told, and an hour is chosen by its number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chassis.ids import new_id
from contracts.appointments import CardStated

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

"""What citizens hear of requests for changes of the register, through the aggregator."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from chassis.contact import Contact, seal_code
from chassis.ids import new_id
from chassis.sealing import Keyring, SealBroken, Vault
from contracts.card import ContactChanged
from contracts.change_requests import (
    AppealDecided,
    ChangeRequestDecided,
    ChangeRequestEntered,
    ExclusionAnnounced,
    MobileChanging,
    MobileCodeIssued,
)

from ..conftest import CONTACT_KEYS
from .test_sending import drain

if TYPE_CHECKING:
    from ..conftest import Desk

NOON = datetime(2026, 4, 1, 10, 0, tzinfo=UTC)
MISSING = {"reason_en": "A document is missing.", "reason_ar": "ينقص مستند مطلوب."}


def about(contact: ContactChanged, **more: Any) -> dict[str, Any]:
    return {"request_id": new_id(), "citizen_id": contact.citizen_id, "household_id": contact.household_id, **more}


def decided(contact: ContactChanged, outcome: str, **more: Any) -> ChangeRequestDecided:
    nothing = dict.fromkeys(("effective_month", "reason", "reason_en", "reason_ar", "appeal_until"))
    values = nothing | about(contact, request="newborn", outcome=outcome, decided_at=NOON) | more
    return ChangeRequestDecided(**values)


async def texts(desk: Desk) -> list[str]:
    await drain(desk)
    return [message["text"] for message in desk.aggregator.messages.values()]


async def test_who_is_asked_for_hears_of_it(desk: Desk) -> None:
    contact = await desk.know()
    entered = ChangeRequestEntered(**about(contact, request="split", entered_at=NOON, due_at=NOON))
    await desk.hear(entered)
    assert await texts(desk) == ["منى، تم تسجيل طلبك: فصل اجتماعي"]


async def test_an_exclusion_is_no_request_of_the_family_s(desk: Desk) -> None:
    """It hears of one that is announced, with how to appeal, and of none that was only considered."""
    contact = await desk.know()
    await desk.hear(ChangeRequestEntered(**about(contact, request="exclusion", entered_at=NOON, due_at=NOON)))
    for outcome in ("refused", "withdrawn"):
        await desk.hear(decided(contact, outcome, request="exclusion"))
    assert await texts(desk) == []
    await desk.hear(decided(contact, "done", request="exclusion", effective_month="2026-12"))
    assert await texts(desk) == ["منى، تم تنفيذ طلب استبعاد أفراد. يسري من شهر ديسمبر 2026"]


@pytest.mark.parametrize(
    ("outcome", "more", "text"),
    [
        ("done", {"effective_month": "2026-12"}, "منى، تم تنفيذ طلب إضافة مولود. يسري من شهر ديسمبر 2026"),
        ("done", {}, "منى، تم تنفيذ طلب إضافة مولود"),
        (
            "refused",
            {
                "reason_en": "A document is missing.",
                "reason_ar": "ينقص مستند مطلوب.",
                "appeal_until": date(2026, 5, 31),
            },
            "منى، تم رفض طلب إضافة مولود. السبب: ينقص مستند مطلوب. يمكنك التظلم بمكتب التموين حتى الأحد 31 مايو",
        ),
        ("refused", {}, "منى، تم رفض طلب إضافة مولود. السبب: راجع مكتب التموين لمعرفة السبب."),
        ("withdrawn", {}, "منى، تم إغلاق طلب إضافة مولود بدون تنفيذ"),
    ],
    ids=["done", "done-at-once", "refused", "refused-without-a-reason", "withdrawn"],
)
async def test_a_decision_is_told_in_plain_words(desk: Desk, outcome: str, more: dict[str, Any], text: str) -> None:
    contact = await desk.know()
    await desk.hear(decided(contact, outcome, **more))
    assert await texts(desk) == [text]


async def test_the_same_in_english(desk: Desk) -> None:
    contact = await desk.know(language="en")
    await desk.hear(decided(contact, "refused", **MISSING, appeal_until=date(2026, 5, 31)))
    (text,) = await texts(desk)
    assert text == (
        "Refused: adding a newborn. A document is missing. You may appeal at your supply office until Sun 31 May."
    )


async def test_an_exclusion_is_announced_with_how_to_appeal(desk: Desk) -> None:
    contact = await desk.know()
    announced = ExclusionAnnounced(
        **about(contact), citizen_ids=[contact.citizen_id], programmes=["goods"], ground="income",
        ground_en="The income is above the limit.", ground_ar="الدخل أعلى من الحد المقرر.",
        takes_effect_on=date(2026, 4, 16), appeal_until=date(2026, 5, 31),
    )  # fmt: skip
    await desk.hear(announced)
    (text,) = await texts(desk)
    for said in ("السلع التموينية", "الخميس 16 أبريل", "الدخل أعلى من الحد المقرر.", "الأحد 31 مايو", "والخبز مستمر"):
        assert said in text


@pytest.mark.parametrize(("won", "word"), [(True, "قبول"), (False, "رفض")], ids=["won", "lost"])
async def test_an_appeal_is_answered(desk: Desk, won: bool, word: str) -> None:
    contact = await desk.know()
    answer = AppealDecided(
        **about(contact), request="exclusion", won=won, reason=None, reason_en=None, reason_ar=None, decided_at=NOON
    )
    await desk.hear(answer)
    (text,) = await texts(desk)
    assert text.startswith(f"منى، تم {word} تظلمك: استبعاد أفراد")


async def test_a_code_goes_to_the_number_it_proves_and_the_old_number_may_object(desk: Desk) -> None:
    contact = await desk.know("+201012345678")
    vault = Vault(Keyring.parse(CONTACT_KEYS))
    code = MobileCodeIssued(
        **about(contact), sealed=Contact("منى", "+201198765432").seal(vault, contact.citizen_id),
        code_sealed=seal_code(vault, contact.citizen_id, "482913"), minutes=10, expires_at=NOON,
    )  # fmt: skip
    old = MobileChanging(
        **about(contact),
        sealed=Contact("منى", "+201012345678").seal(vault, contact.citizen_id),
        object_until=datetime(2026, 4, 4, 10, 0, tzinfo=UTC),
    )
    await desk.hear(code, old)
    await drain(desk)
    sent = {message["to"]: message["text"] for message in desk.aggregator.messages.values()}
    assert "482913" in sent["+201198765432"]
    assert "482913" not in sent["+201012345678"]
    assert "السبت 4 أبريل" in sent["+201012345678"]
    waiting = await desk.runtime.pool.fetch("SELECT content, subject FROM message WHERE template = 'mobile_code'")
    assert all(b"482913" not in (row["content"] or b"") for row in waiting)


async def test_a_code_sealed_for_somebody_else_is_not_sent(desk: Desk) -> None:
    contact = await desk.know()
    vault = Vault(Keyring.parse(CONTACT_KEYS))
    stolen = MobileCodeIssued(
        **about(contact), sealed=Contact("منى", "+201198765432").seal(vault, contact.citizen_id),
        code_sealed=seal_code(vault, new_id(), "482913"), minutes=10, expires_at=NOON,
    )  # fmt: skip
    with pytest.raises(SealBroken):
        await desk.hear(stolen)
    assert await texts(desk) == []

"""What a citizen texts, and what comes of it."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

import pytest

from chassis.ids import new_id
from chassis.testing import worked_off
from contracts.card import PickupMissed

from ..conftest import contact_changed
from .test_sending import blocked

if TYPE_CHECKING:
    from ..conftest import Desk

NUMBER = "+201012345678"


def text(words: str, sender: str = NUMBER, provider_id: str | None = None) -> dict[str, str]:
    return {
        "provider_id": provider_id or str(new_id()),
        "from": sender,
        "text": words,
        "received_at": datetime.now(UTC).isoformat(),
    }


async def send(desk: Desk, *messages: dict[str, str]) -> dict[str, Any]:
    return await desk.report("/v1/inbound-messages", messages=list(messages))


async def inquiries(desk: Desk) -> list[tuple[str, str]]:
    """(topic, household) of what was asked of other services."""
    return [(d["topic"], d["household_id"]) for kind, d in await desk.published() if kind == "InquiryReceived"]


async def replies(desk: Desk) -> list[str]:
    return [m["template"] for m in await desk.messages()]


@pytest.mark.parametrize("sender", [NUMBER, "01012345678", "00201012345678", "٠١٠١٢٣٤٥٦٧٨"])
async def test_a_balance_is_asked_of_supply_and_answered_when_it_comes(desk: Desk, sender: str) -> None:
    contact = await desk.know()
    assert await send(desk, text("رصيد", sender)) == {"accepted": 1, "duplicates": 0}
    assert await inquiries(desk) == [("balance", str(contact.household_id))]
    assert await replies(desk) == []


async def test_a_copy_is_handled_once_alone_and_in_one_batch(desk: Desk) -> None:
    await desk.know()
    one = text("رصيد", provider_id="a-1")
    assert await send(desk, one, one) == {"accepted": 1, "duplicates": 1}
    assert await send(desk, one) == {"accepted": 0, "duplicates": 1}
    both = await asyncio.gather(
        *(send(desk, text("رصيد", provider_id="b-1")) for _ in range(5)), return_exceptions=False
    )
    assert sum(answer["accepted"] for answer in both) == 1
    assert len(await inquiries(desk)) == 2


@pytest.mark.parametrize(
    ("day", "help_text"),
    [
        (date(2026, 11, 30), "لمعرفة رصيدك أرسل كلمة رصيد. للمساعدة اتصل 19765"),
        (date(2026, 12, 1), "أرسل رصيد أو كارتي أو موعد أو أقرب أو شكوى أو فقد. للمساعدة 19765"),
    ],
)
async def test_anything_else_is_answered_with_the_help_of_the_day(desk: Desk, day: date, help_text: str) -> None:
    contact = await desk.know()
    desk.runtime.clock.move_to(datetime.combine(day, time(10), UTC))  # type: ignore[attr-defined]
    await send(desk, text("السلام عليكم"))
    assert await inquiries(desk) == [("help", str(contact.household_id))]
    await desk.sender.step()
    assert desk.aggregator.texts_to(NUMBER) == [help_text]


async def test_an_unknown_number_gets_a_polite_word_and_nothing_of_anyone(desk: Desk) -> None:
    await desk.know("+201111111111")
    await send(desk, text("رصيد"))
    assert await inquiries(desk) == []
    await desk.sender.step()
    (answer,) = desk.aggregator.texts_to(NUMBER)
    assert answer == "هذا الرقم غير مسجل. سجله في مركز الخدمة أو اتصل 19765"
    (message,) = await desk.messages()
    assert message["citizen_id"] is None
    at = datetime.now(UTC).isoformat()
    receipt = {"reference": message["id"], "status": "delivered", "at": at}
    assert await desk.report("/v1/delivery-receipts", receipts=[receipt]) == {"applied": 1, "ignored": 0}
    assert await desk.published() == []


async def test_names_and_short_codes_are_never_answered(desk: Desk) -> None:
    assert await send(desk, text("رصيد", "Vodafone"), text("رصيد", "19765")) == {"accepted": 2, "duplicates": 0}
    assert await replies(desk) == []


async def test_a_phone_that_several_households_share(desk: Desk) -> None:
    first = await desk.know()
    other = await desk.know(household_id=first.household_id, given_name="أحمد")
    second = await desk.know(given_name="سعاد")
    await send(desk, text("balance"))
    assert await inquiries(desk) == [], "it waits until it is said for whom"
    await worked_off(desk.sender.step, lambda pause: pause == 0)
    assert desk.aggregator.texts_to(NUMBER) == ["رصيد من؟ أرسل الرقم: 1) منى، 2) أحمد، 3) سعاد"]
    await send(desk, text("٣"))
    await send(desk, text("1"), text("9"))
    await send(desk, text("رصيد احمد"))
    asked = [d["citizen_id"] for kind, d in await desk.published() if kind == "InquiryReceived"]
    assert asked[:2] == [str(second.citizen_id), str(first.citizen_id)]
    assert asked[-1] == str(other.citizen_id)
    assert len([one for one in await inquiries(desk) if one[0] == "balance"]) == 3


async def test_a_bare_number_says_nothing_where_one_person_has_the_number(desk: Desk) -> None:
    await desk.know()
    await send(desk, text("رصيد"))
    await send(desk, text("1"))
    assert [topic for topic, _ in await inquiries(desk)] == ["balance", "help"]


async def test_texts_to_a_shared_number_name_whom_they_mean_in_both_languages(desk: Desk) -> None:
    mona = await desk.know(language="en")
    await desk.know(given_name="أحمد")
    await desk.hear(blocked(mona))
    await worked_off(desk.sender.step, lambda pause: pause == 0)
    (said,) = desk.aggregator.texts_to(NUMBER)
    assert said.startswith("منى: Your Unified Card is blocked.")


async def test_the_language_is_chosen_by_the_word_alone_and_kept(desk: Desk) -> None:
    contact = await desk.know()
    await send(desk, text("my english is bad"))
    await send(desk, text("ENGLISH"))
    await desk.hear(contact_changed(citizen_id=contact.citizen_id, household_id=contact.household_id), blocked(contact))
    await worked_off(desk.sender.step, lambda pause: pause == 0)
    said = desk.aggregator.texts_to(NUMBER)
    assert "Messages on your Unified Card come in English from now on. For Arabic send ARABIC." in said
    assert any(one.startswith("Your Unified Card is blocked.") for one in said)
    await send(desk, text("عربى"))
    await worked_off(desk.sender.step, lambda pause: pause == 0)
    assert desk.aggregator.texts_to(NUMBER)[-1] == "ستصلك رسائل الكارت الموحد بالعربية. للإنجليزية أرسل ENGLISH"


async def test_a_number_is_answered_so_often_a_day_and_no_more(desk: Desk) -> None:
    most = desk.runtime.state.rules.replies_per_number_per_day
    await send(desk, *(text("?") for _ in range(most - 1)))
    await send(desk, *(text("?") for _ in range(5)))
    assert await replies(desk) == ["unknown_number"] * most + ["replies_over"], "told once"


async def opted_out(desk: Desk) -> list[bool]:
    return [row["out"] for row in await desk.runtime.pool.fetch("SELECT opted_out_at IS NOT NULL AS out FROM contact")]


async def test_opting_out_is_of_the_number_and_counts_when_no_more_is_answered(desk: Desk) -> None:
    for _ in range(3):
        await desk.know()
    await send(desk, *[text("?") for _ in range(desk.runtime.state.rules.replies_per_number_per_day)])
    await send(desk, text("إلغاء"))
    assert await opted_out(desk) == [True] * 3
    await send(desk, text("اشتراك"))
    assert await opted_out(desk) == [False] * 3


@pytest.mark.parametrize(
    ("answer", "loses", "out"),
    [("1", True, False), ("٢", False, True), ("3", False, False), ("?", False, False), ("01012345678", False, False)],
)
async def test_what_is_to_be_stopped_is_asked_first(desk: Desk, answer: str, loses: bool, out: bool) -> None:
    await desk.know()
    await send(desk, text(answer))
    await send(desk, text("إيقاف"))
    assert await opted_out(desk) == [False]
    assert "stop_which" in await replies(desk)
    await send(desk, text(answer))
    assert ("LossReported" in [kind for kind, _ in await desk.published()]) is loses
    assert await opted_out(desk) == [out]
    await send(desk, text("1"))
    assert [kind for kind, _ in await desk.published()].count("LossReported") == loses, "asked once, answered once"


async def test_opting_out_and_in(desk: Desk) -> None:
    contact = await desk.know()
    missed = PickupMissed(
        appointment_id=new_id(),
        card_id=new_id(),
        citizen_id=contact.citizen_id,
        household_id=contact.household_id,
    )
    desk.runtime.clock.move_to(datetime(2026, 4, 1, 10, 0, tzinfo=UTC))  # type: ignore[attr-defined]
    for word, status in (("إلغاء", "cancelled"), ("اشتراك", "sent")):
        await send(desk, text(word))
        await desk.hear(missed)
        await worked_off(desk.sender.step, lambda pause: pause == 0)
        assert (await desk.messages())[-1]["status"] == status
    assert await replies(desk) == ["opted_out", "missed_appointment", "opted_in", "missed_appointment"]
    assert await inquiries(desk) == []


@pytest.mark.parametrize(
    "message",
    [
        {},
        text("x") | {"provider_id": "\x00"},
        text("x") | {"received_at": "yesterday"},
        text("x" * 2001),
        text("x") | {"from": ""},
    ],
)
async def test_what_cannot_be_a_message_is_refused(desk: Desk, message: dict[str, str]) -> None:
    headers = desk.issuer.headers("aggregator", "messages:report")
    reply = await desk.client.post("/v1/inbound-messages", json={"messages": [message]}, headers=headers)
    assert reply.status_code == 422
    assert reply.json()["code"] == "invalid_request"


async def test_who_may_report(desk: Desk) -> None:
    body = {"messages": [text("رصيد")]}
    headers = desk.issuer.headers("ministry", "messages:read")
    assert (await desk.client.post("/v1/inbound-messages", json=body, headers=headers)).status_code == 403
    assert (await desk.client.post("/v1/inbound-messages", json=body)).status_code == 401
    assert (await desk.client.get("/v1/messages")).status_code == 401

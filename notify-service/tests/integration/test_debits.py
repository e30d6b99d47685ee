"""Whatever leaves a wallet is told: at once, or the rest of a day together where the citizen asked for that."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chassis.ids import new_id
from contracts.card import ContactChanged
from contracts.payment import PaymentCaptured, WalletCorrected

from .test_inquiries import NUMBER, send, text

if TYPE_CHECKING:
    from ..conftest import Desk

MORNING = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
EVENING = datetime(2026, 12, 1, 19, 0, tzinfo=UTC)  # nine in Cairo


def debit(contact: ContactChanged, amount: int = 5_000, reference: str = "redemption:1") -> PaymentCaptured:
    return PaymentCaptured(
        payment_id=new_id(), wallet_id=new_id(), citizen_id=contact.citizen_id, household_id=contact.household_id,
        card_id=new_id(), merchant_id=new_id(), amount=amount, reference=reference,
    )  # fmt: skip


def at(desk: Desk, instant: datetime) -> None:
    desk.runtime.clock.move_to(instant)  # type: ignore[attr-defined]


async def told(desk: Desk) -> Counter[str]:
    return Counter(message["template"] for message in await desk.messages())


async def texts(desk: Desk) -> list[str]:
    while await desk.sender.step():
        pass
    return desk.aggregator.texts_to(NUMBER)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ar", "منى، تم خصم 50 جنيه من محفظة الكارت الموحد يوم الثلاثاء 1 ديسمبر الساعة 10 ص. لم توافق؟ اتصل 19765"),
        ("en", "50 EGP left your Unified Card wallet on Tue 1 Dec at 10 am. If you did not agree to it, call 19765."),
    ],
)
async def test_a_debit_is_told_at_once_and_not_to_whom(desk: Desk, language: str, words: str) -> None:
    at(desk, MORNING)
    contact = await desk.know(language=language)
    event, event_id = debit(contact, reference=f"copayment:{new_id()}"), new_id()
    for _ in range(2):
        await desk.hear(event, ids=[event_id])
    assert await texts(desk) == [words]


@pytest.mark.parametrize(
    ("owed", "words"),
    [
        (0, "منى، تم استرداد 300 جنيه أودعت بالخطأ في محفظة الكارت الموحد. للاعتراض اتصل 19765"),
        (
            70_000,
            "منى، تم استرداد 300 جنيه أودعت بالخطأ في محفظة الكارت الموحد وتبقى عليك 700 جنيه. للاعتراض اتصل 19765",
        ),
    ],
)
async def test_a_wrong_credit_that_was_taken_back_is_told_with_what_is_owed(desk: Desk, owed: int, words: str) -> None:
    at(desk, MORNING)
    contact = await desk.know()
    corrected = WalletCorrected(
        proposal_id=new_id(), credit_id=new_id(), wallet_id=new_id(), citizen_id=contact.citizen_id,
        household_id=contact.household_id, amount=30_000, owed=owed,
    )  # fmt: skip
    await desk.hear(corrected)
    assert await texts(desk) == [words]


async def test_many_are_each_told_unless_a_digest_was_asked_for(desk: Desk) -> None:
    at(desk, MORNING)
    most = desk.runtime.state.rules.debits_told_singly
    usual, busy = await desk.know("+201111111111"), await desk.know()
    await send(desk, text("ملخص"))
    await desk.hear(*(debit(who) for _ in range(most + 3) for who in (usual, busy)))
    assert await told(desk) == {"debits_digest": 1, "wallet_debited": most + 3 + most}
    await desk.look_after()
    assert (await told(desk))["wallet_debits"] == 0, "not before the evening"
    at(desk, EVENING)
    for _ in range(2):
        await desk.look_after()
    assert (await told(desk))["wallet_debits"] == 1
    expected = (
        "منى، خصومات أخرى من محفظة الكارت الموحد يوم الثلاثاء 1 ديسمبر: عددها 3 بإجمالي 150 جنيه. لم توافق؟ اتصل 19765"
    )
    assert expected in await texts(desk)
    await desk.hear(debit(busy, 700))
    await desk.look_after()
    assert (await told(desk))["wallet_debits"] == 2, "what comes later is told as it comes"
    at(desk, MORNING + timedelta(days=1))
    await desk.hear(debit(busy))
    assert (await told(desk))["wallet_debited"] == 2 * most + 4, "another day begins anew"


async def test_the_choice_is_of_everyone_the_number_reaches_and_can_be_taken_back(desk: Desk) -> None:
    at(desk, MORNING)
    first, second = await desk.know(), await desk.know()
    most = desk.runtime.state.rules.debits_told_singly

    async def singly(who: ContactChanged) -> int:
        before = (await told(desk))["wallet_debited"]
        await desk.hear(*(debit(who) for _ in range(most + 1)))
        return (await told(desk))["wallet_debited"] - before

    await send(desk, text("DIGEST"))
    assert [await singly(first), await singly(second)] == [most, most]
    await send(desk, text("is instant coffee sold?"))
    assert await singly(first) == 0, "only a message that is the keyword means it"
    await send(desk, text("فورى"))
    assert [await singly(first), await singly(second)] == [most + 1, most + 1]


async def test_the_choice_counts_when_no_more_is_answered(desk: Desk) -> None:
    at(desk, MORNING)
    contact = await desk.know()
    answers: dict[str, Any] = {
        "messages": [text("?") for _ in range(desk.runtime.state.rules.replies_per_number_per_day)]
    }
    await send(desk, *answers["messages"])
    await send(desk, text("ملخص"))
    wishes = await desk.runtime.pool.fetch(
        "SELECT debits_digest FROM contact WHERE citizen_id = $1", contact.citizen_id
    )
    assert [row["debits_digest"] for row in wishes] == [True]

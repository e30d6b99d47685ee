"""«Did you receive it?»: asked of the drawn once, in its hours, answered by the number; a no opens a complaint."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from chassis.ids import new_id
from contracts.card import CardIssued, PersonDied
from contracts.payment import PayoutPaid
from notify_service.spot_checks import upkeep
from notify_service.spot_checks.drawing import drawn

from .test_complaints import NOW, NUMBER, _empty, call, later, sms, told
from .test_privacy import erasure

if TYPE_CHECKING:
    from contracts.card import ContactChanged
    from notify_service.spot_checks.models import About

    from ..conftest import Desk

__all__ = ["_empty"]
OTHER = "+201012345679"
PAYOUT = "منى، صرف لك معاش يوم الأحد 10 يناير. هل وصلك كاملا؟ أرسل نعم أو لا"


def of_sample(desk: Desk, about: About, *, inside: bool = True) -> UUID:
    """An id that is of the sample, or is not."""
    share = desk.runtime.state.rules.spot_checks.share[about]
    while drawn(about, found := new_id(), share) is not inside:
        pass
    return found


def payout(desk: Desk, contact: ContactChanged, *, inside: bool = True) -> PayoutPaid:
    return PayoutPaid(
        payout_id=of_sample(desk, "payout", inside=inside), batch_id=new_id(), programme="pension",
        citizen_id=contact.citizen_id, household_id=contact.household_id, wallet_id=new_id(), amount=150_000,
        balance=150_000,
    )  # fmt: skip


def handover(desk: Desk, contact: ContactChanged) -> CardIssued:
    return CardIssued(
        card_id=of_sample(desk, "handover"), citizen_id=contact.citizen_id, household_id=contact.household_id,
        governorate="03", site_id=new_id(), issued_at=desk.runtime.clock.now(),
    )  # fmt: skip


async def asked(desk: Desk, number: str = NUMBER) -> list[str]:
    """The questions that a number got, after what is due was asked."""
    await desk.look_after(upkeep.JOBS)
    await told(desk)
    return [text for text in desk.aggregator.texts_to(number) if "أرسل نعم أو لا" in text or "YES or NO" in text]


async def left_out(desk: Desk) -> list[str]:
    rows = await desk.runtime.pool.fetch("SELECT reason FROM spot_check WHERE state = 'left_out' ORDER BY due_at")
    return [row["reason"] for row in rows]


async def figures(desk: Desk, scope: str = "messages:read", expect: int = 200, **days: str) -> Any:
    begins, ends = days.get("begins", "2027-01-10"), days.get("ends", "2027-01-20")
    headers = desk.issuer.headers("office", scope, governorate=days.get("gov", "*"))
    reply = await desk.client.get(f"/v1/spot-check-figures?begins={begins}&ends={ends}", headers=headers)
    assert reply.status_code == expect, reply.text
    return reply.json()["items"] if expect == 200 else reply.json()


async def question(desk: Desk) -> tuple[ContactChanged, PayoutPaid]:
    """A citizen who was asked whether a pension came."""
    contact = await desk.know(governorate="03")
    paid = payout(desk, contact)
    await desk.hear(paid)
    later(desk, hours=49)
    assert await asked(desk) == [PAYOUT]
    return contact, paid


async def test_it_is_asked_after_its_wait_and_once_however_often_it_is_told(desk: Desk) -> None:
    contact = await desk.know(governorate="03")
    paid, event_id = payout(desk, contact), new_id()
    for _ in range(2):
        await desk.hear(paid, ids=[event_id])
    await desk.hear(paid, payout(desk, contact, inside=False))
    later(desk, hours=47)
    assert await asked(desk) == []
    later(desk, hours=2)
    assert await asked(desk) == [PAYOUT]
    later(desk, hours=2)
    assert await asked(desk) == [PAYOUT]
    assert await desk.runtime.pool.fetchval("SELECT count(*) FROM spot_check") == 1


async def test_it_waits_until_the_night_is_over(desk: Desk) -> None:
    contact = await desk.know(governorate="03", language="en")
    await desk.hear(handover(desk, contact))
    desk.runtime.clock.move_to(datetime(2027, 1, 11, 23, tzinfo=UTC))  # type: ignore[attr-defined]
    assert await asked(desk) == []
    assert [one["status"] for one in await desk.messages() if one["template"] == "handover_received"] == ["queued"]
    desk.runtime.clock.move_to(datetime(2027, 1, 12, 7, tzinfo=UTC))  # type: ignore[attr-defined]
    assert await asked(desk) == ["Your Unified Card was handed over on Sun 10 Jan. Do you have it? Send YES or NO."]


@pytest.mark.parametrize("words", ["نعم", "أيوه وصل", "YES", "1", "١"])
async def test_a_yes_is_counted_and_nothing_else_comes_of_it(desk: Desk, words: str) -> None:
    await question(desk)
    before = len(desk.aggregator.messages)
    await sms(desk, words)
    await told(desk)
    assert len(desk.aggregator.messages) == before
    (row,) = await figures(desk)
    assert (row["about"], row["programme"], row["governorate"], row["asked"]) == ("payout", "pension", "03", 1)
    assert (row["received"], row["not_received"], row["unanswered"], row["unreached"]) == (1, 0, 0, 0)
    assert (await call(desk, "GET", "/v1/complaints"))["items"] == []


@pytest.mark.parametrize("words", ["لا", "لأ لم يصلني شيء", "No", "2", "٢"])
async def test_a_no_opens_one_complaint_of_the_payout_and_its_number_is_told(desk: Desk, words: str) -> None:
    _, paid = await question(desk)
    await sms(desk, words)
    (found,) = (await call(desk, "GET", "/v1/complaints"))["items"]
    whole = await call(desk, "GET", f"/v1/complaints/{found['complaint_id']}")
    assert (whole["category"], whole["channel"], whole["about"], whole["about_id"]) == (
        "wallet", "sms", "payout", str(paid.payout_id),
    )  # fmt: skip
    assert ("لم يصلني شيء" in whole["steps"][0]["text"]) is ("شيء" in words)
    assert any(f"شكواك رقم {found['number']} مسجلة" in text for text in await told(desk))
    await sms(desk, "لا والله")
    whole = await call(desk, "GET", f"/v1/complaints/{found['complaint_id']}")
    assert [step["act"] for step in whole["steps"]] == ["enter", "add"]
    assert whole["steps"][1]["text"] == "لا والله"
    (row,) = await figures(desk)
    assert (row["asked"], row["not_received"]) == (1, 1)


async def test_a_no_about_a_card_is_of_the_card_and_is_never_one_too_many(desk: Desk) -> None:
    contact = await desk.know(governorate="03")
    for words in ("أولى", "ثانية", "ثالثة"):
        await sms(desk, f"شكوى {words}")
    issued = handover(desk, contact)
    await desk.hear(issued)
    later(desk, hours=25)
    assert len(await asked(desk)) == 1
    await sms(desk, "نعم")
    await sms(desk, "لا")  # whoever looks again may say so
    found = [one for one in (await call(desk, "GET", "/v1/complaints"))["items"] if one["category"] == "card"]
    assert [(one["about"], one["about_id"]) for one in found] == [("card", str(issued.card_id))]


async def test_nobody_is_asked_more_often_than_the_rules_allow(desk: Desk) -> None:
    contact, _ = await question(desk)
    neighbour = await desk.know(NUMBER, governorate="03", given_name="أحمد")
    await desk.hear(payout(desk, contact), payout(desk, neighbour), handover(desk, neighbour))
    later(desk, hours=49)
    assert await asked(desk) == [PAYOUT]
    assert await left_out(desk) == ["asked_lately"] * 3
    later(desk, days=90)
    await desk.hear(payout(desk, contact), payout(desk, neighbour))
    later(desk, hours=49)
    assert len(await asked(desk)) == 2, "one of the two who share the number"


async def test_who_is_not_asked(desk: Desk) -> None:
    quiet, dead = await desk.know(governorate="03"), await desk.know(OTHER, governorate="03")
    nobody = await desk.know(None, governorate="03")
    await sms(desk, "إلغاء")
    await desk.hear(payout(desk, quiet), payout(desk, dead), payout(desk, nobody))
    await desk.hear(
        PersonDied(
            citizen_id=dead.citizen_id, household_id=dead.household_id, died_on=NOW.date(), was_head=False,
            effective_month="2027-02", change_id=new_id(),
        )
    )  # fmt: skip
    later(desk, hours=49)
    assert await asked(desk) == await asked(desk, OTHER) == []
    assert sorted(await left_out(desk)) == ["deceased", "no_number", "opted_out"]
    late = await desk.know("+201012345670", governorate="03")
    await desk.hear(payout(desk, late))
    later(desk, days=10)
    assert await asked(desk, "+201012345670") == []
    assert (await left_out(desk)).count("too_late") == 1
    assert await figures(desk) == []


async def test_a_yes_or_no_that_answers_nothing_is_not_understood(desk: Desk) -> None:
    await question(desk)
    later(desk, days=8)
    await sms(desk, "لا")
    assert (await call(desk, "GET", "/v1/complaints"))["items"] == []
    assert any("أرسل رصيد" in text or "للمساعدة" in text for text in await told(desk))


async def test_a_number_that_answers_another_question_of_ours_does_not_answer_this_one(desk: Desk) -> None:
    await question(desk)
    await sms(desk, "إيقاف")
    await sms(desk, "2")
    assert await desk.runtime.pool.fetchval("SELECT opted_out_at IS NOT NULL FROM contact")
    assert (await call(desk, "GET", "/v1/complaints"))["items"] == []


async def test_what_was_not_delivered_is_no_silence(desk: Desk) -> None:
    await question(desk)
    (message,) = [one for one in await desk.messages() if one["template"] == "payout_received"]
    at = (datetime.now(UTC) + timedelta(seconds=1)).isoformat()
    receipt = {"reference": message["id"], "status": "failed", "reason": "unknown_subscriber", "at": at}
    await desk.report("/v1/delivery-receipts", receipts=[receipt])
    (row,) = await figures(desk)
    assert (row["unanswered"], row["unreached"]) == (0, 1)
    assert await figures(desk, gov="19") == []


async def test_few_are_withheld_from_whoever_may_not_see_messages(desk: Desk) -> None:
    await question(desk)
    begins, ends = "2027-01-01", "2027-01-31"
    refused = await figures(desk, "rollout:read", 422, begins=begins, ends=ends)
    assert refused["code"] == "invalid_request", "answers may still come"
    later(desk, days=30)
    (row,) = await figures(desk, "rollout:read", begins=begins, ends=ends)
    assert (row["programme"], row["governorate"]) == ("pension", "03")
    assert {row[name] for name in ("asked", "received", "not_received", "unanswered", "unreached")} == {None}
    assert (await figures(desk, begins=begins, ends=ends))[0]["asked"] == 1
    refused = await figures(desk, "rollout:read", 422, begins="2027-01-01", ends="2027-01-30")
    assert refused["code"] == "invalid_request"


async def test_an_erasure_leaves_the_count_and_nobody(desk: Desk) -> None:
    contact, _ = await question(desk)
    await desk.hear(erasure(desk, contact.citizen_id))
    row = await desk.runtime.pool.fetchrow("SELECT citizen_id, household_id, subject FROM spot_check")
    assert row is not None
    assert tuple(row) == (None, None, None)
    assert (await figures(desk))[0]["asked"] == 1

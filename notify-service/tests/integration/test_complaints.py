"""Complaints: entered by SMS and desk, claimed, handed on, answered by SMS, reopened, appealed, late, counted."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chassis.ids import new_id
from notify_service.complaints import upkeep

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from contracts.card import ContactChanged

    from ..conftest import Desk

NUMBER = "+201012345678"
NOW = datetime(2027, 1, 10, 9, tzinfo=UTC)
TEAM, NATION = {"gov": "03"}, {"gov": "*"}


@pytest.fixture(autouse=True)
async def _empty(desk: Desk) -> AsyncIterator[None]:
    desk.runtime.clock.move_to(NOW)  # type: ignore[attr-defined]
    yield
    desk.runtime.clock.move_to(None)  # type: ignore[attr-defined]


async def call(  # a request of somebody's, with what is expected of its reply
    desk: Desk, method: str, path: str, *, who: str = "person:a", expect: int = 200, gov: str = "03", **body: Any
) -> dict[str, Any]:
    headers = dict(desk.issuer.headers(who, "complaints:enter complaints:answer", governorate=gov))
    if method == "POST":
        headers |= {"Idempotency-Key": str(new_id())}
    reply = await desk.client.request(method, path, headers=headers, json=body if method == "POST" else None)
    assert reply.status_code == expect, reply.text
    answer: dict[str, Any] = reply.json()
    return answer


async def enter(desk: Desk, contact: ContactChanged, **changes: Any) -> dict[str, Any]:
    given = {"citizen_id": str(contact.citizen_id), "category": "outlet", "text": "الميزان ناقص", "channel": "desk"}
    return await call(desk, "POST", "/v1/complaints", expect=changes.pop("expect", 201), **(given | changes))


async def sms(desk: Desk, words: str, sender: str = NUMBER) -> None:
    one = {"provider_id": str(new_id()), "from": sender, "text": words, "received_at": NOW.isoformat()}
    await desk.report("/v1/inbound-messages", messages=[one])


async def told(desk: Desk) -> list[str]:
    """What the citizen was sent so far."""
    while await desk.sender.step() is not None:
        continue
    return desk.aggregator.texts_to(NUMBER)


async def the_complaint(desk: Desk) -> dict[str, Any]:
    (one,) = (await call(desk, "GET", "/v1/complaints"))["items"]
    return await call(desk, "GET", f"/v1/complaints/{one['complaint_id']}")


def later(desk: Desk, **ahead: float) -> None:
    desk.runtime.clock.move_to(desk.runtime.clock.now() + timedelta(**ahead))  # type: ignore[attr-defined]


async def test_a_complaint_by_sms_is_numbered_answered_and_closed(desk: Desk) -> None:
    await desk.know(governorate="03")
    await sms(desk, "شكوي المخبز لا يعطيني الحصة كاملة")
    made = await the_complaint(desk)
    assert (made["category"], made["channel"], made["state"]) == ("other", "sms", "open")
    assert made["steps"][0]["text"] == "المخبز لا يعطيني الحصة كاملة"
    (taken,) = await told(desk)
    assert str(made["number"]) in taken

    path = f"/v1/complaints/{made['complaint_id']}"
    await call(desk, "POST", f"{path}/handing-on", category="outlet", reason="مخبز")
    answered = await call(desk, "POST", f"{path}/answer", text="تم تغيير الميزان")
    assert (answered["state"], answered["acts"]) == ("answered", ["reopen", "appeal"])
    assert any("تم تغيير الميزان" in text for text in await told(desk))
    later(desk, days=15)
    await desk.look_after(upkeep.JOBS)
    done = await the_complaint(desk)
    assert (done["state"], [step["act"] for step in done["steps"]]) == (
        "closed",
        ["enter", "hand_on", "answer", "close"],
    )
    states = [data["state"] for kind, data in await desk.published() if kind == "ComplaintChanged"]
    assert states == ["open", "open", "answered", "closed"]


async def test_by_its_number_the_citizen_asks_goes_on_reopens_and_appeals(desk: Desk) -> None:
    contact = await desk.know(governorate="03")
    made = await enter(desk, contact)
    path, number = f"/v1/complaints/{made['complaint_id']}", made["number"]
    await sms(desk, f"شكوى {number}")
    assert any("قيد النظر" in text for text in await told(desk))
    await sms(desk, f"شكوى {number} والخبز محروق")
    for expected in ("reopen", "reopen", "appeal"):
        await call(desk, "POST", f"{path}/answer", text="تم الحل", who="person:a")
        await sms(desk, f"complaint {number} not settled")
        steps = (await the_complaint(desk))["steps"]
        assert steps[-1]["act"] == expected
    refused = await call(desk, "POST", f"{path}/answer", text="تم الحل", who="person:a", expect=409)
    assert refused["code"] == "complaint_with_nation"
    refused = await call(desk, "POST", f"{path}/answer", text="تم الحل", who="person:a", gov="*", expect=409)
    assert refused["code"] == "appeal_same_person"
    final = await call(desk, "POST", f"{path}/answer", text="تم الحل", who="person:b", gov="*")
    assert final["acts"] == []
    await sms(desk, f"شكوى {number} لم تحل")
    assert any("تم الرد عليها" in text for text in await told(desk))


async def test_another_persons_number_tells_nothing(desk: Desk) -> None:
    contact = await desk.know("+201112345678", governorate="03")
    await desk.know(governorate="03")
    made = await enter(desk, contact)
    await sms(desk, f"شكوى {made['number']}")
    assert any("لا توجد" in text for text in await told(desk))
    await sms(desk, "شكوى")
    assert any("ثم ما حدث" in text for text in await told(desk))


async def test_two_people_never_answer_the_same(desk: Desk) -> None:
    made = await enter(desk, await desk.know(governorate="03"))
    path = f"/v1/complaints/{made['complaint_id']}"
    claims = await asyncio.gather(
        *(
            desk.client.post(
                f"{path}/claim",
                headers=desk.issuer.headers(f"person:{n}", "complaints:answer", governorate="03")
                | {"Idempotency-Key": str(new_id())},
            )
            for n in range(4)
        )
    )
    assert sorted(reply.status_code for reply in claims) == [200, 409, 409, 409]
    mine = next(reply.json()["claimed_by"] for reply in claims if reply.status_code == 200)
    other = next(f"person:{n}" for n in range(4) if f"person:{n}" != mine)
    refused = await call(desk, "POST", f"{path}/answer", text="تم الحل", who=other, expect=409)
    assert refused["code"] == "complaint_claimed"
    later(desk, minutes=31)
    await call(desk, "POST", f"{path}/answer", text="تم الحل", who=other)


async def test_what_is_late_goes_to_the_nations_team_and_is_counted(desk: Desk) -> None:
    made = await enter(desk, await desk.know(governorate="03"))
    later(desk, hours=73)
    assert [one["number"] for one in (await call(desk, "GET", "/v1/complaints?late=true"))["items"]] == [made["number"]]
    await desk.look_after(upkeep.JOBS)
    moved = await the_complaint(desk)
    assert (moved["level"], moved["late"]) == ("nation", False)
    assert any("الفريق المركزي" in text for text in await told(desk))
    days = "begins=2027-01-10&ends=2027-01-10"
    await call(desk, "POST", f"/v1/complaints/{made['complaint_id']}/answer", text="تم الحل", gov="*")
    (figures,) = (await call(desk, "GET", f"/v1/complaint-figures?{days}"))["items"]
    assert (figures["category"], figures["entered"], figures["answered_late"]) == ("outlet", 1, 1)
    assert figures["median_hours"] == pytest.approx(73, abs=0.1)
    assert (await call(desk, "GET", f"/v1/complaint-figures?{days}", gov="19"))["items"] == []


async def test_floods_are_bounded_and_nothing_is_entered_twice(desk: Desk) -> None:
    contact = await desk.know(governorate="03")
    for words in ("أولى", "ثانية", "ثالثة", "رابعة"):
        await sms(desk, f"شكوى {words}")
    assert len((await call(desk, "GET", "/v1/complaints"))["items"]) == 3
    refused = await enter(desk, contact, expect=409)
    assert refused["code"] == "complaints_open"


async def test_what_makes_no_sense_is_refused_in_words(desk: Desk) -> None:
    contact = await desk.know(governorate="03")
    assert (await enter(desk, contact, category="weather", expect=422))["code"] == "complaint_category_unknown"
    assert (await enter(desk, contact, citizen_id=str(new_id()), expect=404))["code"] == "complainant_not_found"
    assert (await enter(desk, contact, about="card", expect=422))["code"] == "invalid_request"
    made = await enter(desk, contact)
    path = f"/v1/complaints/{made['complaint_id']}"
    for text, faults in (
        ("رقمك 29001011234567", ["national_id"]),
        ("كارت ٥٠٧٨ ١٢٣٤ ٥٦٧٨ ٩٠١٢", ["long_number"]),
        ("حساب 123456789012", ["long_number"]),
        ("الرقم السري 4821", ["pin"]),
        ("علاج السكري متاح", ["diagnosis"]),
    ):
        refused = await call(desk, "POST", f"{path}/answer", text=text, expect=422)
        assert (refused["code"], refused["faults"]) == ("answer_tells_persons", faults)
    assert (await call(desk, "POST", f"{path}/handing-on", category="care", reason="عيادة"))["category"] == "care"
    refused = await call(desk, "POST", f"{path}/answer", text="السكر متاح", expect=422)
    assert refused["faults"] == ["diagnosis"]
    await call(desk, "POST", f"{path}/handing-on", category="outlet", reason="بقالة")
    await call(desk, "POST", f"{path}/answer", text="السكر متاح")
    await call(desk, "POST", f"{path}/reopening", text="غير متاح")
    refused = await call(desk, "POST", f"{path}/appeal", text="لا أقبل", expect=409)
    assert (refused["code"], refused["state"]) == ("complaint_state", "open")


async def test_the_first_to_be_answered_stands_first_and_everybody_finds_their_own(desk: Desk) -> None:
    contact = await desk.know(governorate="03")
    made = {name: await enter(desk, contact, category=name) for name in ("household", "appointment", "card")}
    ids = {one["complaint_id"]: name for name, one in made.items()}

    async def listed(query: str, who: str = "person:a") -> list[str]:
        found = await call(desk, "GET", f"/v1/complaints?{query}", who=who)
        return [ids[one["complaint_id"]] for one in found["items"]]

    assert await listed("limit=10") == ["household", "appointment", "card"]
    assert await listed("order=due") == ["appointment", "card", "household"]  # of 120, 48 and 72 hours
    after = made["card"]["complaint_id"]
    assert await listed(f"order=due&after={after}") == ["household"]
    await call(desk, "POST", f"/v1/complaints/{after}/claim", who="person:a")
    assert await listed("claimed=mine") == ["card"]
    assert await listed("claimed=mine", who="person:b") == []
    assert await listed("claimed=nobody&order=due", who="person:b") == ["appointment", "household"]
    later(desk, hours=2)  # a claim binds for a while
    assert await listed("claimed=mine") == []
    assert len(await listed("claimed=nobody")) == 3

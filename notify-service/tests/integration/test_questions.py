"""What no keyword answers: help first; said again, a person's, who answers, makes a complaint of it, or closes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from notify_service.questions import upkeep

from .test_complaints import _empty, call, later, sms, told

if TYPE_CHECKING:
    from ..conftest import Desk

__all__ = ["_empty"]
HELP, HEARD = "أرسل رصيد أو كارتي", "رسالتك عند موظف، ويصلك الرد برسالة"


async def questions(desk: Desk, query: str = "", gov: str = "03") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await call(desk, "GET", f"/v1/questions{query}", gov=gov))["items"]
    return found


async def opened(desk: Desk, *words: str) -> str:
    """The path of the question of somebody who wrote this."""
    await desk.know(governorate="03")
    for one in words or ("العيش مش كفاية", "حد يرد عليا"):
        await sms(desk, one)
    (found,) = await questions(desk, "?state=open")
    return f"/v1/questions/{found['question_id']}"


async def test_the_second_text_goes_to_a_person_with_the_first_and_is_told_once(desk: Desk) -> None:
    await desk.know(governorate="03")
    await sms(desk, "العيش مش كفاية")
    assert await questions(desk) == []
    for words in ("حد يرد عليا", "؟؟", "ارجوكم"):
        await sms(desk, words)
    said = await told(desk)
    assert [sum(one.startswith(words) for one in said) for words in (HELP, HEARD)] == [1, 1]
    assert len(said) == 2
    (found,) = await questions(desk)
    whole = await call(desk, "GET", f"/v1/questions/{found['question_id']}")
    assert [one["text"] for one in whole["texts"]] == ["العيش مش كفاية", "حد يرد عليا", "؟؟", "ارجوكم"]
    assert (found["state"], found["late"]) == ("open", False)
    assert await questions(desk, gov="19") == []
    await desk.know("+201012345679", governorate="03")
    for words in ("العيش مش كفاية", "حد يرد عليا"):
        later(desk, minutes=5)
        await sms(desk, words, "+201012345679")
    first, second = [one["question_id"] for one in await questions(desk, "?order=due")]
    assert first == found["question_id"]
    assert [one["question_id"] for one in await questions(desk, f"?order=due&after={first}")] == [second]
    later(desk, hours=48)
    assert [one["question_id"] for one in await questions(desk, "?late=true&order=due")] == [first, second]


async def test_it_is_claimed_and_answered_by_sms(desk: Desk) -> None:
    path = await opened(desk)
    claimed = await call(desk, "POST", f"{path}/claim", who="person:a")
    assert claimed["claimed_by"] == "person:a"
    refused = await call(desk, "POST", f"{path}/answer", who="person:b", text="تعال غداً", expect=409)
    assert refused["code"] == "question_claimed"
    refused = await call(desk, "POST", f"{path}/answer", who="person:a", text="رقمك 29001011234567", expect=422)
    assert refused["code"] == "answer_tells_persons"
    answered = await call(desk, "POST", f"{path}/answer", who="person:a", text="الحصة خمسة أرغفة للفرد")
    assert (answered["state"], answered["ended_by"], answered["claimed_by"]) == ("answered", "person:a", None)
    assert "الرد على رسالتك: الحصة خمسة أرغفة للفرد. للاستفسار اتصل 19765" in await told(desk)
    refused = await call(desk, "POST", f"{path}/closing", reason="انتهى", expect=409)
    assert refused["code"] == "question_ended"
    await sms(desk, "شكرا")
    assert await questions(desk, "?state=open") == [], "it begins anew"


async def test_it_becomes_a_complaint_in_the_citizens_words(desk: Desk) -> None:
    path = await opened(desk)
    made = await call(desk, "POST", f"{path}/complaint", category="outlet")
    assert made["state"] == "complaint"
    found = await call(desk, "GET", f"/v1/complaints/{made['complaint_id']}")
    assert (found["category"], found["channel"], found["steps"][0]["text"]) == (
        "outlet", "sms", "العيش مش كفاية حد يرد عليا",
    )  # fmt: skip
    assert any(str(found["number"]) in one for one in await told(desk))
    refused = await call(desk, "POST", f"{path}/complaint", category="outlet", expect=409)
    assert refused["code"] == "question_ended"


async def test_what_asks_nothing_is_closed_and_its_sender_told_whom_to_call(desk: Desk) -> None:
    path = await opened(desk)
    closed = await call(desk, "POST", f"{path}/closing", reason="رسالة بلا سؤال")
    assert closed["state"] == "closed"
    assert "لم نفهم رسالتك. للمساعدة اتصل 19765" in await told(desk)


async def test_another_areas_question_is_unknown(desk: Desk) -> None:
    path = await opened(desk)
    for method, way, body in (
        ("GET", "", {}), ("POST", "/claim", {}), ("POST", "/answer", {"text": "تم الحل"}),
        ("POST", "/complaint", {"category": "outlet"}), ("POST", "/closing", {"reason": "بلا سؤال"}),
    ):  # fmt: skip
        refused = await call(desk, method, f"{path}{way}", gov="19", expect=404, **body)
        assert refused["code"] == "question_not_found"


async def test_a_single_text_is_forgotten_after_a_while(desk: Desk) -> None:
    await desk.know(governorate="03")
    await sms(desk, "العيش مش كفاية")
    later(desk, minutes=1441)
    await sms(desk, "صباح الخير")
    assert await questions(desk) == []
    await desk.look_after(upkeep.JOBS)
    assert await desk.runtime.pool.fetchval("SELECT count(*) FROM unclear_text") == 1
    await sms(desk, "حد يرد")
    assert len(await questions(desk)) == 1
    assert await desk.runtime.pool.fetchval("SELECT count(*) FROM unclear_text") == 0


async def test_floods_are_bounded(desk: Desk) -> None:
    path = await opened(desk, *(f"كلام {place} ." for place in range(15)))
    assert len((await call(desk, "GET", path))["texts"]) == desk.runtime.state.rules.questions.texts_at_most
    assert len([one for one in await told(desk) if one.startswith("لا ردود أخرى")]) == 1


async def test_what_a_nobodys_number_writes_is_nobodys_question(desk: Desk) -> None:
    for words in ("صباح الخير", "حد يرد", "؟"):
        await sms(desk, words)
    assert await questions(desk, gov="*") == []

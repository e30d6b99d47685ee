"""Long messages from citizens come in parts, by requests and by lines: joined before they are understood."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from chassis.clock import Clock
from notify_service import arrivals, upkeep
from notify_service.channels.channel import Piece, Text

from .test_complaints import told
from .test_inquiries import NUMBER, inquiries, send, text

if TYPE_CHECKING:
    from ..conftest import Desk

STORY = ["شكوى المخبز في شارعنا لا يفتح قبل ", "العاشرة ولا يعطي الحصة كاملة ", "وقد كلمناه مرات"]


def part(place: int, words: str, total: int = 3, reference: int = 7) -> dict[str, Any]:
    return {**text(words), "part": {"reference": reference, "place": place, "total": total}}


async def said(desk: Desk) -> list[str]:
    """The words of the complaints that were entered."""
    reader = desk.issuer.headers("desk", "complaints:answer")
    found = (await desk.client.get("/v1/complaints", headers=reader)).json()["items"]
    texts = []
    for one in found:
        whole = (await desk.client.get(f"/v1/complaints/{one['complaint_id']}", headers=reader)).json()
        texts.append(whole["steps"][0]["text"])
    return texts


async def patience_ends(desk: Desk) -> None:
    await desk.runtime.pool.execute(
        "UPDATE inbound_part SET came_at = came_at - interval '1 hour', handled_at = handled_at - interval '1 hour'"
    )
    await desk.look_after(upkeep.URGENT)


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 1, 2), (2, 3, 1), (2, 2, 3, 1, 1)])
async def test_parts_in_any_order_and_doubled_are_one_message(desk: Desk, order: tuple[int, ...]) -> None:
    await desk.know(governorate="03")
    new = [(await send(desk, part(place, STORY[place - 1])))["accepted"] for place in order]
    assert sum(new) == 3
    assert await said(desk) == ["".join(STORY).removeprefix("شكوى ")]
    again = await send(desk, *(part(place, STORY[place - 1]) for place in (1, 2, 3)))
    assert again == {"accepted": 0, "duplicates": 3}
    await patience_ends(desk)
    assert len(await said(desk)) == 1
    assert await desk.runtime.pool.fetchval("SELECT count(*) FROM inbound_part WHERE sealed IS NOT NULL") == 0


async def test_parts_of_one_request_are_one_message(desk: Desk) -> None:
    await desk.know(governorate="03")
    await send(desk, part(2, STORY[1]), text("رصيد"), part(1, STORY[0]), part(3, STORY[2]))
    assert len(await said(desk)) == 1
    assert [topic for topic, _ in await inquiries(desk)] == ["balance"]


async def test_a_part_that_never_comes_is_waited_for_and_done_without(desk: Desk) -> None:
    await desk.know(governorate="03")
    await send(desk, part(1, STORY[0]), part(3, STORY[2]))
    await desk.look_after(upkeep.URGENT)
    assert await said(desk) == []
    await patience_ends(desk)
    assert await said(desk) == ["المخبز في شارعنا لا يفتح قبل … وقد كلمناه مرات"]
    await send(desk, part(2, STORY[1]))
    await desk.look_after(upkeep.URGENT)
    assert len(await said(desk)) == 1
    assert len(await told(desk)) == 1, "what comes late adds nothing"


async def test_parts_of_others_and_of_other_messages_are_not_mixed(desk: Desk) -> None:
    await desk.know(governorate="03")
    await desk.know("+201112345678", governorate="03")
    others = part(2, "ليس لي") | {"from": "+201112345678"}
    await send(desk, part(1, STORY[0]), others, part(2, "رسالة أخرى", reference=8))
    assert await said(desk) == []
    await send(desk, part(2, STORY[1]), part(3, STORY[2]))
    assert await said(desk) == ["".join(STORY).removeprefix("شكوى ")]


async def test_a_reference_is_used_anew(desk: Desk) -> None:
    await desk.know(governorate="03")
    for words in ("أول", "ثان"):
        await send(desk, part(1, f"شكوى {words} ", total=2), part(2, "والباقي", total=2))
        await patience_ends(desk)
    assert await said(desk) == ["أول والباقي", "ثان والباقي"]


async def test_a_character_cut_in_two_by_a_line_is_whole_again(desk: Desk) -> None:
    await desk.know(governorate="03")
    now = Clock().now()
    halves = [half.decode("utf-16-be", "surrogatepass") for half in (b"\xd8\x3d", b"\xde\x00")]
    words = [f"شكوى تعبنا {halves[0]}", f"{halves[1]} جدا"]
    for place, one in ((2, words[1]), (1, words[0])):
        async with desk.runtime.sessions() as session, session.begin():
            brought = Text("line", NUMBER, one, now, Piece(9, place, 2))
            await arrivals.take(session, desk.runtime.state, [], [brought])
    assert await said(desk) == ["تعبنا 😀 جدا"]


async def test_a_place_there_is_not_is_refused(desk: Desk) -> None:
    headers = desk.issuer.headers("aggregator", "messages:report")
    body = {"messages": [part(4, "x")]}
    assert (await desk.client.post("/v1/inbound-messages", json=body, headers=headers)).status_code == 422

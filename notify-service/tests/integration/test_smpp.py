"""Messages over a line to an SMSC of another's making: words byte for byte, receipts, refusals, several providers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from chassis.testing import TestIssuer, eventually
from notify_service import arrivals, upkeep
from notify_service.channels.channel import Outgoing
from notify_service.settings import Settings
from notify_service.templates.encoding import measure

from ..conftest import desk_of
from ..smsc_control import PASSWORD, Smsc, said
from .test_sending import appointment, blocked, drain

if TYPE_CHECKING:
    from ..conftest import Desk, LocalAggregator

MakeSettings = Callable[..., Awaitable[Settings]]


@asynccontextmanager
async def smsc_of(path: Path) -> AsyncIterator[Smsc]:
    smsc = Smsc(path)
    await smsc.start()
    try:
        yield smsc
    finally:
        await smsc.kill()


@pytest.fixture
async def smsc(tmp_path: Path) -> AsyncIterator[Smsc]:
    async with smsc_of(tmp_path / "smsc.jsonl") as smsc:
        yield smsc


@asynccontextmanager
async def lines(
    make_settings: MakeSettings, aggregator: LocalAggregator, issuer: TestIssuer, *providers: Any, **changes: Any
) -> AsyncIterator[Desk]:
    """A desk with lines to these providers, all bound, and no aggregator unless asked."""
    passwords = ",".join(f"{provider.name}:{PASSWORD}" for provider in providers)
    values = {"sms_url": "", "smpp_providers": providers, "smpp_passwords": passwords}
    async with desk_of(await make_settings(**(values | changes)), aggregator, issuer) as desk:
        await eventually(lambda: all_up(desk, len(providers)), seconds=20)
        yield desk


async def all_up(desk: Desk, number: int) -> bool:
    found = desk.runtime.state.channels._channels
    return sum(one.up() for one in found if one.name != "aggregator") == number


@pytest.fixture
async def line(
    make_settings: MakeSettings, aggregator: LocalAggregator, issuer: TestIssuer, smsc: Smsc
) -> AsyncIterator[Desk]:
    async with lines(make_settings, aggregator, issuer, smsc.provider("mine")) as desk:
        yield desk


async def statuses(desk: Desk) -> list[str]:
    return sorted(message["status"] for message in await desk.messages())


async def test_arabic_of_one_and_of_three_parts_arrives_byte_for_byte(line: Desk, smsc: Smsc) -> None:
    one, three = "استلم الكارت الموحد 😀", "الكارت الموحد " * 12
    sent = []
    for text in (one, three):
        length = measure(text)
        sent.append(Outgoing((await line.know()).citizen_id, "+201012345678", text, length.encoding, length.parts))
    (channel,) = line.runtime.state.channels.of("+201012345678")
    results = await channel.send(sent)
    assert [results[message.reference].status for message in sent] == ["accepted", "accepted"]
    assert [len(results[message.reference].part_ids) for message in sent] == [1, 3]
    by_message: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    for part in smsc.submitted:
        by_message[bool(part["esm_class"] & 0x40)].append(part)
    assert [said(part) for part in by_message[False]] == [one]
    assert "".join(said(part) for part in by_message[True]) == three
    heads = [bytes.fromhex(part["payload"])[:6] for part in by_message[True]]
    reference = sent[1].reference.int & 0xFF
    assert heads == [bytes([5, 0, 3, reference, 3, place]) for place in (1, 2, 3)]
    assert {(part["data_coding"], part["to"], part["source"]) for part in smsc.submitted} == {
        (8, "201012345678", "Unicard")
    }


async def test_from_the_queue_to_the_receipts_of_all_parts(line: Desk, smsc: Smsc) -> None:
    await smsc.order("way", receipts="after")
    contact = await line.know()
    await line.hear(appointment(contact), blocked(contact))
    await drain(line)
    assert len(smsc.submitted) == 3

    async def delivered() -> bool:
        await line.look_after(upkeep.URGENT)
        return await statuses(line) == ["delivered", "delivered"]

    await eventually(delivered, seconds=20)
    assert sorted(kind for kind, _ in await line.published()) == ["MessageDelivered", "MessageDelivered"]
    assert not any(message["possibly_repeated"] for message in await line.messages())


def receipt(name: str, state: str = "DELIVRD", **more: Any) -> dict[str, Any]:
    text = f"id:{name} sub:001 dlvrd:001 submit date:2611301200 done date:2611301201 stat:{state} err:000 text:"
    return {"payload": text.encode().hex(), "esm_class": 4, **more}


async def acknowledged(smsc: Smsc, number: int) -> list[int]:
    async def all_of_them() -> bool:
        return len(smsc.entries("acknowledged")) >= number

    await eventually(all_of_them, seconds=20)
    return [entry["status"] for entry in smsc.entries("acknowledged")]


async def test_a_receipt_before_the_answer_and_in_other_digits(
    make_settings: MakeSettings, aggregator: LocalAggregator, issuer: TestIssuer, smsc: Smsc
) -> None:
    await smsc.order("way", receipts="before", answer_form="d", receipt_form="08X")
    async with lines(make_settings, aggregator, issuer, smsc.provider("mine", ids="decimal_then_hex")) as desk:
        await desk.hear(appointment(await desk.know()))
        await drain(desk)
        assert await acknowledged(smsc, 2) == [0, 0]
        assert await statuses(desk) == ["sent"]
        assert await desk.runtime.pool.fetchval("SELECT count(*) FROM early_receipt") == 2
        await desk.look_after(upkeep.URGENT)
        assert await statuses(desk) == ["delivered"]
        assert await desk.runtime.pool.fetchval("SELECT count(*) FROM early_receipt") == 0


async def test_receipts_out_of_order_doubled_missing_and_of_unknown_ids(line: Desk, smsc: Smsc) -> None:
    people = [await line.know(f"+20100000000{place}") for place in range(3)]
    await line.hear(*(blocked(contact) for contact in people))
    await drain(line)
    ids = {part["to"]: part["id"] for part in smsc.submitted}
    first, second, third = (ids[f"20100000000{place}"] for place in range(3))
    for order in (receipt(second), receipt(first), receipt(first, "UNDELIV"), receipt("999999"), receipt("999999")):
        await smsc.order("deliver", **order)
    await smsc.order("deliver", **receipt(third, "ENROUTE"))
    assert await acknowledged(smsc, 6) == [0] * 6
    by_citizen = {message["citizen_id"]: message["status"] for message in await line.messages()}
    assert [by_citizen[str(contact.citizen_id)] for contact in people] == ["delivered", "delivered", "sent"]
    assert await line.runtime.pool.fetchval("SELECT array_agg(provider_ids) FROM early_receipt") == [["999999"]]


async def test_a_message_is_delivered_when_all_parts_are_and_failed_when_one_is(line: Desk, smsc: Smsc) -> None:
    await line.hear(appointment(await line.know("+201000000001")), appointment(await line.know("+201000000002")))
    await drain(line)
    ids = {number: [part["id"] for part in smsc.submitted if part["to"].endswith(number)] for number in ("1", "2")}
    assert [len(parts) for parts in ids.values()] == [2, 2]
    for name, state in ((ids["1"][1], "DELIVRD"), (ids["2"][0], "UNDELIV")):
        await smsc.order("deliver", **receipt(name, state))
    await acknowledged(smsc, 2)
    assert await statuses(line) == ["failed", "sent"]
    await smsc.order("deliver", **receipt(ids["1"][0], tlvs=[[0x1E, ids["1"][0].encode().hex() + "00"], [0x427, "02"]]))
    await acknowledged(smsc, 3)
    assert await statuses(line) == ["delivered", "failed"]
    assert {d["reason"] for kind, d in await line.published() if kind == "MessageFailed"} == {"undeliverable"}


@pytest.mark.parametrize("status", [0x58, 0x14])
async def test_what_the_provider_wants_later_costs_no_try(line: Desk, smsc: Smsc, status: int) -> None:
    await smsc.order("way", throttle=6, throttle_status=status)
    await line.hear(*[appointment(await line.know(f"+20100000000{place}")) for place in range(4)])
    await drain(line)
    assert len(smsc.entries("throttled")) == 6
    assert await statuses(line) == ["sent"] * 4
    assert len(smsc.submitted) == 8
    assert await line.runtime.pool.fetchval("SELECT max(refusals) FROM message") == 0


async def test_a_wrong_number_is_rejected_alone(line: Desk, smsc: Smsc) -> None:
    wrong, good = await line.know("+201000000001"), await line.know("+201000000002")
    await smsc.order("way", reject={"201000000001": 0x0B})
    await line.hear(blocked(wrong), blocked(good))
    await drain(line)
    by_citizen = {message["citizen_id"]: (message["status"], message["reason"]) for message in await line.messages()}
    assert by_citizen == {
        str(wrong.citizen_id): ("failed", "invalid_number"),
        str(good.citizen_id): ("sent", None),
    }
    assert [d["permanent"] for kind, d in await line.published() if kind == "MessageFailed"] == [True]


def failing(name: str, code: str) -> dict[str, Any]:
    text = f"id:{name} sub:001 dlvrd:000 submit date:2611301200 done date:2611301201 stat:UNDELIV err:{code} text:"
    return {"payload": text.encode().hex(), "esm_class": 4}


async def retried_at_once(desk: Desk) -> None:
    await desk.runtime.pool.execute("UPDATE message SET not_before = NULL")
    await drain(desk)


async def test_an_operators_code_tells_a_wrong_number_from_a_handset_that_is_off(
    make_settings: MakeSettings, aggregator: LocalAggregator, issuer: TestIssuer, smsc: Smsc
) -> None:
    async with lines(make_settings, aggregator, issuer, smsc.provider("mine", errors="map")) as desk:
        gone, off = await desk.know("+201000000001"), await desk.know("+201000000002")
        await desk.hear(blocked(gone), blocked(off))
        await drain(desk)
        ids = {part["to"][-1]: part["id"] for part in smsc.submitted}
        await smsc.order("deliver", **failing(ids["1"], "001"))
        await smsc.order("deliver", **failing(ids["2"], "027"))
        await acknowledged(smsc, 2)
        assert await statuses(desk) == ["failed", "queued"]
        assert [(d["reason"], d["permanent"]) for _, d in await desk.published()] == [("unknown_subscriber", True)]
        await drain(desk)
        assert len(smsc.submitted) == 2, "not before its pause"
        await retried_at_once(desk)
        first, again = (part for part in smsc.submitted if part["to"].endswith("2"))
        assert said(again) == said(first)
        assert not any(message["possibly_repeated"] for message in await desk.messages())
        await smsc.order("deliver", **receipt(again["id"]))
        await acknowledged(smsc, 3)
        assert await statuses(desk) == ["delivered", "failed"]


async def test_what_does_not_pass_is_given_up_after_its_tries(
    make_settings: MakeSettings, aggregator: LocalAggregator, issuer: TestIssuer, smsc: Smsc
) -> None:
    async with lines(make_settings, aggregator, issuer, smsc.provider("mine", errors="map")) as desk:
        await desk.hear(blocked(await desk.know()))
        await drain(desk)
        tries = len(desk.runtime.state.rules.retries.after)
        for number in range(tries + 1):
            assert await statuses(desk) == ["sent"]
            await smsc.order("deliver", **failing(smsc.submitted[-1]["id"], "006"))
            await acknowledged(smsc, number + 1)
            await retried_at_once(desk)
        assert await statuses(desk) == ["failed"]
        assert len(smsc.submitted) == tries + 1
        assert [(d["reason"], d["permanent"]) for _, d in await desk.published()] == [("absent_subscriber", False)]


async def test_numbers_go_by_range_and_to_the_next_provider_where_one_is_down(
    make_settings: MakeSettings, aggregator: LocalAggregator, issuer: TestIssuer, tmp_path: Path
) -> None:
    async with smsc_of(tmp_path / "one.jsonl") as one, smsc_of(tmp_path / "other.jsonl") as other:
        providers = [one.provider("one", prefixes=["010"], priority=1), other.provider("other", priority=2)]
        async with lines(make_settings, aggregator, issuer, *providers) as desk:
            people = [await desk.know("+201000000001"), await desk.know("+201100000001")]
            await desk.hear(*(blocked(contact) for contact in people))
            await drain(desk)
            assert [part["to"] for part in one.submitted] == ["201000000001"]
            assert [part["to"] for part in other.submitted] == ["201100000001"]
            await one.kill()
            await desk.hear(*(blocked(contact) for contact in people))
            await eventually(lambda: _sent(desk, 4), seconds=20)
            reached = sorted(part["to"] for part in other.submitted)
            assert reached == ["201000000001", "201100000001", "201100000001"]
            assert not any(message["possibly_repeated"] for message in await desk.messages())


async def _sent(desk: Desk, number: int) -> bool:
    await desk.sender.step()
    return await statuses(desk) == ["sent"] * number


async def test_what_an_aggregator_may_have_taken_goes_to_another_provider_marked(
    make_settings: MakeSettings, aggregator: LocalAggregator, issuer: TestIssuer, smsc: Smsc,
    aggregator_server: tuple[LocalAggregator, str],
) -> None:  # fmt: skip
    url = {"sms_url": aggregator_server[1], "sms_priority": 1}
    async with lines(make_settings, aggregator, issuer, smsc.provider("mine"), **url) as desk:

        async def broken() -> web.Response:
            return web.Response(status=502)

        await desk.hear(blocked(await desk.know()))
        aggregator.answer = broken
        await eventually(lambda: _sent(desk, 1), seconds=20)
        assert len(smsc.submitted) == 1
        assert [message["possibly_repeated"] for message in await desk.messages()] == [True]
        assert await desk.runtime.pool.fetchval("SELECT array_agg(provider) FROM message_part") == ["mine"]


async def test_a_code_leaves_by_the_line_and_asks_for_no_receipt(line: Desk, smsc: Smsc) -> None:
    contact = await line.know()
    body = {"citizen_id": str(contact.citizen_id), "code": "123456", "host": "unicard.example", "minutes": 5}
    headers = line.issuer.headers("gateway", "codes:send")
    reply = await line.client.post("/v1/codes", json=body, headers=headers)
    assert reply.json() == {"sent": True}
    assert {part["registered"] for part in smsc.submitted} == {0}
    await smsc.kill()

    async def refused() -> bool:
        return (await line.client.post("/v1/codes", json=body, headers=headers)).status_code == 503

    await eventually(refused, seconds=20)


async def test_a_citizens_message_is_acknowledged_when_it_is_committed_and_taken_once(line: Desk, smsc: Smsc) -> None:
    await line.know()
    words = {"payload": "رصيد".encode("utf-16-be").hex(), "data_coding": 8}
    async with line.runtime.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("LOCK TABLE inbound_message IN SHARE MODE")
        await smsc.order("deliver", **words)
        await asyncio.sleep(1)
        assert smsc.entries("acknowledged") == [], "not before it is committed"
        await transaction.rollback()
    assert await acknowledged(smsc, 1) == [0]
    assert [kind for kind, _ in await line.published()] == ["InquiryReceived"]
    await smsc.order("deliver", **words)
    assert await acknowledged(smsc, 2) == [0, 0]
    assert [kind for kind, _ in await line.published()] == ["InquiryReceived"]


async def test_a_long_message_is_joined_from_its_parts_in_any_order(line: Desk, smsc: Smsc) -> None:
    await line.know()
    texts = {3: "الكارت", 1: "شكوى لم ي", 2: "صل "}
    for number, (place, words) in enumerate(texts.items(), start=1):
        head = bytes([5, 0, 3, 42, 3, place])
        payload = (head + words.encode("utf-16-be")).hex()
        await smsc.order("deliver", payload=payload, data_coding=8, esm_class=0x40)
        assert await acknowledged(smsc, number) == [0] * number
    reader = line.issuer.headers("desk", "complaints:answer")
    (made,) = (await line.client.get("/v1/complaints", headers=reader)).json()["items"]
    whole = (await line.client.get(f"/v1/complaints/{made['complaint_id']}", headers=reader)).json()
    assert whole["steps"][0]["text"] == "لم يصل الكارت"


async def test_what_cannot_be_kept_is_refused_for_now(line: Desk, smsc: Smsc, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: Any) -> None:
        raise OSError("the database is away")

    monkeypatch.setattr(arrivals, "take", broken)
    await smsc.order("deliver", **receipt("77"))
    assert await acknowledged(smsc, 1) == [0x64]


async def test_the_pace_of_a_provider_holds(
    make_settings: MakeSettings, aggregator: LocalAggregator, issuer: TestIssuer, smsc: Smsc
) -> None:
    async with lines(make_settings, aggregator, issuer, smsc.provider("mine", per_second=20)) as desk:
        contact = await desk.know()
        await desk.hear(*(blocked(contact) for _ in range(45)))
        started = time.monotonic()
        await drain(desk)
        passed = time.monotonic() - started
        assert len(smsc.submitted) == 45
        assert passed >= (45 - 5) / 20 - 0.8, "a burst of a quarter second, the last share of the window at once"

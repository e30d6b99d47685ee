"""Messages over a line to an SMSC of another's making: words byte for byte, receipts, refusals, several providers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from chassis.testing import TestIssuer, eventually
from notify_service import upkeep
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

"""Either side of a line is killed: nothing is lost; what may be there twice is marked, a window at most each time."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import orjson
import pytest

from chassis.testing import TestIssuer, eventually, running
from notify_service.main import create_app
from notify_service.settings import Settings

from ..campaigning import NOON, approved, know_many
from ..smsc_control import PASSWORD, Smsc
from .test_live import process
from .test_sending import blocked
from .test_smpp import lines, smsc_of

if TYPE_CHECKING:
    from ..conftest import LocalAggregator

WINDOW = 20
CLOCK = "INSERT INTO training_clock (ahead) VALUES ($1)"  # which the process then starts with


@pytest.fixture
async def smsc(tmp_path: Path) -> AsyncIterator[Smsc]:
    async with smsc_of(tmp_path / "smsc.jsonl") as smsc:
        yield smsc


def submissions(smsc: Smsc) -> Counter[str]:
    """How often the first part of a message to each number came."""
    firsts = [p["to"] for p in smsc.submitted if not p["esm_class"] & 0x40 or bytes.fromhex(p["payload"])[5] == 1]
    return Counter(firsts)


def references(smsc: Smsc) -> dict[tuple[str, int], set[int]]:
    """The parts that came of each message in several, by its number and its reference."""
    found: dict[tuple[str, int], set[int]] = defaultdict(set)
    for part in smsc.submitted:
        head = bytes.fromhex(part["payload"])[:6]
        found[part["to"], head[3]].add(head[5])
    return dict(found)


async def test_the_smsc_is_killed_in_the_middle_of_a_window(
    make_settings: Callable[..., Awaitable[Settings]], aggregator: LocalAggregator, issuer: TestIssuer, smsc: Smsc
) -> None:
    await smsc.order("way", delay=0.1)
    async with lines(make_settings, aggregator, issuer, smsc.provider("mine", window=WINDOW)) as desk:
        numbers: dict[str, str] = {}
        for place in range(80):
            contact = await desk.know(f"+2010{place:08}")
            numbers[str(contact.citizen_id)] = f"2010{place:08}"
            await desk.hear(blocked(contact))

        async def lane() -> None:
            while True:
                pause = await desk.sender.step()
                await asyncio.sleep(pause or 0.02)

        lanes = [asyncio.create_task(lane()) for _ in range(2)]
        try:
            kills = (20, 50)
            for stop_at in kills:
                await eventually(partial(_reached, smsc, stop_at), seconds=30)
                await smsc.kill()
                await smsc.start()
                await smsc.order("way", delay=0.1)

            async def all_sent() -> bool:
                return bool(await desk.runtime.pool.fetchval("SELECT count(*) = 80 FROM message WHERE status = 'sent'"))

            await eventually(all_sent, seconds=60)
        finally:
            for one in lanes:
                one.cancel()
            await asyncio.gather(*lanes, return_exceptions=True)
        counted = submissions(smsc)
        rows = await desk.runtime.pool.fetch("SELECT citizen_id FROM message WHERE possibly_repeated")
    assert set(counted) == set(numbers.values())
    marked = {numbers[str(row["citizen_id"])] for row in rows}
    assert {number for number, times in counted.items() if times > 1} <= marked
    assert 0 < len(marked) <= WINDOW * len(kills)


async def _reached(smsc: Smsc, number: int) -> bool:
    return len(submissions(smsc)) >= number


TEXT = "بطاقة التموين القديمة لا تعمل بعد نهاية الشهر. استلم الكارت الموحد من أقرب مكتب بريد"  # in two parts


async def test_the_smsc_is_killed_in_the_middle_of_a_campaign(
    make_settings: Callable[..., Awaitable[Settings]], smsc: Smsc
) -> None:
    mine, people, kills = smsc.provider("mine", window=WINDOW), 240, (40, 100, 160)
    settings = await make_settings(sms_url="", smpp_providers=(mine,), smpp_passwords=f"mine:{PASSWORD}")
    await smsc.order("way", delay=0.05)
    app = create_app(settings)
    async with running(app):
        runtime = app.state.runtime
        runtime.clock.move_to(NOON)
        citizens = await know_many(runtime.pool, settings.vault(), people, "03")
        numbers = {citizen_id: f"2010{place:08}" for place, citizen_id in enumerate(citizens)}
        campaign_id = await approved(runtime.pool, NOON, ar=TEXT, parts=2)
        for stop_at in kills:
            await eventually(partial(_reached, smsc, stop_at), seconds=60)
            await smsc.kill()
            await smsc.start()
            await smsc.order("way", delay=0.05)

        async def ended() -> bool:
            asked = "SELECT state = 'ended' FROM campaign WHERE campaign_id = $1"
            return bool(await runtime.pool.fetchval(asked, campaign_id))

        await eventually(ended, seconds=60)
        rows = await runtime.pool.fetch("SELECT id, citizen_id, status, possibly_repeated FROM message")
    assert {row["status"] for row in rows} == {"sent"}
    intended = {(numbers[row["citizen_id"]], row["id"].int & 0xFF) for row in rows}
    assert references(smsc) == {of: {1, 2} for of in intended}
    counted = submissions(smsc)
    assert set(counted) == set(numbers.values())
    marked = {numbers[row["citizen_id"]] for row in rows if row["possibly_repeated"]}
    assert {number for number, times in counted.items() if times > 1} <= marked
    assert 0 < len(marked) <= WINDOW * len(kills)


@pytest.mark.slow
async def test_the_sending_process_is_killed_in_the_middle_of_a_campaign(
    make_settings: Callable[..., Awaitable[Settings]], smsc: Smsc
) -> None:
    settings = await make_settings()
    line = {
        "UNICARD_SMS_URL": "",
        "UNICARD_SMPP_PROVIDERS": orjson.dumps([smsc.provider("mine", window=WINDOW).model_dump()]).decode(),
        "UNICARD_SMPP_PASSWORDS": f"mine:{PASSWORD}",
        "UNICARD_TRAINING_CLOCK": "true",
    }
    await smsc.order("way", delay=0.05)
    kills = (40, 120, 200)
    database = await asyncpg.connect(settings.database_url)
    try:
        await database.execute(CLOCK, NOON - datetime.now(UTC))
        citizens = await know_many(database, settings.vault(), 300, "03")
        numbers = {citizen_id: f"2010{place:08}" for place, citizen_id in enumerate(citizens)}
        await approved(database, NOON)
        for stop_at in kills:
            async with process(settings, **line) as service:
                await eventually(partial(_reached, smsc, stop_at), seconds=120)
                service.send_signal(signal.SIGKILL)
        await smsc.order("way", delay=0)
        async with process(settings, **line):

            async def all_sent() -> bool:
                return bool(await database.fetchval("SELECT count(*) = 300 FROM message WHERE status = 'sent'"))

            await eventually(all_sent, seconds=120)
        counted = submissions(smsc)
        assert set(counted) == set(numbers.values())
        rows = await database.fetch("SELECT citizen_id FROM message WHERE possibly_repeated")
        marked = {numbers[row["citizen_id"]] for row in rows}
        assert {number for number, times in counted.items() if times > 1} <= marked
        assert 0 < len(marked) <= WINDOW * len(kills)
    finally:
        await database.close()


@pytest.mark.slow
async def test_killed_before_a_citizens_message_is_committed_it_comes_again(
    make_settings: Callable[..., Awaitable[Settings]], smsc: Smsc
) -> None:
    settings = await make_settings()
    line = {
        "UNICARD_SMS_URL": "",
        "UNICARD_SMPP_PROVIDERS": orjson.dumps([smsc.provider("mine").model_dump()]).decode(),
        "UNICARD_SMPP_PASSWORDS": f"mine:{PASSWORD}",
    }
    words = {"payload": "رصيد".encode("utf-16-be").hex(), "data_coding": 8}
    database = await asyncpg.connect(settings.database_url)
    try:
        async with process(settings, **line) as service:
            await eventually(lambda: _bound(smsc, 1), seconds=60)
            transaction = database.transaction()
            await transaction.start()
            await database.execute("LOCK TABLE inbound_message IN SHARE MODE")
            await smsc.order("deliver", **words)
            await asyncio.sleep(1)
            service.send_signal(signal.SIGKILL)
            await service.wait()
            await transaction.rollback()
        assert smsc.entries("acknowledged") == []
        assert await database.fetchval("SELECT count(*) FROM inbound_message") == 0
        async with process(settings, **line):
            await eventually(lambda: _bound(smsc, 2), seconds=60)
            await smsc.order("deliver", **words)
            await eventually(lambda: _acknowledged(smsc, 1), seconds=20)
        assert await database.fetchval("SELECT count(*) FROM inbound_message") == 1
    finally:
        await database.close()


async def _bound(smsc: Smsc, number: int) -> bool:
    return len(smsc.entries("bound")) >= number


async def _acknowledged(smsc: Smsc, number: int) -> bool:
    return len(smsc.entries("acknowledged")) >= number

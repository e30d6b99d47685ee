"""The whole service on Kafka: events in, messages out, answers round, and a kill in the middle."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

import asyncpg
import pytest

from chassis.ids import new_id
from chassis.testing import TestIssuer, eventually, running
from chassis.testing_events import Outside
from contracts.card import CardBlocked, CardIssued, ContactChanged, PickupScheduled
from contracts.notify import InquiryReceived
from contracts.payment import WalletStated
from contracts.supply import BalanceStated, Remaining
from notify_service.main import create_app
from notify_service.settings import Settings
from notify_service.spot_checks.drawing import drawn

from ..conftest import contact_changed

if TYPE_CHECKING:
    from ..conftest import LocalAggregator

NUMBER = "+201012345678"


def citizen(number: str = NUMBER) -> ContactChanged:
    return contact_changed(number)


def appointment(contact: ContactChanged) -> PickupScheduled:
    return PickupScheduled(
        appointment_id=new_id(), card_id=new_id(), citizen_id=contact.citizen_id,
        household_id=contact.household_id, site_id=new_id(), site_name_ar="مكتب بريد بورفؤاد",
        site_name_en="Port Fouad", site_address_ar="", starts_at=datetime(2026, 4, 5, 8, 0, tzinfo=UTC),
        ends_at=datetime(2026, 4, 5, 9, 0, tzinfo=UTC),
    )  # fmt: skip


async def test_an_appointment_a_block_and_a_question_with_its_answer(
    make_settings: Callable[..., Awaitable[Settings]],
    aggregator: LocalAggregator,
    issuer: TestIssuer,
) -> None:
    settings = await make_settings()
    outside = Outside(settings.kafka_bootstrap, settings.topic_prefix)
    async with running(create_app(settings)) as client:
        contact = citizen()
        blocked = CardBlocked(
            card_id=new_id(), citizen_id=contact.citizen_id, household_id=contact.household_id, reason="stolen",
            blocked_at=datetime.now(UTC),
        )  # fmt: skip
        await outside.tell(contact, appointment(contact), blocked)
        await eventually(lambda: _count(aggregator, 2), seconds=30)
        texts = aggregator.texts_to(NUMBER)
        assert any("مكتب بريد بورفؤاد" in t and "الأحد 5 أبريل" in t and "10 ص" in t for t in texts)

        question = {
            "provider_id": str(new_id()),
            "from": "01012345678",
            "text": "رصيد",
            "received_at": datetime.now(UTC).isoformat(),
        }
        headers = issuer.headers("aggregator", "messages:report")
        reply = await client.post("/v1/inbound-messages", json={"messages": [question]}, headers=headers)
        assert reply.json() == {"accepted": 1, "duplicates": 0}
        inquiry = await outside.heard(InquiryReceived, lambda event: event.citizen_id == contact.citizen_id)
        pots = [
            Remaining(programme="bread", unit="loaf", remaining=585, period=datetime(2026, 4, 1, tzinfo=UTC).date()),
            Remaining(
                programme="goods", unit="piastre", remaining=15050, period=datetime(2026, 4, 1, tzinfo=UTC).date()
            ),
        ]
        stated = BalanceStated(
            inquiry_id=inquiry.inquiry_id, citizen_id=contact.citizen_id, household_id=contact.household_id,
            remaining=pots, known=True,
        )  # fmt: skip
        wallet = WalletStated(
            inquiry_id=inquiry.inquiry_id, citizen_id=contact.citizen_id, household_id=contact.household_id,
            known=True, balance=25_000, held=0,
        )  # fmt: skip
        await outside.tell(stated, wallet)
        await eventually(lambda: _count(aggregator, 3), seconds=15)
        assert "خبز 585 رغيف، سلع 150.50 جنيه، محفظة 250 جنيه" in aggregator.texts_to(NUMBER)[-1]


async def _count(aggregator: LocalAggregator, wanted: int) -> bool:
    return len(aggregator.messages) >= wanted


@asynccontextmanager
async def process(settings: Settings, **more: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """The service as a process of its own; killed at the end."""
    secrets = {
        "UNICARD_SMS_TOKEN": settings.sms_token.get_secret_value(),
        "UNICARD_NOTIFY_DATA_KEYS": settings.notify_data_keys.get_secret_value(),
        "UNICARD_CONTACT_KEYS": settings.contact_keys.get_secret_value(),
        "UNICARD_PLACE_CONTACT_KEYS": settings.place_contact_keys.get_secret_value(),
        "UNICARD_NOTIFY_LOOKUP_KEY": settings.notify_lookup_key.get_secret_value(),
    }
    plain = settings.model_dump(
        include={"database_url", "kafka_bootstrap", "topic_prefix", "jwks", "sms_url", "log_level"}
    )
    numbers = {"SMS_PER_SECOND": 2000, "SMS_BATCH": 20, "SMS_LEASE_SECONDS": 1, "NOTIFY_UPKEEP_SECONDS": 0.1}
    environment = {f"UNICARD_{name.upper()}": str(value) for name, value in {**plain, **numbers}.items()}
    running_process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "uvicorn", "--factory", "notify_service.main:create_app", "--port", "0",
        env=os.environ | environment | secrets | more,
    )  # fmt: skip
    try:
        yield running_process
    finally:
        if running_process.returncode is None:
            running_process.kill()
        await asyncio.wait_for(running_process.wait(), 30)


@pytest.mark.slow
async def test_killed_again_and_again_while_sending_it_sends_each_message_once(
    make_settings: Callable[..., Awaitable[Settings]], aggregator: LocalAggregator
) -> None:
    settings = await make_settings()
    outside = Outside(settings.kafka_bootstrap, settings.topic_prefix)
    people = [citizen(f"+2010{number:08}") for number in range(600)]
    slow = asyncio.Event()

    async def answer() -> None:
        await asyncio.sleep(0 if slow.is_set() else 0.02)

    aggregator.answer = answer
    await outside.tell(*people, *map(appointment, people))
    for stop_at in (40, 200, 400):
        async with process(settings) as service:
            await eventually(partial(_count, aggregator, stop_at), seconds=60)
            service.send_signal(signal.SIGKILL)
    slow.set()
    database = await asyncpg.connect(settings.database_url)
    try:
        async with process(settings) as service:

            async def all_sent() -> bool:
                return bool(await database.fetchval("SELECT count(*) = 600 FROM message WHERE status = 'sent'"))

            await eventually(all_sent, seconds=60)
            service.send_signal(signal.SIGTERM)
            # uvicorn shuts down in good order and then gives the signal its due
            assert await asyncio.wait_for(service.wait(), 20) in {0, -signal.SIGTERM}
        numbers = [message["to"] for message in aggregator.messages.values()]
        assert len(numbers) == len(set(numbers)) == 600
        assert await database.fetchval("SELECT count(*) FROM message") == 600
        assert sum(len(batch) for batch in aggregator.requests) >= 600
    finally:
        await database.close()


def handed_over(contact: ContactChanged) -> CardIssued:
    """A hand-over of two days ago that is of the sample."""
    while not drawn("handover", card_id := new_id(), Decimal("0.02")):
        pass
    return CardIssued(
        card_id=card_id, citizen_id=contact.citizen_id, household_id=contact.household_id, governorate="03",
        site_id=new_id(), issued_at=datetime.now(UTC) - timedelta(days=2),
    )  # fmt: skip


@pytest.mark.slow
async def test_told_twice_and_killed_while_asking_it_asks_everybody_once(
    make_settings: Callable[..., Awaitable[Settings]], aggregator: LocalAggregator
) -> None:
    settings = await make_settings()
    outside = Outside(settings.kafka_bootstrap, settings.topic_prefix)
    people = [citizen(f"+2010{number:08}") for number in range(120)]
    handovers = [handed_over(one) for one in people]
    await outside.tell(*people, *handovers, *handovers)
    database = await asyncpg.connect(settings.database_url)
    try:
        for asked in (1, 60):

            async def so_many(least: int = asked) -> bool:
                states = "SELECT count(*) >= $1 FROM spot_check WHERE state = 'asked'"
                return bool(await database.fetchval(states, least))

            async with process(settings, UNICARD_NOTIFY_SWEEP_SECONDS="0.05") as service:
                await eventually(so_many, seconds=60)
                service.send_signal(signal.SIGKILL)
        query = "SELECT count(*) = 120 FROM spot_check WHERE state = 'asked'"

        async def all_asked() -> bool:
            return bool(await database.fetchval(query))

        async with process(settings, UNICARD_NOTIFY_SWEEP_SECONDS="0.05"):
            await eventually(all_asked, seconds=60)
        counts = "SELECT count(*), count(DISTINCT citizen_id) FROM message WHERE template = 'handover_received'"
        row = await database.fetchrow(counts)
        assert row is not None
        assert tuple(row) == (120, 120)
        assert await database.fetchval("SELECT count(*) FROM spot_check") == 120
    finally:
        await database.close()

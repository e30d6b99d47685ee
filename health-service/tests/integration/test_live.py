"""health-service between real brokers' topics: cards and payments come in as events, visits go out as events."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from chassis import kafka
from chassis.ids import new_id
from chassis.testing import MakeDatabase, TestIssuer, eventually
from contracts import health as contract
from contracts.card import CardBlocked
from contracts.event import Event, registry
from contracts.health import CopaymentDue
from contracts.payment import PaymentCaptured
from health_service import MIGRATIONS

from ..support import HEALTH, NOON, Family, Health, family_events, serve, settings_for


class Outside:
    """The rest of the system: publishes what other services would and reads what health-service tells."""

    def __init__(self, producer: AIOKafkaProducer, bootstrap: str) -> None:
        self.producer, self.bootstrap = producer, bootstrap

    async def tell(self, *events: Event) -> None:
        for event in events:
            headers = {
                "ce_id": str(new_id()),
                "ce_type": event.event_type(),
                "ce_source": event.source(),
                "ce_time": datetime.now(UTC).isoformat(),
            }
            pairs = [(name, value.encode()) for name, value in headers.items()]
            key = event.partition_key().encode()
            await self.producer.send_and_wait(event.TOPIC, event.model_dump_json().encode(), key, headers=pairs)

    async def heard(self, household_id: UUID, kind: type[Event], seconds: float = 15.0) -> Any:
        """The first event of a type about a household on health's topic."""
        reader = AIOKafkaConsumer(contract.TOPIC, bootstrap_servers=self.bootstrap, auto_offset_reset="earliest")
        await reader.start()
        try:
            async with asyncio.timeout(seconds):
                async for record in reader:
                    headers = {name: value.decode() for name, value in record.headers}
                    if record.key == str(household_id).encode() and headers["ce_type"] == kind.event_type():
                        return registry()[headers["ce_type"]].model_validate_json(record.value)
        finally:
            await reader.stop()
        raise AssertionError("the topic ended")


@pytest.fixture(scope="module")
async def live(
    make_database: MakeDatabase, issuer: TestIssuer, kafka_bootstrap: str
) -> AsyncIterator[tuple[Health, Outside]]:
    settings = settings_for(await make_database(MIGRATIONS), issuer, kafka_bootstrap)
    producer = kafka.producer(kafka_bootstrap, "test")
    async with serve(settings, issuer) as health:
        await kafka.ensure_topics(kafka_bootstrap, ["card.events.v1", "payment.events.v1"])
        await producer.start()
        yield health, Outside(producer, kafka_bootstrap)
        await producer.stop()


async def test_from_the_card_to_the_paid_visit(live: tuple[Health, Outside]) -> None:
    health, outside = live
    desk, family = await health.desk(), Family()
    await outside.tell(*family_events(family, "03", datetime(2026, 11, 1, 8, tzinfo=UTC), HEALTH))

    async def entered() -> Any:
        reply = await health.visit(desk, family, "medicines", 50_000)
        return reply.json() if reply.status_code == 201 else None

    visit = await eventually(entered, seconds=20)
    due = await outside.heard(family.household_id, CopaymentDue)
    assert (str(due.encounter_id), due.amount) == (visit["encounter_id"], 5_000)
    captured = PaymentCaptured(
        payment_id=due.copayment_id,
        wallet_id=new_id(),
        citizen_id=due.citizen_id,
        household_id=due.household_id,
        card_id=due.card_id,
        merchant_id=due.provider_id,
        amount=due.amount,
        reference=f"copayment:{due.copayment_id}",
    )
    await outside.tell(captured, captured)

    async def paid() -> bool:
        return bool((await health.read(desk, visit["encounter_id"]))["copayment_state"] == "paid")

    assert await eventually(paid, seconds=20)


async def test_a_block_is_felt_within_a_second(live: tuple[Health, Outside]) -> None:
    health, outside = live
    desk, family = await health.desk(), Family()
    await outside.tell(*family_events(family, "03", datetime(2026, 11, 1, 8, tzinfo=UTC), HEALTH))

    async def known() -> bool:
        body = {"card_id": str(family.card_id)}
        reply = await health.client.post("/v1/eligibility", json=body, headers=desk.headers())
        return reply.status_code == 200 and bool(reply.json()["covered"])

    async def refused() -> bool:
        return not await known()

    assert await eventually(known, seconds=20)
    card = {"card_id": family.card_id, "citizen_id": family.head_id, "household_id": family.household_id}
    began = time.perf_counter()
    await outside.tell(CardBlocked(**card, reason="lost", blocked_at=NOON))
    assert await eventually(refused, seconds=20, every=0.01)
    assert time.perf_counter() - began < 1.0

"""health-service between real brokers' topics: cards and payments come in as events, visits go out as events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.ids import new_id
from chassis.testing import MakeDatabase, TestIssuer, eventually, quickest
from chassis.testing_events import Outside
from contracts.card import CardBlocked, CardUnblocked
from contracts.health import CopaymentDue
from contracts.payment import PaymentCaptured
from health_service import MIGRATIONS

from ..support import HEALTH, NOON, Family, Health, family_events, serve, settings_for


@pytest.fixture(scope="module")
async def live(
    make_database: MakeDatabase, issuer: TestIssuer, kafka_bootstrap: str
) -> AsyncIterator[tuple[Health, Outside]]:
    outside = Outside(kafka_bootstrap)
    settings = settings_for(await make_database(MIGRATIONS), issuer, **outside.settings)
    async with serve(settings, issuer) as health:
        yield health, outside


async def test_from_the_card_to_the_paid_visit(live: tuple[Health, Outside]) -> None:
    health, outside = live
    desk, family = await health.desk(), Family()
    await outside.tell(*family_events(family, "03", datetime(2026, 11, 1, 8, tzinfo=UTC), HEALTH))

    async def entered() -> Any:
        reply = await health.visit(desk, family, "medicines", 50_000)
        return reply.json() if reply.status_code == 201 else None

    visit = await eventually(entered, seconds=20)
    due = await outside.heard(CopaymentDue, lambda event: event.household_id == family.household_id)
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

    async def block() -> None:
        await outside.tell(CardBlocked(**card, reason="lost", blocked_at=NOON))
        assert await eventually(refused, seconds=20, every=0.01)

    async def unblock() -> None:
        await outside.tell(CardUnblocked(**card))
        assert await eventually(known, seconds=20)

    assert await quickest(block, undo=unblock) < 1.0

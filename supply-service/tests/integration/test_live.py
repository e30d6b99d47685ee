"""supply-service between real brokers' topics: cards come in as events, sales and answers go out as events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from chassis.ids import new_id
from chassis.testing import MakeDatabase, TestIssuer, eventually, quickest
from chassis.testing_events import Outside
from contracts import supply as contract
from contracts.card import (
    CardActivated,
    CardBlocked,
    CardIssued,
    CardReplaced,
    CardUnblocked,
    ProgrammeService,
)
from contracts.event import Event
from contracts.notify import InquiryReceived
from supply_service import MIGRATIONS

from ..support import NOON, Holder, Supply, bread, goods, serve, settings_for, told

SUPPLY = [ProgrammeService.SUPPLY]


@pytest.fixture(scope="module")
async def live(
    make_database: MakeDatabase, issuer: TestIssuer, kafka_bootstrap: str
) -> AsyncIterator[tuple[Supply, Outside]]:
    outside = Outside(kafka_bootstrap)
    settings = settings_for(await make_database(MIGRATIONS), issuer, **outside.settings)
    async with serve(settings, issuer) as supply:
        yield supply, outside
        await supply.audit()


def born(holder: Holder, members: int = 3) -> list[Event]:
    place = {"household_id": holder.household_id, "governorate": "03", "district": "03.02", "members": members}
    card = {"card_id": holder.card_id, "citizen_id": new_id(), "household_id": holder.household_id}
    return [
        told(holder.household_id, {"2020-01": members}),
        CardIssued(**card, governorate="03", site_id=new_id(), issued_at=NOON),
        CardActivated(
            **card,
            **{k: v for k, v in place.items() if k != "household_id"},
            services=SUPPLY,
            phase_id=None,
            activated_at=NOON,
        ),
    ]


async def test_from_activation_to_the_answer_by_sms(live: tuple[Supply, Outside]) -> None:
    supply, outside = live
    till, holder = await supply.till(), Holder(new_id(), new_id())
    household, issued, activated = born(holder)
    await outside.tell(household, issued)

    async def code() -> str:
        return str((await supply.sell(till, holder, bread(15))).json().get("code", "drawn"))

    assert await eventually(lambda: _is(code, "card_not_active"), seconds=20)
    await outside.tell(activated)
    assert await eventually(lambda: _is(code, "drawn"), seconds=20)
    redeemed = await outside.heard(contract.Redeemed, lambda event: event.household_id == holder.household_id)
    assert [line.quantity for line in redeemed.lines] == [15]
    inquiry = InquiryReceived(
        inquiry_id=new_id(), citizen_id=new_id(), household_id=holder.household_id, topic="balance", received_at=NOON
    )
    await outside.tell(inquiry)
    stated = await outside.heard(contract.BalanceStated, lambda event: event.household_id == holder.household_id)
    assert (stated.inquiry_id, stated.known) == (inquiry.inquiry_id, True)
    left = await supply.left(holder, till)
    assert {pot.programme: pot.remaining for pot in stated.remaining} == left


async def test_a_block_is_felt_within_a_second_and_the_new_card_keeps_the_month(live: tuple[Supply, Outside]) -> None:
    supply, outside = live
    till, holder, successor = await supply.till(), Holder(new_id(), new_id()), new_id()
    await outside.tell(*born(holder))

    async def code() -> str:
        return str((await supply.sell(till, holder, bread(500))).json()["code"])

    assert await eventually(lambda: _is(code, "too_many_days"), seconds=20)
    assert (await supply.sell(till, holder, bread(15))).status_code == 201
    card = {"card_id": holder.card_id, "citizen_id": new_id(), "household_id": holder.household_id}

    async def block() -> None:
        await outside.tell(CardBlocked(**card, reason="lost", blocked_at=NOON))
        assert await eventually(lambda: _is(code, "card_blocked"), seconds=20, every=0.005)

    async def unblocked() -> bool:
        return await code() != "card_blocked"

    async def unblock() -> None:
        await outside.tell(CardUnblocked(**card))
        assert await eventually(unblocked, seconds=20)

    assert await quickest(block, undo=unblock) < 1.0
    await outside.tell(
        CardReplaced(
            old_card_id=holder.card_id,
            new_card_id=successor,
            citizen_id=card["citizen_id"],
            household_id=holder.household_id,
            governorate="03",
            services=SUPPLY,
            replaced_at=NOON,
        )
    )
    replacement = Holder(successor, holder.household_id)

    async def known() -> bool:
        reply = await supply.client.get(f"/v1/entitlements/{successor}", headers=till.headers())
        return reply.status_code == 200

    assert await eventually(known, seconds=20)
    assert (await supply.left(replacement, till))["bread"] == 26 * 15 - 15
    again = await supply.sell(till, replacement, bread(15))
    assert again.json()["code"] == "day_already_drawn"
    assert (await supply.sell(till, holder, bread(15))).json()["code"] == "card_closed"


async def test_a_sale_published_again_is_what_was_published(live: tuple[Supply, Outside]) -> None:
    """As after a broker that lost everything: its event is rendered anew from its row, whatever was sold since."""
    supply, outside = live
    till, shop, holder = await supply.till(), await supply.till("grocer"), Holder(new_id(), new_id())
    await outside.tell(*born(holder))

    async def drawn() -> bool:
        return (await supply.sell(till, holder, bread(15))).status_code == 201

    async def redeemed(number: int) -> list[contract.Redeemed]:
        found: list[contract.Redeemed] = []

        def last(event: contract.Redeemed) -> bool:
            found.extend([event] if event.household_id == holder.household_id else [])
            return len(found) == number

        await outside.heard(contract.Redeemed, last)
        return found

    assert await eventually(drawn, seconds=20)
    (first,) = await redeemed(1)
    assert (await supply.sell(shop, holder, goods("oil", 1))).status_code == 201
    await redeemed(2)

    async def moved() -> bool:
        return bool((await supply.fetch("SELECT id > 0 AS moved FROM outbox_cursor"))[0]["moved"])

    assert await eventually(moved, seconds=5)
    await supply.fetch("UPDATE outbox_cursor SET id = 0")
    again = await redeemed(4)
    assert (again[0], again[2]) == (first, first)
    assert again[1] == again[3] != again[0]


async def _is(code: Any, wanted: str) -> bool:
    return bool(await code() == wanted)

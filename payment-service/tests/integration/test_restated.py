"""Wallets from before learn where they belong when cards are told again; what is known stays as it is."""

from __future__ import annotations

from uuid import UUID

import pytest

from chassis.clock import Clock
from chassis.ids import new_id
from contracts.card import CardRestated, ProgrammeService
from contracts.health import ProviderRestated
from contracts.supply import OutletRestated
from payment_service.wallets import repository as wallets

from ..support import House, activated, deliver

OLD, NEW = "19", "03"


def card(card_id: UUID, citizen: UUID, household: UUID, state: str = "active", governorate: str = NEW) -> CardRestated:
    """A card told again."""
    return CardRestated(
        restatement_id=new_id(),
        card_id=card_id,
        citizen_id=citizen,
        household_id=household,
        governorate=governorate,
        district="03.04",
        members=3,
        state=state,
        services=[ProgrammeService.PAYMENT],
        activated_at=None if state == "issued" else Clock().now(),
        blocked_at=Clock().now() if state == "blocked" else None,
        replaced_by=None,
    )


async def where(house: House, citizen: UUID) -> str | None:
    """Where a citizen's wallet belongs."""
    found: str | None = await house.runtime.pool.fetchval(
        "SELECT governorate FROM wallet WHERE citizen_id = $1", citizen
    )
    return found


async def opened(house: House, citizen: UUID) -> int:
    """How often it was told that a wallet was opened."""
    rows = await house.runtime.pool.fetch("SELECT payload FROM outbox WHERE type LIKE '%.WalletOpened.%'")
    return sum(str(citizen).encode() in row["payload"] for row in rows)


async def test_a_wallet_from_before_learns_its_governorate_and_keeps_its_money(house: House) -> None:
    card_id, citizen, household = await house.citizen(balance=500)
    await house.runtime.pool.execute("UPDATE wallet SET governorate = NULL WHERE citizen_id = $1", citizen)
    for _ in range(2):
        await deliver(house, card(card_id, citizen, household))
    assert await where(house, citizen) == NEW
    assert await house.balance(citizen) == (500, 0)
    assert await opened(house, citizen) == 0


async def test_a_copy_that_lost_all_is_as_if_it_had_heard_all(house: House) -> None:
    card_id, citizen, household = new_id(), new_id(), new_id()
    await deliver(house, card(card_id, citizen, household, "blocked"), card(new_id(), citizen, household, "issued"))
    assert await where(house, citizen) == NEW
    assert await house.balance(citizen) == (0, 0)
    assert await opened(house, citizen) == 1
    async with house.runtime.sessions() as session:
        found = await wallets.of_card(session, card_id)
    assert found is not None
    assert found.state == "blocked"
    rows = await house.runtime.pool.fetch("SELECT FROM card WHERE citizen_id = $1", citizen)
    assert len(rows) == 1, "a card that never was active pays nothing"


@pytest.mark.parametrize("closed_first", [True, False])
async def test_a_closed_card_says_where_a_wallet_belongs_only_if_nothing_else_does(
    house: House, closed_first: bool
) -> None:
    citizen, household, old, new = new_id(), new_id(), new_id(), new_id()
    told = [card(old, citizen, household, "closed", OLD), card(new, citizen, household)]
    await deliver(house, *(told if closed_first else told[::-1]))
    assert await where(house, citizen) == NEW
    await deliver(house, told[0])
    assert await where(house, citizen) == NEW


async def test_a_closed_card_stays_closed(house: House) -> None:
    card_id, citizen, household = new_id(), new_id(), new_id()
    await deliver(house, activated(card_id, citizen, household), card(card_id, citizen, household, "closed"))
    await deliver(house, card(card_id, citizen, household))
    async with house.runtime.sessions() as session:
        found = await wallets.of_card(session, card_id)
    assert found is not None
    assert found.state == "closed"


async def test_merchants_learn_where_they_stand(house: House) -> None:
    outlet, provider = new_id(), new_id()
    await deliver(
        house,
        OutletRestated(restatement_id=new_id(), outlet_id=outlet, kind="grocer", governorate=OLD, district="03.02"),
        ProviderRestated(restatement_id=new_id(), provider_id=provider, kind="hospital", governorate=NEW),
    )
    rows = await house.runtime.pool.fetch("SELECT merchant_id, governorate FROM merchant")
    assert {row["merchant_id"]: row["governorate"] for row in rows} == {outlet: OLD, provider: NEW}

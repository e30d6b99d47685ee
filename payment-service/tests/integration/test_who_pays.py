"""A wallet opens where payment is on the card, and stands still when its holder dies, until two have decided."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from approvals.testing import decide
from chassis.consumer import Received
from chassis.ids import new_id
from chassis.testing_proofs import prove
from contracts.card import (
    CardRestated,
    CardServiceDisabled,
    CardServiceEnabled,
    HouseholdRestated,
    PersonDied,
    ProgrammeService,
)
from contracts.event import Event
from contracts.health import CopaymentDue, CopaymentReversed
from contracts.household import FormerMember, HouseholdState
from payment_service.consumers import reactions
from payment_service.ledger.accounts import wallet_id

from ..payouts import Office
from ..support import House, activated, deliver

SUPPLY, PAYMENT = ProgrammeService.SUPPLY, ProgrammeService.PAYMENT
NOON = datetime(2026, 11, 5, 10, tzinfo=UTC)
DIED = date(2026, 11, 7)


def switched(card: UUID, household: UUID, *, on: bool) -> CardServiceEnabled | CardServiceDisabled:
    if on:
        return CardServiceEnabled(card_id=card, household_id=household, service=PAYMENT)
    return CardServiceDisabled(card_id=card, household_id=household, service=PAYMENT, reason="x")


def death(citizen: UUID, household: UUID) -> PersonDied:
    return PersonDied(
        household_id=household, citizen_id=citizen, died_on=DIED, was_head=True, effective_month="2026-12",
        change_id=new_id(),
    )  # fmt: skip


async def hold(house: House, card: UUID, amount: int = 100) -> Any:
    return await house.hold(card, amount, reference="sale")


async def opened(house: House, citizen: UUID) -> int:
    rows = await house.runtime.pool.fetch("SELECT payload FROM outbox WHERE type LIKE '%.WalletOpened.%'")
    return sum(str(citizen).encode() in row["payload"] for row in rows)


async def test_a_card_for_supply_alone_opens_no_wallet(house: House) -> None:
    """Truth 2.16."""
    card, citizen, household = new_id(), new_id(), new_id()
    await deliver(house, activated(card, citizen, household, [SUPPLY]))
    assert (await hold(house, card)).json()["code"] == "wallet_unknown"
    assert await opened(house, citizen) == 0
    await deliver(house, switched(card, household, on=True))
    assert await opened(house, citizen) == 1
    await house.pay_in(citizen, 500)
    assert (await hold(house, card)).status_code == 201
    await deliver(house, switched(card, household, on=False))
    refused = await hold(house, card)
    assert (refused.status_code, refused.json()["code"]) == (409, "payment_not_enabled")
    await deliver(house, switched(card, household, on=True), switched(card, household, on=True))
    assert (await hold(house, card)).status_code == 201
    assert await opened(house, citizen) == 1


async def test_a_card_of_before_pays_as_it_did_until_it_is_told_otherwise(house: House) -> None:
    """An upgrade takes nobody's wallet: which services are on old cards was never heard."""
    card, citizen, household = await house.citizen(balance=500)
    await house.runtime.pool.execute("UPDATE card SET payment = NULL, payment_at = NULL WHERE card_id = $1", card)
    told = CardRestated(
        restatement_id=new_id(), card_id=card, citizen_id=citizen, household_id=household, governorate="03",
        district="03.02", members=1, state="active", services=[SUPPLY], activated_at=NOON, blocked_at=None,
        replaced_by=None,
    )  # fmt: skip
    await deliver(house, told)
    assert (await hold(house, card)).status_code == 201
    await deliver(house, switched(card, household, on=False))
    assert (await hold(house, card)).json()["code"] == "payment_not_enabled"
    fresh = told.model_copy(update={"card_id": new_id(), "citizen_id": new_id()})
    await deliver(house, fresh)
    assert (await hold(house, fresh.card_id)).json()["code"] == "wallet_unknown"


async def test_whatever_comes_first_what_was_told_last_holds(house: House) -> None:
    found = []
    for order in permutations(range(4)):
        card, citizen, household = new_id(), new_id(), new_id()
        events: list[Event] = [
            activated(card, citizen, household, [SUPPLY]),
            switched(card, household, on=True),
            switched(card, household, on=False),
            death(citizen, household),
        ]
        received = [Received(e, new_id(), NOON + timedelta(minutes=n), e.partition_key()) for n, e in enumerate(events)]
        again = [*order, *random.Random(sum(order)).sample(order, 2)]
        for number in again:
            async with house.runtime.sessions() as session, session.begin():
                await reactions.handle([received[number]], session, house.runtime)
        row = await house.runtime.pool.fetchrow("SELECT payment, state FROM card WHERE card_id = $1", card)
        frozen = await house.runtime.pool.fetchval(
            "SELECT frozen FROM account a JOIN wallet w ON w.wallet_id = a.account_id WHERE citizen_id = $1", citizen
        )
        assert row is not None
        found.append((row["payment"], row["state"], frozen in {None, True}))
    assert found == [(False, "active", True)] * len(found)


async def test_a_dead_holders_wallet_stands_still(house: House) -> None:
    card, citizen, household = await house.citizen(balance=1_000)
    held = (await hold(house, card, 300)).json()
    await deliver(house, death(citizen, household))
    refused = await hold(house, card)
    assert (refused.status_code, refused.json()["code"]) == (409, "wallet_frozen")
    path = f"/v1/payments/{held['payment_id']}/capture"
    assert (await house.client.post(path, json={"amount": 300}, headers=house.terminal())).status_code == 200, (
        "what was held before is taken"
    )
    seen = await house.client.get(f"/v1/wallets/{card}", headers=house.issuer.headers("office", "wallets:read"))
    assert (seen.json()["frozen"], seen.json()["balance"]) == (True, 700)
    order = {
        "debit_account_id": seen.json()["wallet_id"], "credit_account_id": str(house.merchant()), "amount": 10,
    }  # fmt: skip
    moved = await house.client.post(
        "/v1/transfers", json={"transfers": [order, order]}, headers=house.issuer.headers("m", "ledger:write")
    )
    assert {one["code"] for one in moved.json()["results"]} == {"wallet_frozen"}


async def test_nobody_but_its_holder_takes_from_a_wallet(house: House) -> None:
    """Finding B1: whoever had the ledger's right could, without the holder and without a word to anybody."""
    _, citizen, _ = await house.citizen(balance=1_000)
    order = {
        "debit_account_id": str(wallet_id(citizen)), "credit_account_id": await house.fund("test"), "amount": 10,
    }  # fmt: skip
    hold = {**order, "kind": "pending", "timeout_seconds": 60}
    moved = await house.client.post(
        "/v1/transfers", json={"transfers": [order, hold]}, headers=house.issuer.headers("m", "ledger:write")
    )
    assert [one["code"] for one in moved.json()["results"]] == ["holder_proof_required"] * 2
    assert await house.balance(citizen) == (1_000, 0)


async def test_a_wallet_that_opens_after_the_death_was_heard_stands_still(house: House) -> None:
    card, citizen, household = new_id(), new_id(), new_id()
    state = HouseholdState(
        household_id=household, revision=2, status="ended", governorate="03", district="03.02",
        governorate_of_issue="03", legal_basis=None, members=[], sizes=[],
        former=[FormerMember(citizen_id=citizen, left_on=DIED, reason="death", died_on=DIED)],
    )  # fmt: skip
    told = HouseholdRestated(
        restatement_id=new_id(), household_id=household, governorate="03", district="03.02", members=0, revision=2,
        citizens=[], state=state,
    )  # fmt: skip
    await deliver(house, told)
    await deliver(house, activated(card, citizen, household))
    assert (await hold(house, card)).json()["code"] == "wallet_frozen"


async def test_what_is_paid_to_the_dead_goes_back_with_the_reason(house: House) -> None:
    office = Office(house)
    (_, living, _), (_, dead, household) = await house.citizen(), await house.citizen()
    unknown = new_id()
    await deliver(house, death(dead, household), death(unknown, new_id()))
    path = await office.paid([f"{living},1000,a", f"{dead},2000,b", f"{unknown},4000,c"])
    result = await office.call("GET", f"{path}/result")
    rows = [line for line in result.splitlines() if "payee_deceased" in line]
    assert len(rows) == 2, result
    assert all("The payee is dead" in row and "المستفيد متوفى" in row for row in rows)
    assert await house.balance(living) == (1_000, 0)
    assert await house.balance(dead) == (0, 0)


TREASURY = "funds:write funds:approve"


async def propose(house: House, card: UUID, who: UUID, expect: int = 202, **body: Any) -> Any:
    document = {"because": "error", "reason": "looked at", **body}
    reply = await house.client.post(
        f"/v1/wallets/{card}/release", json=document, headers=house.issuer.person(TREASURY, person_id=who)
    )
    assert reply.status_code == expect, reply.text
    return reply.json()


@pytest.mark.parametrize("because", ["error", "heir"])
async def test_two_persons_decide_on_the_wallet_of_the_dead(house: House, because: str) -> None:
    card, citizen, household = await house.citizen(balance=1_000)
    heirs_card, heir, _ = await house.citizen()
    officer = new_id()
    assert (await propose(house, card, officer, 409))["code"] == "not_deceased"
    await deliver(house, death(citizen, household))
    assert (await propose(house, card, officer, 422, because="heir"))["code"] == "heir_invalid"
    assert (await propose(house, card, officer, 422, because="heir", heir_card_id=str(card)))["code"] == "heir_invalid"
    body: dict[str, Any] = {"because": because} | ({"heir_card_id": str(heirs_card)} if because == "heir" else {})
    made = await propose(house, card, officer, **body)
    own = await decide(
        house.client, house.issuer, "payment", made["proposal_id"], "funds:approve", expect=403, person_id=officer
    )
    assert own["code"] == "own_proposal"
    await decide(house.client, house.issuer, "payment", made["proposal_id"], "funds:approve")
    if because == "error":
        assert (await hold(house, card)).status_code == 201, "the wallet pays again"
    else:
        assert (await house.balance(citizen), await house.balance(heir)) == ((0, 0), (1_000, 0))
        assert (await hold(house, card)).json()["code"] == "wallet_frozen"
    await deliver(house, death(citizen, household))
    assert (await propose(house, card, officer, 409))["code"] == "not_deceased", "decided once"
    frozen = (await hold(house, card)).json().get("code") == "wallet_frozen"
    assert frozen is (because == "heir"), "hearing of the death again changes nothing"


async def test_a_copayment_is_given_back_once(house: House) -> None:
    card, citizen, household = await house.citizen(balance=1_000)
    parties: dict[str, Any] = {
        "copayment_id": new_id(), "encounter_id": new_id(), "citizen_id": citizen, "household_id": household,
        "card_id": card, "provider_id": new_id(), "amount": 300,
    }  # fmt: skip
    never = CopaymentReversed(**parties | {"copayment_id": new_id()})
    await deliver(house, never, CopaymentDue(**parties, holder_proof=prove(new_id(), card, 300, "visit")))
    assert await house.balance(citizen) == (700, 0)
    for _ in range(2):
        await deliver(house, CopaymentReversed(**parties))
    assert await house.balance(citizen) == (1_000, 0)

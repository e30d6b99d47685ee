"""Money for funds, and whose they are, by two persons of the treasury; no machine, no stranger, nobody alone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from approvals.testing import decide
from chassis.ids import new_id
from payment_service.ledger.accounts import account_id

from ..payouts import Office, fund_of
from ..support import PENSIONS, TREASURY, House

NAMES = {"name_ar": "معاشات", "name_en": "Pensions"}
ASKER, OTHER, THIRD = (UUID(int=n) for n in range(11, 14))


class Treasury:
    """The treasury at work with a payment-service."""

    def __init__(self, house: House) -> None:
        self.house = house

    def system(self) -> dict[str, str]:
        return self.house.client_headers("funds:write", "treasury", authority=TREASURY)

    def person(self, who: UUID = ASKER, scopes: str = "funds:write", **claims: Any) -> dict[str, str]:
        return self.house.issuer.person(scopes, person_id=who, **{"authority": TREASURY, **claims})

    async def ask(
        self, amount: int, headers: dict[str, str] | None = None, expect: int = 202, reference: str | None = None
    ) -> Any:
        body = {"amount": amount, "reference": reference or f"m-{new_id()}"}
        path = "/v1/payout-funds/pension/fundings"
        reply = await self.house.client.post(path, json=body, headers=headers or self.system())
        assert reply.status_code == expect, reply.text
        return reply.json()

    async def decide(self, proposal: Any, expect: int = 200, scope: str = "funds:approve", **more: Any) -> Any:
        claims = {"authority": TREASURY, **more}
        client, issuer = self.house.client, self.house.issuer
        return await decide(client, issuer, "payment", proposal["proposal_id"], scope, expect=expect, **claims)


@pytest.fixture
def treasury(house: House) -> Treasury:
    return Treasury(house)


async def test_a_system_or_a_person_asks_and_another_person_pays_in(treasury: Treasury) -> None:
    for headers in (treasury.system(), treasury.person()):
        before = await fund_of(treasury.house)
        asked = await treasury.ask(500, headers)
        assert (asked["state"], asked["amount"], asked["office"]) == ("submitted", 500, "same")
        assert await fund_of(treasury.house) == before, "nothing moves before the decision"
        assert (await treasury.decide(asked, person_id=OTHER))["state"] == "approved"
        assert await fund_of(treasury.house) == before + 500
    assert (await treasury.house.proof())["sound"]


async def test_nobody_pays_in_alone(treasury: Treasury) -> None:
    asked = await treasury.ask(500, treasury.person())
    both = "funds:write funds:approve"
    assert (await treasury.decide(asked, 403, both, person_id=ASKER))["code"] == "own_proposal"
    elsewhere = await treasury.decide(asked, 404, both, person_id=ASKER, authority=PENSIONS)
    assert elsewhere["code"] == "proposal_unknown", "in another office one is the same person"
    for stranger in ("health-authority", PENSIONS, "ministry"):
        await treasury.decide(asked, 404, person_id=OTHER, authority=stranger)
    granted = await treasury.decide(asked, 403, person_id=OTHER, grantors=[f"person:{ASKER}"])
    assert granted["code"] == "decider_not_independent"
    body = {"decision": "approve", "digest": asked["digest"]}
    machine = treasury.house.client_headers("funds:write funds:approve", "treasury-two", authority=TREASURY)
    path = f"/v1/proposals/payment/{asked['proposal_id']}/decision"
    refused = await treasury.house.client.post(path, json=body, headers=machine)
    assert (refused.status_code, refused.json()["code"]) == (403, "caller_kind_refused")
    assert await fund_of(treasury.house) == 0


async def test_what_was_seen_is_what_is_paid_once(treasury: Treasury) -> None:
    asked = await treasury.ask(500, reference="december")
    again = await treasury.ask(600, expect=409, reference="december")
    assert again["code"] == "proposal_open"
    path = f"/v1/proposals/payment/{asked['proposal_id']}/decision"
    for digest, status in (("0" * 64, 409), (asked["digest"], 200), (asked["digest"], 409)):
        headers = treasury.person(OTHER, "funds:approve")
        body = {"decision": "approve", "digest": digest}
        reply = await treasury.house.client.post(path, json=body, headers=headers)
        assert reply.status_code == status, reply.text
    assert (await treasury.ask(500, expect=409, reference="december"))["code"] == "funding_reference_used"
    assert await fund_of(treasury.house) == 500


async def test_what_is_refused_or_withdrawn_may_be_asked_for_again(treasury: Treasury) -> None:
    asked = await treasury.ask(500, reference="january")
    await treasury.decide(asked, person_id=OTHER, decision="refuse")
    asked = await treasury.ask(400, treasury.person(), reference="january")
    withdrawal = f"/v1/proposals/payment/{asked['proposal_id']}/withdrawal"
    for who, status in ((OTHER, 403), (ASKER, 200)):
        reply = await treasury.house.client.post(withdrawal, json={"reason": "wrong"}, headers=treasury.person(who))
        assert reply.status_code == status
    await treasury.decide(await treasury.ask(300, reference="january"), person_id=OTHER)
    assert await fund_of(treasury.house) == 300


async def test_a_large_sum_takes_two_deciders(treasury: Treasury) -> None:
    asked = await treasury.ask(100_000_000_000)
    assert (await treasury.decide(asked, person_id=OTHER))["state"] == "submitted"
    assert (await treasury.decide(asked, 409, person_id=OTHER))["code"] == "proposal_approved_by_you"
    assert await fund_of(treasury.house) == 0
    assert (await treasury.decide(asked, person_id=THIRD))["state"] == "approved"


async def give(treasury: Treasury, authority: str, fund: str = "pension", **headers: str) -> Any:
    path, body = f"/v1/payout-funds/{fund}", {"authority": authority, **NAMES}
    reply = await treasury.house.client.put(path, json=body, headers=headers or treasury.system())
    assert reply.status_code == 200, reply.text
    return reply.json()


async def test_nobody_gives_a_fund_to_another_authority_alone(treasury: Treasury) -> None:
    await treasury.house.fill(700)
    entered = await give(treasury, "ministry", "salt")
    assert (entered["authority"], entered["proposal_id"]) == ("ministry", None)
    asked = await give(treasury, "health-authority")
    assert (asked["authority"], asked["balance"]) == (PENSIONS, 700)
    await treasury.decide(asked, 403, "funds:write funds:approve", person_id=OTHER, grantors=["treasury"])
    assert (await treasury.decide(asked, person_id=OTHER))["state"] == "approved"
    assert (await give(treasury, "health-authority"))["authority"] == "health-authority"


async def test_money_for_one_authority_is_not_paid_to_another(treasury: Treasury) -> None:
    asked, owner = await treasury.ask(500), await give(treasury, "health-authority")
    await treasury.decide(owner, person_id=OTHER)
    assert (await treasury.decide(asked, 409, person_id=OTHER))["code"] == "proposal_changed"
    assert (await treasury.house.proof())["sound"]


async def test_a_fund_is_not_given_away_while_batches_are_paid_from_it(treasury: Treasury) -> None:
    house, office = treasury.house, Office(treasury.house)
    citizen = (await house.citizen())[1]
    await house.fill(100)
    path = await office.batch([f"{citizen},100,a"], value_date="2099-01-05")
    await office.submit(path)
    await office.approve(path)
    asked = await give(treasury, "health-authority")
    assert (await treasury.decide(asked, 409, person_id=OTHER))["code"] == "fund_in_use"


@pytest.mark.parametrize("account", [("clearing", "treasury"), ("fund", "pension"), ("clearing", "payout_batch:x")])
@pytest.mark.parametrize("way", ["out", "in"])
async def test_no_system_moves_what_people_decide(house: House, account: tuple[str, str], way: str) -> None:
    """`ledger:write` would fill a fund, or empty the treasury, by itself."""

    def headers() -> dict[str, str]:
        return house.client_headers("ledger:write", "bank", authority=TREASURY)

    for kind, owner in (account, ("fund", "elsewhere")):
        opened = await house.client.post("/v1/accounts", json={"kind": kind, "owner": owner}, headers=headers())
        assert opened.status_code == 201, opened.text
    ends = [str(account_id(*account)), str(account_id("fund", "elsewhere"))]
    debit, credit = ends if way == "out" else ends[::-1]
    order = {"debit_account_id": debit, "credit_account_id": credit, "amount": 1}
    kinds: tuple[dict[str, Any], ...] = ({}, {"kind": "pending", "timeout_seconds": 60})
    for more in kinds:
        reply = await house.client.post("/v1/transfers", json={"transfers": [{**order, **more}]}, headers=headers())
        assert (reply.status_code, reply.json()["code"]) == (403, "account_reserved")
    assert await fund_of(house) == 0

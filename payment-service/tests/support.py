"""Small ways to fill and read a payment-service."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI

from approvals.testing import decide
from chassis.clock import Clock
from chassis.consumer import Received
from chassis.ids import new_id
from chassis.testing import TestIssuer
from chassis.testing_proofs import prove
from contracts.card import CardActivated, ProgrammeService
from contracts.event import Event
from payment_service.consumers import reactions
from payment_service.context import Runtime
from payment_service.ledger.accounts import account_id, wallet_id
from payment_service.ledger.items import Item
from payment_service.ledger.rules import Order, Transfer
from payment_service.wallets import repository as wallets

PENSIONS = "pension-authority"
TREASURY = "finance-ministry"


class House:
    """A payment-service with its runtime, for tests that look behind the API."""

    def __init__(self, app: FastAPI, client: httpx.AsyncClient, issuer: TestIssuer) -> None:
        self.app = app
        self.client = client
        self.issuer = issuer
        self.outlet_id = new_id()

    @property
    def runtime(self) -> Runtime:
        found: Runtime = self.app.state.runtime
        return found

    async def citizen(self, balance: int = 0, governorate: str = "03") -> tuple[UUID, UUID, UUID]:
        """A citizen with an active card and a wallet: card, citizen and household ids."""
        card, citizen, household = new_id(), new_id(), new_id()
        opening = wallets.Opening(card, citizen, household, governorate)
        columns = {name: [value] for name, value in opening._asdict().items()}
        async with self.runtime.sessions() as session, session.begin():
            await wallets.put_cards(session, {**columns, "payment": [True], "at": [None]})
            await wallets.open_for(session, [opening])
        if balance:
            await self.pay_in(citizen, balance)
        return card, citizen, household

    async def pay_in(self, citizen: UUID, amount: int) -> None:
        """Give a citizen money from a fund."""
        fund = await self.runtime.state.accounts.one("fund", "test")
        order = Order(Transfer(new_id(), fund, wallet_id(citizen), amount, "posted"))
        await self.runtime.state.ledger.submit(Item("", None, b"", [order]))

    async def balance(self, citizen: UUID) -> tuple[int, int]:
        """Balance and held amount of a citizen's wallet."""
        async with self.runtime.sessions() as session:
            found = await wallets.of_citizen(session, citizen)
        assert found is not None
        return found

    def terminal(self, outlet_id: UUID | None = None) -> dict[str, str]:
        """Headers of a grocer's terminal."""
        return self.issuer.headers(
            str(new_id()), "payments:create", kind="terminal", outlet_id=outlet_id or self.outlet_id
        )

    async def hold(self, card: UUID, amount: int, *, reference: str = "basket", **more: Any) -> httpx.Response:
        """Ask to hold an amount at a grocer's terminal, where the card's holder is and agrees to it."""
        headers = self.terminal()
        body = {"card_id": str(card), "amount": amount, "reference": reference, **more}
        body.setdefault("holder_proof", prove(headers, card, max(amount, 0)))
        return await self.client.post("/v1/payments/authorizations", json=body, headers=headers)

    def client_headers(self, scopes: str, subject: str = "ministry", **claims: Any) -> dict[str, str]:
        """Headers of a ministry's client."""
        return self.issuer.headers(subject, scopes, **claims)

    async def fill(self, amount: int, fund: str = "pension") -> None:
        """Pay money of the treasury into a fund of payouts, on as many hands as it takes."""
        path, body = f"/v1/payout-funds/{fund}/fundings", {"amount": amount, "reference": f"test-{new_id()}"}
        headers = self.client_headers("funds:write", "treasury", authority=TREASURY)
        reply = await self.client.post(path, json=body, headers=headers)
        assert reply.status_code == 202, reply.text
        proposal = reply.json()
        for _ in range(proposal["deciders"]):
            decided = await decide(
                self.client, self.issuer, "payment", proposal["proposal_id"], "funds:approve", authority=TREASURY
            )
        assert decided["state"] == "approved"

    async def proof(self) -> dict[str, Any]:
        """The ledger counted anew."""
        reply = await self.client.get("/v1/ledger-proof", headers=self.client_headers("ledger:read"))
        assert reply.status_code == 200, reply.text
        document: dict[str, Any] = reply.json()
        return document

    async def fund(self, owner: str) -> str:
        """The account of a fund without bound, opened by the ministry."""
        body, headers = {"kind": "fund", "owner": owner}, self.client_headers("ledger:write")
        made = await self.client.post("/v1/accounts", json=body, headers=headers)
        assert made.status_code == 201, made.text
        return str(made.json()["account_id"])

    def merchant(self) -> UUID:
        """The account of the terminal's outlet."""
        return account_id("merchant", str(self.outlet_id))


async def deliver(house: House, *events: Event) -> None:
    """Hand events to the service as its consumer does."""
    received = [Received(event, new_id(), Clock().now(), event.partition_key()) for event in events]
    async with house.runtime.sessions() as session, session.begin():
        await reactions.handle(received, session, house.runtime)


def activated(
    card: UUID,
    citizen: UUID,
    household: UUID,
    services: Sequence[ProgrammeService] = (ProgrammeService.SUPPLY, ProgrammeService.PAYMENT),
) -> CardActivated:
    """The event that opens a wallet, where payment is among the services."""
    return CardActivated(
        card_id=card,
        citizen_id=citizen,
        household_id=household,
        governorate="03",
        district="03.04",
        members=3,
        services=list(services),
        phase_id=None,
        activated_at=Clock().now(),
    )

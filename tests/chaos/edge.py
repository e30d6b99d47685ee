"""The way from terminals to two services without the gateway between, with power cuts at the terminals' end."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import orjson

from approvals.testing import as_person
from chassis.testing import TestIssuer
from devstack.terminal.keys import from_b64url
from devstack.terminal.wire import Answer, Headers, Wire

PAYMENT_PATHS = (
    "/v1/payments", "/v1/wallets", "/v1/payout-", "/v1/ledger", "/v1/merchant-totals", "/v1/proposals/payment",
)  # fmt: skip
_PEOPLE = {"approver": UUID(int=1), "treasurer": UUID(int=2)}
_AUTHORITIES = {
    "authority": "pension-authority",
    "approver": "pension-authority",
    "treasury": "finance-ministry",
    "treasurer": "finance-ministry",
}
TILL_SCOPES = "redemptions:create redemptions:read entitlements:read days:close catalogue:read payments:create"


class PowerCut(Exception):
    """The terminal went dark after the answer had left and before it was read."""


class LocalEdge(Wire):
    """Sends each path to the service that answers it, and hands out tokens as the gateway does."""

    def __init__(self, supply: str, payment: str, issuer: TestIssuer, cuts: float = 0.0) -> None:
        """`cuts`: the share of answers to mutations that are lost with the terminal's power."""
        super().__init__(supply)
        self.cuts = cuts
        self.tills: dict[str, UUID] = {}
        self.clients: Mapping[str, str] = {}
        self._issuer = issuer
        self._supply = Wire(supply, timeout_s=5)
        self._payment = Wire(payment, timeout_s=5)
        self._random = random.Random(11)

    async def request(
        self, method: str, path: str, headers: Headers = (), body: bytes = b"", timeout_s: float | None = None
    ) -> Answer:
        """The answer of the service the path belongs to. Raises NotReached or PowerCut."""
        if path == "/oauth/token":
            return self._token(body)
        service = self._payment if path.startswith(PAYMENT_PATHS) else self._supply
        answer = await service.request(method, path, headers, body, timeout_s)
        if method != "GET" and self._random.random() < self.cuts:
            raise PowerCut
        return answer

    def _token(self, body: bytes) -> Answer:
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        if "client_assertion" in form:
            subject = str(orjson.loads(from_b64url(form["client_assertion"].split(".")[1]))["sub"])
            outlet_id = self.tills[subject]
            token = self._issuer.token(
                subject, TILL_SCOPES, kind="terminal", outlet_id=outlet_id, governorate="03", ttl=3600
            )
        else:
            client_id = form["client_id"]
            authority = _AUTHORITIES.get(client_id)
            who: dict[str, Any] = as_person(_PEOPLE[client_id]) if client_id in _PEOPLE else {"subject": client_id}
            token = self._issuer.token(scopes=self.clients[client_id], authority=authority, ttl=3600, **who)
        document: dict[str, Any] = {"access_token": token, "expires_in": 3600, "at": time.time()}
        return Answer(200, {}, orjson.dumps(document))

    async def aclose(self) -> None:
        """Close the connections to both services."""
        await self._supply.aclose()
        await self._payment.aclose()

"""Gathering from all services what concerns one citizen, in the gateway's own name."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

from api_gateway.tokens.issuer import Issuer
from chassis.area import NATION
from chassis.ids import new_id
from chassis.logging import get_logger
from chassis.problems import NotFound, Unavailable
from chassis.records.held import Held
from chassis.records.reading import About
from contracts.scopes import Scope

log = get_logger(__name__)

SUBJECT = "gateway"
_TOKEN_SECONDS = 20.0  # far less than any token is good for
_PART_SECONDS = 8.0


@dataclass
class Gatherer:
    """Asks the services, each for itself; one that does not answer makes the whole unavailable: nothing is left out.

    `own`: what the gateway itself holds, which whoever gathers adds.
    """

    issuer: Issuer
    clients: dict[str, httpx.AsyncClient]
    own: Held
    _token: tuple[str, float] = field(default=("", 0.0))

    async def about(self, citizen_id: UUID) -> About:
        """A citizen's cards and household, as the register has them. Raises NotFound or Unavailable."""
        held = (await self._get("card", f"/v1/records/card/held/{citizen_id}", {}))["tables"]
        if not held["citizen"]:
            raise NotFound("There is no such citizen.", detail_ar="لا يوجد مواطن بهذا الرقم.")
        household_id = held["citizen"][0]["household_id"]
        return About(
            citizen_id,
            tuple(UUID(card["card_id"]) for card in held["card"]),
            (UUID(household_id),) if household_id else (),
        )

    async def records(self, about: About, before: UUID, limit: int) -> list[tuple[str, dict[str, Any]]]:
        """What the services have recorded about somebody, each with its service, in no order."""
        asked = {"after": str(before), "limit": limit}
        found = await self._all("about", about, asked)
        return [(service, record) for service, document in found.items() for record in document["items"]]

    async def held(self, about: About) -> dict[str, dict[str, list[dict[str, Any]]]]:
        """What the services hold on somebody, by service and table."""
        return {service: document["tables"] for service, document in (await self._all("held", about, {})).items()}

    async def _all(self, what: str, about: About, asked: dict[str, Any]) -> dict[str, dict[str, Any]]:
        ids = {"card_id": [str(one) for one in about.card_ids]}
        ids["household_id"] = [str(one) for one in about.household_ids]
        documents = await asyncio.gather(
            *(
                self._get(service, f"/v1/records/{service}/{what}/{about.citizen_id}", {**asked, **ids})
                for service in self.clients
            )
        )
        return dict(zip(self.clients, documents, strict=True))

    async def _get(self, service: str, path: str, query: dict[str, Any]) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._bearer()}"}
        try:
            async with asyncio.timeout(_PART_SECONDS):
                reply = await self.clients[service].get(path, params=query, headers=headers)
            reply.raise_for_status()
            document: dict[str, Any] = reply.json()
        except (httpx.HTTPError, TimeoutError, ValueError) as error:
            log.warning("a service did not say what it has recorded", service=service, error=type(error).__name__)
            raise Unavailable(
                f"{service} does not answer; nothing is left out.",
                detail_ar="إحدى الخدمات لا تجيب الآن، ولا يُعرض سجل ناقص.",
            ) from error
        return document

    def _bearer(self) -> str:
        token, made = self._token
        if time.monotonic() - made > _TOKEN_SECONDS or not token:
            claims = {"sub": SUBJECT, "kind": "client", "scope": Scope.RECORDS_COLLECT.value, "gov": NATION}
            token = self.issuer.sign({**claims, "jti": str(new_id())})
            self._token = (token, time.monotonic())
        return token

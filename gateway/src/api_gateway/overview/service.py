"""Asking the services about one card, at once, each for a limited time, in the caller's own name."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from uuid import UUID

import httpx

from api_gateway.overview.schemas import Overview, Part, PartStatus
from chassis.logging import get_logger

log = get_logger(__name__)

_BY_STATUS = {401: PartStatus.FORBIDDEN, 403: PartStatus.FORBIDDEN, 404: PartStatus.NOT_FOUND}
SKIPPED = Part(status=PartStatus.SKIPPED)


@dataclass(frozen=True)
class Services:
    """Clients of the services the overview asks."""

    card: httpx.AsyncClient
    supply: httpx.AsyncClient
    health: httpx.AsyncClient
    payment: httpx.AsyncClient
    notify: httpx.AsyncClient
    seconds: float

    async def overview(self, card_id: UUID, authorization: str) -> Overview:
        """What the services know of a card; household and messages are found through it."""
        card, entitlements, health, wallet = await asyncio.gather(
            self.ask(self.card, f"/v1/cards/{card_id}", authorization),
            self.ask(self.supply, f"/v1/entitlements/{card_id}", authorization),
            self.ask(self.health, f"/v1/coverage/{card_id}", authorization),
            self.ask(self.payment, f"/v1/wallets/{card_id}", authorization),
        )
        household, messages = await asyncio.gather(
            self._about(self.card, card, "household_id", "/v1/households/{}", authorization),
            self._about(self.notify, card, "citizen_id", "/v1/messages?citizen_id={}", authorization),
        )
        return Overview(
            card_id=card_id,
            card=card,
            household=household,
            entitlements=entitlements,
            health=health,
            wallet=wallet,
            messages=messages,
        )

    async def _about(self, service: httpx.AsyncClient, card: Part, member: str, path: str, authorization: str) -> Part:
        """Ask about whoever a member of the card names, if the card could be had."""
        named = card.data.get(member) if isinstance(card.data, dict) else None
        if not isinstance(named, str):
            return SKIPPED
        return await self.ask(service, path.format(named), authorization)

    async def ask(self, service: httpx.AsyncClient, path: str, authorization: str) -> Part:
        """One part. Whatever goes wrong is said in its status."""
        try:
            async with asyncio.timeout(self.seconds):
                reply = await service.get(path, headers={"Authorization": authorization})
            document = reply.json()
        except (httpx.HTTPError, TimeoutError, ValueError) as error:
            log.warning("part of the overview missing", service=str(service.base_url), error=type(error).__name__)
            return Part(status=PartStatus.UNAVAILABLE)
        if reply.status_code == httpx.codes.OK:
            return Part(status=PartStatus.OK, data=document)
        code = document.get("code") if isinstance(document, dict) else None
        return Part(status=_BY_STATUS.get(reply.status_code, PartStatus.UNAVAILABLE), code=code)

"""Asking the services about one card, at once, each for a limited time, in the caller's own name."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import httpx
from fastapi import Request

from api_gateway.overview.schemas import Overview, Part, PartStatus
from chassis.logging import get_logger
from chassis.records.said import CASE, PURPOSE

log = get_logger(__name__)

_BY_STATUS = {401: PartStatus.FORBIDDEN, 403: PartStatus.FORBIDDEN, 404: PartStatus.NOT_FOUND}
# What goes with every question: the services record who has looked, and what for.
_CARRIED = ("Authorization", PURPOSE, CASE)
SKIPPED = Part(status=PartStatus.SKIPPED)


Headers = Mapping[bytes, bytes]


def carried(request: Request) -> Headers:
    """Those headers of a request that the services are asked with, byte for byte."""
    given = {name: request.headers.get(name) for name in _CARRIED}
    return {name.encode(): value.encode("latin-1") for name, value in given.items() if value is not None}


@dataclass(frozen=True)
class Services:
    """Clients of the services the overview asks."""

    card: httpx.AsyncClient
    supply: httpx.AsyncClient
    health: httpx.AsyncClient
    payment: httpx.AsyncClient
    notify: httpx.AsyncClient
    seconds: float

    async def overview(self, card_id: UUID, asked: Headers) -> Overview:
        """What the services know of a card; household and messages are found through it.

        `asked`: the caller's token, and what they said it is for.
        """
        card, entitlements, health, wallet = await asyncio.gather(
            self.ask(self.card, f"/v1/cards/{card_id}", asked),
            self.ask(self.supply, f"/v1/entitlements/{card_id}", asked),
            self.ask(self.health, f"/v1/coverage/{card_id}", asked),
            self.ask(self.payment, f"/v1/wallets/{card_id}", asked),
        )
        household, messages = await asyncio.gather(
            self._about(self.card, card, "household_id", "/v1/households/{}", asked),
            self._about(self.notify, card, "citizen_id", "/v1/messages?citizen_id={}", asked),
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

    async def _about(self, service: httpx.AsyncClient, card: Part, member: str, path: str, asked: Headers) -> Part:
        """Ask about whoever a member of the card names, if the card could be had."""
        named = card.data.get(member) if isinstance(card.data, dict) else None
        if not isinstance(named, str):
            return SKIPPED
        return await self.ask(service, path.format(named), asked)

    async def ask(self, service: httpx.AsyncClient, path: str, asked: Headers) -> Part:
        """One part. Whatever goes wrong is said in its status."""
        try:
            async with asyncio.timeout(self.seconds):
                reply = await service.get(path, headers=asked)
            document = reply.json()
        except (httpx.HTTPError, TimeoutError, ValueError) as error:
            log.warning("part of the overview missing", service=str(service.base_url), error=type(error).__name__)
            return Part(status=PartStatus.UNAVAILABLE)
        if reply.status_code == httpx.codes.OK:
            return Part(status=PartStatus.OK, data=document)
        code = document.get("code") if isinstance(document, dict) else None
        return Part(status=_BY_STATUS.get(reply.status_code, PartStatus.UNAVAILABLE), code=code)

"""The HTTP aggregator that carries our messages to the operators.

POST {url}/messages takes a batch; a reference it has seen is accepted again and sent once, so that a batch
whose reply was lost can be sent again.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Final, Literal, Self
from uuid import UUID

import httpx
import orjson
from pydantic import BaseModel, ValidationError

from chassis.clients import http_client
from notify_service.channels.channel import Outgoing, ProviderDown, Result
from notify_service.settings import Settings


class _Word(BaseModel):
    """The aggregator's on one message."""

    reference: UUID
    status: Literal["accepted", "rejected"]
    provider_id: str | None = None
    reason: str | None = None


class _Reply(BaseModel):
    results: list[_Word]


_UNSAID = "not_taken"
# Raised before any byte of a request has left.
_NOTHING_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class Aggregator:
    """A client of the aggregator, to be used as a context manager."""

    name: Final = "aggregator"
    knows_references: Final = True
    most_parts: Final = None
    parts_per_second: Final = None

    def __init__(self, settings: Settings) -> None:
        """Nothing is connected yet."""
        self.prefixes = tuple(settings.sms_prefixes)
        self.priority = settings.sms_priority
        self._sender = settings.sms_sender
        self._client = http_client(
            settings.sms_url.rstrip("/"),
            timeout=settings.sms_timeout_seconds,
            headers={
                "Authorization": f"Bearer {settings.sms_token.get_secret_value()}",
                "Content-Type": "application/json",
            },
        )

    async def __aenter__(self) -> Self:
        """Keep connections open from now on."""
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close them."""
        await self._client.__aexit__(kind, error, trace)

    def up(self) -> bool:
        """Always: only a request shows."""
        return True

    async def send(self, messages: Sequence[Outgoing]) -> dict[UUID, Result]:
        """Hand over a batch. Raises ProviderDown; a message that the reply leaves out is rejected as `not_taken`."""
        body = {"messages": [self._wire(message) for message in messages]}
        try:
            reply = await self._client.post("/messages", content=orjson.dumps(body))
        except httpx.HTTPError as error:
            raise ProviderDown(type(error).__name__, perhaps_sent=not isinstance(error, _NOTHING_LEFT)) from error
        if reply.status_code != httpx.codes.OK:
            pause, broke = _seconds(reply.headers.get("Retry-After")), reply.is_server_error
            raise ProviderDown(f"status {reply.status_code}", pause, perhaps_sent=broke)
        try:
            results = _Reply.model_validate_json(reply.content).results
        except ValidationError as error:
            raise ProviderDown("a reply of another form", perhaps_sent=True) from error
        said = {word.reference: word for word in results}
        return {message.reference: _result(message.reference, said.get(message.reference)) for message in messages}

    def _wire(self, message: Outgoing) -> dict[str, str | int]:
        return {
            "reference": str(message.reference),
            "to": message.to,
            "sender": self._sender,
            "text": message.text,
            "encoding": message.encoding,
            "parts": message.parts,
        }


def _result(reference: UUID, word: _Word | None) -> Result:
    if word is None:
        return Result(reference=reference, status="rejected", reason=_UNSAID)
    reason = None if word.status == "accepted" else word.reason or _UNSAID
    return Result(reference=reference, status=word.status, provider_id=word.provider_id, reason=reason)


def _seconds(header: str | None) -> float | None:
    return float(header) if header and header.isdecimal() else None

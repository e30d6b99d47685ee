"""The HTTP aggregator that carries our messages to the operators.

POST {url}/messages takes a batch; a reference it has seen is accepted again and sent once, so that a batch
whose reply was lost can be sent again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self
from uuid import UUID

import httpx
import orjson
from pydantic import BaseModel, ValidationError

from chassis.clients import http_client
from notify_service.settings import Settings


class ProviderDown(Exception):
    """The aggregator did not take the batch; nothing is known of its messages. `retry_after` in seconds, if told."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        """`reason`: for the log, without personal data."""
        super().__init__(reason)
        self.retry_after = retry_after


@dataclass(frozen=True)
class Outgoing:
    """A message as it leaves; the message's id is its reference."""

    reference: UUID
    to: str
    text: str
    encoding: str
    parts: int


class Result(BaseModel):
    """The aggregator's word on one message."""

    reference: UUID
    status: Literal["accepted", "rejected"]
    provider_id: str | None = None
    reason: str | None = None


class _Reply(BaseModel):
    results: list[Result]


class Aggregator:
    """A client of the aggregator, to be used as a context manager."""

    def __init__(self, settings: Settings) -> None:
        """Nothing is connected yet."""
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

    async def send(self, messages: Sequence[Outgoing]) -> dict[UUID, Result]:
        """Hand over a batch. Raises ProviderDown; a message without a result was not taken."""
        body = {"messages": [self._wire(message) for message in messages]}
        try:
            reply = await self._client.post("/messages", content=orjson.dumps(body))
        except httpx.HTTPError as error:
            raise ProviderDown(type(error).__name__) from error
        if reply.status_code != httpx.codes.OK:
            raise ProviderDown(f"status {reply.status_code}", _seconds(reply.headers.get("Retry-After")))
        try:
            results = _Reply.model_validate_json(reply.content).results
        except ValidationError as error:
            raise ProviderDown("a reply of another form") from error
        return {result.reference: result for result in results}

    def _wire(self, message: Outgoing) -> dict[str, str | int]:
        return {
            "reference": str(message.reference),
            "to": message.to,
            "sender": self._sender,
            "text": message.text,
            "encoding": message.encoding,
            "parts": message.parts,
        }


def _seconds(header: str | None) -> float | None:
    return float(header) if header and header.isdecimal() else None

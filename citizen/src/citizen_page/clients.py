"""Calls to the services: in the name of who has signed in, from the address the citizen comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

import httpx
from pydantic import BaseModel, ValidationError

from chassis import telemetry
from chassis.logging import get_logger
from citizen_page.errors import NotAnswered, Refused, SignedOut
from citizen_page.settings import Settings

log = get_logger(__name__)

Answer = TypeVar("Answer", bound=BaseModel)
_CONNECT_SECONDS = 1.0
_AWAY = frozenset({502, 503, 504})


@dataclass(frozen=True, slots=True)
class Asking:
    """On whose behalf a service is called: by which token, from where, with which browser."""

    address: str
    agent: str = ""
    token: str = ""
    key: UUID | None = None

    def headers(self) -> dict[str, str]:
        """What the call carries along."""
        given = {"x-forwarded-for": self.address, "user-agent": self.agent}
        given |= {"authorization": f"Bearer {self.token}"} if self.token else {}
        given |= {"idempotency-key": str(self.key)} if self.key else {}
        given |= {"x-request-id": telemetry.current_request_id() or ""}
        given |= {"traceparent": telemetry.current_traceparent() or ""}
        return {name: value for name, value in given.items() if value}


@dataclass
class Services:
    """The services by name."""

    clients: dict[str, httpx.AsyncClient] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Settings) -> Services:
        """Clients for the addresses that the settings say."""
        timeout = httpx.Timeout(settings.citizen_call_seconds, connect=_CONNECT_SECONDS)
        places = {
            "gateway": settings.gateway_url,
            "card": settings.card_url,
            "supply": settings.supply_url,
            "health": settings.health_url,
            "payment": settings.payment_url,
            "notify": settings.notify_url,
        }
        return cls({name: httpx.AsyncClient(base_url=url, timeout=timeout) for name, url in places.items()})

    async def close(self) -> None:
        """Close the kept connections."""
        for client in self.clients.values():
            await client.aclose()

    async def get(
        self, service: str, path: str, kind: type[Answer], asking: Asking, query: Mapping[str, str] | None = None
    ) -> Answer:
        """What a service shows. Raises Refused, NotAnswered or SignedOut."""
        return await self._call(service, "GET", path, kind, asking, params=query)

    async def send(
        self,
        service: str,
        method: str,
        path: str,
        kind: type[Answer],
        asking: Asking,
        body: Mapping[str, object] | None = None,
    ) -> Answer:
        """What a service answers to a change. Raises Refused, NotAnswered or SignedOut."""
        return await self._call(service, method, path, kind, asking, json=body)

    async def _call(
        self, service: str, method: str, path: str, kind: type[Answer], asking: Asking, **options: Any
    ) -> Answer:
        try:
            reply = await self.clients[service].request(method, path, headers=asking.headers(), **options)
        except httpx.HTTPError as error:
            log.warning("service not reached", called=service, error=type(error).__name__)
            raise NotAnswered(service) from error
        if reply.status_code in _AWAY:
            raise NotAnswered(service)
        if reply.status_code == httpx.codes.UNAUTHORIZED and asking.token:
            raise SignedOut
        if not reply.is_success:
            raise refusal(reply)
        try:
            return kind.model_validate_json(reply.content)
        except ValidationError as error:
            log.error("unexpected answer", called=service, path=path.split("?")[0], faults=error.error_count())
            raise NotAnswered(service) from error


def refusal(reply: httpx.Response) -> Refused:
    """The problem that a service answers with, whatever it may leave out."""
    try:
        found = reply.json()
    except ValueError:
        found = {}
    said = found if isinstance(found, dict) else {}
    wait = reply.headers.get("retry-after", "")

    def text(name: str) -> str:
        return str(said.get(name) or "")

    return Refused(
        reply.status_code,
        text("code"),
        text("title"),
        text("title_ar"),
        text("detail"),
        text("detail_ar"),
        text("request_id") or reply.headers.get("x-request-id", ""),
        int(wait) if wait.isdigit() else None,
        said,
    )

"""Calls to the services: bounded in time, with the person's token and, for changes, the form's idempotency key."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import httpx

from chassis.clients import CONNECT_SECONDS, http_client
from staff_console.documents import Answer
from staff_console.services.errors import ServiceRefused, ServiceSilent
from staff_console.settings import Settings

Name = Literal["gateway", "card", "supply", "health", "payment", "notify"]
NAMES: Final[tuple[Name, ...]] = ("gateway", "card", "supply", "health", "payment", "notify")
Query = Mapping[str, str | int | Sequence[str]]
_GONE = {502, 503, 504}


class Services:
    """Kept connections to every service."""

    def __init__(self, settings: Settings) -> None:
        """Where the services are is the settings' to say."""
        self._part_seconds = settings.part_seconds
        self._clients = {
            name: http_client(str(getattr(settings, f"{name}_url")), timeout=settings.answer_seconds) for name in NAMES
        }

    async def close(self) -> None:
        """Close the connections."""
        for client in self._clients.values():
            await client.aclose()

    def acting(self, token: str) -> Acting:
        """The services as somebody calls them."""
        return Acting(self, token)

    async def send(self, service: Name, method: str, path: str, **options: Answer) -> httpx.Response:
        """One call. Raises ServiceSilent."""
        try:
            return await self._clients[service].request(method, path, **options)
        except httpx.HTTPError as error:
            raise ServiceSilent(service) from error


@dataclass(frozen=True)
class Acting:
    """The services, called in somebody's name."""

    services: Services
    token: str

    async def get(self, service: Name, path: str, query: Query | None = None) -> Answer:
        """What a service shows. Raises ServiceRefused or ServiceSilent."""
        reply = await self.services.send(service, "GET", path, params=query, headers=self._headers())
        return _answer(service, reply)

    async def raw(self, service: Name, path: str, seconds: float | None = None) -> bytes:
        """A part of a file as it is, waited for as long as any answer or so long. Raises as `get` does."""
        reply = await self.services.send(service, "GET", path, headers=self._headers(), **_waited(seconds))
        if not reply.is_success:
            _answer(service, reply)
        return reply.content

    async def file(self, service: Name, path: str) -> tuple[bytes, str]:
        """A file, and the path of the one that goes on from it, if any. Raises ServiceRefused or ServiceSilent."""
        reply = await self.services.send(service, "GET", path, headers=self._headers())
        if not reply.is_success:
            _answer(service, reply)
        return reply.content, reply.links.get("next", {}).get("url", "")

    async def put_part(self, service: Name, path: str, part: bytes, *, key: str) -> Answer:
        """What a service answers to a part of a file. Raises ServiceRefused or ServiceSilent."""
        digest = base64.b64encode(await asyncio.to_thread(lambda: hashlib.sha256(part).digest())).decode()
        headers = self._headers() | {
            "Idempotency-Key": key,
            "Content-Digest": f"sha-256=:{digest}:",
            "Content-Type": "application/octet-stream",
        }
        return _answer(service, await self.services.send(service, "PUT", path, content=part, headers=headers))

    async def post(
        self,
        service: Name,
        path: str,
        body: object = None,
        *,
        key: str = "",
        purpose: str = "",
        seconds: float | None = None,
    ) -> Answer:
        """What a service answers to a change, or to a search that stands in a body.

        `key`: the form's idempotency key; a change sent again under it happens once. `purpose`: what for, which is
        recorded with it. `seconds`: how long it is waited for, where not as long as any answer. Raises as `get` does.
        """
        headers: dict[str, str | bytes] = {**self._headers()}
        headers |= ({"Idempotency-Key": key} if key else {}) | ({"Purpose": purpose.encode()} if purpose else {})
        return _answer(
            service, await self.services.send(service, "POST", path, json=body, headers=headers, **_waited(seconds))
        )

    async def put(self, service: Name, path: str, body: object, *, key: str) -> Answer:
        """What a service answers to a change of what stands at a path. Raises ServiceRefused or ServiceSilent."""
        return await self._change(service, "PUT", path, key, json=body)

    async def patch(self, service: Name, path: str, body: object, *, key: str) -> Answer:
        """The same to a change of some of its members."""
        return await self._change(service, "PATCH", path, key, json=body)

    async def delete(self, service: Name, path: str, *, key: str) -> Answer:
        """The same to its removal."""
        return await self._change(service, "DELETE", path, key)

    async def upload(self, service: Name, path: str, file: bytes, kind: str, *, key: str, seconds: float) -> Answer:
        """What a service answers to a file of a media type, waited for so long. Raises as `put` does."""
        return await self._change(service, "POST", path, key, content=file, media=kind, **_waited(seconds))

    async def _change(self, service: Name, method: str, path: str, key: str, media: str = "", **sent: Answer) -> Answer:
        headers = self._headers() | {"Idempotency-Key": key} | ({"Content-Type": media} if media else {})
        return _answer(service, await self.services.send(service, method, path, headers=headers, **sent))

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


def _waited(seconds: float | None) -> dict[str, httpx.Timeout]:
    return {} if seconds is None else {"timeout": httpx.Timeout(seconds, connect=CONNECT_SECONDS)}


def _answer(service: Name, reply: httpx.Response) -> Answer:
    if reply.is_success:
        return reply.json() if reply.content else None
    try:
        problem = reply.json()
    except ValueError:
        problem = {}
    if not isinstance(problem, dict) or (reply.status_code in _GONE and "code" not in problem):
        raise ServiceSilent(service)
    raise ServiceRefused(service, reply.status_code, problem, reply.headers.get("retry-after", ""))

"""Calls to the gateway in one client's name: token kept and renewed, safe retries, refusals as errors."""

from __future__ import annotations

import asyncio
import base64
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode

import orjson
import uuid_utils

from devstack.documents import Document
from devstack.terminal.wire import Answer, Headers, NotReached, Wire

RENEW_BEFORE_S = 30.0
_TRANSIENT = frozenset({429, 502, 503, 504})
_STILL_RUNNING = "request_in_progress"


class Refused(Exception):
    """The system said no: a problem document with a code to act on and words in Arabic for the citizen."""

    def __init__(self, answer: Answer, method: str, path: str) -> None:
        self.status = answer.status
        self.problem = _problem(answer)
        self.code = str(self.problem.get("code", "unknown"))
        self.detail = str(self.problem.get("detail") or self.problem.get("title") or "")
        self.detail_ar = str(self.problem.get("detail_ar") or self.problem.get("title_ar") or "")
        super().__init__(f"{method} {path}: {self.status} {self.code}: {self.detail}")


def _problem(answer: Answer) -> Document:
    try:
        document = answer.json()
    except orjson.JSONDecodeError:
        document = None
    if isinstance(document, dict):
        return document
    return {"code": "not_a_problem_document", "detail": answer.body[:200].decode("utf-8", "replace")}


class Grant(Protocol):
    """How a client proves itself at the token endpoint."""

    def form(self) -> dict[str, str]:
        """The form fields, made anew for every request."""
        ...


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """A ministry system's client id and secret."""

    client_id: str
    secret: str

    def form(self) -> dict[str, str]:
        """The fields of a client-credentials grant."""
        return {
            "grant_type": "client_credentials", "client_id": self.client_id, "client_secret": self.secret,
        }  # fmt: skip


class Caller:
    """One client of the API. A mutation carries an idempotency key: a retry is never a second one."""

    def __init__(self, wire: Wire, grant: Grant, *, tries: int = 8) -> None:
        self.wire = wire
        self.grant = grant
        self.tries = tries
        self.retried = 0
        self._token = ""
        self._expires = 0.0
        self._renewing = asyncio.Lock()

    async def get(self, path: str, **query: object) -> Any:
        """The JSON of a resource."""
        given = {name: value for name, value in query.items() if value is not None}
        return (await self.call("GET", f"{path}?{urlencode(given)}" if given else path)).json()

    async def post(self, path: str, body: object = None, *, key: str | None = None) -> Any:
        """Create or act; the JSON of the answer."""
        answer = await self.call("POST", path, orjson.dumps({} if body is None else body), key=key)
        return answer.json() if answer.body else None

    async def put(self, path: str, body: object) -> Any:
        """Set a resource."""
        answer = await self.call("PUT", path, orjson.dumps(body))
        return answer.json() if answer.body else None

    async def delete(self, path: str) -> None:
        """Take a resource away."""
        await self.call("DELETE", path)

    async def call(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        key: str | None = None,
        content_type: str = "application/json",
        timeout_s: float | None = None,
        purpose: str = "",
        known: str = "",
        more: Headers = (),
    ) -> Answer:
        """Send, retrying with the same key what may pass by itself; `Refused` or `NotReached` at the end.

        `purpose`: what for, where a person who asks must say it. `known`: the ETag of what is there: 304 if it is that.
        `more`: what else the operation wants among the headers.
        """
        common: Headers = (*more, ("content-type", content_type)) if body else more
        if purpose:
            common = (*common, ("purpose", purpose))
        if known:
            common = (*common, ("if-none-match", known))
        if method != "GET":
            common = (*common, ("idempotency-key", key or new_key()))
        renewed = False
        for attempt in range(1, self.tries + 1):
            headers = (("authorization", f"Bearer {await self.token()}"), *common)
            try:
                answer = await self.wire.request(method, path, headers, body, timeout_s)
            except NotReached:
                if attempt == self.tries:
                    raise
                await self._pause(attempt, None)
                continue
            if answer.status < 400:
                return answer
            if answer.status == 401 and not renewed:
                renewed = True
                self._expires = 0.0
                continue
            if attempt == self.tries or not _may_pass(answer):
                raise Refused(answer, method, path)
            await self._pause(attempt, answer)
        raise AssertionError("the last try returns or raises")

    async def subject(self) -> str:
        """Who the token says this is."""
        claims = (await self.token()).split(".")[1]
        return str(orjson.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["sub"])

    async def _pause(self, attempt: int, answer: Answer | None) -> None:
        self.retried += 1
        wait = min(0.05 * 2**attempt, 5.0)
        if answer is not None:
            wait = max(wait, min(float(answer.headers.get("retry-after", "0") or 0), 10.0))
        await asyncio.sleep(wait * random.uniform(0.5, 1.0))

    async def token(self) -> str:
        """A token that lasts a while yet."""
        if time.monotonic() < self._expires - RENEW_BEFORE_S:
            return self._token
        async with self._renewing:
            if time.monotonic() >= self._expires - RENEW_BEFORE_S:
                await self._renew()
        return self._token

    async def _renew(self) -> None:
        form: Headers = (("content-type", "application/x-www-form-urlencoded"),)
        for attempt in range(1, self.tries + 1):
            try:
                # The form is made anew each time: an assertion is good for one request only.
                body = urlencode(self.grant.form()).encode()
                answer = await self.wire.request("POST", "/oauth/token", form, body)
            except NotReached:
                if attempt == self.tries:
                    raise
                await self._pause(attempt, None)
                continue
            if answer.status == 200:
                granted = answer.json()
                self._token = granted["access_token"]
                self._expires = time.monotonic() + float(granted["expires_in"])
                return
            if attempt == self.tries or answer.status not in _TRANSIENT:
                raise Refused(answer, "POST", "/oauth/token")
            await self._pause(attempt, answer)


Found = TypeVar("Found")


async def eventually(ask: Callable[[], Awaitable[Found]], *, within_s: float = 15.0) -> Found:
    """Repeat a call that is refused as not found until the event it waits for has arrived, or time is up."""
    deadline = time.monotonic() + within_s
    wait = 0.02
    while True:
        try:
            return await ask()
        except Refused as refusal:
            if refusal.status != 404 or time.monotonic() >= deadline:
                raise
        await asyncio.sleep(wait)
        wait = min(wait * 1.5, 0.5)


def _may_pass(answer: Answer) -> bool:
    if answer.status in _TRANSIENT:
        return True
    return answer.status == 409 and _problem(answer).get("code") == _STILL_RUNNING


def new_key() -> str:
    """An idempotency key."""
    return str(uuid_utils.uuid7())

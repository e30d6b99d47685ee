"""Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): a mutation repeated is answered, not carried out again.

The stored reply is written in the transaction of the work it belongs to, or not at all: a refusal changes
nothing and is decided anew. A copy that arrives while the first is under way gets 409 at once instead of waiting.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from fastapi import Request
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from chassis.problems import IdempotencyKeyMissing, InvalidRequest, RequestInProgress
from chassis.refusals import IdempotencyKeyReused
from chassis.row_arrays import statement, transposed
from chassis.runtime import get_runtime
from chassis.sealing import Vault, is_sealed

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
MAX_KEY = 128

_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))")
_FIND = text("SELECT request_hash, status, media_type, body FROM idempotency WHERE caller = :caller AND key = :key")
# Two statements on purpose: what a copy committed while its lock was waited for is seen by the second one only.
_LOCK_MANY = statement(
    "SELECT pg_try_advisory_xact_lock(hashtextextended(r.name, 0)) AS mine FROM <numbered rows> ORDER BY r.n",
    name="text",
)
_FIND_MANY = statement(
    "SELECT i.caller, i.key, i.request_hash, i.status, i.media_type, i.body"
    " FROM <rows> JOIN idempotency i USING (caller, key)",
    caller="text",
    key="text",
)
# Begins a part of a statement that keeps replies beside other rows; a SELECT of these columns follows.
INSERT = "INSERT INTO idempotency (caller, key, request_hash, status, media_type, body)"
_STORE = text(f"{INSERT} VALUES (:caller, :key, :request_hash, :status, :media_type, :body)")


@dataclass(frozen=True)
class Claim:
    """One caller's key and the fingerprint of the request it came with."""

    caller: str
    key: str
    request_hash: bytes
    # What an earlier version took for the fingerprint; what seals the reply. Both of the service, not of the request.
    plain_hash: bytes = b""
    vault: Vault | None = field(default=None, compare=False, repr=False)

    @property
    def place(self) -> bytes:
        """What a sealed reply is bound to, so that it opens for the same caller and key only."""
        return b"idempotency\x00" + _name(self).encode()


class Replay(Exception):
    """Carries the stored reply of the first request out of the dependency that found it."""

    def __init__(self, status: int, media_type: str | None, body: bytes) -> None:
        """Keep what the first request was answered."""
        super().__init__("stored reply")
        self.status = status
        self.media_type = media_type
        self.body = body

    def response(self) -> Response:
        """The stored reply, marked as a repeat."""
        return Response(self.body, self.status, {REPLAYED: "true"}, self.media_type)


def check_key(key: str | None) -> str:
    """The key as given. Raises IdempotencyKeyMissing, or InvalidRequest for one that is not 1–128 printable ASCII."""
    if not key:
        raise IdempotencyKeyMissing(
            f"Send a header {HEADER} with a value of your own for this operation.",
            detail_ar="أرسل رقماً مميزاً لهذه العملية.",
        )
    if not is_key(key):
        raise InvalidRequest(
            f"{HEADER} must be at most {MAX_KEY} printable ASCII characters.",
            detail_ar=f"رقم العملية {HEADER} بحد أقصى {MAX_KEY} حرفاً لاتينياً أو رقماً.",
        )
    return key


def is_key(key: str) -> bool:
    """Whether a key is well-formed."""
    return 0 < len(key) <= MAX_KEY and key.isascii() and key.isprintable()


def fingerprint(method: str, path: str, body: bytes) -> bytes:
    """What tells two requests apart: method, path with query, and body."""
    digest = _begun(method, path).copy()
    digest.update(len(body).to_bytes(8, "big"))
    digest.update(body)
    return digest.digest()


@lru_cache(maxsize=64)
def _begun(method: str, path: str) -> hashlib._Hash:
    """The fingerprint up to the body, which for the busiest routes is always the same."""
    digest = hashlib.sha256()
    for part in (method.encode(), path.encode()):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest


async def claim(request: Request) -> Claim:
    """Read the request's key and fingerprint."""
    key = check_key(request.headers.get(HEADER))
    principal = getattr(request.state, "principal", None)
    path = request.url.path + ("?" + request.url.query if request.url.query else "")
    caller = principal.subject if principal else "anonymous"
    found = fingerprint(request.method, path, await request.body())
    runtime = get_runtime(request)
    if not runtime.fingerprint_key:
        return Claim(caller, key, found, vault=runtime.reply_vault)
    return Claim(caller, key, hmac.digest(runtime.fingerprint_key, found, "sha256"), found, runtime.reply_vault)


async def enter(session: AsyncSession, claim: Claim) -> None:
    """Begin the work of a claim. Raises Replay, IdempotencyKeyReused or RequestInProgress."""
    if not (await session.execute(_LOCK, {"name": _name(claim)})).scalar_one():
        raise _in_progress()
    row = (await session.execute(_FIND, {"caller": claim.caller, "key": claim.key})).one_or_none()
    if row is not None:
        raise _outcome(claim, row)


async def enter_many(session: AsyncSession, claims: Sequence[Claim]) -> list[Exception | None]:
    """Begin the work of many claims in one transaction; for each what `enter` would raise, or None.

    Of copies among them the first is begun.
    """
    names = [_name(claim) for claim in claims]
    locked = (await session.execute(_LOCK_MANY, {"name": names})).scalars().all()
    parameters = transposed(claims, "caller", "key")
    known = {(row.caller, row.key): row for row in await session.execute(_FIND_MANY, parameters)}
    begun: set[str] = set()
    found: list[Exception | None] = []
    for claim, name, mine in zip(claims, names, locked, strict=True):
        row = known.get((claim.caller, claim.key))
        if not mine or (row is None and name in begun):
            found.append(_in_progress())
        elif row is not None:
            found.append(_outcome(claim, row))
        else:
            begun.add(name)
            found.append(None)
    return found


async def store(session: AsyncSession, claim: Claim, request: Request) -> None:
    """Keep the reply the route has made, in the transaction of its work."""
    response: Response | None = getattr(request.state, "reply", None)
    if response is None:
        raise RuntimeError("a mutation must stand on chassis.app.router(), which hands its reply to the unit of work")
    await session.execute(
        _STORE,
        {
            "caller": claim.caller,
            "key": claim.key,
            "request_hash": claim.request_hash,
            "status": response.status_code,
            "media_type": response.media_type or response.headers.get("content-type"),
            "body": claim.vault.seal_bound(claim.place, bytes(response.body)) if claim.vault else bytes(response.body),
        },
    )


def _name(claim: Claim) -> str:
    """What the lock of a claim is called."""
    return f"{claim.caller}\x1f{claim.key}"


def _in_progress() -> RequestInProgress:
    return RequestInProgress(
        "The first request with this key has not ended yet.",
        detail_ar="الطلب الأول بهذا الرقم لم ينته بعد.",
        headers={"Retry-After": "1"},
    )


def _outcome(claim: Claim, row: Row[Any]) -> Exception:
    """What a claim comes to whose key has a stored reply."""
    if bytes(row.request_hash) not in {claim.request_hash, claim.plain_hash or claim.request_hash}:
        return IdempotencyKeyReused(
            "Use a new key for a new operation.", detail_ar="استخدم رقماً جديداً للعملية الجديدة."
        )
    body = bytes(row.body)
    if claim.vault is not None and is_sealed(body):  # an earlier version has kept them as they were
        body = claim.vault.open_bound(claim.place, body)
    return Replay(row.status, row.media_type, body)

"""Card credentials (compact JWS by card-service), checked where its keys are known."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import httpx
import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.clients import KeysNotFetched, fetch_key_set, http_client
from chassis.logging import get_logger
from chassis.signing import public_keys, verified

log = get_logger(__name__)

REFRESH_SECONDS = 30.0
RETRY_SECONDS = 5.0
REMEMBERED = 100_000  # credentials; some 25 MB

_KEEP = text(
    "INSERT INTO credential_keys (keys, fetched_at) VALUES (CAST(:keys AS json), :at)"
    " ON CONFLICT (one) DO UPDATE SET keys = excluded.keys, fetched_at = excluded.fetched_at"
)
_KEPT = text("SELECT CAST(keys AS text) FROM credential_keys")


class Said(NamedTuple):
    """What a genuine credential says: whose it is, and until when (seconds since 1970)."""

    card: str
    expires: float


class Remembered:
    """What genuine credentials say, by their SHA-256; of more than `most` the oldest half is forgotten."""

    def __init__(self, most: int) -> None:
        self._half = max(1, most // 2)
        self._young: dict[bytes, Said] = {}
        self._old: dict[bytes, Said] = {}

    def get(self, mark: bytes) -> Said | None:
        """What the credential says, if it is remembered."""
        return self._young.get(mark) or self._old.get(mark)

    def put(self, mark: bytes, said: Said) -> None:
        """Remember what a credential says."""
        if len(self._young) >= self._half:
            self._old, self._young = self._young, {}
        self._young[mark] = said


class CredentialKeys:
    """card-service's public keys: given inline, or fetched when first needed. Without either nothing is checked."""

    def __init__(self, inline: str | None, url: str | None) -> None:
        """`inline`: a JWK set as JSON; `url`: where it is served."""
        self._jwks: Sequence[Mapping[str, str | list[str]]] | None = orjson.loads(inline)["keys"] if inline else None
        self._keys = public_keys(self._jwks or ())
        self._genuine = Remembered(REMEMBERED)
        self._url = url
        self._fetched = False  # not kept yet
        self._next_at = float("-inf")
        self._client: httpx.AsyncClient | None = None

    @property
    def configured(self) -> bool:
        """Whether credentials are checked at all."""
        return self._jwks is not None or self._url is not None

    async def refresh(self) -> None:
        """Fetch the keys, unless they were fetched or could not be had a moment ago."""
        if self._url is None or time.monotonic() < self._next_at:
            return
        self._next_at = time.monotonic() + REFRESH_SECONDS  # whoever comes meanwhile does not wait
        try:
            # One client for good: making one costs an eighth of a second of everybody's time, for its TLS context.
            self._client = self._client or http_client()
            told = (await fetch_key_set(self._client, self._url)).as_dict(private=False)["keys"]
            if told != self._jwks:
                self._trust(public_keys(told))
                self._jwks, self._fetched = told, True
        except (KeysNotFetched, KeyError, ValueError) as fault:  # the latter: what came are no keys of this kind
            self._next_at = time.monotonic() + RETRY_SECONDS
            log.warning("credential keys not fetched", error=str(fault))

    @property
    def at_hand(self) -> bool:
        """Whether there is a key to check a credential with."""
        return self._jwks is not None

    async def keep(self, session: AsyncSession, at: datetime) -> None:
        """Keep keys that were fetched for the time without card-service; have the kept ones where there are none."""
        if self._url is None:
            return
        if self._fetched:
            await session.execute(_KEEP, {"keys": orjson.dumps({"keys": self._jwks}).decode(), "at": at})
            self._fetched = False
        elif self._jwks is None and (kept := (await session.execute(_KEPT)).scalar()) is not None:
            self._jwks = orjson.loads(kept)["keys"]
            self._trust(public_keys(self._jwks or ()))

    def _trust(self, keys: dict[str, Ed25519PublicKey]) -> None:
        """Believe these keys alone: what others have signed is genuine no longer."""
        self._keys, self._genuine = keys, Remembered(REMEMBERED)

    def holds(self, credential: str, card_id: UUID, at: datetime) -> bool:
        """Whether the credential is the card's and was valid at the time; false where no keys are at hand.

        A household shows the same one for months: its signature is checked once, its card and its end each time.
        """
        mark, genuine = hashlib.sha256(credential.encode("utf-8", "surrogatepass")).digest(), self._genuine
        said = genuine.get(mark)
        if said is None:
            try:
                claims = verified(credential, self._keys)
                said = Said(str(claims["card"]), float(str(claims["exp"])))
            except (ValueError, TypeError, KeyError):
                return False
            genuine.put(mark, said)
        return said.card == str(card_id) and said.expires > at.timestamp()

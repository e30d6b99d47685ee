"""Card credentials (compact JWS by card-service), checked where its keys are known."""

from __future__ import annotations

import time
from datetime import datetime
from uuid import UUID

import httpx
import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.clients import KeysNotFetched, fetch_key_set, http_client
from chassis.logging import get_logger

log = get_logger(__name__)

ALGORITHMS = ["EdDSA", "Ed25519"]
REFRESH_SECONDS = 30.0
RETRY_SECONDS = 5.0

_KEEP = text(
    "INSERT INTO credential_keys (keys, fetched_at) VALUES (CAST(:keys AS json), :at)"
    " ON CONFLICT (one) DO UPDATE SET keys = excluded.keys, fetched_at = excluded.fetched_at"
)
_KEPT = text("SELECT CAST(keys AS text) FROM credential_keys")


class CredentialKeys:
    """card-service's public keys: given inline, or fetched when first needed. Without either nothing is checked."""

    def __init__(self, inline: str | None, url: str | None) -> None:
        """`inline`: a JWK set as JSON; `url`: where it is served."""
        self._keys = KeySet.import_key_set(orjson.loads(inline)) if inline else None
        self._url = url
        self._fetched: object | None = None  # not kept yet
        self._next_at = float("-inf")
        self._client: httpx.AsyncClient | None = None

    @property
    def configured(self) -> bool:
        """Whether credentials are checked at all."""
        return self._keys is not None or self._url is not None

    async def refresh(self) -> None:
        """Fetch the keys, unless they were fetched or could not be had a moment ago."""
        if self._url is None or time.monotonic() < self._next_at:
            return
        self._next_at = time.monotonic() + REFRESH_SECONDS  # whoever comes meanwhile does not wait
        try:
            # One client for good: making one costs an eighth of a second of everybody's time, for its TLS context.
            self._client = self._client or http_client()
            keys = await fetch_key_set(self._client, self._url)
            told = keys.as_dict(private=False)
            if self._keys is None or told != self._keys.as_dict(private=False):
                self._fetched = told
            self._keys = keys
        except KeysNotFetched as fault:
            self._next_at = time.monotonic() + RETRY_SECONDS
            log.warning("credential keys not fetched", error=str(fault))

    @property
    def at_hand(self) -> bool:
        """Whether there is a key to check a credential with."""
        return self._keys is not None

    async def keep(self, session: AsyncSession, at: datetime) -> None:
        """Keep keys that were fetched for the time without card-service; have the kept ones where there are none."""
        if self._url is None:
            return
        if self._fetched is not None:
            await session.execute(_KEEP, {"keys": orjson.dumps(self._fetched).decode(), "at": at})
            self._fetched = None
        elif self._keys is None and (kept := (await session.execute(_KEPT)).scalar()) is not None:
            self._keys = KeySet.import_key_set(orjson.loads(kept))

    def holds(self, credential: str, card_id: UUID, at: datetime) -> bool:
        """Whether the credential is the card's and was valid at the time; false where no keys are at hand."""
        if self._keys is None:
            return False
        try:
            claims = jwt.decode(credential, self._keys, algorithms=ALGORITHMS).claims
            return str(claims["card"]) == str(card_id) and float(claims["exp"]) > at.timestamp()
        except (JoseError, ValueError, TypeError, KeyError):
            return False

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

from chassis.clients import KeysNotFetched, fetch_key_set, http_client
from chassis.logging import get_logger

log = get_logger(__name__)

ALGORITHMS = ["EdDSA", "Ed25519"]
REFRESH_SECONDS = 30.0
RETRY_SECONDS = 5.0
CODE = "credential_invalid"


class CredentialKeys:
    """card-service's public keys: given inline, or fetched when first needed. Without either nothing is checked."""

    def __init__(self, inline: str | None, url: str | None) -> None:
        """`inline`: a JWK set as JSON; `url`: where it is served."""
        self._keys = KeySet.import_key_set(orjson.loads(inline)) if inline else None
        self._url = url
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
            self._keys = await fetch_key_set(self._client, self._url)
        except KeysNotFetched as fault:
            self._next_at = time.monotonic() + RETRY_SECONDS
            log.warning("credential keys not fetched", error=str(fault))

    def holds(self, credential: str, card_id: UUID, at: datetime) -> bool:
        """Whether the credential is the card's and was valid at the time; true where no keys are at hand."""
        if self._keys is None:
            return True
        try:
            claims = jwt.decode(credential, self._keys, algorithms=ALGORITHMS).claims
            return str(claims["card"]) == str(card_id) and float(claims["exp"]) > at.timestamp()
        except (JoseError, ValueError, TypeError, KeyError):
            return False

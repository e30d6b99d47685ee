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

from chassis.clients import http_client
from chassis.logging import get_logger

log = get_logger(__name__)

ALGORITHMS = ["EdDSA", "Ed25519"]
REFRESH_SECONDS = 30.0
CODE = "credential_invalid"


class CredentialKeys:
    """card-service's public keys: given inline, or fetched when first needed. Without either nothing is checked."""

    def __init__(self, inline: str | None, url: str | None) -> None:
        """`inline`: a JWK set as JSON; `url`: where it is served."""
        self._keys = KeySet.import_key_set(orjson.loads(inline)) if inline else None
        self._url = url
        self._fetched_at = float("-inf")

    @property
    def configured(self) -> bool:
        """Whether credentials are checked at all."""
        return self._keys is not None or self._url is not None

    async def refresh(self) -> None:
        """Fetch the keys, unless they were fetched a moment ago."""
        if self._url is None or time.monotonic() - self._fetched_at < REFRESH_SECONDS:
            return
        self._fetched_at = time.monotonic()
        try:
            async with http_client() as client:
                reply = await client.get(self._url)
                reply.raise_for_status()
                self._keys = KeySet.import_key_set(reply.json())
        except (httpx.HTTPError, ValueError, JoseError) as error:
            self._fetched_at = float("-inf")
            log.warning("credential keys not fetched", error=type(error).__name__)

    def holds(self, credential: str, card_id: UUID, at: datetime) -> bool:
        """Whether the credential is the card's and was valid at the time; true where no keys are at hand."""
        if self._keys is None:
            return True
        try:
            claims = jwt.decode(credential, self._keys, algorithms=ALGORITHMS).claims
            return str(claims["card"]) == str(card_id) and float(claims["exp"]) > at.timestamp()
        except (JoseError, ValueError, TypeError, KeyError):
            return False

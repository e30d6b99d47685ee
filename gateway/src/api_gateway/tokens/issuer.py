"""The issuer: holds the signing keys of this process, signs tokens, publishes the public keys, rotates."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jwt
from joserfc.jwk import KeySet, OKPKey
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api_gateway.database import MACHINE_TIME
from api_gateway.keys import b64url, public_jwk, thumbprint
from api_gateway.settings import Settings
from api_gateway.tokens import repository
from api_gateway.tokens.errors import RotationPending
from api_gateway.tokens.repository import StoredKey
from api_gateway.tokens.signing import (
    ALGORITHM,
    SigningKey,
    is_due,
    is_pending,
    published,
    signer,
)
from chassis.auth import TOKEN_TYPE, Revocations, TokenVerifier
from chassis.logging import get_logger
from chassis.metrics import ITEMS_FAILED
from chassis.problems import Unavailable
from chassis.sealing import SealBroken, Sealed, Vault

log = get_logger(__name__)

CLOCK_SKEW = timedelta(seconds=10)


class Issuer:
    """Signs with the keys of the table; every process reads them again and again."""

    def __init__(self, settings: Settings, vault: Vault) -> None:
        """Start without keys: `refresh` reads them."""
        self._settings = settings
        self._vault = vault
        self._keys: list[SigningKey] = []
        self.token_life = timedelta(seconds=settings.gateway_token_seconds)

    @property
    def name(self) -> str:
        """The name the issuer signs under: its public address."""
        return self._settings.issuers[0]

    def sign(
        self, claims: dict[str, Any], *, seconds: int | None = None, kind: str = TOKEN_TYPE, audience: str | None = None
    ) -> str:
        """A token with these claims and the issuer's own. Raises Unavailable where no key may sign.

        `seconds`: how long it is good, by default as long as a machine's; `kind`: its `typ`, by default an access
        token; `audience`: whom it is for, by default the API.
        """
        now = MACHINE_TIME.now()
        try:
            key = signer([key for key in self._keys if key.private is not None], now)
        except LookupError as error:
            raise Unavailable("There is no signing key yet.", detail_ar="لا يوجد مفتاح توقيع بعد.") from error
        if key.private is None:
            raise Unavailable("The signing key cannot be opened.", detail_ar="مفتاح التوقيع غير متاح الآن.")
        issued = int(now.timestamp())
        own = {
            "iss": self.name,
            "aud": audience or self._settings.audience,
            "iat": issued,
            "exp": issued + (seconds or self._settings.gateway_token_seconds),
        }
        header = {"alg": ALGORITHM, "typ": kind, "kid": key.kid}
        return jwt.encode(header, {**own, **claims}, key.private, algorithms=[ALGORITHM])

    def jwks(self) -> dict[str, list[dict[str, str]]]:
        """The public keys, youngest first."""
        keys = published(self._keys, MACHINE_TIME.now(), self.token_life + CLOCK_SKEW)
        return {"keys": [key.jwk() for key in keys]}

    async def refresh(self, session: AsyncSession) -> None:
        """Read the keys again; those known already are not unsealed again."""
        known = {key.kid: key.private for key in self._keys}
        self._keys = [self._read(stored, known.get(stored.kid)) for stored in await repository.keys(session)]

    async def rotate(self, session: AsyncSession) -> StoredKey:
        """Write the next key: it signs after the lead time, the very first one at once. Raises RotationPending.

        This process takes it up, like all others, when it has read it after the commit.
        """
        await repository.lock(session)
        await self.refresh(session)
        now = MACHINE_TIME.now()
        self.ensure_none_pending()
        lead = timedelta(seconds=self._settings.gateway_key_lead_seconds) if self._keys else timedelta(0)
        private = Ed25519PrivateKey.generate()
        public_key = private.public_key().public_bytes_raw()
        kid = thumbprint(public_key)
        sealed = self._vault.encrypt(kid.encode(), private.private_bytes_raw())
        key = StoredKey(kid, public_key, sealed.key, sealed.value, now, now + lead)
        await repository.add_key(session, key)
        log.info("signing key made", kid=key.kid, signs_from=key.signs_from.isoformat())
        return key

    def ensure_none_pending(self) -> None:
        """That every key known to this process signs already. Raises RotationPending."""
        if is_pending(self._keys, MACHINE_TIME.now()):
            raise RotationPending("A key made before has not begun to sign yet.")

    async def keep(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        """What time brings: the first key, the next key, the end of old keys and of used assertions."""
        async with sessions() as session, session.begin():
            await self.refresh(session)
            if self._needs_key():
                await repository.lock(session)
                await self.refresh(session)
            if self._needs_key():
                await self.rotate(session)
            now = MACHINE_TIME.now()
            await repository.retire_keys(session, now, self.token_life, CLOCK_SKEW)
            await repository.forget_assertions(session, now)
        async with sessions() as session:
            await self.refresh(session)

    def _needs_key(self) -> bool:
        life = timedelta(days=self._settings.gateway_key_days)
        return not self._keys or is_due(self._keys, MACHINE_TIME.now(), life)

    def _read(self, stored: StoredKey, private: OKPKey | None) -> SigningKey:
        if stored.sealed_private_key is None:
            private = None
        elif private is None:
            private = self._unseal(stored)
        return SigningKey(stored.kid, stored.public_key, private, stored.created_at, stored.signs_from)

    def _unseal(self, stored: StoredKey) -> OKPKey | None:
        """The private half; None where it cannot be opened, and the other keys sign. Raises SealBroken at the start."""
        try:
            raw = self._vault.decrypt(stored.kid.encode(), Sealed(stored.sealed_with, stored.sealed_private_key or b""))
        except SealBroken as error:
            if not self._keys:
                raise
            ITEMS_FAILED.labels("signing_keys").inc()
            log.error("signing key cannot be opened", kid=stored.kid, reason=str(error))
            return None
        return OKPKey.import_key({**public_jwk(stored.public_key), "d": b64url(raw), "kid": stored.kid})


class OwnKeysVerifier(TokenVerifier):
    """Verifies with the keys of this process's issuer instead of fetching them from itself."""

    def __init__(self, settings: Settings, revocations: Revocations, issuer: Issuer) -> None:
        """Use the issuer's keys from the start."""
        super().__init__(settings, revocations)
        self._issuer = issuer

    async def refresh_keys(self, at_most_every: float = 0.0) -> None:
        """Take over the issuer's keys; a withdrawn one takes its tokens with it."""
        keys = KeySet([OKPKey.import_key({**key}) for key in self._issuer.jwks()["keys"]])
        if self._keys is None or {key.kid for key in keys.keys} != {key.kid for key in self._keys.keys}:
            self._verified.clear()
        self._keys = keys

"""Card-service's keys for holder's proofs: fetched now and then, and kept in the database for when it is away."""

from __future__ import annotations

import asyncio
import time
from typing import Final

import asyncpg
import httpx
import orjson

from chassis.clients import KeysNotFetched, fetch_key_set, http_client
from chassis.holder_proofs.form import Asked, HolderProof, KeyUnknown, moment, opened, permits
from chassis.holder_proofs.refusals import HolderProofInvalid, HolderProofUnverifiable
from chassis.logging import get_logger
from chassis.runtime import Resources
from chassis.signing import public_keys

log = get_logger(__name__)

REFRESH_SECONDS: Final = 30.0
UNKNOWN_KEY_SECONDS: Final = 1.0
AWAY_SECONDS: Final = 3 * REFRESH_SECONDS  # so long without an answer, and card-service counts as away

_LOAD = "SELECT jwk::text AS jwk FROM holder_proof_key"
_KEEP = """
    WITH now_known AS (SELECT kid, jwk FROM unnest($1::text[], $2::text[]) AS k (kid, jwk)),
    gone AS (DELETE FROM holder_proof_key WHERE kid <> ALL($1::text[]))
    INSERT INTO holder_proof_key (kid, jwk) SELECT kid, jwk::jsonb FROM now_known
    ON CONFLICT (kid) DO UPDATE SET jwk = excluded.jwk, fetched_at = clock_timestamp()
"""


class ProofKeys:
    """The public keys by which proofs are checked: given inline, or fetched from where card-service shows them."""

    def __init__(self, inline: str | None, url: str | None) -> None:
        """`inline`: a JWK set as JSON; `url`: where it is served. Without either every proof is unverifiable."""
        self._keys = public_keys(orjson.loads(inline)["keys"]) if inline else {}
        self._url = url
        self._client: httpx.AsyncClient | None = None
        self._fetching = asyncio.Lock()
        self._tried_at = self._answered_at = float("-inf")

    @property
    def away(self) -> bool:
        """Whether card-service has not answered lately."""
        return self._url is not None and time.monotonic() - self._answered_at > AWAY_SECONDS

    async def load(self, pool: asyncpg.Pool) -> None:
        """Know the keys that were kept; card-service may be away when this service starts."""
        if self._url is not None:
            self._keys = public_keys(orjson.loads(row["jwk"]) for row in await pool.fetch(_LOAD))
            self._answered_at = time.monotonic()

    async def refresh(self, pool: asyncpg.Pool, at_most_every: float = 0.0) -> None:
        """Fetch and keep the keys, unless that was tried a moment ago; where they cannot be had the kept ones hold."""
        async with self._fetching:
            if self._url is None or time.monotonic() - self._tried_at < at_most_every:
                return
            self._tried_at = time.monotonic()
            try:
                self._client = self._client or http_client()
                found = (await fetch_key_set(self._client, self._url)).as_dict(private=False)["keys"]
            except KeysNotFetched as fault:
                log.warning("keys of holder's proofs not fetched", error=str(fault))
                return
            self._answered_at = time.monotonic()
            known = public_keys(found)
            if known.keys() != self._keys.keys():
                named = [(key["kid"], orjson.dumps(key).decode()) for key in found]
                await pool.execute(_KEEP, [kid for kid, _ in named], [jwk for _, jwk in named])
            self._keys = known

    def proof(self, token: str) -> HolderProof:
        """What a proof says. Raises HolderProofInvalid, KeyUnknown, or HolderProofUnverifiable without any key."""
        if not self._keys:
            raise HolderProofUnverifiable(
                "The keys of card-service are not at hand.", detail_ar="لا يمكن التحقق من الإثبات الآن."
            )
        return opened(token, self._keys)

    def check(self, token: str, asked: Asked) -> HolderProof:
        """The proof, where it permits the operation at this moment. Raises the refusal, or KeyUnknown."""
        proof = self.proof(token)
        permits(proof, asked, moment())
        return proof

    async def checked(self, pool: asyncpg.Pool, token: str, asked: Asked) -> HolderProof:
        """Like `check`, fetching the keys where the proof names one not known yet. Raises the refusal."""
        proof = await self.found(pool, token)
        permits(proof, asked, moment())
        return proof

    async def found(self, pool: asyncpg.Pool, token: str) -> HolderProof:
        """Like `proof`, fetching the keys where the proof names one not known yet. Raises the refusal."""
        try:
            return self.proof(token)
        except (KeyUnknown, HolderProofUnverifiable):
            await self.refresh(pool, UNKNOWN_KEY_SECONDS)
        try:
            return self.proof(token)
        except KeyUnknown as unknown:
            if self.away:
                raise HolderProofUnverifiable(
                    "The key of the proof is not at hand.", detail_ar="لا يمكن التحقق من الإثبات الآن."
                ) from unknown
            raise HolderProofInvalid(
                "The proof is signed by no key of card-service.", detail_ar="الإثبات غير موقع من النظام."
            ) from unknown

    async def keep_fresh(self, resources: Resources) -> None:
        """What each process does now and then: one for work alone reads the keys that those with an API keep."""
        if resources.settings.role == "work":  # it need not reach card-service
            await self.load(resources.pool)
        else:
            await self.refresh(resources.pool)

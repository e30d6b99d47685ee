"""For tests: signs holder's proofs the way card-service does, with a key of its own."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.holder_proofs.form import HolderProof, Purpose, moment, sign
from chassis.holder_proofs.form import Prover as By
from chassis.ids import new_id

KID = "test-proofs"


class Prover:
    """What a holder at a terminal would get of card-service."""

    def __init__(self) -> None:
        """Make a key."""
        self.key = Ed25519PrivateKey.generate()

    @property
    def jwks(self) -> str:
        """The public key, for the setting `holder_proof_keys`."""
        x = base64.urlsafe_b64encode(self.key.public_key().public_bytes_raw()).rstrip(b"=").decode()
        return orjson.dumps({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": KID, "x": x}]}).decode()

    def proof(self, card_id: UUID, terminal_id: UUID, max_amount: int = 10**7, **changed: Any) -> str:
        """A proof by PIN for a sale; `changed`: other fields of it."""
        expires = (moment() + timedelta(minutes=3)).replace(microsecond=0)
        proof = HolderProof(new_id(), card_id, terminal_id, "sale", max_amount, "pin", "holder", expires)
        return sign(replace(proof, **changed), KID, self.key)


PROVER = Prover()


def prove(
    terminal: UUID | str | Mapping[str, str],
    card_id: UUID | str,
    amount: int,
    purpose: Purpose = "sale",
    *,
    seconds: float = 180,
    by: By = "holder",
) -> str:
    """A proof of that prover at a terminal: its id, or the headers that it calls with; `by`: who has proved."""
    terminal_id = _subject(terminal) if isinstance(terminal, Mapping) else UUID(str(terminal))
    expires = moment() + timedelta(seconds=seconds)
    return PROVER.proof(UUID(str(card_id)), terminal_id, amount, purpose=purpose, expires_at=expires, prover=by)


def _subject(headers: Mapping[str, str]) -> UUID:
    claims = headers["Authorization"].removeprefix("Bearer ").split(".")[1]
    document: dict[str, Any] = orjson.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    return UUID(document["sub"])

"""What goes to a bureau and comes from it: a signed batch inside an envelope for its key, and its signed return. Pure.

JWS (RFC 7515, EdDSA) nested in JWE (RFC 7516, `ECDH-ES` on X25519, `A256GCM`), both compact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from joserfc import jwe
from joserfc.jwk import OKPKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from card_service.envelopes import BatchSigner
from card_service.printing.models import Face
from card_service.production.judging import Returned
from chassis.signing import public_keys, verified

BATCH: Final = "unicard-batch+jws"
MOST_ROWS: Final = 20_000


class ReturnBroken(ValueError):
    """A return that is no such document, or that none of the bureau's keys has signed."""


class ReturnedCard(BaseModel):
    """What became of a card at the bureau."""

    model_config = ConfigDict(extra="forbid")

    card_id: Annotated[str, Field(max_length=64)]
    number: Annotated[str, Field(max_length=32)]
    serial: Annotated[str | None, Field(max_length=64)] = None
    result: Literal["made", "spoiled"]


class Return(BaseModel):
    """The claims of a bureau's return (`typ` `unicard-serials+jws`)."""

    model_config = ConfigDict(extra="forbid")

    batch_id: UUID
    cards: Annotated[list[ReturnedCard], Field(max_length=MOST_ROWS)]

    @property
    def rows(self) -> list[Returned]:
        """As they are judged."""
        return [Returned(one.card_id, one.number, one.serial, one.result == "spoiled") for one in self.cards]


def sealed(
    signer: BatchSigner,
    encryption_key: Mapping[str, str],
    batch_id: UUID,
    made_at: datetime,
    cards: Sequence[tuple[UUID, Face]],
) -> str:
    """The file of a batch: for each card what is embossed and what goes on its chip, and nothing else."""
    claims = {
        "batch_id": str(batch_id),
        "made_at": made_at.isoformat(),
        "cards": [
            {"card_id": str(card_id), "number": face.number, "name": face.name, "chip": face.code}
            for card_id, face in cards
        ],
    }
    header = {"alg": "ECDH-ES", "enc": "A256GCM", "kid": encryption_key["kid"], "cty": BATCH}
    return jwe.encrypt_compact(header, signer.compact(BATCH, claims).encode(), OKPKey.import_key(dict(encryption_key)))


def opened(compact: str, signing_keys: Sequence[Mapping[str, str]]) -> Return:
    """A return that one of the bureau's keys has signed. Raises ReturnBroken."""
    try:
        return Return.model_validate(verified(compact, public_keys(signing_keys)))
    except (ValidationError, ValueError, KeyError, TypeError) as error:
        raise ReturnBroken("no return of this bureau") from error

"""What crosses the wire about holder's proofs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from card_service.cards.examples import (
    CARD,
    HOLDER_PROOF,
    PIN_ENVELOPE,
    PIN_JWE,
    PROOF,
    PROOF_CLAIMS,
)
from card_service.cards.schemas import PinIn
from card_service.proofs.models import Operation, OperationPurpose, ProofResult, SeenDocument
from chassis.holder_proofs.form import Prover
from chassis.personal import Personal, Whose

_OPERATION: Final[dict[str, JsonValue]] = {"card_id": CARD, "purpose": "sale", "max_amount": 5400}


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class OperationIn(_In):
    """What the holder is to agree to.

    `sale`: a sale, and the hold on the wallet that pays its part; `hold`: a hold alone; `visit`: a visit at a clinic.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_OPERATION]})

    card_id: Annotated[UUID, Whose.CARD]
    purpose: OperationPurpose
    max_amount: Annotated[int, Field(strict=True, ge=0, le=10**9, description="piastres it may come to at most")]
    prover: Prover = Field(
        default="holder",
        description="`head`: by the card of the household's head, for who cannot do it; `proxy`: by the card of one who"
        " has a mandate (`POST /v1/cards/{card_id}/mandates`), for sales and visits, never for a hold",
    )
    proxy_card_id: Annotated[UUID | None, Whose.CARD] = Field(default=None, description="with `proxy`: their card")

    @model_validator(mode="after")
    def _of_a_proxy(self) -> Self:
        if (self.prover == "proxy") != (self.proxy_card_id is not None):
            raise ValueError("proxy_card_id goes with the prover proxy")
        if self.prover == "proxy" and self.purpose == "hold":
            raise ValueError("a proxy opens no wallet")
        return self

    def operation(self) -> Operation:
        """The same as the use cases take it."""
        return Operation(self.card_id, self.purpose, self.max_amount, self.prover, self.proxy_card_id)


class ChipAnswer(_In):
    """What a card's chip has answered to the terminal's nonce."""

    nonce: Annotated[str, Field(min_length=16, max_length=64)]
    answer: Annotated[str, Field(min_length=1, max_length=2048)]


class HolderProofIn(OperationIn):
    """The operation, and one of the ways to prove it.

    `pin_jwe` is an envelope as of PinIn, with `purpose` and `max_amount` of the operation and the terminal's id as
    `device`; `card_id` in it is the card of the operation, also where the PIN of the head or of a
    proxy is typed.
    """

    model_config = ConfigDict(
        json_schema_extra={"examples": [{**_OPERATION, "pin_jwe": PIN_JWE}, {**_OPERATION, "code": "402913"}]}
    )

    pin_jwe: Annotated[str, Field(min_length=1, max_length=2048, json_schema_extra=PIN_ENVELOPE)] | None = None
    code: Annotated[str, Field(min_length=1, max_length=20)] | None = Field(
        default=None, description="the code of the SMS that `POST /v1/holder-proof-codes` has sent"
    )
    chip: ChipAnswer | None = Field(default=None, description="where the installation has cards with chips")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(way is not None for way in (self.pin_jwe, self.code, self.chip)) != 1:
            raise ValueError("pin_jwe, code or chip")
        return self


class HolderCodeOut(BaseModel):
    """A code is on its way to the registered mobile."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"card_id": CARD, "expires_at": "2026-11-05T09:05:00Z"}]})

    card_id: Annotated[UUID, Whose.CARD]
    expires_at: datetime


class HolderProofOut(BaseModel):
    """What became of a try, and the proof where it was right.

    `proof` is a compact JWS to be sent as it is with the one operation that it permits, as `holder_proof`: the sale and
    the hold that pays a part of it are one. A repeat under the same key gets its first answer when the proof is over.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "card_id": CARD, "result": "proved", "tries_left": 5, "proof_id": PROOF_CLAIMS["jti"],
                    "proof": PROOF, "expires_at": "2026-11-05T09:02:00Z",
                },
                {"card_id": CARD, "result": "wrong", "tries_left": 4},
            ]
        }
    )  # fmt: skip

    card_id: Annotated[UUID, Whose.CARD]
    result: Annotated[ProofResult, Personal.CARD]
    tries_left: Annotated[int, Personal.CARD]
    proof_id: UUID | None = None
    proof: Annotated[str | None, Personal.CARD, Field(json_schema_extra=HOLDER_PROOF)] = None
    expires_at: datetime | None = None


class NewPinIn(PinIn):
    """A PIN as of PinIn with `purpose` `set`, and the code that `POST /v1/cards/{card_id}/pin-codes` has sent by SMS.

    Without a code it is set once where another person has decided so (`POST /v1/cards/{card_id}/pin-resets`).
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"pin_jwe": PIN_JWE, "code": "402913"}]})

    code: Annotated[str, Field(min_length=1, max_length=20)] | None = None


class ResetIn(_In):
    """Which document of the holder was seen, who has no mobile."""

    document: SeenDocument

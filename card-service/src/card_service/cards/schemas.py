"""What crosses the wire about cards. The card number leaves masked, the PIN never."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from card_service.cards.examples import CARD, PIN_ENVELOPE, PIN_JWE, PIN_JWK, SIGNING_JWK
from card_service.cards.lifecycle import Action, CardState
from card_service.cards.models import BlockReason, PinState
from card_service.cards.pins import PinResult
from chassis.paging import Page
from chassis.personal import Personal, Whose
from contracts.card import ProgrammeService


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PinIn(_In):
    """A PIN, encrypted on the device.

    Compact JWE (RFC 7516, 7518 §4.6: `ECDH-ES` on X25519, `A256GCM`) for the key of `GET /v1/pin-key`, of the object
    that `contentSchema` of `pin_jwe` describes; `x-worked-example` there shows every step. It opens once, for the
    card, the device, the purpose and the amount in it, and not much later than `at`.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"pin_jwe": PIN_JWE}]})

    pin_jwe: Annotated[str, Field(min_length=1, max_length=2048, json_schema_extra=PIN_ENVELOPE)]


DisableReason = Literal["order", "request", "fraud"]


class BlockIn(_In):
    """Why a card is to be refused everywhere."""

    reason: BlockReason


class ReplacementIn(_In):
    """Why a card is to be replaced, and where the new one is to be collected."""

    reason: BlockReason
    site_id: UUID


class CardOut(BaseModel):
    """A card as it stands."""

    card_id: Annotated[UUID, Whose.CARD]
    citizen_id: Annotated[UUID, Whose.CITIZEN]
    household_id: Annotated[UUID, Whose.HOUSEHOLD]
    governorate: str
    number_masked: Annotated[str, Personal.CARD]
    state: Annotated[CardState, Personal.CARD]
    services: Annotated[list[ProgrammeService], Personal.CARD]
    site_id: Annotated[UUID | None, Personal.CARD]
    bound_for: Annotated[
        UUID | None, Personal.CARD, Field(description="the site where it is to be collected once it has come there")
    ]
    expected_on: Annotated[
        date | None, Personal.CARD, Field(description="by when it is to be there; null where nobody knows yet")
    ]
    phase_id: UUID | None
    replaces: UUID | None
    replaced_by: UUID | None
    issued_at: datetime | None
    activated_at: datetime | None
    blocked_at: Annotated[datetime | None, Personal.CARD]
    block_reason: Annotated[BlockReason | None, Personal.CARD]
    lapses_at: Annotated[
        datetime | None, Personal.CARD, Field(description="when the block of a lost card ends by itself")
    ]
    pin: Annotated[PinState, Personal.CARD]
    allowed_actions: list[Action]


class CardStep(BaseModel):
    """A step of a card's life; nobody is named for what was done before steps were kept."""

    step_id: UUID
    action: Annotated[
        Action | None, Personal.CARD, Field(description="null where it was made, or where that was not told")
    ]
    state_before: Annotated[CardState | None, Personal.CARD]
    state: Annotated[CardState, Personal.CARD]
    at: datetime
    done_by: Annotated[str | None, Field(description="a caller's subject, or a worker of the service")]
    site_id: UUID | None
    because: Annotated[str | None, Personal.CARD, Field(description="a stable word, or the id of what ordered it")]


class CardHistory(Page[CardStep, UUID]):
    """Steps of a card's life, the first one first."""


class CardList(BaseModel):
    """Cards, the newest first."""

    items: list[CardOut]


class PinKey(BaseModel):
    """The public X25519 key for PINs, a JWK (RFC 8037)."""

    model_config = ConfigDict(json_schema_extra={"examples": [PIN_JWK]})

    kty: str
    crv: str
    use: str
    alg: str
    kid: str
    x: str


class PinStatus(BaseModel):
    """A PIN is set, tries begin anew."""

    card_id: Annotated[UUID, Whose.CARD]
    pin: Annotated[Literal["set"], Personal.CARD] = "set"


class PinCheck(BaseModel):
    """What became of a try."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"card_id": CARD, "result": "correct", "tries_left": 5}]})

    card_id: Annotated[UUID, Whose.CARD]
    result: Annotated[PinResult, Personal.CARD]
    tries_left: Annotated[int, Personal.CARD]


class SigningKeyOut(BaseModel):
    """A public Ed25519 key, a JWK (RFC 8037)."""

    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    use: Literal["sig"]
    alg: Literal["EdDSA"]
    kid: str
    x: str


class KeySetOut(BaseModel):
    """Public keys that check signatures, a JWK set (RFC 7517)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"keys": [SIGNING_JWK]}]})

    keys: list[SigningKeyOut]


_Number = Annotated[str, Field(max_length=1000, description="one that is no such number names itself")]
_Numbers = Annotated[list[_Number | None], Field(min_length=1, max_length=1000)]


class PayeeLookup(_In):
    """National ids, or card numbers, of those whom an authority pays; an answer names them by their positions."""

    national_ids: _Numbers | None = None
    card_numbers: _Numbers | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.national_ids is None) == (self.card_numbers is None):
            raise ValueError("national_ids or card_numbers")
        return self


class PayeeFound(BaseModel):
    """The citizen behind the number at a position of the request."""

    position: Annotated[int, Personal.IDENTITY]
    citizen_id: Annotated[UUID, Whose.CITIZEN]


class PayeeNotFound(BaseModel):
    """Why there is nobody behind the number at a position of the request, by a stable code."""

    position: int
    code: Literal["national_id_invalid", "card_number_invalid", "payee_unknown", "card_unknown", "card_closed"]


class PayeeLookupOut(BaseModel):
    """Every position of the request once, in `items` or in `unknown`."""

    items: list[PayeeFound]
    unknown: list[PayeeNotFound]

"""What crosses the wire about cards. The card number leaves masked, the PIN never."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from card_service.cards.lifecycle import Action, CardState
from card_service.cards.pins import PinResult
from contracts.card import ProgrammeService

BlockReason = Literal["lost", "stolen", "damaged", "fraud", "order"]
NationalIdText = Annotated[str, Field(min_length=1, max_length=40, description="14 digits, Western or Arabic-Indic")]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NationalIdIn(_In):
    """The national id of the citizen at the counter."""

    national_id: NationalIdText


class PinIn(_In):
    """A PIN, encrypted on the device.

    Compact JWE, `ECDH-ES` with `A256GCM`, for the key of `GET /v1/pin-key`; inside
    `{"card_id": "…", "pin": "4821"}`, so that it opens no other card.
    """

    pin_jwe: Annotated[str, Field(min_length=1, max_length=2048)]


DisableReason = Literal["order", "request", "fraud"]


class BlockIn(_In):
    """Why a card is to be refused everywhere."""

    reason: BlockReason


class ReplacementIn(_In):
    """Why a card is to be replaced, and where the new one is to be collected."""

    reason: BlockReason
    site_id: UUID


class CardSite(BaseModel):
    """Where a card lies."""

    site_id: UUID
    name_ar: str
    name_en: str
    address_ar: str


class CardOut(BaseModel):
    """A card as it stands."""

    card_id: UUID
    citizen_id: UUID
    household_id: UUID
    governorate: str
    number_masked: str
    state: CardState
    services: list[ProgrammeService]
    site_id: UUID | None
    phase_id: UUID | None
    replaces: UUID | None
    replaced_by: UUID | None
    issued_at: datetime | None
    activated_at: datetime | None
    blocked_at: datetime | None
    block_reason: BlockReason | None
    pin: Literal["not_set", "set", "locked"]
    allowed_actions: list[Action]


class AppointmentOut(BaseModel):
    """When the citizen was asked to come."""

    starts_at: datetime
    ends_at: datetime
    state: Literal["scheduled", "kept", "missed", "cancelled"]


class FoundCard(BaseModel):
    """A card as a counter finds it. `here`: whether it lies at the caller's own site."""

    card_id: UUID
    holder_name_masked: str
    state: CardState
    site_id: UUID | None
    site: CardSite | None
    here: bool
    appointment: AppointmentOut | None
    replaces: UUID | None


class FoundCards(BaseModel):
    """The open cards of a citizen, the newest first."""

    items: list[FoundCard]
    next: str | None = None


class HandedOver(BaseModel):
    """A card that is with its holder now. `replaced_card_id`: the card that ended by it."""

    card_id: UUID
    citizen_id: UUID
    household_id: UUID
    state: CardState
    services: list[ProgrammeService]
    site_id: UUID
    issued_at: datetime
    replaced_card_id: UUID | None


class PinKey(BaseModel):
    """The public X25519 key for PINs, a JWK (RFC 8037)."""

    kty: str
    crv: str
    use: str
    alg: str
    kid: str
    x: str


class PinStatus(BaseModel):
    """A PIN is set, tries begin anew."""

    card_id: UUID
    pin: Literal["set"] = "set"


class PinCheck(BaseModel):
    """What became of a try."""

    card_id: UUID
    result: PinResult
    tries_left: int


class Credential(BaseModel):
    """The signed credential of a card: compact JWS (EdDSA) of `{card, household, gov, exp}`."""

    card_id: UUID
    credential: str
    expires_at: datetime


class KeySetOut(BaseModel):
    """The public keys that check credentials, a JWK set (RFC 7517)."""

    keys: list[dict[str, Any]]

"""What crosses the wire about production."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from card_service.distribution.models import Holders
from card_service.production.judging import Fault
from card_service.production.models import OrderState
from card_service.registry.models import JobStatus
from chassis.paging import Page
from chassis.personal import Personal, Whose
from chassis.places import GovernorateCode


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PublicKey(_In):
    """A public key, a JWK (RFC 8037) with an id; a private part is refused."""

    kty: Literal["OKP"]
    crv: Literal["X25519", "Ed25519"]
    kid: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+$")]
    x: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]


class BureauIn(_In):
    """A personalisation bureau, or new keys of one: whose cards it makes, and from which day to which."""

    name: Annotated[str, Field(min_length=2, max_length=80, pattern=r"^[^\x00-\x1f]+$")]
    governorate: GovernorateCode
    encryption_key: Annotated[PublicKey, Field(description="X25519: batches are encrypted for it")]
    signing_key: Annotated[PublicKey, Field(description="Ed25519: returns are signed with it")]
    valid_from: date
    valid_to: Annotated[date, Field(description="the last day")]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_to < self.valid_from:
            raise ValueError("keys end after they begin")
        return self


class BureauOut(BaseModel):
    """A bureau with a pair of its keys."""

    bureau_id: UUID
    name: str
    governorate: str
    encryption_kid: str
    signing_kid: str
    valid_from: date
    valid_to: date


class BureauPage(Page[BureauOut, UUID]):
    """Bureaus, in the order in which their keys were entered."""


class OrderIn(_In):
    """For whom cards are requested, and for how many at most."""

    holders: Holders
    limit: Annotated[int, Field(strict=True, ge=1, le=1_000_000)]


class OrderOut(BaseModel):
    """An order of cards: `status` of the job that gathers people, `state` of the decision on it."""

    order_id: UUID
    phase_id: UUID
    holders: Holders
    limit: int
    status: JobStatus
    state: OrderState
    requested: int


class OrderAccepted(BaseModel):
    """An order that waits for its turn, and the proposal by which another person approves it once it is done."""

    order_id: UUID
    proposal_id: UUID


class BatchIn(_In):
    """Which bureau is sent how many cards at most of those that are approved; of one phase if it is named."""

    bureau_id: UUID
    phase_id: UUID | None = None
    size: Annotated[int, Field(strict=True, ge=1, le=20_000)]


class BatchOut(BaseModel):
    """A batch and what has come of it so far."""

    batch_id: UUID
    bureau_id: UUID
    bureau: str
    governorate: str
    cards: int
    in_production: int
    produced: int
    spoiled: int
    made_at: datetime
    made_by: str


class BatchPage(Page[BatchOut, UUID]):
    """Batches, the newest first."""


class BatchFile(BaseModel):
    """The file of a batch, which its bureau alone can open: a signed text inside an encrypted one.

    Compact JWE (`ECDH-ES`, `A256GCM`) whose content is a compact JWS (`typ` `unicard-batch+jws`) by a key of
    `GET /v1/production-keys`. Its claims: `batch_id`, `made_at`, and `cards` with `card_id`, `number` and `name` to be
    embossed, and `chip`, the card's printed code.
    """

    batch_id: UUID
    media_type: Literal["application/jose"] = "application/jose"
    content: str


class ReturnIn(_In):
    """A bureau's return.

    Compact JWS (`typ` `unicard-serials+jws`) by the bureau's registered key, of `batch_id` and `cards`, each with
    `card_id`, `number`, `result` (`made`, `spoiled`) and, where it was made, `serial`.
    """

    content: Annotated[str, Field(min_length=1, max_length=8_000_000)]


class ReturnOut(BaseModel):
    """What was taken of a return: good rows, and none of the others."""

    return_id: UUID
    batch_id: UUID
    produced: int
    spoiled: int
    mismatches: Annotated[int, Field(description="rows of `GET …/mismatches`, spoiled and missing cards among them")]


class MismatchOut(BaseModel):
    """What does not fit: a row of a return by its place from 1 on, or a card that it does not name."""

    number: int
    return_id: UUID
    row: int | None
    card_id: Annotated[UUID | None, Whose.CARD]
    code: Annotated[Fault, Personal.CARD]
    reason: str
    reason_ar: str


class MismatchPage(Page[MismatchOut, int]):
    """All that did not fit in the returns of a batch, in the order in which they came."""


class ReprintIn(_In):
    """Why a card is to be made again under its number."""

    reason: Literal["spoiled", "damaged", "misprinted", "lost_on_the_way"]

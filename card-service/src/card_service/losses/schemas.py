"""What crosses the wire about lost cards."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from card_service.cards.examples import CARD
from card_service.cards.lifecycle import CardState
from card_service.losses.models import BreadCodeResult
from card_service.proofs.models import SeenDocument
from chassis.personal import Personal, Whose


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


_KNOWN_BY = {
    "counter": frozenset({"national_id_card", "passport"}),
    "phone": frozenset({"registered_mobile", "questions"}),
    "system": frozenset({"system"}),
}


class LossIn(_In):
    """How a card was reported lost, and how its holder was known.

    At a counter by a document; on the telephone by a call back to the registered mobile or by questions; by another
    authority's system.
    """

    channel: Literal["counter", "phone", "system"]
    identified_by: Literal["national_id_card", "passport", "registered_mobile", "questions", "system"]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.identified_by not in _KNOWN_BY[self.channel]:
            raise ValueError(f"by {self.channel} nobody is known by {self.identified_by}")
        return self


class SeenIn(_In):
    """Which document of the holder was seen."""

    document: SeenDocument


class FoundIn(_In):
    """How the holder of a card that is found again was known.

    At a counter by a document; on the telephone by the code that `POST …/found-codes` has sent to the holder.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"code": "402913"}]})

    document: SeenDocument | None = None
    code: Annotated[str, Field(min_length=1, max_length=20)] | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.document is None) == (self.code is None):
            raise ValueError("document or code")
        return self


class LossOut(BaseModel):
    """A card that is blocked as lost. Unless a replacement is asked for, it is free again at `lapses_at`."""

    card_id: Annotated[UUID, Whose.CARD]
    state: Annotated[CardState, Personal.CARD]
    blocked_at: Annotated[datetime | None, Personal.CARD]
    lapses_at: Annotated[datetime | None, Personal.CARD]
    bread_code_until: datetime | None = Field(
        description="a code for bread is on its way by SMS, good until then or until the new card"
    )
    no_bread_code: Annotated[str | None, Personal.CARD] = Field(
        description="why none was sent: holder_not_reached, holder_number_too_new, card_was_not_active,"
        " bread_codes_too_often"
    )


class BreadCodeSent(BaseModel):
    """A code for bread is on its way to the registered mobile."""

    card_id: Annotated[UUID, Whose.CARD]
    expires_at: datetime


class BreadCodeShown(BreadCodeSent):
    """A code for bread, to be given to its holder on paper."""

    bread_code: Annotated[str, Personal.CARD]


class BreadCodeIn(_In):
    """A code for bread as its holder says it, and what the bread comes to at most."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"code": "482913 0571", "max_amount": 400}]}
    )

    code: Annotated[str, Field(min_length=1, max_length=20)]
    max_amount: Annotated[int, Field(strict=True, ge=0, le=10**9, description="piastres it may come to at most")]


class BreadProofOut(BaseModel):
    """What became of a code: where it was right the card, and a proof of purpose `bread` as of HolderProofOut.

    The sale names both; it draws bread of the present day and nothing else.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "result": "proved", "card_id": CARD, "proof_id": "0193a1c2-0000-7000-8000-00000000000c",
                    "proof": "eyJhbGciOiJFZERTQSJ9.eyJwdXJwb3NlIjoiYnJlYWQifQ.c2lnbmF0dXJl",
                    "expires_at": "2026-11-12T09:03:00Z",
                },
                {"result": "wrong"},
            ]
        }
    )  # fmt: skip

    result: BreadCodeResult
    card_id: Annotated[UUID | None, Whose.CARD] = None
    proof_id: UUID | None = None
    proof: Annotated[str | None, Personal.CARD] = None
    expires_at: datetime | None = None

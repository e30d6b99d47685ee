"""What crosses the wire of printed cards."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from card_service.cards.examples import CARD
from card_service.printing.codes import TYPE
from card_service.printing.examples import CODE, CODE_CLAIMS
from chassis.personal import Personal, Whose

MOST = 50


class PrintedClaims(BaseModel):
    """What the code on a card says: which card, issued where, good until when; nothing that changes."""

    card: Annotated[str, Field(description="the 16 bytes of the card's id, base64url without padding")]
    gov: Annotated[str, Field(description="two-digit code of the governorate of issue")]
    exp: Annotated[int, Field(description="when the card is over, seconds since 1970")]


class PrintedCode(BaseModel):
    """The code printed on a card as a QR symbol (ISO/IEC 18004): compact JWS (EdDSA) with `typ` `unicard-code+jws`.

    It shows that the card is genuine, never that its holder is there, and not whether it is blocked: that the hot list
    and the services know.
    """

    card_id: Annotated[UUID, Whose.CARD]
    code: Annotated[
        str,
        Personal.CARD,
        Field(
            json_schema_extra={
                "contentMediaType": "application/jose",
                "contentSchema": {**PrintedClaims.model_json_schema(), "examples": [CODE_CLAIMS]},
                "x-jose-header": {"alg": "EdDSA", "typ": TYPE, "kid": "a `kid` of `GET /v1/printed-code-keys`"},
                "examples": [CODE],
            }
        ),
    ]
    expires_on: Annotated[date, Personal.CARD, Field(description="the card's last day")]


class SheetIn(BaseModel):
    """Cards that are to be printed, in the order of their places."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"card_ids": [CARD]}]})

    card_ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST)]

    @model_validator(mode="after")
    def _once(self) -> Self:
        if len(set(self.card_ids)) < len(self.card_ids):
            raise ValueError("a card is named twice")
        return self


class SheetCard(BaseModel):
    """A card on a sheet."""

    card_id: Annotated[UUID, Whose.CARD]
    citizen_id: Annotated[UUID, Whose.CITIZEN]
    household_id: Annotated[UUID, Whose.HOUSEHOLD]
    expires_on: Annotated[date, Personal.CARD]
    printed: Annotated[str, Personal.IDENTITY, Field(description="the name on it")]


class SheetOut(BaseModel):
    """Sheets of A4, ten cards to a page: a page of fronts, then one of their backs. `content` is the file in base64."""

    cards: list[SheetCard]
    media_type: Literal["application/pdf"] = "application/pdf"
    content: str

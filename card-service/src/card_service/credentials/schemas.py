"""What crosses the wire of credentials."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from card_service.cards.examples import CARD
from card_service.credentials.examples import CREDENTIAL, CREDENTIAL_CLAIMS
from chassis.personal import Personal, Whose


class SizeOut(BaseModel):
    """How many members of the household count from a month on."""

    month: Annotated[str, Field(description="`2026-11`; it holds until the next entry")]
    goods: int
    bread: int


class CredentialClaims(BaseModel):
    """What a credential says. One of version 1, which is good until its `exp`, has `card`, `household`, `gov`, `exp`.

    The sizes are those of the register on the day it was signed: a terminal sells within them, and what it sold is
    judged by the register, whatever the credential says.
    """

    v: Annotated[int, Field(description="2; whoever finds a higher one reads the members that it knows")]
    card: Annotated[UUID, Field(description="the card's id: `card_id` of every operation")]
    household: Annotated[UUID, Field(description="whose card it is")]
    gov: Annotated[str, Field(description="two-digit code of the governorate it belongs to")]
    services: Annotated[list[str], Field(description="what it may be used for: supply, health, payment")]
    sizes: Annotated[list[SizeOut], Field(description="by month, an entry where they change")]
    last_month: Annotated[str, Field(description="the last month that the sizes hold for")]
    exp: Annotated[int, Field(description="until when it is good, seconds since 1970")]


class Credential(BaseModel):
    """The signed credential of a card: a compact JWS (RFC 7515) that a terminal checks without a network."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"card_id": CARD, "credential": CREDENTIAL, "expires_at": "2027-01-31T22:00:00Z"}]
        }
    )

    card_id: Annotated[UUID, Whose.CARD]
    credential: Annotated[
        str,
        Personal.CARD,
        Field(
            json_schema_extra={
                "contentMediaType": "application/jose",
                "contentSchema": {**CredentialClaims.model_json_schema(), "examples": [CREDENTIAL_CLAIMS]},
                "x-jose-header": {"alg": "EdDSA", "typ": "unicard+jws", "kid": "a `kid` of `GET /v1/credential-keys`"},
                "examples": [CREDENTIAL],
            }
        ),
    ]
    expires_at: datetime

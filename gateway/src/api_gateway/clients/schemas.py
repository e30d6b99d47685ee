"""What crosses the wire about API clients."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Path
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, field_validator

from chassis.paging import Page
from chassis.places import AreaCode
from contracts.clients import Owner

CLIENT_ID = r"^[a-z0-9][a-z0-9._~-]{1,127}$"
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Scope = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]{0,31}:[a-z][a-z-]{0,31}$")]
ClientIdInPath = Annotated[str, Path(pattern=CLIENT_ID)]


def is_uuid(text: str) -> bool:
    """Whether a text could be a terminal's id."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _once_each(scopes: list[str]) -> list[str]:
    return sorted(set(scopes))


Scopes = Annotated[list[Scope], Field(min_length=1, max_length=64), AfterValidator(_once_each)]


class ClientIn(BaseModel):
    """A new client. `governorate` and `site_id` bound what its tokens open; the nation is `*` and must be said.

    `owner`: the authority that answers for it, the caller's own where left out. `expires_at`: when it ends, unless
    somebody answers for it anew; the longest time allowed where left out.
    """

    model_config = ConfigDict(extra="forbid")

    client_id: str = Field(pattern=CLIENT_ID, examples=["ministry"])
    name: Words
    scopes: Scopes
    governorate: AreaCode
    site_id: UUID | None = None
    owner: Owner | None = None
    purpose: Words | None = Field(default=None, examples=["Hand-over of cards at one counter"])
    expires_at: AwareDatetime | None = None

    @field_validator("client_id")
    @classmethod
    def _is_no_terminal(cls, value: str) -> str:
        if is_uuid(value):
            raise ValueError("a UUID is the name of a terminal, not of a client")
        return value


class ScopesIn(BaseModel):
    """What a client may do from now on, in place of what it might."""

    model_config = ConfigDict(extra="forbid")

    scopes: Scopes


class SecretIn(BaseModel):
    """How long the secret before stays good beside the new one; 0 ends it at once."""

    model_config = ConfigDict(extra="forbid")

    overlap_hours: int | None = Field(default=None, ge=0, le=168, strict=True)


class SecretOut(BaseModel):
    """A client's new secret, which only the repeat with the same Idempotency-Key shows again."""

    client_id: str
    client_secret: str
    secret_expires_at: datetime | None
    earlier_good_until: datetime | None


class RecertificationIn(BaseModel):
    """That somebody answers for a client for another while, and what it is for."""

    model_config = ConfigDict(extra="forbid")

    purpose: Words
    owner: Owner | None = Field(default=None, description="for a client nobody answers for yet; cannot be changed")
    expires_at: AwareDatetime | None = None


class ClientOut(BaseModel):
    """A client; its secret is never shown again.

    `upgrade_note`: what an upgrade has changed about it, until it is recertified.
    """

    client_id: str
    name: str
    owner: str
    purpose: str
    scopes: list[str]
    governorate: str | None
    site_id: UUID | None
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    secret_expires_at: datetime | None
    recertified_at: datetime | None
    recertified_by: str | None
    upgrade_note: str | None
    proposal_id: UUID | None = Field(default=None, description="what is to be decided, under /v1/proposals/gateway")
    suspended_at: datetime | None
    suspension_reason: str | None


class ClientCreated(ClientOut):
    """A new client with its secret, which only its repeat with the same Idempotency-Key shows again."""

    client_secret: str


class ClientList(Page[ClientOut, str]):
    """A page of clients in the order of their ids."""


class SuspensionIn(BaseModel):
    """Why someone may not call any more."""

    model_config = ConfigDict(extra="forbid")

    reason: Words

"""What crosses the wire about API clients."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Path
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, field_validator

from chassis.paging import Page

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
    """A new client. `governorate` and `site_id` bound what its tokens open."""

    model_config = ConfigDict(extra="forbid")

    client_id: str = Field(pattern=CLIENT_ID, examples=["ministry-of-supply"])
    name: Words
    scopes: Scopes
    governorate: str | None = Field(default=None, pattern=r"^[0-9]{2}$", examples=["03"])
    site_id: UUID | None = None

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


class ClientOut(BaseModel):
    """A client; its secret is never shown again."""

    client_id: str
    name: str
    scopes: list[str]
    governorate: str | None
    site_id: UUID | None
    created_at: datetime
    created_by: str
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

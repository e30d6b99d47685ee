"""What crosses the wire about terminals, but for the place, which each kind names in its own way."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Short = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]+$")]
Status = Literal["active", "suspended"]


class NewTerminal(BaseModel):
    """A terminal to be assigned to a place."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    serial: Short
    model: Short


class RegisteredTerminal(BaseModel):
    """A terminal in the books. `enrolled`: it has registered its key with the gateway."""

    terminal_id: UUID
    serial: str
    model: str
    status: Status
    suspension_reason: str | None
    enrolled: bool
    registered_at: datetime


class Suspension(BaseModel):
    """Why a terminal is suspended."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")]

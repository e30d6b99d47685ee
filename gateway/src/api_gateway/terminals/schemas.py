"""What crosses the wire about enrolment."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

_KEY = r"^[A-Za-z0-9_-]{43}$"
_SIGNATURE = r"^[A-Za-z0-9_-]{86}$"


class CodeIn(BaseModel):
    """The terminal that shall be enrolled."""

    model_config = ConfigDict(extra="forbid")

    terminal_id: UUID


class CodeOut(BaseModel):
    """A one-time code, to be typed in at the terminal."""

    terminal_id: UUID
    code: str
    expires_at: datetime


class EnrolmentIn(BaseModel):
    """A code and the public key made on the device.

    `proof`, where given, is the key's signature over `unicard-enrolment:{terminal_id}:{code as sent}`. `replaces`:
    where the terminal has a key in use, that one's signature over `unicard-replacement:{terminal_id}:{public_key}`.
    """

    model_config = ConfigDict(extra="forbid")

    code: str = Field(min_length=1, max_length=32, examples=["K7Q2M-9XA4T"])
    terminal_id: UUID
    public_key: str = Field(pattern=_KEY, description="Ed25519 public key, base64url without padding")
    proof: str | None = Field(default=None, pattern=_SIGNATURE, description="Ed25519 signature, base64url")
    replaces: str | None = Field(default=None, pattern=_SIGNATURE, description="Ed25519 signature, base64url")


class EnrolmentOut(BaseModel):
    """What the terminal names itself by at the token endpoint."""

    client_id: str
    key_id: str

"""What crosses the wire about enrolment."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

CODE, TERMINAL, AUDIENCE = "K7Q2M-9XA4T", "0193a1c2-0000-7000-8000-00000000000a", "unicard"
# The key is the first of RFC 8032, 7.1, its thumbprint that of RFC 8037, A.3: whoever writes a terminal has both.
ENROLMENT: Final[dict[str, JsonValue]] = {
    "code": CODE,
    "terminal_id": TERMINAL,
    "public_key": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    "proof": "NTsDimpywPaAMAMsX2y8HVDATjP9_R4ILmRPaHTFYFu_M_m-VD38jccUm7O_4KQbvJcLZ5i_SxRB-At1xyVxDQ",
}
ENROLLED: Final[dict[str, JsonValue]] = {
    "client_id": TERMINAL,
    "key_id": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
    "terminal_id": TERMINAL,
    "outlet_id": "0193a1c2-0000-7000-8000-00000000000b",
    "kind": "bakery",
    "governorate": "03",
    "scopes": ["catalogue:read", "days:close", "entitlements:read", "redemptions:create", "redemptions:read"],
    "audience": AUDIENCE,
    "server_time": "2026-11-05T09:00:00Z",
}

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

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [ENROLMENT]})

    code: str = Field(min_length=1, max_length=32, examples=[CODE])
    terminal_id: UUID
    public_key: str = Field(pattern=_KEY, description="Ed25519 public key, base64url without padding")
    proof: str | None = Field(default=None, pattern=_SIGNATURE, description="Ed25519 signature, base64url")
    replaces: str | None = Field(default=None, pattern=_SIGNATURE, description="Ed25519 signature, base64url")


class EnrolmentOut(BaseModel):
    """Who the terminal is: what it names itself by at the token endpoint, where it stands and what it may do.

    A repeat with the same code and key gets the same answer, but for the time.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [ENROLLED]})

    client_id: str = Field(description="`client_id`, `iss` and `sub` at `POST /oauth/token`: the terminal's id")
    key_id: str = Field(description="`kid` of its assertions: the thumbprint of its key (RFC 7638)")
    terminal_id: UUID
    outlet_id: UUID = Field(description="the outlet it stands in; of a clinic the provider of care")
    kind: str = Field(description="of the outlet: bakery, grocer, gameaty, complex, or clinic")
    governorate: str = Field(description="two-digit code")
    scopes: list[str] = Field(description="what its tokens will open, see `x-scopes` of each operation")
    audience: str = Field(description="`aud` of its assertions")
    server_time: datetime = Field(description="the clock that assertions, PINs and proofs are judged by")

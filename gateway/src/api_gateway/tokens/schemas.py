"""What crosses the wire about tokens and keys."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from api_gateway.tokens.requests import ASSERTION_TYPE, FORM
from approvals.schemas import Reason


class TokenReply(BaseModel):
    """RFC 6749 §5.1: send it as `Authorization: Bearer …` until it expires."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the protocol's word
    expires_in: int
    scope: str
    refresh_token: str | None = None
    id_token: str | None = None


class PublicKey(BaseModel):
    """RFC 8037: an Ed25519 public key."""

    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    x: str
    kid: str
    use: Literal["sig"]
    alg: Literal["EdDSA"]


class KeySet(BaseModel):
    """RFC 7517: the keys that verify tokens."""

    keys: list[PublicKey]


class RotationIn(BaseModel):
    """Why the next signing key is to be made now."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason


def _text(description: str, **more: object) -> dict[str, object]:
    return {"type": "string", "description": description, **more}


TOKEN_FORM: dict[str, object] = {
    "requestBody": {
        "required": True,
        "content": {
            FORM: {
                "schema": {
                    "type": "object",
                    "required": ["grant_type"],
                    "properties": {
                        "grant_type": _text(
                            "machines: client_credentials; people: the others",
                            enum=["client_credentials", "authorization_code", "refresh_token"],
                        ),
                        "client_id": _text("with client_secret; HTTP Basic does as well"),
                        "client_secret": _text("the secret given when the client was registered"),
                        "client_assertion_type": _text("with client_assertion", enum=[ASSERTION_TYPE]),
                        "client_assertion": _text("a terminal's assertion, signed with its enrolled key"),
                        "code": _text("with authorization_code"),
                        "redirect_uri": _text("with authorization_code: as it was in the authorization request"),
                        "code_verifier": _text("with authorization_code: what the challenge was made from"),
                        "refresh_token": _text("with refresh_token"),
                        "scope": _text("some of the scopes granted, separated by spaces; all where left out"),
                    },
                }
            }
        },
    }
}
"""The form of POST /oauth/token in the OpenAPI: it is read by hand, for the refusals of RFC 6749."""

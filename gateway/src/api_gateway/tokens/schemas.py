"""What crosses the wire about tokens and keys."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from api_gateway.terminals.schemas import AUDIENCE, TERMINAL
from api_gateway.tokens.requests import ASSERTION_TYPE, FORM
from approvals.schemas import Reason


class TokenReply(BaseModel):
    """RFC 6749 §5.1: send it as `Authorization: Bearer …` until it expires."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "access_token": "eyJhbGciOiJFZERTQSJ9.eyJzY29wZSI6ImRheXM6Y2xvc2UifQ.c2lnbmF0dXJl",
                    "token_type": "Bearer",
                    "expires_in": 600,
                    "scope": "catalogue:read days:close entitlements:read redemptions:create redemptions:read",
                }
            ]
        }
    )

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


_CLAIMS: Final[dict[str, object]] = {
    "iss": TERMINAL,
    "sub": TERMINAL,
    "aud": AUDIENCE,
    "jti": "0193a1c2-0000-7000-8000-000000000010",
    "iat": 1793869200,
    "exp": 1793869260,
}
# With the first key of RFC 8032, 7.1.
_SIGNED: Final = (
    "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCIsImtpZCI6ImtQcktfcW14VldhWVZBOXd3QkY2SXVvM3ZWeno3VHhIQ1R3WEJ5Z3JTNGsifQ.eyJ"
    "pc3MiOiIwMTkzYTFjMi0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMGEiLCJzdWIiOiIwMTkzYTFjMi0wMDAwLTcwMDAtODAwMC0wMDAwMDAwM"
    "DAwMGEiLCJhdWQiOiJ1bmljYXJkIiwianRpIjoiMDE5M2ExYzItMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDEwIiwiaWF0IjoxNzkzODY5MjA"
    "wLCJleHAiOjE3OTM4NjkyNjB9._xxG81ybaJGnJOLhUseSIJk94PZK-Aeh1MxQupNvpSbCeSNRGNi0ERY7SVkJW-nZeIUlhZxUqdxTiOx3UGUW"
    "Dg"
)
_ASSERTION: Final[dict[str, object]] = {
    "contentMediaType": "application/jwt",
    "contentSchema": {
        "type": "object",
        "required": ["iss", "sub", "aud", "jti", "exp"],
        "properties": {
            "iss": _text("`client_id` of the enrolment's reply"),
            "sub": _text("the same"),
            "aud": _text("`audience` of the enrolment's reply, or this endpoint's address"),
            "jti": _text("1 to 128 characters, never used again"),
            "iat": {"type": "integer", "description": "seconds since 1970, not in the future"},
            "exp": {"type": "integer", "description": "seconds since 1970; at most some minutes ahead"},
        },
        "examples": [_CLAIMS],
    },
    "x-jose-header": {"alg": "EdDSA", "typ": "JWT", "kid": "`key_id` of the enrolment's reply"},
    "examples": [_SIGNED],
}

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
                        "client_assertion": _text(
                            "a terminal's assertion (RFC 7523): a compact JWS with its enrolled key, good for one"
                            " request; its time is that of the server (`server_time` of the enrolment)",
                            **_ASSERTION,
                        ),
                        "code": _text("with authorization_code"),
                        "redirect_uri": _text("with authorization_code: as it was in the authorization request"),
                        "code_verifier": _text("with authorization_code: what the challenge was made from"),
                        "refresh_token": _text("with refresh_token"),
                        "scope": _text("some of the scopes granted, separated by spaces; all where left out"),
                    },
                    "examples": [
                        {
                            "grant_type": "client_credentials",
                            "client_assertion_type": ASSERTION_TYPE,
                            "client_assertion": _SIGNED,
                        }
                    ],
                }
            }
        },
    }
}
"""The form of POST /oauth/token in the OpenAPI: it is read by hand, for the refusals of RFC 6749."""

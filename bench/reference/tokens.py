"""The caller behind a token, verified with the issuer's keys on every request."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

import httpx
from fastapi import Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet


@dataclass
class Caller:
    """A terminal."""

    terminal_id: str
    outlet_id: str
    governorate: str


@lru_cache
def _keys() -> KeySet:
    return KeySet.import_key_set(httpx.get(os.environ["REFERENCE_JWKS_URL"]).raise_for_status().json())


def caller(bearer: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> Caller:
    """The caller. Refuses what is no token of the issuer for sales."""
    try:
        claims = jwt.decode(bearer.credentials, _keys(), algorithms=["EdDSA"]).claims
        jwt.JWTClaimsRegistry(iss={"essential": True, "value": os.environ["REFERENCE_ISSUER"]}).validate(claims)
    except (JoseError, ValueError) as error:
        raise HTTPException(401, "invalid token") from error
    if "redemptions:create" not in claims["scope"].split():
        raise HTTPException(403, "insufficient scope")
    return Caller(claims["sub"], claims["outlet"], claims["gov"])


Verified = Annotated[Caller, Depends(caller)]

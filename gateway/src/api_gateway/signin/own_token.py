"""The gateway's own calls of other services: a short token of what it asks for there, and nothing else."""

from __future__ import annotations

from typing import Final

from api_gateway.tokens.issuer import Issuer
from chassis.ids import new_id
from contracts.people import OF_THE_GATEWAY
from contracts.scopes import Scope

_GATEWAY: Final = "service:gateway"  # a colon is in no client's id
_SECONDS: Final = 30


def own_headers(issuer: Issuer, *scopes: Scope) -> dict[str, str]:
    """The headers of a call, with these of the scopes that are the gateway's alone."""
    said = " ".join(sorted(OF_THE_GATEWAY.intersection(scopes)))
    claims = {"sub": _GATEWAY, "kind": "client", "gov": "*", "scope": said, "jti": str(new_id())}
    return {"Authorization": f"Bearer {issuer.sign(claims, seconds=_SECONDS)}"}

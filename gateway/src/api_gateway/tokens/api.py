"""Routes of tokens and keys."""

from __future__ import annotations

from dataclasses import replace

from fastapi import Request, Response

from api_gateway.context import Running
from api_gateway.tokens import rotation
from api_gateway.tokens.errors import (
    AssertionReplayed,
    ClientExpired,
    ClientRefused,
    ClientSuspended,
    GrantUnsupported,
    RotationPending,
    ScopeRefused,
    TokenRequestInvalid,
)
from api_gateway.tokens.requests import parse
from api_gateway.tokens.schemas import TOKEN_FORM, KeySet, RotationIn, TokenReply
from approvals.errors import ProposalOpen
from approvals.schemas import ProposalReply
from chassis.area import OutsideBound
from chassis.auth import Caller
from chassis.db import Work
from chassis.endpoints import Rate
from chassis.routing import router
from chassis.security import address_of
from contracts.scopes import Scope

routes = router(tags=["tokens"])

_REFUSALS = (
    TokenRequestInvalid,
    GrantUnsupported,
    ScopeRefused,
    ClientRefused,
    AssertionReplayed,
    ClientSuspended,
    ClientExpired,
)


@routes.post(
    "/oauth/token",
    public=True,
    openapi_extra=TOKEN_FORM,
    problems=_REFUSALS,
    rate=Rate.TOKEN,
    deadline=5,
    body=64 * 1024,
)
async def get_token(request: Request, runtime: Running, response: Response) -> TokenReply:
    """A short-lived token for a client's secret or a terminal's signed assertion (RFC 6749 §4.4, RFC 7523)."""
    desk = runtime.state.token_desk
    headers = request.headers
    asked = parse(headers.get("content-type"), await request.body(), headers.get("authorization"))
    token, grant = await desk.grant(replace(asked, address=address_of(request)))
    response.headers["Cache-Control"] = "no-store"
    return TokenReply(access_token=token, expires_in=desk.settings.gateway_token_seconds, scope=grant.scope)


@routes.get("/.well-known/jwks.json", public=True, deadline=5)
async def get_keys(runtime: Running, response: Response) -> KeySet:
    """The public keys that verify tokens. A new one stands here before it signs."""
    issuer = runtime.state.issuer
    response.headers["Cache-Control"] = "max-age=5"
    return KeySet.model_validate(issuer.jwks())


@routes.post(
    "/v1/signing-keys",
    scopes=Scope.KEYS_ROTATE,
    status_code=202,
    problems=(RotationPending, ProposalOpen, OutsideBound),
)
async def rotate_signing_key(body: RotationIn, runtime: Running, caller: Caller, session: Work) -> ProposalReply:
    """Propose the next signing key; it is made when another person approves that.

    The old one stays published until its tokens have expired. What time brings needs nobody.
    """
    proposal = await rotation.propose(session, runtime, caller, body.reason)
    return ProposalReply.of(proposal, runtime.clock.now())

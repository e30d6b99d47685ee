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
    GrantNotForClient,
    GrantRefused,
    GrantUnsupported,
    RotationPending,
    ScopeRefused,
    TokenRequestInvalid,
)
from api_gateway.tokens.requests import GRANTS_OF_PEOPLE, fields_of, of_machine
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
    GrantRefused,
    GrantNotForClient,
    ScopeRefused,
    ClientRefused,
    AssertionReplayed,
    ClientSuspended,
    ClientExpired,
)


@routes.post(
    "/oauth/token",
    public=True,
    response_model_exclude_none=True,
    openapi_extra=TOKEN_FORM,
    problems=_REFUSALS,
    rate=Rate.TOKEN,
    deadline=5,
    body=64 * 1024,
)
async def get_token(request: Request, runtime: Running, response: Response) -> TokenReply:
    """A short-lived token: for a client's secret, for a terminal's signed assertion, or for a person's sign-in.

    RFC 6749 §4.4 and RFC 7523; OpenID Connect Core §3.1.3 with PKCE, and refresh tokens that end with their session.
    """
    desk = runtime.state.token_desk
    headers = request.headers
    form = fields_of(headers.get("content-type"), await request.body())
    response.headers["Cache-Control"] = "no-store"
    if form.get("grant_type") in GRANTS_OF_PEOPLE:
        return TokenReply.model_validate(await runtime.state.tokens_of_people(runtime, form))
    token, grant = await desk.grant(
        replace(of_machine(form, headers.get("authorization")), address=address_of(request))
    )
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

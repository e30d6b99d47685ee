"""Routes of signing in and out."""

from __future__ import annotations

import secrets
from dataclasses import asdict
from typing import Final

import orjson
from fastapi import APIRouter
from starlette.responses import Response

from chassis.logging import get_logger
from chassis.sealing import SealBroken
from staff_console.provider import Request, SignInRefused
from staff_console.sessions import service as sessions
from staff_console.web.places import HOME, own
from staff_console.web.visit import SESSION, Guest, Guesting, Posted

routes = APIRouter()
log = get_logger(__name__)

FLOW: Final = "console-sign-in"
_BOUND = b"sign-in"


@routes.get("/console/sign-in")
async def sign_in(guest: Guesting, to: str = HOME, again: bool = False) -> Response:
    """Send the browser to the gateway's page, and remember where it wanted to go."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    request = Request(state, nonce, verifier, own(to))
    plain = orjson.dumps(asdict(request))
    guest.cookies[FLOW] = guest.context.vault.seal_bound(_BOUND, plain).hex()
    return guest.see_other(guest.context.provider.page(request, guest.language, fresh=again))


@routes.get("/console/callback")
async def callback(guest: Guesting) -> Response:
    """Begin the session of whoever comes back from there, and go on where they wanted to go."""
    request = _under_way(guest)
    guest.cookies[FLOW] = None
    if request is None:
        return guest.page("sign_in_failed", 400)
    try:
        subject, tokens = await guest.context.provider.finish(request, dict(guest.request.query_params))
    except SignInRefused as refusal:
        log.warning("sign-in refused", reason=str(refusal))
        return guest.page("sign_in_failed", 400)
    before = await sessions.find(guest.context, guest.cookie(SESSION), using=False)
    if before is not None:
        await sessions.end(guest.context, before)
    guest.cookies[SESSION] = await sessions.begin(guest.context, subject, tokens)
    return guest.see_other(request.to)


@routes.post("/console/sign-out")
async def sign_out(form: Posted) -> Response:
    """End the session here, then the gateway's."""
    visit = form.visit
    await sessions.end(visit.context, visit.session)
    visit.cookies[SESSION] = None
    return visit.see_other(visit.context.provider.sign_out_page(visit.session.tokens))


@routes.get("/console/signed-out")
async def signed_out(guest: Guesting) -> Response:
    """Say that it is done."""
    return guest.page("signed_out")


def _under_way(guest: Guest) -> Request | None:
    kept = guest.cookie(FLOW)
    if kept is None:
        return None
    try:
        return Request(**orjson.loads(guest.context.vault.open_bound(_BOUND, bytes.fromhex(kept))))
    except (SealBroken, ValueError, TypeError):
        return None

"""Routes of the OpenID provider."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
from fastapi import Request, Response
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey
from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import HTMLResponse, RedirectResponse

from api_gateway.context import Running
from api_gateway.database import MACHINE_TIME
from api_gateway.docs import page as documents
from api_gateway.signin import changes, views
from api_gateway.signin.clients import OPENID
from api_gateway.signin.holder import holder_of
from api_gateway.signin.pages import render
from api_gateway.signin.pages_api import Asking, Form
from api_gateway.signin.provider import authorization, exchange
from api_gateway.signin.provider.requests import Answer
from api_gateway.signin.sessions import repository as session_rows
from api_gateway.signin.sessions import service as sessions
from api_gateway.signin.sessions.models import Session
from api_gateway.signin.steps import Steps
from api_gateway.signin.web import FLOW, SESSION, form_of, query_of
from api_gateway.tokens.errors import ClientRefused, TokenRequestInvalid
from chassis.auth import ALGORITHMS, bearer_token
from chassis.endpoints import Rate
from chassis.principal import AAL1, AAL2, CallerKind
from chassis.problems import CallerKindRefused, InvalidToken, MissingToken
from chassis.routing import router

routes = router(tags=["sign-in"])

_HTML = documents.content("text/html")
_BODY = 64 * 1024


class Configuration(BaseModel):
    """OpenID Connect Discovery 1.0 §3: what a client must know of the provider."""

    model_config = ConfigDict(extra="allow")

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str


_ENDPOINTS = {
    "authorization": "authorize",
    "token": "token",
    "userinfo": "userinfo",
    "revocation": "revoke",
    "end_session": "end-session",
}
_SIGNED_WITH = ["EdDSA", "ES256", "PS256"]
_ABILITIES = {
    "response_types_supported": ["code"],
    "response_modes_supported": ["query"],
    "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
    "subject_types_supported": ["public"],
    "id_token_signing_alg_values_supported": ["EdDSA"],
    "token_endpoint_auth_methods_supported": ["private_key_jwt", "none", "client_secret_basic", "client_secret_post"],
    "token_endpoint_auth_signing_alg_values_supported": _SIGNED_WITH,
    "revocation_endpoint_auth_methods_supported": ["private_key_jwt", "none"],
    "revocation_endpoint_auth_signing_alg_values_supported": _SIGNED_WITH,
    "code_challenge_methods_supported": ["S256"],
    "authorization_response_iss_parameter_supported": True,
    "claims_parameter_supported": False,
    "request_parameter_supported": False,
    "request_uri_parameter_supported": False,
    "scopes_supported": sorted(OPENID),
    "acr_values_supported": [AAL1, AAL2],
    "claims_supported": [
        *("sub", "sid", "iss", "aud", "exp", "iat", "nonce", "at_hash", "auth_time", "acr", "amr"),
        *("name", "preferred_username"),
    ],
    "prompt_values_supported": ["none", "login", "select_account"],
    "ui_locales_supported": ["ar", "en"],
}


@routes.get("/.well-known/openid-configuration", public=True, deadline=5)
async def get_configuration(runtime: Running, response: Response) -> Configuration:
    """What a client must know of the provider (OpenID Connect Discovery)."""
    url = runtime.state.settings.public_url
    response.headers["Cache-Control"] = "max-age=300"
    return Configuration.model_validate(
        {
            **_ABILITIES,
            "issuer": runtime.state.issuer.name,
            "jwks_uri": f"{url}/.well-known/jwks.json",
            **{f"{name}_endpoint": f"{url}/oauth/{path}" for name, path in _ENDPOINTS.items()},
        }
    )


@routes.get("/oauth/authorize", public=True, open_query=True, response_class=HTMLResponse, responses=_HTML)
async def authorize(steps: Asking) -> Response:
    """Sign somebody in for a client: a code at once where they are signed in already, else the pages.

    OpenID Connect Core §3.1.2: code with PKCE (S256) and a nonce; `prompt`, `max_age`, `acr_values`, `ui_locales`.
    """
    browser, query = steps.browser, steps.browser.request.url.query
    try:
        fields = query_of(query)
    except ValueError:
        fields = []
    if not fields or len(query) > authorization.LONGEST_QUERY:
        return views.message(browser, "refused", "bad_request", 400)
    async with steps.runtime.sessions() as session, session.begin():
        known = await sessions.of_browser(session, browser.session_cookie)
        holder = await holder_of(session, steps.sign_in.directory, known)
        asked = authorization.judge(steps.sign_in, fields, holder)
        if isinstance(asked, Answer):
            return _refused(steps, asked)
        choose = "select_account" in asked.fields.get("prompt", "").split()
        if asked.holder is not None and not choose:
            answer = await authorization.answer(session, asked, asked.holder)
            await session_rows.touch(session, asked.holder.session.sid, MACHINE_TIME.now())
            return browser.see_other(answer.location) if answer.location else _refused(steps, answer)
    flow = steps.sign_in.flows.begin(browser.language, query)
    if asked.holder is not None:  # another office, for whoever is signed in: nothing is to be shown again
        of = asked.holder.session
        flow = flow.with_(person_id=of.person_id, ways=tuple(of.amr), proven_at=of.auth_time)
        flow = flow.with_(door=of.door, external_sid=of.external_sid, of_session=of.sid)
        browser.keep(flow)
        return browser.see_other("/sign-in/office")
    browser.keep(flow)
    return browser.see_other("/sign-in")


@routes.post(
    "/oauth/authorize",
    public=True,
    rate=Rate.TOKEN,
    body=_BODY,
    response_class=HTMLResponse,
    responses=_HTML,
    problems=TokenRequestInvalid,
)
async def authorize_by_form(request: Request) -> Response:
    """The same, asked by a form: sent on to the address that asks it by a query, with the browser's own cookies."""
    await form_of(request)
    return RedirectResponse(f"/oauth/authorize?{(await request.body()).decode('ascii', 'replace')}", 303)


@routes.get("/oauth/userinfo", public=True, problems=(MissingToken, InvalidToken, CallerKindRefused))
async def get_userinfo(request: Request, runtime: Running) -> dict[str, str]:
    """Who the holder of an access token is (OpenID Connect Core §5.3)."""
    principal = await runtime.verifier.verify_fresh(bearer_token(request.headers.get("authorization")))
    if principal.kind is not CallerKind.PERSON:
        raise CallerKindRefused("This is for people.")
    async with runtime.sessions() as session:
        person = await runtime.state.sign_in.directory.by_id(session, principal.person_id)
    if person is None:
        raise InvalidToken("Nobody is known by this token.")
    return {"sub": principal.subject, "name": person.full_name, "preferred_username": person.sign_in_name}


@routes.post("/oauth/revoke", public=True, rate=Rate.TOKEN, body=_BODY, problems=(TokenRequestInvalid, ClientRefused))
async def revoke(request: Request, runtime: Running) -> dict[str, str]:
    """End the session of a refresh token (RFC 7009)."""
    form = await form_of(request)
    async with runtime.sessions() as session, session.begin():
        refusal = await exchange.revoke(runtime.state.sign_in, session, runtime.revocations, form)
    runtime.wake_relay()
    if refusal is not None:
        raise refusal
    return {}


@routes.get("/oauth/end-session", public=True, open_query=True, response_class=HTMLResponse, responses=_HTML)
async def show_end_session(
    steps: Asking,
    id_token_hint: str = "",
    client_id: str = "",
    post_logout_redirect_uri: str = "",
    state: str = "",
) -> Response:
    """Sign out (OpenID Connect RP-Initiated Logout): at once with the id token of this session, else asked first."""
    browser, hint = steps.browser, _hinted(steps, id_token_hint)
    place = _after(steps, hint.get("aud") or client_id, post_logout_redirect_uri, state)
    async with steps.runtime.sessions() as session, session.begin():
        known = await sessions.of_browser(session, browser.session_cookie)
        if known is not None and hint.get("sid") == str(known.sid):
            await _sign_out(steps, session, known)
            known = None
        elif known is None and hint.get("sid"):
            await _end_hinted(steps, session, hint["sid"])
    steps.runtime.wake_relay()
    if known is None:
        return browser.see_other(place) if place else views.message(browser, "sign_out", "signed_out")
    flow = browser.flow() or steps.sign_in.flows.begin(browser.language)
    browser.keep(flow)
    html = render("end_session", flow.language, form_token=flow.form_token, to=place)
    return browser.page(html, to=place)


@routes.post(
    "/oauth/end-session", public=True, rate=Rate.TOKEN, body=_BODY, response_class=HTMLResponse, responses=_HTML
)
async def end_session(form: Form) -> Response:
    """Sign out, after having been asked."""
    browser = form.steps.browser
    async with form.steps.runtime.sessions() as session, session.begin():
        known = await sessions.of_browser(session, browser.session_cookie)
        if known is not None:
            await _sign_out(form.steps, session, known)
    form.steps.runtime.wake_relay()
    place = form.field("to")
    allowed = any(
        place.partition("?")[0] in client.facts.post_logout_redirect_uris
        for client in form.steps.sign_in.clients.values()
    )
    if place and allowed:
        return browser.see_other(place)
    return views.message(browser, "sign_out", "signed_out", language=form.flow.language)


async def _sign_out(steps: Steps, session: AsyncSession, known: Session) -> None:
    await _end(steps, session, known)
    steps.browser.cookies[SESSION] = None
    steps.browser.cookies[FLOW] = None


async def _end_hinted(steps: Steps, session: AsyncSession, sid: str) -> None:
    """End the session of an id token whose browser has lost its cookie."""
    known = await session_rows.find(session, UUID(sid))
    if known is not None:
        await _end(steps, session, known)


async def _end(steps: Steps, session: AsyncSession, known: Session) -> None:
    operation = changes.operation_of(steps.browser.request)
    await changes.end_session(session, steps.runtime.revocations, known, "signed_out", operation)


def _hinted(steps: Steps, token: str) -> dict[str, str]:
    """What an id token of ours says, also one that has expired: its session and its client."""
    if not token:
        return {}
    issuer = steps.sign_in.issuer
    keys = KeySet([OKPKey.import_key({**key}) for key in issuer.jwks()["keys"]])
    try:
        decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
        claims: dict[str, Any] = decoded.claims
        if decoded.header.get("typ") != "JWT" or claims["iss"] != issuer.name:
            return {}
        return {"sid": str(UUID(claims["sid"])), "aud": str(claims["aud"])}
    except (JoseError, ValueError, KeyError, TypeError):
        return {}


def _after(steps: Steps, client_id: str, place: str, state: str) -> str:
    """Where a client wants its people after they have signed out, where that is one of its addresses."""
    client = steps.sign_in.clients.get(client_id)
    if client is None or place not in client.facts.post_logout_redirect_uris:
        return ""
    return str(httpx.URL(place).copy_merge_params({"state": state} if state else {}))


def _refused(steps: Steps, answer: Answer) -> Response:
    """A request that is refused: told to the client where its address is known, else to the person."""
    if answer.location:
        return steps.browser.see_other(answer.location)
    return views.message(steps.browser, "refused", "bad_request", 400)

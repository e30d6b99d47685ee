"""Routes of signing in at an outside OpenID provider."""

from __future__ import annotations

from uuid import UUID

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import HTMLResponse, Response

from api_gateway.context import Running
from api_gateway.database import MACHINE_TIME
from api_gateway.docs import page as documents
from api_gateway.signin import changes, views
from api_gateway.signin.external import repository
from api_gateway.signin.external.claims import Identity
from api_gateway.signin.external.provider import ExternalRefused
from api_gateway.signin.flow import Flow
from api_gateway.signin.pages_api import Asking, Form, UnderWay
from api_gateway.signin.sessions import repository as session_rows
from api_gateway.signin.sessions import service as sessions
from api_gateway.signin.steps import FEDERATED, MULTIPLE, Steps
from api_gateway.signin.web import form_of
from api_gateway.tokens.errors import TokenRequestInvalid
from api_gateway.tokens.repository import use_assertion
from chassis.endpoints import Rate
from chassis.logging import get_logger
from chassis.routing import router
from chassis.security import Happening, raised
from contracts.notices import Notice

log = get_logger(__name__)

routes = router(tags=["sign-in"])

_HTML = documents.content("text/html")
_BODY = 64 * 1024


@routes.post(
    "/sign-in/external/start",
    public=True,
    rate=Rate.TOKEN,
    body=_BODY,
    response_class=HTMLResponse,
    responses=_HTML,
)
async def start(form: Form) -> Response:
    """Send the browser to the outside provider."""
    external = form.steps.sign_in.external
    if external is None:
        raise views.Expired(form.steps.browser)
    try:
        flow, place = await external.start(form.flow)
    except ExternalRefused as refusal:
        log.warning("outside provider refused", reason=str(refusal))
        return _failed(form.steps, form.flow)
    form.steps.browser.keep(flow)
    return form.steps.browser.see_other(place)


@routes.get("/sign-in/external/callback", public=True, open_query=True, response_class=HTMLResponse, responses=_HTML)
async def come_back(steps: Asking, flow: UnderWay) -> Response:
    """Where the outside provider sends the browser back to."""
    external = steps.sign_in.external
    if external is None:
        raise views.Expired(steps.browser)
    try:
        identity = await external.finish(flow, dict(steps.browser.request.query_params))
    except (ExternalRefused, KeyError) as refusal:
        raised(
            Happening.PERSON_SIGN_IN_FAILED, door="external", outcome=str(refusal)[:80], address=steps.browser.address
        )
        return _failed(steps, flow)
    async with steps.runtime.sessions() as session, session.begin():
        person_id = await _whose(steps, session, flow, identity)
    steps.runtime.wake_relay()
    if person_id is None:
        return views.message(steps.browser, "refused", "not_linked", 403, language=flow.language)
    shown = flow.with_(
        purpose="sign-in",
        invitation="",
        state="",
        nonce="",
        verifier="",
        person_id=person_id,
        ways=(FEDERATED, MULTIPLE) if identity.strong else (FEDERATED,),
        proven_at=MACHINE_TIME.now(),
        door="external",
        external_sid=identity.sid,
        roles=identity.roles,
    )
    return await steps.go_on(shown)


@routes.post("/oauth/backchannel-logout", public=True, rate=Rate.TOKEN, body=_BODY, problems=TokenRequestInvalid)
async def end_from_outside(request: Request, runtime: Running) -> dict[str, str]:
    """End the sessions of whoever has signed out at the outside provider (OpenID Connect Back-Channel Logout)."""
    form, external = await form_of(request), runtime.state.sign_in.external
    if external is None or "logout_token" not in form:
        raise TokenRequestInvalid("Send logout_token; there must be an outside provider.")
    try:
        claims = await external.logged_out(form["logout_token"])
    except ExternalRefused as refusal:
        log.warning("logout token refused", reason=str(refusal))
        raise TokenRequestInvalid("The logout token is not good.") from refusal
    issuer, subject, sid = str(claims["iss"]), claims.get("sub"), claims.get("sid")
    async with runtime.sessions() as session, session.begin():
        now = MACHINE_TIME.now()
        if not await use_assertion(session, f"logout {issuer}", str(claims["jti"]), now + sessions.KEPT):
            return {}
        person_id = await repository.find(session, issuer, str(subject)) if subject and not sid else None
        for one in await session_rows.of_provider(session, str(sid) if sid else None, person_id):
            operation = changes.operation_of(request)
            await changes.end_session(
                session, runtime.revocations, one, "signed_out_outside", operation, through=issuer
            )
    runtime.wake_relay()
    return {}


async def _whose(steps: Steps, session: AsyncSession, flow: Flow, identity: Identity) -> UUID | None:
    """The person of an outside account. An account not seen before is linked by an invitation, or a national id."""
    known = await repository.find(session, identity.issuer, identity.subject)
    if known is not None:
        return known
    directory = steps.sign_in.directory
    person = await directory.invited(session, flow.invitation) if flow.invitation else None
    if person is not None:
        await directory.accept(session, flow.invitation)
    else:
        person = await directory.by_national_id(session, identity.national_id) if identity.national_id else None
        if person is None or not person.active:
            return None
    await repository.link(session, identity.issuer, identity.subject, person.person_id, MACHINE_TIME.now())
    acting = await steps.acting(session, flow, person.person_id)
    await changes.note(session, acting, Notice.ACCOUNT_LINKED, object_id=identity.issuer)
    log.info("outside account linked", who=str(person.person_id))
    return person.person_id


def _failed(steps: Steps, flow: Flow) -> Response:
    return views.sign_in(steps, flow, error="external_failed")

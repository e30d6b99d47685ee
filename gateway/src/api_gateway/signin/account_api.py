"""Routes of one's own account: where one is signed in, and by what."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import HTMLResponse, Response

from api_gateway.database import MACHINE_TIME
from api_gateway.docs import page as documents
from api_gateway.keys import b64url, from_b64url
from api_gateway.people import Office, notices
from api_gateway.signin import changes, enrolment, views
from api_gateway.signin.directory import Person
from api_gateway.signin.factors import passkeys, repository, totp
from api_gateway.signin.flow import Flow, Language
from api_gateway.signin.pages import as_shown
from api_gateway.signin.pages_api import Asking, Form
from api_gateway.signin.sessions import repository as session_rows
from api_gateway.signin.sessions import service as sessions
from api_gateway.signin.sessions.devices import short_name
from api_gateway.signin.sessions.models import Session
from api_gateway.signin.steps import Steps
from api_gateway.signin.web import FLOW, SESSION
from chassis.endpoints import Rate
from chassis.routing import router

routes = router(tags=["sign-in"])

_HTML = documents.content("text/html")
_BODY = 16 * 1024
_CHANGES_SHOWN = 20


@dataclass(frozen=True)
class Own:
    """Whoever is signed in in this browser."""

    session: Session
    person: Person

    @property
    def recent(self) -> float:
        """How many seconds ago the two factors were shown."""
        return (MACHINE_TIME.now() - self.session.auth_time).total_seconds()


@routes.get("/account", public=True, response_class=HTMLResponse, responses=_HTML)
async def show_account(steps: Asking) -> Response:
    """Where one is signed in, and by what one signs in."""
    own = await _own(steps)
    if own is None:
        return steps.browser.see_other("/sign-in")
    person_id = own.person.person_id
    async with steps.runtime.sessions() as session:
        now = MACHINE_TIME.now()
        live = [one for one in await session_rows.of_person(session, person_id) if one.live(now)]
        offices = {office.key: office for office in await steps.sign_in.directory.offices(session, person_id)}
        keys = await repository.passkeys(session, person_id)
        codes = await repository.codes(session, person_id)
        changed = await notices.own(session, person_id, _CHANGES_SHOWN)
    flow = _account_flow(steps, own)
    return views.page(
        steps.browser,
        flow,
        "account",
        full_name=own.person.full_name,
        name=own.person.sign_in_name,
        sessions=[_row(one, own, offices, flow.language) for one in live],
        codes_left=len(codes),
        changes=[_change(one) for one in changed],
        passkeys_possible=passkeys.domain_of(steps.sign_in.settings.public_url) is not None,
        passkeys=[
            {"label": key.label, "since": as_shown(key.added_at), "id": b64url(key.credential_id)} for key in keys
        ],
    )


@routes.post(
    "/account/sessions/end", public=True, rate=Rate.TOKEN, body=_BODY, response_class=HTMLResponse, responses=_HTML
)
async def end_sessions(form: Form) -> Response:
    """End one of one's sessions, or all but this one."""
    own = await _own(form.steps)
    if own is None:
        raise views.Expired(form.steps.browser)
    person_id, wanted = own.person.person_id, form.field("session")
    revocations, operation = form.steps.runtime.revocations, changes.operation_of(form.steps.browser.request)
    async with form.steps.runtime.sessions() as session, session.begin():
        for one in await session_rows.of_person(session, person_id):
            if str(one.sid) == wanted or (not wanted and one.sid != own.session.sid):
                await changes.end_session(session, revocations, one, "ended_by_owner", operation, within=own.session)
    form.steps.runtime.wake_relay()
    if wanted == str(own.session.sid):
        form.steps.browser.cookies |= {SESSION: None, FLOW: None}
        return views.message(form.steps.browser, "sign_out", "signed_out", language=form.flow.language)
    return form.steps.browser.see_other("/account")


@routes.post("/account/change", public=True, rate=Rate.TOKEN, body=_BODY, response_class=HTMLResponse, responses=_HTML)
async def change_factor(form: Form) -> Response:
    """Change something one signs in by: asks for two factors shown a short while ago."""
    steps = form.steps
    own = await _own(steps)
    if own is None:
        raise views.Expired(steps.browser)
    if own.recent > steps.sign_in.settings.step_up_seconds:
        steps.browser.keep(steps.sign_in.flows.begin(form.flow.language))
        return steps.browser.see_other("/sign-in")
    flow = _account_flow(steps, own)
    what, person_id = form.field("what"), own.person.person_id
    if what == "recovery-codes":
        return await enrolment.renew_codes(steps, flow, person_id)
    if what == "remove-passkey":
        await enrolment.drop_passkey(steps, flow, person_id, _credential(form.field("credential")))
        return steps.browser.see_other("/account")
    places = {"password": "password", "authenticator": "authenticator", "passkey": "new-passkey"}
    if what not in places:
        raise views.Expired(steps.browser)
    steps.browser.keep(flow.with_(seed=totp.new_seed()) if what == "authenticator" else flow)
    return steps.browser.see_other(f"/sign-in/{places[what]}")


async def _own(steps: Steps) -> Own | None:
    """Whoever is signed in in this browser; None for nobody, or somebody who may not any more."""
    async with steps.runtime.sessions() as session, session.begin():
        known = await sessions.of_browser(session, steps.browser.session_cookie)
        if known is None or known.person_id is None:
            return None
        person = await steps.sign_in.directory.by_id(session, known.person_id)
        if person is None or not person.active:
            return None
        await session_rows.touch(session, known.sid, MACHINE_TIME.now())
    return Own(known, person)


def _account_flow(steps: Steps, own: Own) -> Flow:
    """What the forms of the account stand on: whoever is signed in has shown already what they are."""
    before = steps.browser.flow()
    language = before.language if before else steps.browser.language
    return steps.sign_in.flows.begin(language).with_(
        purpose="account",
        of_session=own.session.sid,
        person_id=own.person.person_id,
        ways=tuple(own.session.amr),
        proven_at=own.session.auth_time,
        browser=before.browser if before else steps.sign_in.flows.begin(language).browser,
    )


def _row(one: Session, own: Own, offices: dict[str, Office], language: Language) -> dict[str, object]:
    office = offices.get(one.office or "")
    names = (office.authority_ar, office.area_ar) if office and language == "ar" else ()
    names = (office.authority_en, office.area_en) if office and language == "en" else names
    return {
        "sid": str(one.sid),
        "own": one.sid == own.session.sid,
        "device": short_name(one.device),
        "office": " · ".join(names),
        "since": as_shown(one.started_at),
        "since_iso": one.started_at.isoformat(),
    }


def _change(one: notices.Own) -> dict[str, str]:
    return {
        "kind": one.kind.value,
        "device": short_name(one.device),
        "at": as_shown(one.at),
        "at_iso": one.at.isoformat(),
    }


def _credential(text: str) -> bytes:
    try:
        return from_b64url(text)
    except ValueError:
        return b""

"""Setting up and changing one's factors: from an invitation, when a password must change, from one's account."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from api_gateway.database import MACHINE_TIME
from api_gateway.keys import b64url
from api_gateway.signin import changes, views
from api_gateway.signin.chance import new_secret
from api_gateway.signin.directory import Person
from api_gateway.signin.factors import passkeys, recovery, repository, totp
from api_gateway.signin.factors.passwords import PasswordTooWeak
from api_gateway.signin.flow import Flow
from api_gateway.signin.sessions import repository as session_rows
from api_gateway.signin.sessions import service as sessions
from api_gateway.signin.steps import CODE, PASSWORD, Steps
from chassis.logging import get_logger
from contracts.notices import Notice

log = get_logger(__name__)

_CHANGED = "factors_changed"
_SET_UP = (Notice.ACCOUNT_SET_UP, Notice.PASSWORD_SET)


async def show_invitation(steps: Steps, token: str) -> Response:
    """Whom an invitation is for, and how to go on."""
    async with steps.runtime.sessions() as session:
        person = await steps.sign_in.directory.invited(session, token)
    known = steps.browser.flow()
    language = known.language if known else steps.browser.language
    if person is None:
        return views.message(steps.browser, "refused", "invitation_void", 404, language=language)
    flow = steps.sign_in.flows.begin(language).with_(purpose="invitation", invitation=token)
    return views.page(
        steps.browser,
        flow,
        "invitation",
        full_name=person.full_name,
        local=steps.sign_in.settings.local_accounts == "on",
        external=steps.sign_in.external is not None,
    )


async def begin(steps: Steps, flow: Flow) -> Response:
    """Take an invitation up: a password comes first."""
    if flow.purpose != "invitation" or steps.sign_in.settings.local_accounts == "off":
        raise views.Expired(steps.browser)
    steps.browser.keep(flow)
    return steps.browser.see_other("/sign-in/password")


async def show_password(steps: Steps, flow: Flow) -> Response:
    """The page on which a password is chosen."""
    person = await _whose(steps, flow)
    if person is None:
        raise views.Expired(steps.browser)
    error = "must_change" if flow.purpose == "sign-in" else ""
    return views.new_password(steps, flow, person.sign_in_name, error=error)


async def take_password(steps: Steps, flow: Flow, password: str, again: str) -> Response:
    """Take a new password, where it is strong and typed alike twice."""
    person = await _whose(steps, flow)
    if person is None:
        raise views.Expired(steps.browser)
    if password != again:
        return views.new_password(steps, flow, person.sign_in_name, error="unlike")
    try:
        steps.sign_in.passwords.ensure_strong(password, person.sign_in_name, *person.full_name.split())
    except PasswordTooWeak as refusal:
        error = refusal.detail_ar if flow.language == "ar" else refusal.detail
        return views.new_password(steps, flow, person.sign_in_name, error=error)
    hashed = await steps.sign_in.passwords.hash(password)
    if flow.purpose == "invitation":  # kept in the sealed cookie until the second factor is there too
        flow = flow.with_(hash=hashed, ways=(PASSWORD,), seed=totp.new_seed())
        steps.browser.keep(flow)
        return steps.browser.see_other("/sign-in/authenticator")
    async with steps.runtime.sessions() as session, session.begin():
        await repository.set_password(session, person.person_id, hashed, MACHINE_TIME.now())
        await _changed(steps, session, flow, person.person_id, Notice.PASSWORD_SET)
    steps.runtime.wake_relay()
    log.info("password changed", who=str(person.person_id))
    return await _back(steps, flow)


async def show_authenticator(steps: Steps, flow: Flow) -> Response:
    """The page on which an app is connected."""
    person = await _whose(steps, flow)
    if person is None or not (flow.seed or flow.purpose == "account"):
        raise views.Expired(steps.browser)
    return views.authenticator(steps, flow, person.sign_in_name)


async def take_code(steps: Steps, flow: Flow, code: str) -> Response:
    """Connect the app whose code is right, and show recovery codes; an invitation is taken up with that."""
    person, now = await _whose(steps, flow), MACHINE_TIME.now()
    if person is None or not flow.seed or (flow.purpose == "invitation" and not flow.hash):
        raise views.Expired(steps.browser)
    step = totp.step_of(flow.seed, code, now)
    if step is None:
        return views.authenticator(steps, flow, person.sign_in_name, error="wrong_code")
    person_id = person.person_id
    async with steps.runtime.sessions() as session, session.begin():
        if flow.purpose == "invitation":
            if await steps.sign_in.directory.invited(session, flow.invitation) is None:
                return views.message(steps.browser, "refused", "invitation_void", 404, language=flow.language)
            await repository.drop_all(session, person_id)
            await repository.set_password(session, person_id, flow.hash, now)
            await steps.sign_in.directory.accept(session, flow.invitation)
        sealed = steps.sign_in.vault.seal(person_id, flow.seed.encode(), totp.PURPOSE)
        await repository.set_totp(session, person_id, sealed, step, now)
        codes = await recovery.renew(session, steps.sign_in.secrets, person_id, now)
        new = _SET_UP if flow.purpose == "invitation" else ()
        renewed = (Notice.AUTHENTICATOR_CONNECTED, Notice.RECOVERY_CODES_RENEWED)
        await _changed(steps, session, flow, person_id, *new, *renewed)
    steps.runtime.wake_relay()
    log.info("authenticator connected", who=str(person_id), purpose=flow.purpose)
    purpose = "sign-in" if flow.purpose == "invitation" else flow.purpose
    flow = flow.with_(purpose=purpose, invitation="", hash="", seed="", person_id=person_id, ways=(PASSWORD, CODE))
    return views.page(steps.browser, flow.with_(proven_at=now), "recovery_codes", codes=codes)


async def renew_codes(steps: Steps, flow: Flow, person_id: UUID) -> Response:
    """Make recovery codes anew, and show them once."""
    async with steps.runtime.sessions() as session, session.begin():
        codes = await recovery.renew(session, steps.sign_in.secrets, person_id, MACHINE_TIME.now())
        await _changed(steps, session, flow, person_id, Notice.RECOVERY_CODES_RENEWED)
    steps.runtime.wake_relay()
    return views.page(steps.browser, flow, "recovery_codes", codes=codes)


async def show_passkey(steps: Steps, flow: Flow) -> Response:
    """The page on which a passkey is made."""
    person = await _whose(steps, flow)
    if person is None or flow.purpose != "account":
        raise views.Expired(steps.browser)
    flow = flow.with_(challenge=new_secret())
    async with steps.runtime.sessions() as session:
        known = await repository.passkeys(session, person.person_id)
    url = steps.sign_in.settings.public_url
    options = passkeys.ask_new(url, flow.challenge, person.person_id, person.sign_in_name, known)
    if options is None or len(known) >= passkeys.MOST:
        raise views.Expired(steps.browser)
    return views.page(steps.browser, flow, "passkey", options=options, suggested=f"{len(known) + 1}")


async def take_passkey(steps: Steps, flow: Flow, answer: str, label: str) -> Response:
    """Keep the passkey that was made."""
    person = await _whose(steps, flow)
    if person is None or flow.purpose != "account":
        raise views.Expired(steps.browser)
    url, name = steps.sign_in.settings.public_url, label.strip()[:100] or "-"
    async with steps.runtime.sessions() as session, session.begin():
        added = await passkeys.add(session, url, flow.challenge, answer, person.person_id, name, MACHINE_TIME.now())
        if added is not None:
            named = b64url(added.credential_id)
            await _changed(steps, session, flow, person.person_id, Notice.PASSKEY_ADDED, object_id=named)
    if added is None:
        return await show_passkey(steps, flow)
    steps.runtime.wake_relay()
    log.info("passkey added", who=str(person.person_id))
    return await _back(steps, flow)


async def drop_passkey(steps: Steps, flow: Flow, person_id: UUID, credential_id: bytes) -> None:
    """Take a passkey away."""
    async with steps.runtime.sessions() as session, session.begin():
        if await repository.drop_passkey(session, person_id, credential_id):
            named = b64url(credential_id)
            await _changed(steps, session, flow, person_id, Notice.PASSKEY_REMOVED, object_id=named)
    steps.runtime.wake_relay()


async def _whose(steps: Steps, flow: Flow) -> Person | None:
    """Whose factors may be set up in this sign-in; None where they may not."""
    async with steps.runtime.sessions() as session:
        if flow.purpose == "invitation":
            return await steps.sign_in.directory.invited(session, flow.invitation)
        if flow.person_id is None or not flow.strong:
            return None
        if flow.purpose == "account":
            own = await sessions.of_browser(session, steps.browser.session_cookie)
            if own is None or own.sid != flow.of_session or own.person_id != flow.person_id:
                return None
        if flow.purpose == "sign-in":
            known = await repository.password(session, flow.person_id)
            if known is None or not known.must_change:
                return None
        return await steps.sign_in.directory.by_id(session, flow.person_id)


async def _changed(
    steps: Steps, session: AsyncSession, flow: Flow, person_id: UUID, *what: Notice, object_id: str | None = None
) -> None:
    """Record changes, and end the person's other sessions: whoever was in with the old factors is out."""
    acting = await steps.acting(session, flow, person_id)
    await changes.note(session, acting, *what, object_id=object_id)
    for one in await session_rows.of_person(session, person_id):
        if acting.session is None or one.sid != acting.session.sid:
            await changes.end_session(
                session, steps.runtime.revocations, one, _CHANGED, acting.operation, within=acting.session
            )


async def _back(steps: Steps, flow: Flow) -> Response:
    if flow.purpose == "account":
        steps.browser.keep(None)
        return steps.browser.see_other("/account")
    return await steps.go_on(flow)

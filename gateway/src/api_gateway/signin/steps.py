"""The steps of a sign-in: what each form proves, and where the browser goes next."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from api_gateway.context import Runtime
from api_gateway.database import MACHINE_TIME
from api_gateway.people import Office, notices
from api_gateway.signin import changes, delays
from api_gateway.signin.chance import new_secret
from api_gateway.signin.context import SignIn
from api_gateway.signin.delays import Attempt, Pace
from api_gateway.signin.factors import passkeys, recovery, repository, totp
from api_gateway.signin.flow import Flow
from api_gateway.signin.holder import Holder, office_within
from api_gateway.signin.provider import authorization
from api_gateway.signin.provider.requests import Answer
from api_gateway.signin.sessions import service as sessions
from api_gateway.signin.sessions.models import Proof
from api_gateway.signin.web import DEVICE, SESSION, Browser, query_of
from chassis.ids import new_id
from chassis.principal import AAL1, AAL2
from chassis.security import Happening, raised
from contracts.notices import Notice

PASSWORD, CODE, HARD_KEY, SOFT_KEY, MULTIPLE = "pwd", "otp", "hwk", "swk", "mfa"  # RFC 8176
FEDERATED = "fed"  # shown at an outside provider
_NOBODY = new_id()
_CODE_DELAY_SECONDS = 60


@dataclass(frozen=True)
class Steps:
    """The steps of one browser's sign-in."""

    browser: Browser
    runtime: Runtime

    @property
    def sign_in(self) -> SignIn:
        """What signing in keeps at hand."""
        return self.browser.sign_in

    async def password(self, flow: Flow, name: str, password: str) -> Flow | None:
        """The sign-in with a password shown; None where it is wrong, unknown, or has to wait: nobody learns which."""
        now, sign_in_name = MACHINE_TIME.now(), name.strip().lower()
        async with self.runtime.sessions() as session:
            person = await self.sign_in.directory.by_name(session, sign_in_name)
            known = await repository.password(session, person.person_id if person else _NOBODY)
            failures = await delays.failures_from(session, self._address_mark, now)
        mark = self.sign_in.marks.of("name", sign_in_name)
        door = self._door("password", person.person_id if person else None)
        free = failures < self.sign_in.settings.signin_address_failures
        free = await delays.enter(self.runtime.sessions, mark, door, self._pace, now) and free
        good = await self.sign_in.passwords.verify(known.hash if known else None, password)
        good = good and self.is_open_to(sign_in_name)
        person_id = person.person_id if person and person.active and good and free else None
        await self._note(mark, door, "done" if person_id else "wrong" if free else "waits")
        if person_id is None:
            return None
        return flow.with_(person_id=person_id, ways=(PASSWORD,), proven_at=now, door=self._opened(sign_in_name))

    async def code(self, flow: Flow, code: str) -> Flow | None:
        """The sign-in with a one-time or recovery code shown beside the password; None where it is not good."""
        if flow.person_id is None or len(flow.ways) != 1:
            return None
        now = MACHINE_TIME.now()
        mark = self.sign_in.marks.of("person", str(flow.person_id))
        pace = Pace(self._pace.free, _CODE_DELAY_SECONDS, self._pace.longest)
        free = await delays.enter(self.runtime.sessions, mark, "code", pace, now)
        good = False
        if free:
            async with self.runtime.sessions() as session, session.begin():
                if recovery.looks_like_one(code):
                    good = await recovery.accept(session, self.sign_in.secrets, flow.person_id, code, now)
                    if good:
                        acting = await self.acting(session, flow, flow.person_id)
                        await changes.note(session, acting, Notice.RECOVERY_CODE_USED)
                else:
                    good = await totp.accept(session, self.sign_in.vault, flow.person_id, code, now)
        await self._note(mark, "code", "done" if good else "wrong" if free else "waits")
        return flow.with_(ways=(*flow.ways, CODE), proven_at=now) if good else None

    async def passkey(self, flow: Flow, answer: str) -> Flow | None:
        """The sign-in with a passkey shown, alone or beside the password; None where it is not good."""
        now = MACHINE_TIME.now()
        async with self.runtime.sessions() as session, session.begin():
            url = self.sign_in.settings.public_url
            used = await passkeys.accept(session, url, flow.challenge, answer, now)
            person = await self.sign_in.directory.by_id(session, used.person_id) if used else None
        good = person is not None and person.active and flow.person_id in {None, person.person_id}
        good = good and (flow.person_id is not None or self.is_open_to(person.sign_in_name if person else ""))
        mark = self.sign_in.marks.of("person", str(person.person_id) if person else "")
        await self._note(mark, "passkey", "done" if good else "wrong")
        if used is None or person is None or not good:
            return None
        key = SOFT_KEY if used.backed_up else HARD_KEY
        ways = (*flow.ways, key) if len(flow.ways) == 1 else (key, MULTIPLE)
        opened = flow.door if flow.person_id else self._opened(person.sign_in_name)
        return flow.with_(person_id=person.person_id, ways=ways, proven_at=now, challenge="", door=opened)

    async def acting(self, session: AsyncSession, flow: Flow, person_id: UUID) -> changes.Acting:
        """A person who changes their account in this browser, in their session where they have one."""
        known = await sessions.of_browser(session, self.browser.session_cookie)
        own = known if known is not None and known.person_id == person_id else None
        operation, client = changes.operation_of(self.browser.request), own.client_id if own else _client_of(flow)
        return changes.Acting(operation, person_id, client, own, self.browser.device[: sessions.LONGEST_DEVICE])

    def is_open_to(self, sign_in_name: str) -> bool:
        """Whether somebody may sign in by our own passwords and passkeys."""
        settings = self.sign_in.settings
        return settings.local_accounts == "on" or (
            settings.local_accounts == "break-glass" and sign_in_name in settings.break_glass
        )

    async def go_on(self, flow: Flow) -> Response:
        """The next page of a sign-in, or its end."""
        if flow.person_id is None:
            return self._to(flow, "/sign-in")
        async with self.runtime.sessions() as session:
            if not flow.strong:
                return self._to(flow, "/sign-in/second-factor")
            known = await repository.password(session, flow.person_id)
            if known is not None and known.must_change and flow.door == "local":
                return self._to(flow, "/sign-in/password")
            if await notices.unseen(session, flow.person_id):
                return self._to(flow, "/sign-in/notice")
            offices = await self.sign_in.directory.offices(session, flow.person_id)
        offices = [narrowed for office in offices if (narrowed := office_within(office, flow.roles))]
        if len(offices) == 1:
            return await self.finish(flow, offices[0])
        return self._to(flow, "/sign-in/office")

    async def finish(self, flow: Flow, office: Office) -> Response:
        """Begin the session, and send the browser on to the client with a code, or to its own account."""
        cookie = new_secret()
        async with self.runtime.sessions() as session, session.begin():
            if flow.person_id and await notices.unseen(session, flow.person_id):  # whatever page it is asked from
                return self._to(flow, "/sign-in/notice")
            holder = await self._signed_in(session, flow, office, cookie)
            place: str | None = "/account"
            if holder is not None and flow.request:
                fields = [(name, value) for name, value in query_of(flow.request) if name not in {"prompt", "max_age"}]
                asked = authorization.judge(self.sign_in, fields, holder)
                answer = asked if isinstance(asked, Answer) else await authorization.answer(session, asked, holder)
                place = answer.location
        self.runtime.wake_relay()
        if holder is None or place is None:
            return self._to(flow, "/sign-in")
        self.browser.keep(None)
        self.browser.cookies[SESSION] = cookie
        self.browser.cookies[DEVICE] = self.sign_in.flows.device(holder.person.person_id)
        return self.browser.see_other(place)

    async def offices(self, flow: Flow) -> Sequence[Office]:
        """The offices to choose from."""
        if flow.person_id is None or not flow.strong or flow.purpose != "sign-in":
            return ()
        async with self.runtime.sessions() as session:
            found = await self.sign_in.directory.offices(session, flow.person_id)
        return [narrowed for office in found if (narrowed := office_within(office, flow.roles))]

    async def _signed_in(self, session: AsyncSession, flow: Flow, office: Office, cookie: str) -> Holder | None:
        """The holder of the session that a complete sign-in begins or renews; None for whoever may not sign in."""
        person = await self.sign_in.directory.by_id(session, flow.person_id) if flow.person_id and flow.strong else None
        if person is None or not person.active or flow.proven_at is None or flow.purpose != "sign-in":
            return None
        proof = Proof(flow.ways, acr_of(flow), flow.proven_at, flow.door, flow.external_sid)
        known = await sessions.of_browser(session, self.browser.session_cookie)
        if flow.of_session is not None and (known is None or known.sid != flow.of_session):
            return None
        if (
            known is not None
            and known.person_id == person.person_id
            and known.office == office.key
            and known.roles == _listed(flow.roles)
        ):
            return Holder(await sessions.renew(session, known, proof, cookie), person, office)
        if known is not None:
            operation = changes.operation_of(self.browser.request)
            await changes.end_session(session, self.runtime.revocations, known, "signed_in_anew", operation)
        begun = await sessions.begin(
            session,
            self.sign_in.settings,
            proof,
            client_id=_client_of(flow),
            device=self.browser.device,
            roles=flow.roles,
            person_id=person.person_id,
            office=office.key,
            cookie=cookie,
        )
        return Holder(begun, person, office)

    async def _note(self, mark: bytes, door: str, outcome: str) -> None:
        kind = door.partition(":")[0]
        async with self.runtime.sessions() as session, session.begin():
            if outcome == "done":
                await delays.clear(session, mark, door)
            await delays.note(session, Attempt(mark, self._address_mark, kind), outcome, MACHINE_TIME.now())
        if outcome != "done":
            failed = Happening.PERSON_SIGN_IN_FAILED
            raised(failed, door=kind, outcome=outcome, who=mark.hex()[:16], address=self.browser.address)

    def _opened(self, sign_in_name: str) -> str:
        """The door by which somebody came in with what is kept here."""
        if self.sign_in.settings.local_accounts == "on":
            return "local"
        raised(Happening.BREAK_GLASS_USED, name=sign_in_name, address=self.browser.address)
        return "break-glass"

    def _to(self, flow: Flow, place: str) -> Response:
        self.browser.keep(flow)
        return self.browser.see_other(place)

    def _door(self, door: str, person_id: UUID | None) -> str:
        """A door's name: of its own for each device on which the person has signed in before."""
        known = self.sign_in.flows.known_device(self.browser.device_cookie, person_id) if person_id else None
        return f"{door}:{hashlib.sha256(known.encode()).hexdigest()[:16]}" if known else door

    @property
    def _pace(self) -> Pace:
        settings = self.sign_in.settings
        return Pace(settings.signin_free_tries, 1, settings.signin_longest_delay_seconds)

    @property
    def _address_mark(self) -> bytes:
        return self.sign_in.marks.of("address", self.browser.address)


def _listed(roles: Sequence[str] | None) -> list[str] | None:
    return list(roles) if roles is not None else None


def _client_of(flow: Flow) -> str:
    """The client that a sign-in is for."""
    return dict(query_of(flow.request)).get("client_id", changes.ACCOUNT)


def acr_of(flow: Flow) -> str:
    """The authentication context class of what was shown."""
    return AAL2 if flow.strong else AAL1

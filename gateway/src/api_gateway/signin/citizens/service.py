"""Citizens sign in by national id and a code by SMS: one factor, for what is about themselves and no money.

Whoever asks gets the same answer after the same time, whether the national id is registered, has a number, was asked
for too often, or is none: what is looked up and sent happens after the answer has left.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx

from api_gateway.context import Runtime
from api_gateway.database import MACHINE_TIME
from api_gateway.signin import delays
from api_gateway.signin.citizens import repository
from api_gateway.signin.citizens.errors import CodeRefused
from api_gateway.signin.delays import Attempt
from api_gateway.signin.own_token import own_headers
from api_gateway.signin.sessions import service as sessions
from api_gateway.signin.sessions.models import Proof, Session
from chassis.ids import new_id, random_digits
from chassis.logging import get_logger
from chassis.principal import AAL1
from chassis.security import Happening, raised
from chassis.text import normalise_digits
from contracts.people import OF_CITIZENS
from contracts.scopes import Scope

log = get_logger(__name__)

CLIENT = "citizens"
_DIGITS = 6
_MOST_UNDER_WAY = 500
KEPT = timedelta(days=2)


@dataclass
class CitizenDesk:
    """The codes that are being sent; a crowd beyond the limit is not looked up."""

    under_way: set[asyncio.Task[None]] = field(default_factory=set)

    async def close(self) -> None:
        """Wait for the codes under way."""
        await asyncio.gather(*self.under_way, return_exceptions=True)

    async def begin(self, runtime: Runtime, national_id: str, address: str) -> UUID:
        """Write a challenge, and send its code once the answer has left. Gives the challenge's id."""
        state, now = runtime.state.sign_in, MACHINE_TIME.now()
        settings, number = state.settings, normalise_digits(national_id)
        mark, challenge_id = state.marks.of("citizen", number), uuid4()
        code = random_digits(_DIGITS)
        address_mark = state.marks.of("address", address)
        async with runtime.sessions() as session, session.begin():
            asked = await repository.counts(session, mark, now)
            failures = await delays.failures_from(session, address_mark, now)
            sealed = state.secrets.mark(str(challenge_id), code)
            life = timedelta(minutes=settings.citizen_code_minutes)
            await repository.add(session, challenge_id, mark, sealed, settings.citizen_code_tries, now, life)
        within = (
            asked.of_hour < settings.citizen_codes_an_hour
            and asked.of_day < settings.citizen_codes_a_day
            and asked.of_all < settings.citizen_codes_a_minute
            and failures < settings.signin_address_failures
            and len(self.under_way) < _MOST_UNDER_WAY
        )
        if within:
            task = asyncio.create_task(_send(runtime, challenge_id, number, code))
            self.under_way.add(task)
            task.add_done_callback(self.under_way.discard)
        return challenge_id


async def finish(runtime: Runtime, challenge_id: UUID, code: str, device: str, address: str) -> dict[str, object]:
    """The token of a citizen whose code is right. Raises CodeRefused, whatever is wrong."""
    state, now = runtime.state.sign_in, MACHINE_TIME.now()
    attempt = Attempt(state.marks.of("challenge", str(challenge_id)), state.marks.of("address", address), "sms")
    async with runtime.sessions() as session, session.begin():
        found = await repository.try_code(session, challenge_id, now)
    typed = normalise_digits(code)
    good = found is not None and state.secrets.recognises(str(challenge_id), typed, found[1])
    async with runtime.sessions() as session, session.begin():
        citizen_id = found[0] if found and good else None
        good = citizen_id is not None and await repository.use(session, challenge_id, now)
        await delays.note(session, attempt, "done" if good else "wrong", now)
        begun = None
        if good:
            proof = Proof(("sms",), AAL1, now, "sms")
            begun = await sessions.begin(
                session, state.settings, proof, client_id=CLIENT, device=device, citizen_id=citizen_id
            )
    if begun is None:
        raised(Happening.PERSON_SIGN_IN_FAILED, door="sms", outcome="wrong", address=address)
        raise CodeRefused
    return token_of(runtime, begun)


def token_of(runtime: Runtime, begun: Session) -> dict[str, object]:
    """The access token of a citizen's session: for what is about themselves."""
    state = runtime.state.sign_in
    seconds = state.settings.citizen_token_seconds
    scope = " ".join(sorted(OF_CITIZENS))
    claims = {
        "sub": begun.subject,
        "kind": "citizen",
        "sid": str(begun.sid),
        "client_id": CLIENT,
        "jti": str(new_id()),
        "auth_time": int(begun.auth_time.timestamp()),
        "amr": list(begun.amr),
        "acr": begun.acr,
        "scope": scope,
    }
    return {"access_token": state.issuer.sign(claims, seconds=seconds), "expires_in": seconds, "scope": scope}


async def _send(runtime: Runtime, challenge_id: UUID, number: str, code: str) -> None:
    """Find the citizen, and have the code sent. Whatever fails, whoever waits for the code asks for another."""
    state, services = runtime.state.sign_in, runtime.state.services
    headers = own_headers(state.issuer, Scope.CITIZENS_VERIFY, Scope.CODES_SEND)
    try:
        told = await services.card.post("/v1/citizen-verifications", json={"national_id": number}, headers=headers)
        citizen_id = told.json()["citizen_id"] if told.status_code == httpx.codes.OK else None
        if citizen_id is None:
            return
        async with runtime.sessions() as session, session.begin():
            await repository.set_citizen(session, challenge_id, UUID(citizen_id))
        body = {
            "citizen_id": citizen_id,
            "code": code,
            "host": urlsplit(state.settings.public_url).hostname,
            "minutes": state.settings.citizen_code_minutes,
        }
        sent = await services.notify.post("/v1/codes", json=body, headers=headers)
        log.info("code asked for", sent=sent.json().get("sent") if sent.status_code == httpx.codes.OK else False)
    except Exception as error:  # why: nobody waits for this task; the answer has left, and the words tell the operator
        log.error("code not sent", error=type(error).__name__)

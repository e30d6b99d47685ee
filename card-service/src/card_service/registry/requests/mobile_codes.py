"""A new mobile is proven by codes: one to it, and one to the old number or the holder seen at a counter."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.context import Runtime
from card_service.keys import (
    MOBILE_CODE_MINUTES,
    MOBILE_CODE_TRIES,
    MOBILE_CODES,
    MOBILE_OBJECTION_HOURS,
)
from card_service.registry import names, sealed_names
from card_service.registry import repository as register
from card_service.registry.changes.mobile import apply_mobile
from card_service.registry.requests import deciding, desk, people, repository
from card_service.registry.requests.details import Mobile
from card_service.registry.requests.errors import (
    CodesRefused,
    CodesTooOften,
    NoOldNumber,
    ObjectionTooLate,
    RequestState,
)
from card_service.registry.requests.kinds import UNDECIDED, Did, State
from card_service.registry.requests.models import ChangeRequest
from card_service.sealing import MOBILE, MOBILE_CODE
from card_service.tools import Tools
from chassis import outbox
from chassis.contact import Contact, seal_code
from chassis.principal import Principal
from chassis.problems import NotFound
from chassis.text import normalise_digits
from contracts.change_requests import MobileChanging, MobileCodeIssued

_DIGITS = 6
_PUT = text(
    "INSERT INTO mobile_code (request_id, number, mark, tries_left, expires_at)"
    " VALUES (:request_id, :number, :mark, :tries, :expires_at)"
    " ON CONFLICT (request_id, number) DO UPDATE SET mark = :mark, tries_left = :tries, expires_at = :expires_at,"
    " sent = mobile_code.sent + 1 WHERE mobile_code.sent < :most AND mobile_code.used_at IS NULL RETURNING sent"
)
_TRY = text(
    "UPDATE mobile_code SET tries_left = tries_left - 1 WHERE request_id = :request_id AND tries_left > 0"
    " AND used_at IS NULL AND expires_at > :now RETURNING number, mark"
)
_USE = text("UPDATE mobile_code SET used_at = :now WHERE request_id = :request_id AND used_at IS NULL")


async def begin(session: AsyncSession, runtime: Runtime, request: ChangeRequest, details: Mobile) -> None:
    """Send the codes. Raises NoOldNumber where the old one is to prove it and there is none."""
    tools = runtime.state.tools
    given_name, old = await _reached(session, tools, details.citizen_id)
    if details.proof == "old_number" and old is None:
        raise NoOldNumber
    await _send(session, tools, request, "new", details.citizen_id, given_name, people.mobile_of(details.mobile))
    if details.proof == "old_number" and old is not None:
        await _send(session, tools, request, "old", details.citizen_id, given_name, old)
    before = tools.vault.seal(request.request_id, old.encode(), MOBILE) if old else None
    await repository.change(session, request.request_id, tools.now(), before_sealed=before)


async def send_again(session: AsyncSession, runtime: Runtime, caller: Principal, request_id: UUID) -> ChangeRequest:
    """Send other codes in the place of those before. Raises RequestUnknown, RequestState or CodesTooOften."""
    tools = runtime.state.tools
    request = await deciding.request_of(session, caller, request_id, lock=True)
    details = desk.details_of(tools, request)
    if request.state is not State.UNPROVEN or not isinstance(details, Mobile):
        raise RequestState(f"The request is {request.state}.", state=request.state)
    await begin(session, runtime, request, details)
    return await deciding.known(session, request_id)


async def prove(
    session: AsyncSession, runtime: Runtime, caller: Principal, request_id: UUID, new: str, old: str | None
) -> ChangeRequest:
    """Take the codes: with both the number changes, with the counter's a second person decides.

    A try is counted in a transaction of its own, so that no refusal undoes it. Raises RequestUnknown, RequestState
    or CodesRefused.
    """
    tools, now = runtime.state.tools, runtime.state.tools.now()
    request = await deciding.request_of(session, caller, request_id)
    details = desk.details_of(tools, request)
    if request.state is not State.UNPROVEN or not isinstance(details, Mobile):
        raise RequestState(f"The request is {request.state}.", state=request.state)
    async with runtime.sessions() as counting, counting.begin():
        tried = await counting.execute(_TRY, {"request_id": request_id, "now": now})
        marks = {row.number: bytes(row.mark) for row in tried}
    given = {"new": new, **({"old": old} if old is not None else {})}
    wanted = {"new", "old"} if details.proof == "old_number" else {"new"}
    good = marks.keys() >= wanted and given.keys() >= wanted
    for number in sorted(wanted & marks.keys() & given.keys()):
        good &= hmac.compare_digest(marks[number], _mark(tools, request_id, number, given[number]))
    if not good:
        raise CodesRefused
    request = await deciding.request_of(session, caller, request_id, lock=True)
    if request.state is not State.UNPROVEN:
        raise RequestState(f"The request is {request.state}.", state=request.state)
    await session.execute(_USE, {"request_id": request_id, "now": now})
    await desk.act(session, tools, request_id, Did.PROVEN, caller.actor, now)
    await _warn(session, tools, request, details, now)
    return await deciding.proceed(session, runtime, caller, request)


async def object_(
    session: AsyncSession, runtime: Runtime, caller: Principal, request_id: UUID, note: str
) -> ChangeRequest:
    """The holder of the old number objects: nothing changes, or what has changed is taken back.

    Raises RequestUnknown, RequestState or ObjectionTooLate.
    """
    tools, now = runtime.state.tools, runtime.state.tools.now()
    request = await deciding.request_of(session, caller, request_id, lock=True)
    details = desk.details_of(tools, request)
    waits = request.state in UNDECIDED
    if not isinstance(details, Mobile) or not (waits or request.state is State.DONE) or request.before is None:
        raise RequestState(f"The request is {request.state}.", state=request.state)
    if request.state is State.DONE:
        term = timedelta(hours=tools.figure(MOBILE_OBJECTION_HOURS))
        if request.decided_at is None or now > request.decided_at + term:
            raise ObjectionTooLate
        old = tools.vault.open(request_id, request.before, MOBILE).decode()
        decided = desk.decided_of(details, now, caller.subject, request_id)
        change = await apply_mobile(session, tools, decided, details.citizen_id, old, None)
        await repository.change(session, request_id, now, changes=[*request.changes, change.change_id])
    await desk.act(session, tools, request_id, Did.OBJECTED, caller.actor, now, note=note)
    if waits:
        await deciding.close_proposal(session, request.proposal_id, now)
    await deciding.refuse(session, runtime, request, caller.actor, now, "objected", None)
    return await deciding.known(session, request_id)


async def _reached(session: AsyncSession, tools: Tools, citizen_id: UUID) -> tuple[str, str | None]:
    """By which name a citizen is called, and the number of now, None where none is usable."""
    citizen = await register.find_citizen(session, citizen_id)
    if citizen is None:
        raise NotFound
    called = names.given_name(sealed_names.opened(tools.vault, citizen_id, citizen.name_kept))
    if citizen.mobile_sealed is None or not citizen.mobile_usable:
        return called, None
    return called, tools.vault.open(citizen_id, citizen.mobile_sealed, MOBILE).decode()


def _mark(tools: Tools, request_id: UUID, number: str, code: str) -> bytes:
    return tools.vault.fingerprint(f"{request_id}|{number}|{normalise_digits(code)}", MOBILE_CODE)


async def _send(
    session: AsyncSession, tools: Tools, request: ChangeRequest, number: str, who: UUID, given_name: str, mobile: str
) -> None:
    code = "".join(secrets.choice("0123456789") for _ in range(_DIGITS))
    minutes = tools.figure(MOBILE_CODE_MINUTES)
    expires = tools.now() + timedelta(minutes=minutes)
    values = {
        "request_id": request.request_id,
        "number": number,
        "mark": _mark(tools, request.request_id, number, code),
        "tries": tools.figure(MOBILE_CODE_TRIES),
        "expires_at": expires,
        "most": tools.figure(MOBILE_CODES),
    }
    if (await session.execute(_PUT, values)).scalar_one_or_none() is None:
        raise CodesTooOften
    issued = MobileCodeIssued(
        request_id=request.request_id,
        citizen_id=who,
        household_id=request.household_id,
        sealed=Contact(given_name, mobile).seal(tools.contacts, who),
        code_sealed=seal_code(tools.contacts, who, code),
        minutes=minutes,
        expires_at=expires,
    )
    await outbox.add(session, issued)


async def _warn(session: AsyncSession, tools: Tools, request: ChangeRequest, details: Mobile, now: datetime) -> None:
    """Tell the old number, which may object."""
    if request.before is None:
        return
    given_name, _ = await _reached(session, tools, details.citizen_id)
    old = tools.vault.open(request.request_id, request.before, MOBILE).decode()
    told = MobileChanging(
        request_id=request.request_id,
        citizen_id=details.citizen_id,
        household_id=request.household_id,
        sealed=Contact(given_name, old).seal(tools.contacts, details.citizen_id),
        object_until=now + timedelta(hours=tools.figure(MOBILE_OBJECTION_HOURS)),
    )
    await outbox.add(session, told)

"""A new mobile is proven by codes: one to it, and one to the old number or the holder seen at a counter."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.context import Runtime
from card_service.dependencies import Dependencies
from card_service.keys import (
    MOBILE_CODE_MINUTES,
    MOBILE_CODE_TRIES,
    MOBILE_CODES,
    MOBILE_OBJECTION_HOURS,
)
from card_service.registry import names, sealed_names
from card_service.registry import repository as register
from card_service.registry.changes.mobile import apply_mobile, is_new
from card_service.registry.requests import deciding, desk, people, repository
from card_service.registry.requests.details import Mobile
from card_service.registry.requests.errors import (
    CodesRefused,
    CodesTooOften,
    NoOldNumber,
    NumberTooNew,
    ObjectionTooLate,
    RequestState,
)
from card_service.registry.requests.kinds import UNDECIDED, Did, State
from card_service.registry.requests.models import ChangeRequest
from card_service.sealing import MOBILE, MOBILE_CODE
from chassis import outbox
from chassis.contact import Contact, seal_code
from chassis.ids import random_digits
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
    """Send the codes. Raises NoOldNumber or NumberTooNew where the old one is to prove it and cannot."""
    deps = runtime.state.dependencies
    given_name, old = await _reached(session, deps, details.citizen_id)
    if details.proof == "old_number" and old is None:
        raise NoOldNumber
    if details.proof == "old_number" and await is_new(session, details.citizen_id, deps.now()):
        raise NumberTooNew
    await _send(session, deps, request, "new", details.citizen_id, given_name, people.mobile_of(details.mobile or ""))
    if details.proof == "old_number" and old is not None:
        await _send(session, deps, request, "old", details.citizen_id, given_name, old)
    await _keep_old(session, deps, request, old)


async def take_away(session: AsyncSession, runtime: Runtime, request: ChangeRequest, details: Mobile) -> None:
    """Keep and tell the number that shall be taken away, which may object. Raises NoOldNumber where there is none."""
    deps = runtime.state.dependencies
    _, old = await _reached(session, deps, details.citizen_id)
    if old is None:
        raise NoOldNumber
    await _keep_old(session, deps, request, old)
    await _warn(session, deps, await deciding.known(session, request.request_id), details, deps.now())


async def _keep_old(session: AsyncSession, deps: Dependencies, request: ChangeRequest, old: str | None) -> None:
    before = deps.vault.seal(request.request_id, old.encode(), MOBILE) if old else None
    await repository.change(session, request.request_id, deps.now(), before_sealed=before)


async def send_again(session: AsyncSession, runtime: Runtime, caller: Principal, request_id: UUID) -> ChangeRequest:
    """Send other codes in the place of those before. Raises RequestUnknown, RequestState or CodesTooOften."""
    deps = runtime.state.dependencies
    request = await deciding.request_of(session, caller, request_id, lock=True)
    details = desk.details_of(deps, request)
    if request.state is not State.UNPROVEN or not isinstance(details, Mobile):
        raise RequestState(
            f"The request is {request.state}.", detail_ar=f"حالة الطلب: {request.state}.", state=request.state
        )
    await begin(session, runtime, request, details)
    return await deciding.known(session, request_id)


async def prove(
    session: AsyncSession, runtime: Runtime, caller: Principal, request_id: UUID, new: str, old: str | None
) -> ChangeRequest:
    """Take the codes: with both the number changes, with the counter's a second person decides.

    A wrong try is counted although it is refused. Raises RequestUnknown, RequestState or CodesRefused.
    """
    deps, now = runtime.state.dependencies, runtime.state.dependencies.now()
    request = await deciding.request_of(session, caller, request_id, lock=True)
    details = desk.details_of(deps, request)
    if request.state is not State.UNPROVEN or not isinstance(details, Mobile):
        raise RequestState(
            f"The request is {request.state}.", detail_ar=f"حالة الطلب: {request.state}.", state=request.state
        )
    tried = await session.execute(_TRY, {"request_id": request_id, "now": now})
    marks = {row.number: bytes(row.mark) for row in tried}
    given = {"new": new, **({"old": old} if old is not None else {})}
    wanted = {"new", "old"} if details.proof == "old_number" else {"new"}
    good = marks.keys() >= wanted and given.keys() >= wanted
    for number in sorted(wanted & marks.keys() & given.keys()):
        good &= hmac.compare_digest(marks[number], _mark(deps, request_id, number, given[number]))
    if not good:
        raise CodesRefused
    await session.execute(_USE, {"request_id": request_id, "now": now})
    await desk.act(session, deps, request_id, Did.PROVEN, caller.actor, now)
    await _warn(session, deps, request, details, now)
    return await deciding.proceed(session, runtime, caller, request)


async def object_(
    session: AsyncSession, runtime: Runtime, caller: Principal, request_id: UUID, note: str
) -> ChangeRequest:
    """The holder of the old number objects: nothing changes, or what has changed is taken back.

    Raises RequestUnknown, RequestState or ObjectionTooLate.
    """
    deps, now = runtime.state.dependencies, runtime.state.dependencies.now()
    request = await deciding.request_of(session, caller, request_id, lock=True)
    details = desk.details_of(deps, request)
    waits = request.state in UNDECIDED
    if not isinstance(details, Mobile) or not (waits or request.state is State.DONE) or request.before is None:
        raise RequestState(
            f"The request is {request.state}.", detail_ar=f"حالة الطلب: {request.state}.", state=request.state
        )
    if request.state is State.DONE:
        term = timedelta(hours=deps.figure(MOBILE_OBJECTION_HOURS))
        if request.decided_at is None or now > request.decided_at + term:
            raise ObjectionTooLate
        old = deps.vault.open(request_id, request.before, MOBILE).decode()
        decided = desk.decided_of(details, now, caller.subject, request_id)
        change = await apply_mobile(session, deps, decided, details.citizen_id, old, None)
        await repository.change(session, request_id, now, changes=[*request.changes, change.change_id])
    await desk.act(session, deps, request_id, Did.OBJECTED, caller.actor, now, note=note)
    if waits:
        await deciding.close_proposal(session, request.proposal_id, now)
    await deciding.refuse(session, runtime, request, caller.actor, now, "objected", None)
    return await deciding.known(session, request_id)


async def _reached(session: AsyncSession, deps: Dependencies, citizen_id: UUID) -> tuple[str, str | None]:
    """By which name a citizen is called, and the number of now, None where none is usable."""
    citizen = await register.find_citizen(session, citizen_id)
    if citizen is None:
        raise NotFound
    called = names.given_name(sealed_names.opened(deps.vault, citizen_id, citizen.name_kept))
    if citizen.mobile_sealed is None or not citizen.mobile_usable:
        return called, None
    return called, deps.vault.open(citizen_id, citizen.mobile_sealed, MOBILE).decode()


def _mark(deps: Dependencies, request_id: UUID, number: str, code: str) -> bytes:
    return deps.vault.fingerprint(f"{request_id}|{number}|{normalise_digits(code)}", MOBILE_CODE)


async def _send(
    session: AsyncSession,
    deps: Dependencies,
    request: ChangeRequest,
    number: str,
    who: UUID,
    given_name: str,
    mobile: str,
) -> None:
    code = random_digits(_DIGITS)
    minutes = deps.figure(MOBILE_CODE_MINUTES)
    expires = deps.now() + timedelta(minutes=minutes)
    values = {
        "request_id": request.request_id,
        "number": number,
        "mark": _mark(deps, request.request_id, number, code),
        "tries": deps.figure(MOBILE_CODE_TRIES),
        "expires_at": expires,
        "most": deps.figure(MOBILE_CODES),
    }
    if (await session.execute(_PUT, values)).scalar_one_or_none() is None:
        raise CodesTooOften
    issued = MobileCodeIssued(
        request_id=request.request_id,
        citizen_id=who,
        household_id=request.household_id,
        sealed=Contact(given_name, mobile).seal(deps.contacts, who),
        code_sealed=seal_code(deps.contacts, who, code),
        minutes=minutes,
        expires_at=expires,
    )
    await outbox.add(session, issued)


async def _warn(
    session: AsyncSession, deps: Dependencies, request: ChangeRequest, details: Mobile, now: datetime
) -> None:
    """Tell the old number, which may object."""
    if request.before is None:
        return
    given_name, _ = await _reached(session, deps, details.citizen_id)
    old = deps.vault.open(request.request_id, request.before, MOBILE).decode()
    told = MobileChanging(
        request_id=request.request_id,
        citizen_id=details.citizen_id,
        household_id=request.household_id,
        sealed=Contact(given_name, old).seal(deps.contacts, details.citizen_id),
        object_until=now + timedelta(hours=deps.figure(MOBILE_OBJECTION_HOURS)),
    )
    await outbox.add(session, told)

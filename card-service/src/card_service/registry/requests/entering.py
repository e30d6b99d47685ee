"""Entering a request: whose it is, whether it could be carried out, and what the policies of the day say of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.context import Runtime
from card_service.dependencies import Dependencies
from card_service.keys import REQUEST_CHECKED
from card_service.registry.changes.errors import HeadNeeded
from card_service.registry.requests import (
    carrying,
    deciding,
    desk,
    evidence_repository,
    mobile_codes,
    repository,
    terms,
    touched,
)
from card_service.registry.requests import details as contents
from card_service.registry.requests.details import Death, Details, Exclusion, Mobile
from card_service.registry.requests.errors import RequestOpen, RequestState
from card_service.registry.requests.kinds import Did, RequestKind, State
from card_service.registry.requests.models import ChangeRequest
from card_service.sealing import REQUEST
from chassis import outbox
from chassis.clock import day_begins, month_start
from chassis.ids import new_id
from chassis.principal import CallerKind, Principal
from contracts.change_requests import ChangeRequestEntered


async def enter_request(
    session: AsyncSession,
    runtime: Runtime,
    caller: Principal,
    details: Details,
    archive_references: Sequence[str] = (),
) -> ChangeRequest:
    """Enter a request for a change: it waits for a decision, or is carried out at once where the policies say so.

    `caller` needs `requests:write`; a file of another registry is a client's. Raises NotFound for what is not the
    caller's, RequestOpen where the same is asked for already, and what carrying it out would raise.
    """
    deps, now, kind = runtime.state.dependencies, runtime.state.dependencies.now(), RequestKind(details.kind)
    await touched.ensure_own(session, caller, details)
    by = by_of(caller)
    book, today = deps.policies.book, deps.today()
    takes_effect = terms.takes_effect_on(book, now) if isinstance(details, Exclusion) else None
    month = await foreseen(session, runtime, caller, details, takes_effect)
    trusted = not REQUEST_CHECKED.on(book, today, kind=kind, by=by)
    checked = details.proof == "counter" if isinstance(details, Mobile) else month is None or not trusted
    request_id, actor = new_id(), caller.actor
    state = State.UNPROVEN if isinstance(details, Mobile) and details.mobile else State.WAITING
    columns = {
        "request_id": request_id,
        "kind": kind,
        "state": state,
        "household_id": details.household_id,
        "citizen_id": contents.citizen_of(details),
        "details_sealed": deps.vault.seal(request_id, contents.dump(details), REQUEST),
        "subject_mark": subject_mark(deps, details),
        "fact_on": details.fact_on,
        "month": month or month_start(today),
        "checked": checked,
        "entered_by": actor.who,
        "entered_through": actor.through,
        "entered_for": actor.office,
        "entered_session": actor.session,
        "by_client": by == "client",
        "entered_at": now,
        "due_at": terms.due_at(book, kind, now),
        "takes_effect_on": takes_effect,
    }
    if not await repository.add(session, columns):
        raise RequestOpen("Withdraw it first, or let it be decided.", detail_ar="يجب البت في الطلب السابق أو سحبه.")
    await desk.act(session, deps, request_id, Did.ENTERED, actor, now)
    for one in archive_references:
        await evidence_repository.add(session, desk.reference(deps, request_id, actor.who, one), None)
    request = await deciding.known(session, request_id)
    await _tell(session, request)
    if isinstance(details, Mobile) and details.mobile:
        await mobile_codes.begin(session, runtime, request, details)
        return request
    if isinstance(details, Mobile):
        await mobile_codes.take_away(session, runtime, request, details)
    if isinstance(details, Death) and month is None and trusted:
        # nobody follows yet, but whoever is dead buys nothing from this day on
        await runtime.state.close_cards(session, details.citizen_id, now, actor.who)
    return await deciding.proceed(session, runtime, caller, request)


async def amend(
    session: AsyncSession, runtime: Runtime, caller: Principal, request_id: UUID, details: Details, note: str
) -> ChangeRequest:
    """Ask for something else of the same kind and household, before it is decided; another person then decides.

    Raises RequestUnknown, RequestState, NotFound, and what carrying it out would raise.
    """
    deps, now = runtime.state.dependencies, runtime.state.dependencies.now()
    request = await deciding.request_of(session, caller, request_id, lock=True)
    same = details.kind == request.kind and details.household_id == request.household_id
    if request.state is not State.WAITING or not same:
        raise RequestState(
            f"The request is {request.state}, of the kind {request.kind}.",
            detail_ar=f"حالة الطلب: {request.state}، ونوعه: {request.kind}.",
            state=request.state,
        )
    await touched.ensure_own(session, caller, details)
    month = await foreseen(session, runtime, caller, details, request.takes_effect_on)
    await repository.change(
        session,
        request_id,
        now,
        details_sealed=deps.vault.seal(request_id, contents.dump(details), REQUEST),
        subject_mark=subject_mark(deps, details),
        citizen_id=contents.citizen_of(details),
        fact_on=details.fact_on,
        month=month or month_start(deps.today()),
    )
    await desk.act(session, deps, request_id, Did.AMENDED, caller.actor, now, note=note)
    request = await deciding.known(session, request_id)
    await deciding.propose_again(session, runtime, caller, request)
    return await deciding.known(session, request_id)


async def foreseen(
    session: AsyncSession, runtime: Runtime, caller: Principal, details: Details, takes_effect: date | None
) -> date | None:
    """The month from which a request would count if it were carried out as things stand; nothing of it stays.

    None for a death after which nobody heads the household yet. Raises what carrying it out would raise.
    """
    deps = runtime.state.dependencies
    at = day_begins(takes_effect) if takes_effect else deps.now()
    trial = await session.begin_nested()
    try:
        outcome = await carrying.carry_out(session, runtime, details, desk.decided_of(details, at, caller.subject))
    except HeadNeeded:
        if isinstance(details, Death):
            return None
        raise
    finally:
        await trial.rollback()
    return outcome.month


def subject_mark(deps: Dependencies, details: Details) -> bytes:
    """What a request asks about, keyed: the same is asked for once at a time."""
    about = [details.kind, str(details.household_id), *map(str, touched.members_named(details))]
    if isinstance(details, contents.Newborn | contents.Admission | contents.Marriage) and details.person:
        about.append(details.person.national_id)
    if isinstance(details, contents.Exclusion | contents.Inclusion):
        about += sorted(details.programmes)
    return deps.vault.fingerprint("|".join(about), REQUEST)


def by_of(caller: Principal) -> str:
    """By whom a request is entered, as the policies name it: `person` or `client`."""
    return "person" if caller.kind is CallerKind.PERSON else "client"


async def _tell(session: AsyncSession, request: ChangeRequest) -> None:
    who = await desk.told(session, request)
    if who is not None:
        await outbox.add(
            session,
            ChangeRequestEntered(
                request_id=request.request_id,
                request=request.kind,
                household_id=request.household_id,
                citizen_id=who,
                entered_at=request.entered_at,
                due_at=request.due_at,
            ),
        )

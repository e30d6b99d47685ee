"""Appeals: decided by somebody who has not decided before; bread goes on meanwhile; won, it is paid back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from approvals.kinds import Kind
from approvals.model import Proposal
from approvals.service import Decision
from card_service.context import Runtime
from card_service.proposals import PROPOSALS
from card_service.registry.changes.decided import Decided
from card_service.registry.changes.programmes import apply_reinstatement
from card_service.registry.requests import carrying, deciding, desk, repository, terms, touched
from card_service.registry.requests.details import Exclusion
from card_service.registry.requests.errors import AppealTooLate, NotAppealable, SameDecider
from card_service.registry.requests.kinds import Appeal, Did, RequestKind, State
from card_service.registry.requests.models import ChangeRequest
from card_service.registry.requests.refusal_reasons import REASONS, RefusalReason
from chassis import outbox
from chassis.principal import Actor, Principal
from chassis.problems import InvalidRequest
from contracts.change_requests import AppealDecided, ChangeRequestAppealed
from contracts.scopes import Scope

BREAD = "bread"
_OF_BREAD = text(
    "SELECT DISTINCT change_id FROM entitlement_decision WHERE change_id = ANY(CAST(:ids AS uuid[]))"
    " AND programme = 'bread' AND NOT counts"
)
_EXCLUSIONS = text(
    "SELECT change_id FROM register_change WHERE change_id = ANY(CAST(:ids AS uuid[])) AND kind = 'programme_excluded'"
    " ORDER BY change_id"
)


def appealable(request: ChangeRequest) -> bool:
    """Whether something was decided against the citizen that is not appealed against yet."""
    against = request.state in {State.REFUSED, State.ANNOUNCED} or (
        request.state is State.DONE and request.kind is RequestKind.EXCLUSION
    )
    return against and request.appeal is None and request.appeal_until is not None


async def appeal(
    session: AsyncSession, runtime: Runtime, caller: Principal, request_id: UUID, grounds: str
) -> ChangeRequest:
    """Enter the citizen's appeal; an exclusion from bread does not go on from here until it is decided.

    Raises RequestUnknown, NotAppealable or AppealTooLate.
    """
    deps, now = runtime.state.dependencies, runtime.state.dependencies.now()
    request = await deciding.request_of(session, caller, request_id, lock=True)
    if not appealable(request) or request.appeal_until is None:
        raise NotAppealable
    if deps.today() > request.appeal_until:
        raise AppealTooLate(until=request.appeal_until.isoformat())
    due = terms.appeal_due_at(deps.policies.book, now)
    await repository.change(session, request_id, now, appeal=Appeal.OPEN, appeal_due_at=due)
    await desk.act(session, deps, request_id, Did.APPEALED, caller.actor, now, note=grounds)
    if request.state is State.DONE:
        await _let_bread_go_on(session, runtime, request, now)
    request = await deciding.known(session, request_id)
    content = await _content(session, runtime, request)
    proposal = await PROPOSALS.enter(session, runtime, caller, APPEAL, str(request_id), content, area=request.area)
    await repository.change(session, request_id, now, appeal_proposal_id=proposal.proposal_id)
    who = await desk.told(session, request)
    if who is not None:
        home, kind = request.household_id, request.kind
        told = ChangeRequestAppealed(request_id=request_id, request=kind, household_id=home, citizen_id=who, due_at=due)
        await outbox.add(session, told)
    return await deciding.known(session, request_id)


async def decide(
    session: AsyncSession,
    runtime: Runtime,
    caller: Principal,
    request_id: UUID,
    decision: Decision,
    reason_code: RefusalReason | None,
) -> ChangeRequest:
    """Grant or refuse an appeal, as somebody who has neither asked for nor decided what it is against.

    Raises RequestUnknown, NotAppealable, SameDecider, what deciding by two raises, and what carrying it out raises.
    """
    deps, now = runtime.state.dependencies, runtime.state.dependencies.now()
    request = await deciding.request_of(session, caller, request_id, lock=True)
    if request.appeal is not Appeal.OPEN or request.appeal_proposal_id is None:
        raise NotAppealable
    await touched.ensure_own(session, caller, desk.details_of(deps, request))
    if caller.subject == request.decided_by or (
        request.kind is RequestKind.EXCLUSION and caller.subject == request.entered_by.who
    ):
        raise SameDecider("Another person must decide.", detail_ar="يجب أن يبت في التظلم شخص آخر.")
    if not decision.approve and reason_code is None:
        raise InvalidRequest("Say why it is refused.", detail_ar="حدد سبب الرفض.")
    await PROPOSALS.decide(session, runtime, caller, request.appeal_proposal_id, decision)
    if not decision.approve:
        await _lose(session, runtime, request, caller.actor, now, reason_code, decision.reason)
    return await deciding.known(session, request_id)


async def _win(session: AsyncSession, runtime: Runtime, proposal: Proposal, caller: Principal) -> None:
    """What was refused is carried out; who was excluded is reinstated, and paid back."""
    deps, now = runtime.state.dependencies, runtime.state.dependencies.now()
    request = await repository.find(session, UUID(proposal.subject), lock=True)
    if request is None or request.appeal is not Appeal.OPEN:
        raise NotAppealable
    request_id = request.request_id
    await desk.act(session, deps, request_id, Did.APPEAL_WON, caller.actor, now)
    if request.kind is not RequestKind.EXCLUSION:
        await deciding.finish(session, runtime, request, caller.actor)
    elif request.state is State.REFUSED:
        await deciding.approve(session, runtime, request, caller.actor)
    else:
        back = await _reinstate(session, runtime, request, list(request.changes), caller.actor.who, now)
        changes = [*request.changes, *back]
        await repository.change(session, request_id, now, state=State.DONE, changes=changes, held=False)
    await repository.change(session, request_id, now, appeal=Appeal.WON)
    await _tell(session, await deciding.known(session, request_id), won=True, reason=None, now=now)


async def _lose(
    session: AsyncSession,
    runtime: Runtime,
    request: ChangeRequest,
    actor: Actor,
    now: datetime,
    reason: RefusalReason | None,
    note: str | None,
) -> None:
    """What was decided stands; bread that went on meanwhile ends now."""
    deps, request_id = runtime.state.dependencies, request.request_id
    await desk.act(session, deps, request_id, Did.APPEAL_LOST, actor, now, reason, note)
    await repository.change(session, request_id, now, appeal=Appeal.LOST)
    if request.held:
        await exclude(session, runtime, request, [BREAD], now)
        await repository.change(session, request_id, now, state=State.DONE, held=False)
    await _tell(session, await deciding.known(session, request_id), won=False, reason=reason, now=now)


async def exclude(
    session: AsyncSession, runtime: Runtime, request: ChangeRequest, programmes: list[str], at: datetime
) -> None:
    """Carry an exclusion out for some of its programmes, as of an instant. Raises what the change raises."""
    details = desk.details_of(runtime.state.dependencies, request)
    if not isinstance(details, Exclusion):
        raise NotAppealable
    decided = desk.decided_of(details, at, request.decided_by or desk.BY_ITSELF.who, request.request_id)
    outcome = await carrying.entitled(session, runtime, details, decided, programmes)
    changes = [*request.changes, *outcome.changes]
    now = runtime.state.dependencies.now()
    await repository.change(session, request.request_id, now, changes=changes, month=outcome.month)


async def _let_bread_go_on(session: AsyncSession, runtime: Runtime, request: ChangeRequest, now: datetime) -> None:
    """Take the exclusion from bread back until the appeal is decided."""
    found = (await session.execute(_OF_BREAD, {"ids": list(request.changes)})).scalars().all()
    if not found:
        return
    back = await _reinstate(session, runtime, request, list(found), desk.BY_ITSELF.who, now)
    left = [one for one in request.changes if one not in found]
    await repository.change(session, request.request_id, now, changes=[*left, *back], held=True)


async def _reinstate(
    session: AsyncSession, runtime: Runtime, request: ChangeRequest, changes: list[UUID], who: str, now: datetime
) -> list[UUID]:
    """Take exclusions back as if they had never been; the ids of the reinstatements."""
    deps, done = runtime.state.dependencies, []
    exclusions = (await session.execute(_EXCLUSIONS, {"ids": changes})).scalars().all()
    for one in exclusions:
        decided = Decided(deps.today(), now, who, reason="appeal", evidence=f"request:{request.request_id}")
        done.append((await apply_reinstatement(session, deps, decided, request.household_id, one)).change_id)
    return done


async def _content(session: AsyncSession, runtime: Runtime, request: ChangeRequest) -> JsonValue:
    """What is decided: the request with its documents, and what was decided about it."""
    content = await desk.content_of(session, runtime.state.dependencies, request)
    return {"of": content, "decided_at": request.decided_at.isoformat() if request.decided_at else None}


async def _content_now(session: AsyncSession, runtime: Runtime, proposal: Proposal) -> JsonValue:
    return await _content(session, runtime, await deciding.known(session, UUID(proposal.subject)))


async def _tell(
    session: AsyncSession, request: ChangeRequest, *, won: bool, reason: RefusalReason | None, now: datetime
) -> None:
    who = await desk.told(session, request, request.founded)
    if who is None:
        return
    english, arabic = REASONS[reason] if reason else (None, None)
    told = AppealDecided(
        request_id=request.request_id,
        request=request.kind,
        household_id=request.household_id,
        citizen_id=who,
        won=won,
        reason=reason,
        reason_en=english,
        reason_ar=arabic,
        decided_at=now,
    )
    await outbox.add(session, told)


APPEAL: Kind[Runtime] = PROPOSALS.kinds.declare(
    Kind(
        name="change-appeal",
        enters=Scope.REQUESTS_WRITE,
        decides=Scope.REQUESTS_APPROVE,
        reads=(Scope.REQUESTS_READ,),
        execute=_win,
        content_now=_content_now,
        listed=False,
    )
)

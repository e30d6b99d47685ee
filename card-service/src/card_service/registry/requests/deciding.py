"""What becomes of a request: decided by another person, carried out, refused, withdrawn."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession

from approvals import repository as proposals
from approvals.kinds import Kind
from approvals.model import Proposal
from approvals.model import State as ProposalState
from approvals.service import Decision
from card_service.context import Runtime
from card_service.proposals import PROPOSALS
from card_service.registry.months import month_before, month_text, next_month
from card_service.registry.requests import (
    carrying,
    claims,
    corrections,
    desk,
    evidence_repository,
    repository,
    terms,
    touched,
)
from card_service.registry.requests.details import Death, Exclusion
from card_service.registry.requests.errors import EvidenceNeeded, RequestState, RequestUnknown
from card_service.registry.requests.kinds import UNDECIDED, Did, RequestKind, State
from card_service.registry.requests.models import ChangeRequest
from card_service.registry.requests.refusal_reasons import GROUNDS, RefusalReason, words
from chassis import outbox
from chassis.principal import Actor, Principal
from chassis.problems import InvalidRequest
from contracts.change_requests import ChangeRequestDecided, ExclusionAnnounced
from contracts.scopes import Scope


async def known(session: AsyncSession, request_id: UUID) -> ChangeRequest:
    """A request as it stands now. Raises RequestUnknown."""
    found = await repository.find(session, request_id)
    if found is None:
        raise RequestUnknown
    return found


async def request_of(
    session: AsyncSession, caller: Principal, request_id: UUID, *, lock: bool = False
) -> ChangeRequest:
    """A request of the caller's. Raises RequestUnknown."""
    return caller.bound.own(await repository.find(session, request_id, lock=lock), RequestUnknown)


async def proceed(session: AsyncSession, runtime: Runtime, caller: Principal, request: ChangeRequest) -> ChangeRequest:
    """Let a request wait for its decision, or carry it out where nobody else has to decide."""
    deps, now = runtime.state.dependencies, runtime.state.dependencies.now()
    await repository.change(session, request.request_id, now, state=State.WAITING)
    request = await known(session, request.request_id)
    if not request.checked:
        await approve(session, runtime, request, caller.actor)
        return await known(session, request.request_id)
    content = await desk.content_of(session, deps, request)
    subject = str(request.request_id)
    proposal = await PROPOSALS.enter(session, runtime, caller, CHANGE, subject, content, area=request.area)
    await repository.change(session, request.request_id, now, proposal_id=proposal.proposal_id)
    return await known(session, request.request_id)


async def propose_again(session: AsyncSession, runtime: Runtime, caller: Principal, request: ChangeRequest) -> None:
    """What is decided is another thing now: who made it so is among its makers, and what was seen before is void."""
    now = runtime.state.dependencies.now()
    await repository.change(session, request.request_id, now)
    if request.proposal_id is None:
        return
    content = await desk.content_of(session, runtime.state.dependencies, await known(session, request.request_id))
    await PROPOSALS.change(session, runtime, caller, request.proposal_id, content)
    await PROPOSALS.submit(session, runtime, caller, request.proposal_id)


async def decide(
    session: AsyncSession,
    runtime: Runtime,
    caller: Principal,
    request_id: UUID,
    decision: Decision,
    reason_code: RefusalReason | None,
) -> ChangeRequest:
    """Approve what another has entered, which carries it out or announces it, or refuse it.

    Raises RequestUnknown, RequestState, NotFound where a household is not the caller's, what deciding by two raises,
    EvidenceNeeded, and what carrying it out raises.
    """
    deps, now = runtime.state.dependencies, runtime.state.dependencies.now()
    request = await request_of(session, caller, request_id, lock=True)
    if request.state is not State.WAITING or request.proposal_id is None:
        raise RequestState(
            f"The request is {request.state}.", detail_ar=f"حالة الطلب: {request.state}.", state=request.state
        )
    await touched.ensure_own(session, caller, desk.details_of(deps, request))
    if not decision.approve and reason_code is None:
        raise InvalidRequest("Say why it is refused.", detail_ar="حدد سبب الرفض.")
    await PROPOSALS.decide(session, runtime, caller, request.proposal_id, decision)
    if not decision.approve and reason_code is not None:
        await refuse(session, runtime, request, caller.actor, now, reason_code, decision.reason)
    return await known(session, request_id)


async def approve(session: AsyncSession, runtime: Runtime, request: ChangeRequest, actor: Actor) -> None:
    """Carry a request out, or announce an exclusion. Raises EvidenceNeeded, and what carrying it out raises."""
    deps, now = runtime.state.dependencies, runtime.state.dependencies.now()
    have = len(await evidence_repository.of_request(session, request.request_id))
    needed = desk.evidence_needed(deps, request)
    if have < needed:
        raise EvidenceNeeded(f"It needs {needed}.", detail_ar="أرفق المستند المطلوب أولاً.", needed=needed, have=have)
    await desk.act(session, deps, request.request_id, Did.APPROVED, actor, now)
    if request.kind is RequestKind.EXCLUSION:
        await _announce(session, runtime, request, actor, now)
    else:
        await finish(session, runtime, request, actor)


async def finish(session: AsyncSession, runtime: Runtime, request: ChangeRequest, actor: Actor) -> None:
    """Carry a request out, as decided by this actor now, and tell. Raises what carrying it out raises."""
    deps, now = runtime.state.dependencies, runtime.state.dependencies.now()
    details = desk.details_of(deps, request)
    decided = desk.decided_of(details, now, actor.who, request.request_id)
    before = await corrections.stood(session, deps, details)
    outcome = await carrying.carry_out(session, runtime, details, decided)
    await repository.change(
        session,
        request.request_id,
        now,
        state=State.DONE,
        month=outcome.month,
        changes=list(outcome.changes),
        founded=outcome.founded,
        decided_by=actor.who,
        decided_at=now,
        reason_code=None,
    )
    await desk.act(session, deps, request.request_id, Did.CARRIED_OUT, actor, now, note=before)
    missed = next_month(details.fact_on)
    if isinstance(details, Death) and missed < outcome.month:
        await claims.enter(session, request, details.citizen_id, (missed, month_before(outcome.month)), now)
    await tell(session, await known(session, request.request_id), "done", now)


async def _announce(
    session: AsyncSession, runtime: Runtime, request: ChangeRequest, actor: Actor, now: datetime
) -> None:
    """Tell whom an exclusion is about, days before it takes effect."""
    deps = runtime.state.dependencies
    details = desk.details_of(deps, request)
    if not isinstance(details, Exclusion):
        raise TypeError("only exclusions are announced")
    day, until = terms.takes_effect_on(deps.policies.book, now), terms.appeal_until(deps.policies.book, now)
    await repository.change(
        session,
        request.request_id,
        now,
        state=State.ANNOUNCED,
        takes_effect_on=day,
        appeal_until=until,
        decided_by=actor.who,
        decided_at=now,
    )
    who = await desk.told(session, request)
    english, arabic = GROUNDS[details.ground]
    if who is not None:
        await outbox.add(
            session,
            ExclusionAnnounced(
                request_id=request.request_id,
                household_id=request.household_id,
                citizen_id=who,
                citizen_ids=details.citizen_ids,
                programmes=list(details.programmes),
                ground=details.ground,
                ground_en=english,
                ground_ar=arabic,
                takes_effect_on=day,
                appeal_until=until,
            ),
        )


async def refuse(
    session: AsyncSession,
    runtime: Runtime,
    request: ChangeRequest,
    actor: Actor,
    now: datetime,
    reason_code: RefusalReason,
    note: str | None,
) -> None:
    """End a request without a change, with the reason the citizen reads and the term of an appeal."""
    deps = runtime.state.dependencies
    await repository.change(
        session,
        request.request_id,
        now,
        state=State.REFUSED,
        reason_code=reason_code,
        appeal_until=terms.appeal_until(deps.policies.book, now),
        decided_by=actor.who,
        decided_at=now,
    )
    await desk.act(session, deps, request.request_id, Did.REFUSED, actor, now, reason_code, note)
    await tell(session, await known(session, request.request_id), "refused", now)


async def withdraw(
    session: AsyncSession, runtime: Runtime, caller: Principal, request_id: UUID, note: str
) -> ChangeRequest:
    """Take back what one has entered. Raises RequestUnknown, RequestState or NotTheProposer."""
    deps, now = runtime.state.dependencies, runtime.state.dependencies.now()
    request = await request_of(session, caller, request_id, lock=True)
    mine = request.entered_by.who == caller.subject
    if request.state not in UNDECIDED or (request.proposal_id is None and not mine):
        raise RequestState(
            f"The request is {request.state}.", detail_ar=f"حالة الطلب: {request.state}.", state=request.state
        )
    if request.proposal_id is not None:
        await PROPOSALS.withdraw(session, runtime, caller, request.proposal_id, note)
    await repository.change(session, request_id, now, state=State.WITHDRAWN)
    await desk.act(session, deps, request_id, Did.WITHDRAWN, caller.actor, now, note=note)
    await tell(session, await known(session, request_id), "withdrawn", now)
    return await known(session, request_id)


async def lapse(session: AsyncSession, runtime: Runtime, request: ChangeRequest, note: str | None = None) -> None:
    """End a request because its time is over, or what it is about is not there any more."""
    deps, now = runtime.state.dependencies, runtime.state.dependencies.now()
    await repository.change(session, request.request_id, now, state=State.LAPSED)
    await desk.act(session, deps, request.request_id, Did.LAPSED, desk.BY_ITSELF, now, note=note)
    await tell(session, await known(session, request.request_id), "lapsed", now)


async def close_proposal(session: AsyncSession, proposal_id: UUID | None, now: datetime) -> None:
    """Close what nobody has to decide any more, since its request is over."""
    if proposal_id is not None:
        await proposals.end(session, proposal_id, ProposalState.WITHDRAWN, now)


async def tell(session: AsyncSession, request: ChangeRequest, outcome: str, now: datetime) -> None:
    """Publish what became of a request, for whoever is told of it."""
    who = await desk.told(session, request, request.founded)
    if who is None:
        return
    code = request.reason_code if outcome == "refused" else None
    english, arabic = words(code) or (None, None)
    await outbox.add(
        session,
        ChangeRequestDecided(
            request_id=request.request_id,
            request=request.kind,
            household_id=request.household_id,
            citizen_id=who,
            outcome=outcome,
            effective_month=month_text(request.month) if outcome == "done" else None,
            reason=code,
            reason_en=english,
            reason_ar=arabic,
            appeal_until=request.appeal_until if outcome == "refused" else None,
            decided_at=now,
        ),
    )


async def _approved(session: AsyncSession, runtime: Runtime, proposal: Proposal, caller: Principal) -> None:
    request = await repository.find(session, UUID(proposal.subject), lock=True)
    if request is None or request.state is not State.WAITING:
        raise RequestState
    await approve(session, runtime, request, caller.actor)


async def _content_now(session: AsyncSession, runtime: Runtime, proposal: Proposal) -> JsonValue:
    return await desk.content_of(session, runtime.state.dependencies, await known(session, UUID(proposal.subject)))


async def _released(session: AsyncSession, runtime: Runtime, proposal: Proposal) -> None:
    """A proposal nobody decided within its days: the request lapses. What else ends one writes the request itself."""
    if proposal.state is ProposalState.EXPIRED:
        await lapse(session, runtime, await known(session, UUID(proposal.subject)))


CHANGE: Kind[Runtime] = PROPOSALS.kinds.declare(
    Kind(
        name="change-request",
        enters=Scope.REQUESTS_WRITE,
        decides=Scope.REQUESTS_APPROVE,
        reads=(Scope.REQUESTS_READ,),
        execute=_approved,
        content_now=_content_now,
        released=_released,
        listed=False,
    )
)

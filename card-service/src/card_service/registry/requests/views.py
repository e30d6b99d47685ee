"""Requests as the API tells them, and what a caller may do with one now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from approvals import repository as proposals
from approvals.model import Proposal
from card_service.context import Runtime
from card_service.registry.months import month_text
from card_service.registry.requests import appeals, claims, desk, evidence_repository
from card_service.registry.requests.details import (
    Admission,
    CorrectNationalId,
    Details,
    FreeNationalId,
    Marriage,
    Mobile,
    Newborn,
    NewPerson,
)
from card_service.registry.requests.kinds import UNDECIDED, Appeal, RequestKind, State
from card_service.registry.requests.models import Act, ChangeRequest, DrawnInMonth, Evidence, MonthsClaim
from card_service.registry.requests.refusal_reasons import words
from card_service.registry.requests.schemas import (
    ActOut,
    ChangeRequestOut,
    ChangeRequestSummary,
    ClaimOut,
    DrawnOut,
    EvidenceOut,
    ReasonOut,
)
from chassis import mobiles, national_id
from chassis.principal import CallerKind, Principal
from chassis.text import normalise_digits
from contracts.scopes import Scope


def overdue(request: ChangeRequest, now: datetime) -> bool:
    """Whether its term, or that of the appeal, has run out."""
    waits = request.state in UNDECIDED
    late = request.appeal is Appeal.OPEN and request.appeal_due_at is not None and request.appeal_due_at <= now
    return late or (waits and request.due_at <= now)


def summary(request: ChangeRequest, now: datetime) -> ChangeRequestSummary:
    """A request in a list."""
    return ChangeRequestSummary(
        request_id=request.request_id,
        kind=request.kind,
        state=request.state,
        household_id=request.household_id,
        citizen_id=request.citizen_id,
        fact_on=request.fact_on,
        month=month_text(request.month),
        entered_by=request.entered_by.who,
        entered_at=request.entered_at,
        due_at=request.due_at,
        overdue=overdue(request, now),
        escalated_at=request.escalated_at,
        takes_effect_on=request.takes_effect_on,
        decided_by=request.decided_by,
        decided_at=request.decided_at,
        reason_code=request.reason_code,
        appeal=request.appeal,
        appeal_until=request.appeal_until,
        appeal_due_at=request.appeal_due_at,
        updated_at=request.updated_at,
    )


async def whole(session: AsyncSession, runtime: Runtime, caller: Principal, request: ChangeRequest) -> ChangeRequestOut:
    """A request whole, as this caller may see it: national ids in full to who decides, since papers are compared."""
    deps = runtime.state.dependencies
    change = desk.details_of(deps, request)
    proposal = await proposals.find(session, request.proposal_id) if request.proposal_id else None
    appealed = await proposals.find(session, request.appeal_proposal_id) if request.appeal_proposal_id else None
    claim = await claims.find(session, request.request_id)
    documents = await evidence_repository.of_request(session, request.request_id)
    reason = words(request.reason_code)
    decides = Scope.REQUESTS_APPROVE in caller.scopes
    return ChangeRequestOut(
        **summary(request, deps.now()).model_dump(),
        change=change if decides else masked(change),
        digest=proposal.digest.hex() if proposal and request.state is State.WAITING else None,
        appeal_digest=appealed.digest.hex() if appealed and request.appeal is Appeal.OPEN else None,
        reason=ReasonOut(code=request.reason_code or "", reason=reason[0], reason_ar=reason[1]) if reason else None,
        evidence=[evidence_out(one) for one in documents],
        evidence_needed=desk.evidence_needed(deps, request),
        acts=[_act_out(one) for one in await desk.acts(session, deps, request.request_id)],
        changes=list(request.changes),
        founded=request.founded,
        claim=claim_out(claim) if claim else None,
        allowed_actions=allowed(request, caller, proposal, appealed, claim),
    )


def allowed(
    request: ChangeRequest,
    caller: Principal,
    proposal: Proposal | None,
    appealed: Proposal | None,
    claim: MonthsClaim | None,
) -> list[str]:
    """What the caller may do with a request as it stands; two factors may be asked for besides."""
    enters, decides = Scope.REQUESTS_WRITE in caller.scopes, Scope.REQUESTS_APPROVE in caller.scopes
    person = caller.kind is CallerKind.PERSON and decides
    waits = request.state in UNDECIDED
    mine = caller.subject == request.entered_by.who or _made(proposal, caller)
    against = {request.decided_by, *([request.entered_by.who] if request.kind is RequestKind.EXCLUSION else [])}
    done = request.state is State.DONE and request.kind is RequestKind.MOBILE and request.before is not None
    may = {
        "add_evidence": enters and waits,
        "amend": enters and request.state is State.WAITING,
        "enter_codes": enters and request.state is State.UNPROVEN,
        "send_codes": enters and request.state is State.UNPROVEN,
        "object": enters and request.kind is RequestKind.MOBILE and (waits or done),
        "withdraw": enters and waits and mine,
        "decide": person and request.state is State.WAITING and not _made(proposal, caller),
        "appeal": enters and appeals.appealable(request),
        "decide_appeal": person
        and request.appeal is Appeal.OPEN
        and caller.subject not in against
        and not _made(appealed, caller),
        "decide_claim": person and claim is not None and claim.state == "open",
    }
    return [name for name, allowed_ in may.items() if allowed_]


def _made(proposal: Proposal | None, caller: Principal) -> bool:
    return proposal is not None and caller.subject in {maker.who for maker in proposal.makers}


def masked(details: Details) -> Details:
    """The same with national ids and mobiles masked."""
    if isinstance(details, Newborn | Admission):
        return details.model_copy(update={"person": _masked(details.person)})
    if isinstance(details, Marriage) and details.person is not None:
        return details.model_copy(update={"person": _masked(details.person)})
    if isinstance(details, CorrectNationalId | FreeNationalId):
        return details.model_copy(update={"national_id": national_id.masked(normalise_digits(details.national_id))})
    if isinstance(details, Mobile) and details.mobile:
        return details.model_copy(update={"mobile": _mobile(details.mobile)})
    return details


def _masked(person: NewPerson) -> NewPerson:
    number = national_id.masked(normalise_digits(person.national_id))
    mobile = _mobile(person.mobile) if person.mobile else None
    return person.model_copy(update={"national_id": number, "mobile": mobile})


def _mobile(given: str) -> str:
    return mobiles.masked(mobiles.normalise(given) or "", last=3)


def evidence_out(evidence: Evidence) -> EvidenceOut:
    """A document without its content."""
    return EvidenceOut(
        evidence_id=evidence.evidence_id,
        media_type=evidence.media_type,
        size=evidence.size,
        archive_reference=evidence.archive_reference,
        entered_by=evidence.entered_by,
        entered_at=evidence.entered_at,
    )


def _act_out(act: Act) -> ActOut:
    actor = act.actor
    return ActOut(
        act=act.did,
        who=actor.who,
        through=actor.through,
        office=actor.office,
        at=act.at,
        reason_code=act.reason_code,
        note=act.note,
    )


def claim_out(claim: MonthsClaim) -> ClaimOut:
    """Months that may have been drawn after a death."""
    return ClaimOut(
        claim_id=claim.claim_id,
        first_month=month_text(claim.first_month),
        last_month=month_text(claim.last_month),
        state=claim.state,
        drawn=None if claim.drawn is None else [_drawn_out(one) for one in claim.drawn],
        decided_by=claim.decided_by,
        decided_at=claim.decided_at,
    )


def _drawn_out(one: DrawnInMonth) -> DrawnOut:
    return DrawnOut.model_validate(
        {"programme": one.programme, "month": month_text(one.month), "quantity": one.quantity, "unit": one.unit}
    )


def page_items(found: Sequence[ChangeRequest], now: datetime) -> list[ChangeRequestSummary]:
    """The requests of a page."""
    return [summary(one, now) for one in found]

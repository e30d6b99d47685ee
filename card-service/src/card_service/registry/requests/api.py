"""Routes of change requests."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Request
from pydantic import AwareDatetime

from approvals.api import DECIDING
from approvals.errors import NotTheProposer, ProposalExpired, ProposalState
from approvals.service import Decision
from card_service.context import Running
from card_service.registry.changes import errors as changes
from card_service.registry.errors import AlreadyRegistered
from card_service.registry.requests import (
    appeals,
    claims,
    deciding,
    entering,
    errors,
    evidence,
    mobile_codes,
    repository,
    views,
)
from card_service.registry.requests.kinds import Appeal, RequestKind, State
from card_service.registry.requests.schemas import (
    Amendment,
    AppealDecisionIn,
    AppealIn,
    ArchiveReferenceIn,
    ChangeRequestIn,
    ChangeRequestOut,
    ChangeRequestPage,
    ClaimDecisionIn,
    CodesIn,
    DecisionIn,
    EvidenceContent,
    ObjectionIn,
    WithdrawalIn,
)
from chassis.auth import Caller
from chassis.db import Recording, Work
from chassis.endpoints import MIB, OFFICES, PEOPLE
from chassis.paging import LAST_ID, Paging, by_id
from chassis.places import GovernorateCode
from chassis.principal import Principal
from chassis.records.acts import Rows
from chassis.refusals import Refusal
from chassis.routing import router
from contracts.scopes import Scope

routes = router(tags=["change requests"])

BASE = "/v1/change-requests"
ONE = BASE + "/{request_id}"
_READERS = (Scope.REQUESTS_READ, Scope.REQUESTS_WRITE, Scope.REQUESTS_APPROVE)
_ROWS = Rows("change_request", "request_id", without=("details_sealed", "subject_mark", "before_sealed"))
_FILE = {
    "requestBody": {
        "required": True,
        "content": {
            name: {"schema": {"type": "string", "format": "binary"}}
            for name in ("application/pdf", "image/jpeg", "image/png")
        },
    }
}

# What carrying a request out may be refused for, at its entering as at its decision.
CARRYING: tuple[type[Refusal], ...] = (
    AlreadyRegistered,
    changes.FactInFuture,
    changes.FactTooEarly,
    changes.EffectiveMonthInvalid,
    changes.HouseholdEnded,
    changes.NotInHousehold,
    changes.InAHousehold,
    changes.Deceased,
    changes.HeadNeeded,
    changes.AlreadyHead,
    changes.NobodyStays,
    changes.SameHousehold,
    changes.NationalIdTaken,
    changes.NothingChanges,
    errors.ChangeRefused,
    errors.TooYoung,
    errors.FamilyNotEligible,
    errors.GroundNotMet,
    errors.TooManyMembers,
    errors.EvidenceNeeded,
)


@routes.post(
    BASE,
    scopes=Scope.REQUESTS_WRITE,
    callers=OFFICES,
    status_code=201,
    problems=(*CARRYING, errors.TrialHousehold, errors.RequestOpen, errors.NoOldNumber, errors.NumberTooNew),
    rows=_ROWS,
    purpose="change_request",
)
async def enter_request(given: ChangeRequestIn, caller: Caller, session: Work, running: Running) -> ChangeRequestOut:
    """Ask for a change of the register; the answer says from which month it would count, and who may do what next."""
    made = await entering.enter_request(session, running, caller, given.change, given.archive_references)
    return await views.whole(session, running, caller, made)


@routes.get(BASE, scopes=_READERS, callers=OFFICES, purpose="change_request")
async def list_requests(
    caller: Caller,
    session: Recording,
    running: Running,
    page: Annotated[Paging[UUID], by_id(50, 200, LAST_ID)],
    kind: RequestKind | None = None,
    state: State | None = None,
    household_id: UUID | None = None,
    governorate: Annotated[GovernorateCode | None, Query()] = None,
    appeal: Appeal | None = None,
    claim: Annotated[
        Literal["open", "pursued", "waived"] | None, Query(description="with a claim for months after a death")
    ] = None,
    overdue: bool | None = None,
    changed_since: Annotated[
        AwareDatetime | None, Query(description="changed at or after this instant; ask with some overlap")
    ] = None,
) -> ChangeRequestPage:
    """The requests of the caller's area, newest first."""
    now: datetime = running.state.dependencies.now()
    wanted = {
        "kind": kind,
        "state": state,
        "household_id": household_id,
        "governorate": governorate,
        "appeal": appeal,
        "claim": claim,
        "overdue": overdue,
        "changed_since": changed_since,
    }
    found = await repository.page(session, caller.bound, page, now, wanted)
    return ChangeRequestPage.of(page, views.page_items(found, now), lambda one: one.request_id)


@routes.get(ONE, scopes=_READERS, callers=OFFICES, problems=errors.RequestUnknown, purpose="change_request")
async def read_request(request_id: UUID, caller: Caller, session: Recording, running: Running) -> ChangeRequestOut:
    """A request whole: what is asked for, its documents, who did what, what the caller may do."""
    found = await deciding.request_of(session, caller, request_id)
    return await views.whole(session, running, caller, found)


@routes.put(
    ONE,
    scopes=Scope.REQUESTS_WRITE,
    callers=OFFICES,
    problems=(
        *CARRYING,
        errors.TrialHousehold,
        errors.RequestUnknown,
        errors.RequestState,
        ProposalState,
        ProposalExpired,
    ),
    rows=_ROWS,
    purpose="change_request",
)
async def amend_request(
    request_id: UUID, given: Amendment, caller: Caller, session: Work, running: Running
) -> ChangeRequestOut:
    """Ask for something else instead, such as with the head who follows; whoever has seen it before sees it anew."""
    made = await entering.amend(session, running, caller, request_id, given.change, given.note)
    return await views.whole(session, running, caller, made)


@routes.post(
    ONE + "/decision",
    scopes=Scope.REQUESTS_APPROVE,
    callers=PEOPLE,
    step_up=True,
    problems=(*DECIDING, *CARRYING, errors.RequestUnknown, errors.RequestState),
    rows=_ROWS,
    purpose="change_request",
)
async def decide_request(
    request_id: UUID, given: DecisionIn, caller: Caller, session: Work, running: Running
) -> ChangeRequestOut:
    """Approve or refuse what another has entered, as a person. Approved, it is carried out, an exclusion announced."""
    decision = Decision(given.decision == "approve", bytes.fromhex(given.digest), _reason(given))
    made = await deciding.decide(session, running, caller, request_id, decision, given.reason_code)
    return await views.whole(session, running, caller, made)


@routes.post(
    ONE + "/withdrawal",
    scopes=Scope.REQUESTS_WRITE,
    callers=OFFICES,
    problems=(errors.RequestUnknown, errors.RequestState, NotTheProposer, ProposalState, ProposalExpired),
    rows=_ROWS,
    purpose="change_request",
)
async def withdraw_request(
    request_id: UUID, given: WithdrawalIn, caller: Caller, session: Work, running: Running
) -> ChangeRequestOut:
    """Take back what one has entered, while it is not decided."""
    made = await deciding.withdraw(session, running, caller, request_id, given.note)
    return await views.whole(session, running, caller, made)


@routes.post(
    ONE + "/appeal",
    scopes=Scope.REQUESTS_WRITE,
    callers=OFFICES,
    status_code=201,
    problems=(errors.RequestUnknown, errors.NotAppealable, errors.AppealTooLate, changes.HouseholdEnded),
    rows=_ROWS,
    purpose="change_request",
)
async def appeal_request(
    request_id: UUID, given: AppealIn, caller: Caller, session: Work, running: Running
) -> ChangeRequestOut:
    """Enter the citizen's appeal against a refusal or an exclusion; bread goes on until it is decided."""
    made = await appeals.appeal(session, running, caller, request_id, given.grounds)
    return await views.whole(session, running, caller, made)


@routes.post(
    ONE + "/appeal/decision",
    scopes=Scope.REQUESTS_APPROVE,
    callers=PEOPLE,
    step_up=True,
    problems=(*DECIDING, *CARRYING, errors.RequestUnknown, errors.NotAppealable, errors.SameDecider),
    rows=_ROWS,
    purpose="change_request",
)
async def decide_appeal(
    request_id: UUID, given: AppealDecisionIn, caller: Caller, session: Work, running: Running
) -> ChangeRequestOut:
    """Grant or refuse an appeal, as another person than who decided first. Granted, what was lost is paid back."""
    decision = Decision(given.decision == "grant", bytes.fromhex(given.digest), _reason(given))
    made = await appeals.decide(session, running, caller, request_id, decision, given.reason_code)
    return await views.whole(session, running, caller, made)


@routes.post(
    ONE + "/evidence",
    scopes=Scope.REQUESTS_WRITE,
    callers=OFFICES,
    status_code=201,
    body=5 * MIB,
    openapi_extra=_FILE,
    problems=(
        errors.RequestUnknown,
        errors.RequestState,
        errors.EvidenceKind,
        errors.EvidenceTooLarge,
        errors.EvidenceTooMany,
    ),
    rows=_ROWS,
    purpose="change_request",
)
async def add_evidence(
    request_id: UUID, request: Request, caller: Caller, session: Work, running: Running
) -> ChangeRequestOut:
    """Add a document (PDF, JPEG or PNG by its content) to a request that waits; it is kept sealed."""
    await evidence.add_file(session, running, caller, request_id, await request.body())
    return await _shown(session, running, caller, request_id)


@routes.post(
    ONE + "/archive-references",
    scopes=Scope.REQUESTS_WRITE,
    callers=OFFICES,
    status_code=201,
    problems=(errors.RequestUnknown, errors.RequestState, errors.EvidenceTooMany),
    rows=_ROWS,
    purpose="change_request",
)
async def add_archive_reference(
    request_id: UUID, given: ArchiveReferenceIn, caller: Caller, session: Work, running: Running
) -> ChangeRequestOut:
    """Say where an outside archive keeps a document of a request that waits."""
    await evidence.add_reference(session, running, caller, request_id, given.archive_reference)
    return await _shown(session, running, caller, request_id)


@routes.get(
    ONE + "/evidence/{evidence_id}",
    scopes=(Scope.REQUESTS_WRITE, Scope.REQUESTS_APPROVE),
    callers=OFFICES,
    problems=(errors.RequestUnknown, errors.EvidenceUnknown, errors.EvidenceElsewhere),
    purpose="change_request",
)
async def read_evidence(
    request_id: UUID, evidence_id: UUID, caller: Caller, session: Recording, running: Running
) -> EvidenceContent:
    """A document; who has seen it when is recorded before it leaves."""
    about, found, content = await evidence.read_file(session, running, caller, request_id, evidence_id)
    return EvidenceContent(
        evidence_id=found.evidence_id,
        household_id=about.household_id,
        citizen_id=about.citizen_id,
        media_type=found.media_type or "",
        content=b64encode(content).decode(),
    )


@routes.post(
    ONE + "/codes",
    scopes=Scope.REQUESTS_WRITE,
    callers=OFFICES,
    problems=(*CARRYING, errors.RequestUnknown, errors.RequestState, errors.CodesRefused),
    rows=_ROWS,
    purpose="change_request",
)
async def enter_codes(
    request_id: UUID, given: CodesIn, caller: Caller, session: Work, running: Running
) -> ChangeRequestOut:
    """The codes that the holder has read from the telephones."""
    made = await mobile_codes.prove(session, running, caller, request_id, given.new_number, given.old_number)
    return await views.whole(session, running, caller, made)


@routes.post(
    ONE + "/codes/new",
    scopes=Scope.REQUESTS_WRITE,
    callers=OFFICES,
    problems=(
        errors.RequestUnknown,
        errors.RequestState,
        errors.CodesTooOften,
        errors.NoOldNumber,
        errors.NumberTooNew,
    ),
    rows=_ROWS,
    purpose="change_request",
)
async def send_codes(request_id: UUID, caller: Caller, session: Work, running: Running) -> ChangeRequestOut:
    """Send other codes in the place of those before."""
    made = await mobile_codes.send_again(session, running, caller, request_id)
    return await views.whole(session, running, caller, made)


@routes.post(
    ONE + "/objection",
    scopes=Scope.REQUESTS_WRITE,
    callers=OFFICES,
    problems=(*CARRYING, errors.RequestUnknown, errors.RequestState, errors.ObjectionTooLate),
    rows=_ROWS,
    purpose="change_request",
)
async def enter_objection(
    request_id: UUID, given: ObjectionIn, caller: Caller, session: Work, running: Running
) -> ChangeRequestOut:
    """The holder of the old number objects: nothing changes, or the old number is the citizen's again."""
    made = await mobile_codes.object_(session, running, caller, request_id, given.note)
    return await views.whole(session, running, caller, made)


@routes.post(
    ONE + "/claim-decision",
    scopes=Scope.REQUESTS_APPROVE,
    callers=PEOPLE,
    step_up=True,
    problems=(errors.RequestUnknown, errors.ClaimDecided, errors.DrawnNotKnown, errors.NothingDrawn),
    rows=_ROWS,
    purpose="change_request",
)
async def decide_claim(
    request_id: UUID, given: ClaimDecisionIn, caller: Caller, session: Work, running: Running
) -> ChangeRequestOut:
    """Pursue what was drawn after a death with the heirs, or waive it; nothing is owed before."""
    request = await deciding.request_of(session, caller, request_id, lock=True)
    now = running.state.dependencies.now()
    await claims.decide(session, caller, request, given.decision == "pursue", given.note, now)
    return await _shown(session, running, caller, request_id)


def _reason(given: DecisionIn | AppealDecisionIn) -> str | None:
    """What stands with the decision: the code where it is refused, and the words for the file."""
    return " ".join(part for part in (given.reason_code, given.note) if part) or None


async def _shown(session: Work, running: Running, caller: Principal, request_id: UUID) -> ChangeRequestOut:
    """The request after what was done; whose household it was is the caller's to see this once more."""
    return await views.whole(session, running, caller, await deciding.known(session, request_id))

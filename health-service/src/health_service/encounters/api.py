"""Routes of encounters."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Request

from approvals.errors import ProposalOpen
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.endpoints import PEOPLE, Rate
from chassis.holder_proofs.refusals import REFUSALS as HOLDER_PROOFS
from chassis.paging import Paging, by_id
from chassis.records.said import acting_in
from chassis.routing import router
from contracts.scopes import Scope
from health_service.context import Running
from health_service.encounters import reversals, reviews, service
from health_service.encounters.schemas import (
    CollectionIn,
    Encounter,
    EncounterReceipt,
    EncounterRequest,
    Reversal,
    ReversalIn,
    Review,
    ReviewIn,
    ReviewPage,
)
from health_service.errors import (
    EncounterUnknown,
    EntryReversed,
    NothingToCollect,
    NothingToReview,
    OwnVisit,
    PatientNeeded,
    ReversalTooLate,
)
from health_service.providers.service import ClinicTerminalNeeded, place_of
from health_service.rules import refusals

routes = router(tags=["encounters"])


@routes.post(
    "/v1/encounters",
    own_record="the visit says who entered it",
    scopes=Scope.ENCOUNTERS_CREATE,
    status_code=201,
    problems=(
        ClinicTerminalNeeded,
        refusals.CardUnknown,
        refusals.PatientUnknown,
        refusals.PatientNotInsured,
        refusals.TrialApart,
        refusals.CardBlocked,
        refusals.CardClosed,
        refusals.CardNotActive,
        refusals.HealthNotEnabled,
        refusals.CoverNotBegun,
        refusals.CoverSuspended,
        refusals.CoverEnded,
        refusals.ServiceUnknown,
        refusals.ServiceNotOffered,
        refusals.ReferralNeeded,
        refusals.ReferralInvalid,
        refusals.MayNotRefer,
        refusals.VisitTooLate,
        refusals.VisitInTheFuture,
        refusals.PriceAboveCeiling,
        refusals.QuantityAboveBound,
        refusals.CaseAboveCeiling,
        *HOLDER_PROOFS,
    ),
    rate=Rate.SALE,
)
async def record_encounter(
    http: Request, runtime: Running, body: EncounterRequest, caller: Caller, session: Work
) -> EncounterReceipt:
    """Enter a visit; the patient's part is then taken from the card's wallet. The answer repeats no diagnosis.

    The card's holder has to be there (`holder_proof`), but in an emergency, of which nothing is taken.
    """
    place = await place_of(session, caller)
    return await service.record(session, runtime, place, body, acting_in(http))


@routes.get(
    "/v1/encounters/{encounter_id}",
    purpose="visit_lookup",
    scopes=Scope.ENCOUNTERS_READ,
    problems=(ClinicTerminalNeeded, EncounterUnknown),
    rate=Rate.SALE,
)
async def read_encounter(runtime: Running, encounter_id: UUID, caller: Caller, session: Reading) -> Encounter:
    """A visit of the terminal's own provider; another's is 404."""
    place = await place_of(session, caller)
    return await service.read(session, runtime, place.provider_id, encounter_id)


@routes.post(
    "/v1/encounters/{encounter_id}/collection",
    purpose="copayment",
    scopes=Scope.ENCOUNTERS_CREATE,
    problems=(
        ClinicTerminalNeeded,
        EncounterUnknown,
        NothingToCollect,
        refusals.CardUnknown,
        refusals.CardBlocked,
        refusals.CardClosed,
        refusals.CardNotActive,
        refusals.HealthNotEnabled,
        *HOLDER_PROOFS,
    ),
    rate=Rate.SALE,
)
async def collect_copayment(
    runtime: Running, encounter_id: UUID, caller: Caller, session: Work, body: CollectionIn | None = None
) -> EncounterReceipt:
    """Have a co-payment taken that the wallet did not cover, or an emergency left owed; the holder agrees to it."""
    place = await place_of(session, caller)
    return await service.collect(session, runtime, place, encounter_id, body or CollectionIn())


@routes.post(
    "/v1/encounters/{encounter_id}/reversal",
    purpose="copayment",
    scopes=(Scope.ENCOUNTERS_CREATE, Scope.COVERAGE_WRITE),
    status_code=202,
    problems=(ClinicTerminalNeeded, EncounterUnknown, EntryReversed, ReversalTooLate, ProposalOpen),
    rate=Rate.SALE,
)
async def reverse_encounter(
    http: Request, runtime: Running, encounter_id: UUID, body: ReversalIn, caller: Caller, session: Work
) -> Reversal:
    """Take a visit back by an entry: what the patient paid is given back, the cap is free again.

    The provider's terminal does so soon after the visit was entered; the authority proposes it, and another decides.
    """
    if caller.kind != "terminal":
        return await reversals.propose(session, runtime, caller, encounter_id, body.reason)
    place = await place_of(session, caller)
    return await reversals.by_provider(session, runtime, place.provider_id, encounter_id, body.reason, acting_in(http))


@routes.get("/v1/encounter-reviews", purpose="visit_lookup", scopes=Scope.COVERAGE_WRITE)
async def list_reviews(
    runtime: Running, caller: Caller, session: Reading, page: Annotated[Paging[UUID], by_id(50, 200)]
) -> ReviewPage:
    """Emergencies that nobody has looked at, oldest first, with what would have refused another visit."""
    return await reviews.waiting(session, runtime, caller, page)


@routes.post(
    "/v1/encounters/{encounter_id}/review",
    purpose="visit_lookup",
    scopes=Scope.COVERAGE_WRITE,
    problems=(
        EncounterUnknown,
        NothingToReview,
        OwnVisit,
        PatientNeeded,
        refusals.PatientUnknown,
        refusals.CaseAboveCeiling,
    ),
    callers=PEOPLE,
)
async def review_encounter(
    runtime: Running, encounter_id: UUID, body: ReviewIn, caller: Caller, session: Work
) -> Review:
    """Accept an emergency for a patient, who owes the share then, or reject it, which takes the visit back.

    The insurer pays its part where that was done within the days that the policies give.
    """
    return await reviews.decide(session, runtime, caller, encounter_id, body)

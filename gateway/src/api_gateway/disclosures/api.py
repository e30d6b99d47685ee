"""Routes of disclosures and of a citizen's copy of all that is held."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from api_gateway.context import Running
from api_gateway.disclosures import service
from api_gateway.disclosures.errors import DelayDecided, DelayTooLong, OwnDelay
from api_gateway.disclosures.schemas import DataExport, Delay, DelayIn, DelayList, DisclosurePage
from approvals.errors import DeciderNotIndependent, ProposalChanged, ProposalExpired
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.endpoints import CITIZENS, PEOPLE, WORKERS, Rate
from chassis.paging import LAST_ID, Paging, by_id
from chassis.personal import Personal
from chassis.principal import CallerKind
from chassis.problems import NotFound
from chassis.routing import router
from contracts.scopes import Scope

routes = router(tags=["privacy"])


@routes.get(
    "/v1/citizens/{citizen_id}/disclosures",
    purpose="disclosures",
    scopes=Scope.DISCLOSURES_READ,
    callers=WORKERS | CITIZENS,
    reads=Personal.ACCESSES,
    despite_restriction="it is by this that citizens exercise their rights",
    problems=NotFound,
    deadline=20,
)
async def list_disclosures(
    citizen_id: UUID,
    caller: Caller,
    session: Reading,
    runtime: Running,
    page: Annotated[Paging[UUID], by_id(100, 500, LAST_ID)],
) -> DisclosurePage:
    """Which offices have seen or changed a citizen's data in any service, when and what for, the newest first."""
    service.ensure_may(caller, citizen_id)
    everything = caller.kind is not CallerKind.CITIZEN
    now = runtime.clock.now()
    return await service.disclosures(session, runtime.state.gatherer, citizen_id, page, now, all_cases=everything)


@routes.get(
    "/v1/citizens/{citizen_id}/data-export",
    purpose="data_export",
    scopes=Scope.DATA_EXPORT,
    callers=WORKERS | CITIZENS,
    reads=tuple(Personal),
    ask_purpose=True,
    despite_restriction="it is by this that citizens exercise their rights",
    problems=NotFound,
    rate=Rate.BULK,
)
async def export_data(citizen_id: UUID, caller: Caller, session: Reading, runtime: Running) -> DataExport:
    """A copy of all that is held on a citizen in any service (Law 151 of 2020, article 2)."""
    service.ensure_may(caller, citizen_id)
    held = await service.everything(session, runtime, citizen_id, all_cases=caller.kind is not CallerKind.CITIZEN)
    return DataExport(citizen=citizen_id, exported_at=runtime.clock.now(), services=held)


@routes.post(
    "/v1/citizens/{citizen_id}/disclosure-delays",
    scopes=Scope.PRIVACY_WRITE,
    callers=PEOPLE,
    status_code=201,
    problems=(NotFound, DelayTooLong),
    despite_restriction="it is by this that citizens exercise their rights",
)
async def ask_delay(citizen_id: UUID, given: DelayIn, caller: Caller, session: Work, runtime: Running) -> Delay:
    """Ask that what was seen for a case be held back from the citizen, while it is investigated."""
    return await service.ask_delay(session, runtime, caller, citizen_id, given)


@routes.get(
    "/v1/citizens/{citizen_id}/disclosure-delays",
    purpose="disclosures",  # the citizen reads that their office looked, not what it looks into
    scopes=Scope.PRIVACY_WRITE,
    callers=PEOPLE,
    reads=Personal.ACCESSES,
    problems=NotFound,
    despite_restriction="it is by this that citizens exercise their rights",
)
async def list_delays(citizen_id: UUID, caller: Caller, session: Reading) -> DelayList:
    """What is held back from a citizen for an investigation, or is asked to be: what whoever decides looks at."""
    return await service.delays(session, caller, citizen_id)


@routes.post(
    "/v1/citizens/{citizen_id}/disclosure-delays/{delay_id}/approval",
    scopes=Scope.PRIVACY_WRITE,
    callers=PEOPLE,
    step_up=True,
    problems=(NotFound, OwnDelay, DelayDecided, ProposalExpired, ProposalChanged, DeciderNotIndependent),
    despite_restriction="it is by this that citizens exercise their rights",
)
async def approve_delay(citizen_id: UUID, delay_id: UUID, caller: Caller, session: Work, runtime: Running) -> Delay:
    """Let a delay hold, as a second person."""
    return await service.decide_delay(session, runtime, caller, citizen_id, delay_id)

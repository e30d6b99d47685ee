"""Routes of citizens' rights: asked by citizens for themselves or by a desk, decided by the data protection office."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from approvals.errors import ProposalOpen
from approvals.schemas import ProposalReply
from card_service.context import Running
from card_service.privacy import repository, service
from card_service.privacy.errors import ErasureBarred, RestrictionPast, RestrictionUnknown
from card_service.privacy.schemas import (
    AskedList,
    ErasureIn,
    ErasureList,
    LiftingIn,
    RestrictionIn,
    RestrictionList,
)
from card_service.privacy.views import asked_out, receipt, restriction_out
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.endpoints import CITIZENS, PEOPLE
from chassis.problems import NotFound
from chassis.processing import restrictions
from chassis.routing import router
from contracts.scopes import Scope

routes = router(tags=["privacy"])
ASKING: Final = PEOPLE | CITIZENS
RIGHT: Final = "it is by this that citizens exercise their rights"
SEEN_WITH: Final = (Scope.PRIVACY_ASK, Scope.PRIVACY_WRITE)


@routes.post(
    "/v1/citizens/{citizen_id}/restriction-requests",
    scopes=Scope.PRIVACY_ASK,
    callers=ASKING,
    status_code=202,
    problems=(NotFound, RestrictionPast, ProposalOpen),
    purpose="privacy_right",
    despite_restriction=RIGHT,
)
async def ask_restriction(
    citizen_id: UUID, given: RestrictionIn, runtime: Running, caller: Caller, session: Work
) -> ProposalReply:
    """Ask that a citizen's data be held and not used; they are when the data protection office has approved."""
    made = await service.ask_restriction(session, runtime, caller, citizen_id, given)
    return ProposalReply.of(made, runtime.clock.now())


@routes.get(
    "/v1/citizens/{citizen_id}/restrictions",
    scopes=SEEN_WITH,
    callers=ASKING,
    problems=NotFound,
    purpose="privacy_right",
    despite_restriction=RIGHT,
)
async def list_restrictions(citizen_id: UUID, runtime: Running, caller: Caller, session: Reading) -> RestrictionList:
    """A citizen's restrictions of processing, in force and over, and what goes on meanwhile."""
    await service.ensure_may(session, caller, citizen_id)
    today = runtime.clock.today()
    rows = await restrictions.of_citizen(session, citizen_id)
    return RestrictionList(items=[restriction_out(row, today) for row in rows])


@routes.post(
    "/v1/citizens/{citizen_id}/restrictions/{restriction_id}/lifting-requests",
    scopes=Scope.PRIVACY_ASK,
    callers=ASKING,
    status_code=202,
    problems=(NotFound, RestrictionUnknown, ProposalOpen),
    purpose="privacy_right",
    despite_restriction=RIGHT,
)
async def ask_lifting(
    citizen_id: UUID, restriction_id: UUID, given: LiftingIn, runtime: Running, caller: Caller, session: Work
) -> ProposalReply:
    """Ask that a restriction end before its day."""
    made = await service.ask_lifting(session, runtime, caller, citizen_id, restriction_id, given)
    return ProposalReply.of(made, runtime.clock.now())


@routes.post(
    "/v1/citizens/{citizen_id}/erasure-requests",
    scopes=Scope.PRIVACY_ASK,
    callers=ASKING,
    status_code=202,
    problems=(NotFound, ErasureBarred, ProposalOpen),
    purpose="privacy_right",
    despite_restriction=RIGHT,
)
async def ask_erasure(
    citizen_id: UUID, given: ErasureIn, runtime: Running, caller: Caller, session: Work
) -> ProposalReply:
    """Ask that what is held on a citizen be erased wherever no law keeps it; the receipt says what stays and why."""
    made = await service.ask_erasure(session, runtime, caller, citizen_id, given)
    return ProposalReply.of(made, runtime.clock.now())


@routes.get(
    "/v1/citizens/{citizen_id}/erasures",
    scopes=SEEN_WITH,
    callers=ASKING,
    problems=NotFound,
    purpose="privacy_right",
    despite_restriction=RIGHT,
)
async def list_erasures(citizen_id: UUID, caller: Caller, session: Reading) -> ErasureList:
    """Receipts of a citizen's erasures: what each service has erased, what it keeps and by which law."""
    await service.ensure_may(session, caller, citizen_id)
    return ErasureList(items=[receipt(one) for one in await repository.of_citizen(session, citizen_id)])


@routes.get(
    "/v1/citizens/{citizen_id}/privacy-requests",
    scopes=SEEN_WITH,
    callers=ASKING,
    problems=NotFound,
    purpose="privacy_right",
    despite_restriction=RIGHT,
)
async def list_asked(citizen_id: UUID, runtime: Running, caller: Caller, session: Reading) -> AskedList:
    """What was asked for a citizen's data, how far it has come, and what was answered."""
    await service.ensure_may(session, caller, citizen_id)
    rows = await repository.asked(session, citizen_id, service.KINDS)
    book, now = runtime.state.dependencies.policies.book, runtime.clock.now()
    return AskedList(items=[asked_out(row, citizen_id, book, now) for row in rows])

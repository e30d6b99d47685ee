"""Routes of production."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from approvals.errors import ProposalOpen
from approvals.schemas import ProposalReply
from card_service.cards.api import CARD, card_out
from card_service.cards.errors import CardStateConflict, CardUnknown
from card_service.cards.schemas import CardOut, KeySetOut
from card_service.context import Running, WithDependencies
from card_service.production import bureaus, orders, repository, service
from card_service.production.errors import (
    BatchUnknown,
    BureauKeyInvalid,
    BureauKeyOver,
    BureauUnknown,
    NothingToMake,
    NotMadeByBureau,
    OrderUnknown,
    ReturnOfAnother,
    ReturnUnreadable,
)
from card_service.production.models import Batch, Bureau, Order
from card_service.production.schemas import (
    BatchFile,
    BatchIn,
    BatchOut,
    BatchPage,
    BureauIn,
    BureauOut,
    BureauPage,
    MismatchOut,
    MismatchPage,
    OrderAccepted,
    OrderIn,
    OrderOut,
    ReprintIn,
    ReturnIn,
    ReturnOut,
)
from card_service.production.words import WORDS
from card_service.rollout.errors import PhaseNotFound
from chassis.auth import Caller
from chassis.db import Reading, Recording, Work
from chassis.endpoints import MIB, OFFICES, Rate
from chassis.paging import LAST_ID, Paging, by_id, by_number
from chassis.routing import router
from contracts.scopes import Scope

routes = router(tags=["production"])
_SEEN = (Scope.PRODUCTION_WRITE, Scope.PRODUCTION_APPROVE)


def _bureau_out(bureau: Bureau) -> BureauOut:
    return BureauOut(
        bureau_id=bureau.bureau_id,
        name=bureau.name,
        governorate=bureau.governorate,
        encryption_kid=bureau.encryption_key["kid"],
        signing_kid=bureau.signing_key["kid"],
        valid_from=bureau.valid_from,
        valid_to=bureau.valid_to,
    )


def _order_out(order: Order) -> OrderOut:
    return OrderOut(
        order_id=order.order_id,
        phase_id=order.phase_id,
        holders=order.holders,
        limit=order.most,
        status=order.status,
        state=order.state,
        requested=order.requested,
    )


def _batch_out(batch: Batch) -> BatchOut:
    return BatchOut.model_validate(batch, from_attributes=True)


@routes.post(
    "/v1/bureaus",
    scopes=Scope.PRODUCTION_WRITE,
    callers=OFFICES,
    status_code=202,
    problems=(BureauKeyInvalid, ProposalOpen),
)
async def propose_bureau(given: BureauIn, caller: Caller, session: Work, runtime: Running) -> ProposalReply:
    """Propose a bureau that makes a governorate's cards, or another pair of its keys; another person decides."""
    return ProposalReply.of(await bureaus.propose(session, runtime, caller, given), runtime.clock.now())


@routes.get("/v1/bureaus", scopes=_SEEN, callers=OFFICES)
async def list_bureaus(caller: Caller, session: Reading, page: Annotated[Paging[UUID], by_id(50, 200)]) -> BureauPage:
    """The bureaus of the caller's governorate, one for each pair of keys."""
    found = await repository.bureaus(session, caller.bound, page)
    return BureauPage.of(page, [_bureau_out(one) for one in found], lambda one: one.bureau_id)


@routes.get("/v1/production-keys", public=True)
async def production_keys(deps: WithDependencies) -> KeySetOut:
    """The public keys by which bureaus check that a batch is ours."""
    return KeySetOut.model_validate(deps.batches.public_jwks())


@routes.post(
    "/v1/rollout-phases/{phase_id}/card-orders",
    scopes=Scope.PRODUCTION_WRITE,
    callers=OFFICES,
    status_code=202,
    problems=(PhaseNotFound, NotMadeByBureau, ProposalOpen),
    rate=Rate.BULK,
    deadline=30,
)
async def order_cards(phase_id: UUID, given: OrderIn, caller: Caller, session: Work, runtime: Running) -> OrderAccepted:
    """Request cards for a phase's people who are entitled and have none; another person approves once that is done."""
    order, proposal = await orders.order(session, runtime, caller, phase_id, given)
    return OrderAccepted(order_id=order.order_id, proposal_id=proposal.proposal_id)


@routes.get("/v1/card-orders/{order_id}", scopes=_SEEN, callers=OFFICES, problems=OrderUnknown)
async def read_order(order_id: UUID, caller: Caller, session: Reading) -> OrderOut:
    """How far an order of cards has come."""
    return _order_out(await orders.find(session, caller, order_id))


@routes.post(
    "/v1/production-batches",
    scopes=Scope.PRODUCTION_WRITE,
    callers=OFFICES,
    status_code=201,
    problems=(BureauUnknown, BureauKeyOver, NothingToMake),
    rate=Rate.BULK,
    deadline=60,
)
async def make_batch(given: BatchIn, caller: Caller, session: Work, runtime: Running) -> BatchOut:
    """Send a bureau the oldest approved cards, at most `size` and `production.batch_most` (policy)."""
    return _batch_out(await service.make_batch(session, runtime, caller, given))


@routes.get("/v1/production-batches", scopes=_SEEN, callers=OFFICES)
async def list_batches(
    caller: Caller, session: Reading, page: Annotated[Paging[UUID], by_id(50, 200, LAST_ID)]
) -> BatchPage:
    """The batches of the caller's governorate and what has come of each so far, the newest first."""
    found = await repository.batches(session, caller.bound, page)
    return BatchPage.of(page, [_batch_out(one) for one in found], lambda one: one.batch_id)


@routes.get("/v1/production-batches/{batch_id}", scopes=_SEEN, callers=OFFICES, problems=BatchUnknown)
async def read_batch(batch_id: UUID, caller: Caller, session: Reading) -> BatchOut:
    """A batch and what has come of it."""
    return _batch_out(await service.batch_of(session, caller, batch_id))


@routes.get(
    "/v1/production-batches/{batch_id}/file",
    scopes=Scope.PRODUCTION_WRITE,
    callers=OFFICES,
    problems=BatchUnknown,
    rate=Rate.BULK,
    deadline=60,
)
async def read_file(batch_id: UUID, caller: Caller, session: Reading) -> BatchFile:
    """The encrypted file of a batch, as often as it is needed; its bureau alone can open it."""
    await service.batch_of(session, caller, batch_id)
    return BatchFile(batch_id=batch_id, content=await repository.file_of(session, batch_id))


@routes.post(
    "/v1/production-batches/{batch_id}/returns",
    scopes=Scope.PRODUCTION_WRITE,
    callers=OFFICES,
    status_code=201,
    problems=(BatchUnknown, ReturnUnreadable, ReturnOfAnother),
    rate=Rate.BULK,
    deadline=60,
    body=8 * MIB,
)
async def take_return(batch_id: UUID, given: ReturnIn, caller: Caller, session: Work, runtime: Running) -> ReturnOut:
    """Take in what a bureau returned: cards that were made with their serials; what does not fit is reported."""
    return_id, judged = await service.take_return(session, runtime, caller, batch_id, given.content)
    return ReturnOut(
        return_id=return_id,
        batch_id=batch_id,
        produced=len(judged.made),
        spoiled=len(judged.spoiled),
        mismatches=len(judged.mismatches),
    )


@routes.get(
    "/v1/production-batches/{batch_id}/mismatches",
    scopes=_SEEN,
    callers=OFFICES,
    problems=BatchUnknown,
    purpose="card_lookup",
)
async def list_mismatches(
    batch_id: UUID, caller: Caller, session: Recording, page: Annotated[Paging[int], by_number(100, 1000)]
) -> MismatchPage:
    """What did not fit in a batch's returns, row by row."""
    await service.batch_of(session, caller, batch_id)
    items = [
        MismatchOut(
            number=number,
            return_id=return_id,
            row=row,
            card_id=card_id,
            code=fault,
            reason=WORDS[fault][0],
            reason_ar=WORDS[fault][1],
        )
        for number, return_id, row, card_id, fault in await repository.mismatches(session, batch_id, page)
    ]
    return MismatchPage.of(page, items, lambda one: one.number)


@routes.post(
    "/v1/cards/{card_id}/reprint",
    scopes=Scope.PRODUCTION_WRITE,
    callers=OFFICES,
    problems=(CardUnknown, CardStateConflict, NotMadeByBureau),
    rows=CARD,
    purpose="card_print",
    despite_restriction="the card goes on giving what it gives",
)
async def reprint_card(card_id: UUID, given: ReprintIn, caller: Caller, session: Work, runtime: Running) -> CardOut:
    """Have a card made again under its number, before it was issued; what was made of it is good no more."""
    card = await service.reprint(session, runtime, caller, card_id, given.reason)
    return card_out(runtime.state.dependencies, caller, card)

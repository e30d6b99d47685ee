"""Orders of cards: people are gathered by a worker, another person approves, and the cards may be made."""

from __future__ import annotations

from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.ext.asyncio import AsyncSession

from approvals.kinds import Kind
from approvals.model import Proposal
from card_service.cards import minting
from card_service.cards import repository as cards
from card_service.cards.lifecycle import Action, CardState
from card_service.cards.models import NewCard, Step
from card_service.context import Runtime
from card_service.distribution.plans import born_by
from card_service.keys import ADULT_AGE
from card_service.production import order_repository as repository
from card_service.production.errors import NotMadeByBureau, OrderUnderWay, OrderUnknown
from card_service.production.models import Order
from card_service.production.schemas import OrderIn
from card_service.proposals import PROPOSALS
from card_service.registry import memberships
from card_service.registry.months import Programme, entitlements
from card_service.rollout.models import Phase
from card_service.rollout.service import phase_of
from chassis.clock import month_start
from chassis.ids import new_id
from chassis.principal import Principal
from contracts.card import ProgrammeService
from contracts.scopes import Scope

_OPENED_BY = {
    ProgrammeService.SUPPLY: frozenset({Programme.GOODS, Programme.BREAD}),
    ProgrammeService.HEALTH: frozenset({Programme.HEALTH}),
    ProgrammeService.PAYMENT: frozenset(Programme),
}


async def order(
    session: AsyncSession, runtime: Runtime, caller: Principal, phase_id: UUID, given: OrderIn
) -> tuple[Order, Proposal]:
    """Order cards for a phase's people, to be approved by another person.

    Raises PhaseNotFound, NotMadeByBureau or ProposalOpen.
    """
    phase: Phase = await phase_of(session, caller, phase_id)
    if phase.production != "bureau":
        raise NotMadeByBureau(detail_ar="تطبع كروت هذه المرحلة بعد خطة التسليم.")
    made = Order(
        order_id=new_id(),
        phase_id=phase_id,
        governorate=phase.governorate,
        services=phase.services,
        holders=given.holders,
        most=given.limit,
        status="queued",
        state="proposed",
        done_citizen=None,
        requested=0,
        created_by=caller.subject,
    )
    await repository.create(session, made, runtime.clock.now())
    content: dict[str, JsonValue] = {"phase_id": str(phase_id), "holders": given.holders, "limit": given.limit}
    proposal = await PROPOSALS.enter(session, runtime, caller, CARD_ORDER, str(made.order_id), content, area=made.area)
    return made, proposal


async def find(session: AsyncSession, caller: Principal, order_id: UUID) -> Order:
    """An order the caller may see. Raises OrderUnknown."""
    return caller.bound.own(await repository.find(session, order_id), OrderUnknown)


async def order_chunk(session: AsyncSession, runtime: Runtime, order: Order) -> None:
    """Request cards for the next people of an order who are entitled and have none."""
    deps = runtime.state.dependencies
    limit = min(deps.settings.card_plan_chunk, order.most - order.requested)
    page = await repository.candidates(session, order, born_by(deps.today(), deps.figure(ADULT_AGE)), limit)
    entitled = await _entitled(session, runtime, order, [one.citizen_id for one in page])
    wanted = [one for one in page if one.citizen_id in entitled]
    minted = await minting.mint(session, deps, len(wanted)) if wanted else []
    made = [
        NewCard(
            card_id=card.card_id,
            citizen_id=one.citizen_id,
            household_id=one.household_id,
            governorate=order.governorate,
            number_hash=card.number_hash,
            number_sealed=card.number_sealed,
            site_id=None,
            phase_id=order.phase_id,
            order_id=order.order_id,
        )
        for card, one in zip(minted, wanted, strict=True)
    ]
    await cards.insert(session, made, deps.now(), order.created_by, str(order.order_id))
    last = len(page) < limit or order.requested + len(made) >= order.most
    await repository.advance(session, order, page[-1].citizen_id if page else None, len(made), last=last)


async def _entitled(session: AsyncSession, runtime: Runtime, order: Order, citizens: list[UUID]) -> set[UUID]:
    """Those who count this month for a programme that a service of the phase opens."""
    programmes = {p for service in order.services for p in _OPENED_BY[ProgrammeService(service)]}
    month = month_start(runtime.state.dependencies.today())
    facts = await memberships.facts_of_citizens(session, citizens)
    return {
        span.citizen_id
        for span in entitlements(facts.stays, facts.decisions)
        if Programme(span.programme) in programmes and span.covers(month)
    }


async def _approve(session: AsyncSession, runtime: Runtime, proposal: Proposal, decider: Principal) -> None:
    """Let the cards of an order be made. Raises OrderUnderWay: nobody approves cards that are not there yet."""
    order_id = UUID(proposal.subject)
    found = await repository.find(session, order_id, lock=True)
    if found is None or found.status != "done":
        raise OrderUnderWay(detail_ar="انتظر حتى ينتهي حصر المستحقين.")
    step = Step.of(decider, Action.APPROVE, runtime.clock.now(), proposal.subject)
    await cards.move_all(session, await repository.requested_cards(session, order_id), CardState.APPROVED, step)
    await repository.decide(session, order_id, "approved")


async def _refuse(session: AsyncSession, runtime: Runtime, proposal: Proposal) -> None:
    """Nobody makes the cards of an order that was refused, withdrawn, or not decided in time."""
    order_id = UUID(proposal.subject)
    await repository.find(session, order_id, lock=True)
    await repository.decide(session, order_id, "refused")
    step = Step(Action.CLOSE, runtime.clock.now(), CARD_ORDER.name, because="order_refused")
    await cards.close_these(session, await repository.requested_cards(session, order_id), step)


CARD_ORDER: Kind[Runtime] = PROPOSALS.kinds.declare(
    Kind(
        name="card-order",
        enters=Scope.PRODUCTION_WRITE,
        decides=Scope.PRODUCTION_APPROVE,
        execute=_approve,
        released=_refuse,
    )
)

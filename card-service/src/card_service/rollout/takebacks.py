"""An activation taken back: proposed by one, approved by another, carried out chunk by chunk by a worker."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession

from approvals.kinds import Kind
from approvals.model import Proposal
from card_service.cards.lifecycle import Action
from card_service.cards.models import Step
from card_service.cards.taking_back import TakenCard, take_back
from card_service.context import Runtime
from card_service.proposals import PROPOSALS
from card_service.rollout import activations, repository, takeback_repository
from card_service.rollout.errors import ActivationNotFound, ActivationNotOver, ActivationTaken
from card_service.rollout.models import Activation, TakingBack
from card_service.rollout.stage_schemas import TakingBackIn
from chassis import outbox
from chassis.principal import Principal
from contracts.card import CardServiceDisabled, ProgrammeService
from contracts.event import Event
from contracts.rollout import ActivationTakenBack
from contracts.scopes import Scope

REASON: Final = "activation_taken_back"


class _Wanted(BaseModel):
    """What is decided: that what this activation gave is taken back, from so many cards."""

    model_config = ConfigDict(extra="forbid")

    activation_id: UUID
    activated: int
    reason: str


async def propose(
    session: AsyncSession, runtime: Runtime, caller: Principal, activation_id: UUID, given: TakingBackIn
) -> Proposal:
    """Propose to take an activation back.

    Raises ActivationNotFound, ActivationNotOver, ActivationTaken or ProposalOpen.
    """
    found = await activations.find(session, caller, activation_id)
    await _ensure(session, found)
    wanted = _Wanted(activation_id=activation_id, activated=found.activated, reason=given.reason)
    content = wanted.model_dump(mode="json")
    return await PROPOSALS.enter(session, runtime, caller, TAKING_BACK, str(activation_id), content, area=found.area)


async def _ensure(session: AsyncSession, activation: Activation) -> None:
    if activation.status not in {"done", "failed"}:
        raise ActivationNotOver(detail_ar="انتظر انتهاء التفعيل، أو أوقف المرحلة مؤقتاً.")
    if await takeback_repository.find(session, activation.activation_id) is not None:
        raise ActivationTaken(detail_ar="تابع حالة الإلغاء في بيانات عملية التفعيل.")


async def _begin(session: AsyncSession, runtime: Runtime, proposal: Proposal, approver: Principal) -> None:
    wanted = _Wanted.model_validate(proposal.content)
    found = await repository.find_activation(session, wanted.activation_id)
    if found is None:
        raise ActivationNotFound
    await _ensure(session, found)
    now = runtime.state.dependencies.now()
    made = await takeback_repository.create(
        session, found.activation_id, wanted.reason, proposal.proposal_id, approver.subject, now
    )
    if not made:
        raise ActivationTaken()


async def chunk(session: AsyncSession, runtime: Runtime, taking: TakingBack) -> None:
    """One chunk of an activation that is taken back."""
    deps = runtime.state.dependencies
    now, most = deps.now(), deps.settings.card_activation_chunk
    cards = await takeback_repository.following(session, taking, most)
    step = Step(Action.TAKE_BACK, now, taking.approved_by, because=taking.reason)
    taken = await take_back(session, cards, step) if cards else []
    await outbox.add(session, *(event for card in taken for event in _told(card, taking, now)), at=now)
    last = len(cards) < most
    await takeback_repository.advance(session, taking, cards, len(taken), now if last else None)


def _told(card: TakenCard, taking: TakingBack, now: datetime) -> Iterator[Event]:
    services = [ProgrammeService(service) for service in card.services]
    for service in services:
        yield CardServiceDisabled(card_id=card.card_id, household_id=card.household_id, service=service, reason=REASON)
    yield ActivationTakenBack(
        card_id=card.card_id,
        citizen_id=card.citizen_id,
        household_id=card.household_id,
        activation_id=taking.activation_id,
        services=services,
        issued=card.issued,
        taken_back_at=now,
    )


TAKING_BACK: Final[Kind[Runtime]] = PROPOSALS.kinds.declare(
    Kind(name="activation-taking-back", enters=Scope.ROLLOUT_WRITE, decides=Scope.ROLLOUT_APPROVE, execute=_begin)
)

"""The activation of a cohort: ordered at once, carried out chunk by chunk by a worker."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards.models import ActivatedCard
from card_service.cards.repository import activate
from card_service.context import Runtime
from card_service.dependencies import Dependencies
from card_service.rollout import repository
from card_service.rollout.errors import ActivationNotFound, ActivationUnderWay, ServiceNotInPhase
from card_service.rollout.models import Activation
from card_service.rollout.phases import Step
from card_service.rollout.schemas import ActivationIn
from card_service.rollout.service import order_step, phase_of, take_step
from chassis import outbox
from chassis.ids import new_id
from chassis.principal import Principal
from contracts.card import CardActivated, CardServiceEnabled, ProgrammeService
from contracts.event import Event


async def order(
    session: AsyncSession, deps: Dependencies, caller: Principal, phase_id: UUID, given: ActivationIn
) -> UUID:
    """Order the activation of the cards handed over so far, and of services that active ones lack.

    Raises ServiceNotInPhase, what `order_step` raises, or ActivationUnderWay.
    """
    phase = await phase_of(session, caller, phase_id)
    services = tuple(sorted({str(service) for service in given.services}))
    if foreign := sorted(set(services) - set(phase.services)):
        raise ServiceNotInPhase(f"Not of this phase: {', '.join(foreign)}", detail_ar="راجع خدمات المرحلة.")
    await order_step(session, deps, caller, phase_id, Step.ACTIVATE)
    activation = Activation(
        new_id(),
        phase_id,
        phase.governorate,
        given.holders,
        services,
        "queued",
        done_card=None,
        activated=0,
        created_by=caller.subject,
    )
    if not await repository.create_activation(session, activation, deps.now()):
        raise ActivationUnderWay(detail_ar="انتظر انتهاء عملية التفعيل الحالية.")
    return activation.activation_id


async def find(session: AsyncSession, caller: Principal, activation_id: UUID) -> Activation:
    """An activation the caller may see. Raises ActivationNotFound."""
    return caller.bound.own(await repository.find_activation(session, activation_id), ActivationNotFound)


async def activation_chunk(session: AsyncSession, runtime: Runtime, activation: Activation) -> None:
    """One chunk of an activation."""
    deps = runtime.state.dependencies
    now = deps.now()
    limit = deps.settings.card_activation_chunk
    if activation.started_at is None:
        # The phase is locked before its activation changes: whoever orders one does it in the same order.
        await repository.find_phase(session, activation.phase_id, lock=True)
        await repository.begin(session, activation)
    cards = await activate(
        session,
        activation.phase_id,
        activation.services,
        now,
        by=activation.created_by,
        because=str(activation.activation_id),
        everyone=activation.holders == "adults",
        after=activation.done_card,
        limit=limit,
    )
    services = [ProgrammeService(service) for service in activation.services]
    told = [event for card in cards for event in _told(card, activation, services, now)]
    await outbox.add(session, *told, at=now)
    await repository.keep_cards(session, activation.activation_id, cards)
    last = len(cards) < limit
    phase = await repository.find_phase(session, activation.phase_id, lock=True) if last else None
    await repository.advance(session, activation.activation_id, cards, now if last else None)
    if phase is not None:
        await take_step(session, phase, Step.COMPLETE)


def _told(
    card: ActivatedCard, activation: Activation, services: list[ProgrammeService], now: datetime
) -> Iterator[Event]:
    """A card that was handed over is active; one that is active already has services it lacked."""
    if card.handed_over:
        yield _activated(card, activation, services, now)
        return
    for service in card.added:
        yield CardServiceEnabled(
            card_id=card.card_id, household_id=card.household_id, service=ProgrammeService(service)
        )


def _activated(
    card: ActivatedCard, activation: Activation, services: list[ProgrammeService], now: datetime
) -> CardActivated:
    return CardActivated(
        card_id=card.card_id,
        citizen_id=card.citizen_id,
        household_id=card.household_id,
        governorate=card.governorate,
        district=card.district,
        members=card.members,
        services=services,
        phase_id=activation.phase_id,
        activated_at=now,
    )

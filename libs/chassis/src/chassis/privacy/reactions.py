"""What every service does when card-service tells that a person's data are restricted, freed or to be erased."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.privacy import erasure
from chassis.processing import holds, restrictions
from chassis.reactions import Handler, R, Reactions, Received
from chassis.records.held import Held
from chassis.runtime import Resources
from contracts.event import Event
from contracts.gateway import LegalHoldPlaced
from contracts.privacy import ErasureDecided, ProcessingRestricted, RestrictionLifted, outcome_event


def follow_privacy(
    reactions: Reactions[R],
    held: Held,
    *,
    beforehand: Mapping[type[Event], Handler[R]] = MappingProxyType({}),
    hear_holds: bool = True,
) -> None:
    """Let decisions on citizens' data reach a service; `held`: which of its tables hold some.

    `beforehand`: what the service does of its own with a decision before it is carried out, while the data are there.
    `hear_holds`: whether legal holds are heard of; their publisher keeps them itself.
    """
    if hear_holds:
        follow_holds(reactions)

    async def erase(events: Sequence[Received[ErasureDecided]], session: AsyncSession, runtime: R) -> None:
        """Erase what need not be kept, and tell what was and what was not."""
        for event in events:
            outcome = await erasure.carry_out(session, runtime.records.keys, held, event.data)
            if (told := outcome_event(runtime.name)) is not None:
                said = told(
                    erasure_id=event.data.erasure_id,
                    citizen_id=event.data.citizen_id,
                    erased=outcome.erased,
                    kept=outcome.kept,
                    keys=outcome.keys,
                )
                await outbox.add(session, said)

    carried_out: Mapping[type[Event], Handler[R]] = {
        ProcessingRestricted: _restrict,
        RestrictionLifted: _lift,
        ErasureDecided: erase,
    }
    for event, handler in carried_out.items():
        reactions.on(event)(_both(beforehand[event], handler) if event in beforehand else handler)


def follow_holds(reactions: Reactions[R]) -> None:
    """Let legal holds reach a service."""
    reactions.on(LegalHoldPlaced)(_hold)


async def _hold(events: Sequence[Received[LegalHoldPlaced]], session: AsyncSession, _: Resources) -> None:
    """Keep a person's data until a day."""
    for event in events:
        await holds.keep(session, event.data)


def _both(first: Handler[R], second: Handler[R]) -> Handler[R]:
    async def run(events: Sequence[Received[Any]], session: AsyncSession, runtime: R) -> None:
        await first(events, session, runtime)
        await second(events, session, runtime)

    return run


async def _restrict(events: Sequence[Received[ProcessingRestricted]], session: AsyncSession, _: Resources) -> None:
    """Hold a person's data without using them from a day on."""
    for event in events:
        await restrictions.keep(session, event.data)


async def _lift(events: Sequence[Received[RestrictionLifted]], session: AsyncSession, _: Resources) -> None:
    """Use a person's data again."""
    for event in events:
        await restrictions.lift(session, event.data.restriction_id, event.data.lifted_at)

"""What every service does when card-service tells that a person's data are restricted, freed or to be erased."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.privacy import erasure
from chassis.processing import restrictions
from chassis.reactions import R, Reactions, Received
from chassis.records.held import Held
from chassis.runtime import Resources
from contracts.privacy import ErasureDecided, ProcessingRestricted, RestrictionLifted, outcome_event


def follow_privacy(reactions: Reactions[R], held: Held) -> None:
    """Let decisions on citizens' data reach a service; `held`: which of its tables hold some."""
    reactions.on(ProcessingRestricted)(_restrict)
    reactions.on(RestrictionLifted)(_lift)

    @reactions.on(ErasureDecided)
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


async def _restrict(events: Sequence[Received[ProcessingRestricted]], session: AsyncSession, _: Resources) -> None:
    """Hold a person's data without using them from a day on."""
    for event in events:
        await restrictions.keep(session, event.data)


async def _lift(events: Sequence[Received[RestrictionLifted]], session: AsyncSession, _: Resources) -> None:
    """Use a person's data again."""
    for event in events:
        await restrictions.lift(session, event.data.restriction_id, event.data.lifted_at)

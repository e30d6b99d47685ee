"""Phases as they are shown."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.rollout import repository, stage_repository
from card_service.rollout.models import Phase
from card_service.rollout.schemas import PhaseCounters, PhaseOut
from card_service.rollout.stage_schemas import ResolutionOut
from contracts.card import ProgrammeService


async def phase_out(session: AsyncSession, phase: Phase) -> PhaseOut:
    """A phase with its counters and the decision that opened it."""
    counted = await repository.counters(session, phase)
    opening = (await stage_repository.openings(session, [phase.phase_id])).get(phase.phase_id)
    return PhaseOut(
        phase_id=phase.phase_id,
        name=phase.name,
        governorate=phase.governorate,
        sequence=phase.sequence,
        services=[ProgrammeService(one) for one in phase.services],
        production=phase.production,
        state=phase.state,
        stage=phase.stage,
        opened_by=ResolutionOut.of(opening) if opening else None,
        opened_at=phase.opened_at,
        counters=PhaseCounters(
            registered_households=counted.registered_households,
            registered_citizens=counted.registered_citizens,
            planned=counted.planned,
            issued=counted.issued,
            activated=counted.activated,
            blocked=counted.blocked,
        ),
    )

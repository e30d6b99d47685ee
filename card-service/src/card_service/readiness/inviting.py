"""The worker that invites to seminars: a chunk of households at a time, each household once in so many days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.context import Runtime
from card_service.keys import SEMINAR_AGAIN_DAYS
from card_service.readiness import seminar_repository as repository
from card_service.readiness.models import Seminar
from chassis import outbox
from chassis.isolation import Batches
from chassis.periodic import Periodic
from contracts.seminars import SeminarInvited

CHUNK: Final = 500


async def _due(session: AsyncSession, _: Runtime, limit: int) -> Sequence[Seminar]:
    return await repository.due(session, limit)


async def _invite(session: AsyncSession, runtime: Runtime, seminars: Sequence[Seminar]) -> None:
    """One chunk for each. What has begun invites nobody more."""
    deps = runtime.state.dependencies
    now = deps.now()
    since = now - timedelta(days=deps.figure(SEMINAR_AGAIN_DAYS))
    for seminar in seminars:
        most = min(CHUNK, seminar.wanted - seminar.invited) if seminar.starts_at > now else 0
        who = await repository.to_invite(session, seminar, since, deps.today(), most) if most else []
        await repository.invite(session, seminar.seminar_id, who, now, over=len(who) < most or not most)
        told = [
            SeminarInvited(
                invitation_id=one.invitation_id,
                seminar_id=seminar.seminar_id,
                citizen_id=one.citizen_id,
                household_id=one.household_id,
                place_ar=seminar.place_ar,
                place_en=seminar.place_en,
                starts_at=seminar.starts_at,
            )
            for one in who
        ]
        await outbox.add(session, *told, at=now)


INVITATIONS = Batches(repository.WORKER, _due, _invite, lambda seminar: seminar.seminar_id, lambda _: 1)
INVITING: Final[Periodic[Runtime]] = Periodic(
    INVITATIONS.worker, INVITATIONS.run, lambda runtime: runtime.state.dependencies.settings.card_job_poll_seconds
)

"""The periodic job that closes proposals nobody has decided in time, and counts those that wait."""

from __future__ import annotations

import math

from approvals import metrics, repository
from approvals.kinds import R
from approvals.service import AT_ONCE, Proposals
from chassis.periodic import Periodic

EXPIRY_SECONDS = 60.0


def expiry(proposals: Proposals[R]) -> Periodic[R]:
    """The job for a service's workers."""

    async def run(runtime: R) -> bool:
        async with runtime.sessions() as session, session.begin():
            ended = await proposals.expire(session, runtime)
            waiting = await repository.waiting(session, runtime.clock.now())
        for kind in proposals.kinds:
            count, seconds = waiting.get(kind.name, (0, math.nan))
            metrics.WAITING.labels(kind.name).set(count)
            metrics.EXPIRES.labels(kind.name).set(seconds)
        runtime.wake_relay()
        return ended == AT_ONCE

    return Periodic("proposals_expiry", run, EXPIRY_SECONDS)

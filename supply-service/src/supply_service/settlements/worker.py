"""The worker for days that were closed while no policy gave their rate."""

from __future__ import annotations

from chassis.infrastructure_errors import is_infrastructure
from chassis.isolation import done, set_aside
from chassis.periodic import Periodic
from supply_service.context import Runtime
from supply_service.settlements import repository, service

EVERY_SECONDS = 5.0
WORKER = "settlements"


async def settle_waiting(runtime: Runtime) -> None:
    """Try again what waits for a rate, once after each change of the policies."""
    here = runtime.state
    version = here.snapshot.book.version
    if version != here.settled_by:
        await settle_all(runtime)
        here.settled_by = version


async def settle_all(runtime: Runtime) -> None:
    """Try everything that waits, one transaction each; what fails stands aside until the next change."""
    async with runtime.sessions() as session:
        waiting = await repository.waiting(session)
    for settlement_id in waiting:
        try:
            async with runtime.sessions() as session, session.begin():
                await service.settle_waiting(session, runtime, settlement_id)
        except Exception as error:  # why: whatever it was, the other outlets' days are settled all the same
            if is_infrastructure(error):
                raise
            await set_aside(runtime, WORKER, str(settlement_id), error)
        else:
            await done(runtime, WORKER, [str(settlement_id)])
    runtime.wake_relay()


JOBS = (Periodic(WORKER, settle_waiting, EVERY_SECONDS),)

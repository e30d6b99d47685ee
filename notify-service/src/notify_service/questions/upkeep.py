"""The job that forgets texts that became no question."""

from __future__ import annotations

from chassis.periodic import Periodic
from notify_service.context import Runtime
from notify_service.questions import repository


async def _forget(runtime: Runtime) -> None:
    before = runtime.clock.now() - runtime.state.rules.questions.within
    async with runtime.sessions() as session, session.begin():
        await repository.forget(session, before)


def _rarely(runtime: Runtime) -> float:
    return runtime.state.settings.notify_sweep_seconds


JOBS: tuple[Periodic[Runtime], ...] = (Periodic("unclear_texts", _forget, _rarely),)

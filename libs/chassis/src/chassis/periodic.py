"""Periodic jobs (background workers): one loop for all that a service does by itself, again and again.

A run that fails is logged, counted, and tried again after a pause that doubles; it takes nothing else along. Pauses
differ a little from process to process, so that those of many do not meet.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from chassis import metrics
from chassis.infrastructure_errors import is_infrastructure
from chassis.logging import get_logger

log = get_logger(__name__)

R = TypeVar("R")

JITTER = 0.2
IDLE_GROWTH = 1.2
FIRST_RETRY_SECONDS = 0.5
MAX_RETRY_SECONDS = 30.0


@dataclass(frozen=True)
class Periodic(Generic[R]):
    """A job by name: `run(runtime)` now and every so many seconds.

    `run` gives true where there is more to do at once, or the seconds until it shall run again.
    `every`: seconds, or what gives them; `longest`: an idle job is run less and less often, up to so many seconds.
    `woken`: gives an event that ends the pause.
    """

    name: str
    run: Callable[[R], Awaitable[bool | float | None]]
    every: float | Callable[[R], float]
    longest: float = 0.0
    woken: Callable[[R], asyncio.Event] | None = None

    @property
    def __name__(self) -> str:
        """The name under which the job is supervised."""
        return self.name

    async def __call__(self, runtime: R) -> None:
        """Run for ever."""
        every = self.every(runtime) if callable(self.every) else self.every
        event = self.woken(runtime) if self.woken else asyncio.Event()
        idle, failures = every, 0
        while True:
            event.clear()
            try:
                more = await self._measured(runtime)
            except Exception as error:  # why: whatever fails is tried again, and takes no other job along
                failures += 1
                pause = self._after_failure(error, failures)
            else:
                failures = 0
                idle = max(every, min(idle * IDLE_GROWTH, self.longest)) if more is False or more is None else every
                pause = idle if more is False or more is None else 0.0 if more is True else more
            await _sleep(event, pause * random.uniform(1 - JITTER, 1 + JITTER))

    async def _measured(self, runtime: R) -> bool | float | None:
        started = time.perf_counter()
        try:
            more = await self.run(runtime)
        except Exception:  # why: counted, whatever it was; the loop deals with it
            metrics.WORKER_RUNS.labels(self.name, "failed").inc()
            raise
        metrics.WORKER_RUNS.labels(self.name, "done").inc()
        metrics.WORKER_SECONDS.labels(self.name).inc(time.perf_counter() - started)
        metrics.WORKER_LAST_SUCCESS.labels(self.name).set_to_current_time()
        return more

    def _after_failure(self, error: Exception, failures: int) -> float:
        """The seconds to wait before the next try."""
        pause = min(MAX_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2.0 ** min(failures - 1, 10))
        if is_infrastructure(error):
            log.warning("worker waits for a server", worker=self.name, error=type(error).__name__)
        else:
            log.error("worker failed, trying again", worker=self.name, exc_info=error)
        return pause


async def _sleep(event: asyncio.Event, seconds: float) -> None:
    """Pause; a job that has more to do lets the others have their turn."""
    if seconds <= 0:
        await asyncio.sleep(0)
        return
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return

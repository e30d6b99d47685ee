"""Computing simulations: one after the other, a stretch of households in each step.

A step is one short transaction that reads a stretch, works each distinct case out by the rules that open months, and
keeps the sums with the mark of how far it went: what is cut off goes on there, and no step holds back the vacuum of
what sales write. Policies that change meanwhile begin it anew.
"""

from __future__ import annotations

import time
from datetime import date
from uuid import UUID

from prometheus_client import Counter, Gauge
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.clock import business_day, month_start
from chassis.infrastructure_errors import sqlstate
from chassis.logging import get_logger
from chassis.metrics import BACKGROUND
from chassis.periodic import Periodic
from policybook.book import PolicyBook, PolicyInvalid, PolicyMissing
from supply_service.context import Runtime
from supply_service.policies import catalogue
from supply_service.rules.account import month_before
from supply_service.rules.entitled import Change, Facts, change, grants_begin, points_move
from supply_service.rules.figures import FiguresByDay, figures_by_day
from supply_service.simulations import repository
from supply_service.simulations.cells import Example, Tally
from supply_service.simulations.service import policies_of, tally_of

log = get_logger(__name__)

EVERY_SECONDS = 1.0
LONGEST_SECONDS = 5.0
TRIES = 5
BEGINNING, END = UUID(int=0), UUID(int=2**128 - 1)
LOOKED_AT = Counter("unicard_simulated_households_total", "Households computed in simulations", registry=BACKGROUND)
FAILED = Gauge("unicard_simulation_failing", "Whether the last step of a simulation failed", registry=BACKGROUND)


async def run(runtime: Runtime) -> bool | float | None:
    """Compute the next stretch; the seconds until the one after it, None once there is none."""
    given, began = runtime.state.settings, time.perf_counter()
    if not given.simulation_batch or not await compute(runtime, given.simulation_batch):
        return None
    return (time.perf_counter() - began) * (1 / given.simulation_share - 1) or True


async def compute(runtime: Runtime, households: int) -> bool:
    """Compute so many households of the oldest simulation that is not done; whether there was one to be had."""
    taken: list[UUID] = []
    try:
        more = await _step(runtime, households, taken)
    except Exception as error:  # why: whatever it was is told with the simulation; the loop tries again
        FAILED.set(1)
        for simulation_id in taken:
            await _failed(runtime, simulation_id, error)
        raise
    FAILED.set(0)
    return more


async def _step(runtime: Runtime, households: int, taken: list[UUID]) -> bool:
    """Whether there was something to compute; `taken` hears of what, before anything can fail."""
    async with runtime.sessions() as session, session.begin():
        row = await repository.take(session)
        if row is None:
            return False
        taken.append(row["simulation_id"])
        await repository.limit(session, runtime.state.settings.simulation_statement_seconds)
        await _stretch(session, runtime, row, households)
    return True


async def _stretch(session: AsyncSession, runtime: Runtime, row: RowMapping, households: int) -> None:
    snapshot, now, simulation_id = runtime.state.snapshot, runtime.clock.now(), row["simulation_id"]
    book, after, tally = snapshot.book, row["after"], Tally()
    if row["policy_version"] == book.version:
        tally = tally_of(row)
    else:
        await repository.begin(session, simulation_id, book.version, now)
        after = BEGINNING
    month: date = row["month"]
    until = await repository.until(session, after, households)
    cases = Cases(month, snapshot.figures, await _with(session, row, book))
    drawn = month_before(month_start(business_day(now))) if cases.points_move else None
    found = await repository.groups(session, after, until or END, month, drawn, listed=cases.grants_begin)
    looked_at, shown = 0, list[Example]()
    for group in found:
        facts = Facts(group.goods, group.bread, group.undrawn, group.category, tuple(group.grants), group.flour)
        looked_at += group.households
        example = tally.add(group.governorate, facts, cases.of(facts), group.households, group.one)
        if example is not None:
            shown.append(example)
    await repository.show(session, simulation_id, shown, now)
    await repository.go_on(
        session, simulation_id, tally.stored(), after=until or END, looked_at=looked_at,
        finished_at=None if until else now,
    )  # fmt: skip
    LOOKED_AT.inc(looked_at)
    if until is None:
        log.info("what policies would change is computed", simulation_id=str(simulation_id))


class Cases:
    """What changes in each distinct case, worked out once."""

    def __init__(self, month: date, before: FiguresByDay, after: FiguresByDay) -> None:
        """`before` and `after`: the figures without and with the policies."""
        self._month, self._before, self._after = month, before, after
        self._known: dict[Facts, Change] = {}
        self.points_move = points_move(month, before, after)
        self.grants_begin = bool(grants_begin(month, before) or grants_begin(month, after))

    def of(self, facts: Facts) -> Change:
        """What changes where these facts hold."""
        known = self._known.get(facts)
        if known is None:
            known = self._known[facts] = change(facts, self._month, self._before, self._after)
        return known


async def _with(session: AsyncSession, row: RowMapping, book: PolicyBook) -> FiguresByDay:
    """The figures as they will be when the simulation's policies are in force."""
    asked_by = row["asked_by"]
    entered = book.entered([one.policy(asked_by, asked_by) for one in policies_of(row)])
    return figures_by_day(entered, await catalogue.items(session))


async def _failed(runtime: Runtime, simulation_id: UUID, error: Exception) -> None:
    final = isinstance(error, PolicyMissing | PolicyInvalid)
    fault = "policy_unusable" if final else sqlstate(error) or type(error).__name__
    async with runtime.sessions() as session, session.begin():
        now = runtime.clock.now()
        await repository.fail(session, simulation_id, fault=fault, final=final, most=TRIES, now=now)


JOBS = (Periodic("policy_simulations", run, EVERY_SECONDS, longest=LONGEST_SECONDS),)

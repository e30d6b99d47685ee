"""Workers killed with SIGKILL in the middle of a job: nothing is lost, nothing done twice."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from chassis.testing import eventually

if TYPE_CHECKING:
    from card_service.settings import Settings

    from ..conftest import Office, OpenOffice

FAMILIES = 400
# The workers that are killed alone, without API and events, so that they start and die quickly.
WORKERS = """
import asyncio
from card_service.cards.repository import transfer
from card_service.duplicates.repository import open_of
from card_service.search.repository import add
from card_service.context import Context
from card_service.settings import Settings
from card_service.dependencies import Dependencies
from card_service import POLICIES
from card_service.keys import KEYS
from policybook.testing import snapshot_of
from card_service.workers import workers
from chassis.clock import Clock
from chassis.db import create_engine, create_sessions
from chassis.runtime import Runtime

async def main():
    settings, clock = Settings(), Clock()
    engine = create_engine(settings, "workers")
    sessions = create_sessions(engine, clock)
    runtime = Runtime("card", settings, clock, engine, sessions, None, None, None, None)
    deps = Dependencies.of(settings, clock, snapshot_of(POLICIES, KEYS), transfer, add, open_of)
    runtime.state = Context(deps, None, None, None)
    killed = {"imports", "pickup_plans", "activations", "register_exports"}
    await asyncio.gather(*(work(runtime) for work in workers() if work.name in killed))

asyncio.run(main())
"""


def environment(settings: Settings) -> dict[str, str]:
    """The settings as a process gets them."""
    values: dict[str, Any] = {}
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if value is not None:
            values["UNICARD_" + name.upper()] = (
                value.get_secret_value() if hasattr(value, "get_secret_value") else value
            )
    return {**os.environ, **{name: str(value) for name, value in values.items()}}


@dataclass
class Torment:
    """Workers in processes that are killed in the middle of a job, and one that is left alive to the end."""

    settings: Settings
    processes: list[Process] = field(default_factory=list)

    async def start(self) -> Process:
        """Another process with workers."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", WORKERS, env=environment(self.settings), stdout=asyncio.subprocess.DEVNULL
        )
        self.processes.append(process)
        return process

    async def kill_during(self, progress: Callable[[], Awaitable[int]], times: int) -> None:
        """Kill a process `times` times, each time after it has moved `progress`; then let one go on."""
        for _ in range(times):
            before = await progress()
            process = await self.start()

            async def moved(before: int = before) -> bool:
                return await progress() > before

            await eventually(moved, seconds=60, every=0.005)
            process.send_signal(signal.SIGKILL)
            await asyncio.wait_for(process.wait(), 30)
        await self.start()

    async def end(self) -> None:
        """Kill whatever lives."""
        for process in self.processes:
            if process.returncode is None:
                process.kill()
                await asyncio.wait_for(process.wait(), 30)


@pytest.mark.slow
async def test_killed_workers_neither_lose_nor_double(
    open_office: OpenOffice, make_settings: Callable[..., Awaitable[Settings]]
) -> None:
    settings = await make_settings(card_import_chunk_rows=10, card_plan_chunk=20, card_activation_chunk=10)
    # The API process never does a chunk itself: its workers look for jobs once an hour.
    patient = settings.model_copy(update={"card_job_poll_seconds": 3600.0})
    torment = Torment(settings)
    async with open_office(patient) as office:
        try:
            await _live_through(office, torment)
            await _counts_agree(office)
        finally:
            await torment.end()


async def _live_through(office: Office, torment: Torment) -> None:
    """Import, plan and activate while the workers are killed."""
    await office.site(hourly_capacity=100)
    rows = [row for n in range(FAMILIES) for row in (office.row(f"H{n}"), office.row(f"H{n}", "spouse"))]
    path = f"/v1/imports/{(await office.upload(*rows))['id']}"

    async def imported() -> int:
        return int((await office.call("GET", path, "citizens:import"))["rows"])

    await torment.kill_during(imported, times=2)
    assert await imported() < 2 * FAMILIES
    job = await office.finished(path, "citizens:import", seconds=90)
    assert (job["accepted"], job["rejected"], job["households"]) == (2 * FAMILIES, 0, FAMILIES)
    await torment.end()

    phase_id = await office.phase()
    order = {"week_start": "2040-01-07", "limit": 2 * FAMILIES, "holders": "adults"}
    made = await office.call("POST", f"/v1/rollout-phases/{phase_id}/pickup-plans", "rollout:write", json=order)
    plan_path = f"/v1/pickup-plans/{made['id']}"

    async def planned() -> int:
        return int((await office.call("GET", plan_path, "rollout:read"))["scheduled"])

    await torment.kill_during(planned, times=1)
    plan = await office.finished(plan_path, "rollout:read", seconds=90)
    assert (plan["status"], plan["scheduled"], plan["unplaced"]) == ("done", 2 * FAMILIES, {})
    await torment.end()

    await office.fetch("UPDATE card SET state = 'issued', issued_at = now()")
    cohort = {"holders": "adults", "services": ["supply"]}
    made = await office.call("POST", f"/v1/rollout-phases/{phase_id}/activations", "rollout:write", json=cohort)
    activation_path = f"/v1/activations/{made['id']}"

    async def activated() -> int:
        return int((await office.call("GET", activation_path, "rollout:read"))["activated"])

    await torment.kill_during(activated, times=1)
    done = await office.finished(activation_path, "rollout:read", seconds=90)
    assert (done["status"], done["activated"]) == ("done", 2 * FAMILIES)


async def _counts_agree(office: Office) -> None:
    """What the tables hold, what the outbox tells and what was asked for are the same."""

    async def count(statement: str) -> int:
        return int((await office.fetch(statement))[0][0])

    assert await count("SELECT count(*) FROM household") == FAMILIES
    assert await count("SELECT count(*) FROM citizen") == 2 * FAMILIES
    assert await count("SELECT sum(members) FROM household") == 2 * FAMILIES
    assert await count("SELECT count(*) FROM card WHERE state = 'active'") == 2 * FAMILIES
    assert await count("SELECT sum(taken) FROM pickup_slot") == 2 * FAMILIES
    assert await count("SELECT count(*) FROM appointment") == 2 * FAMILIES
    statement = "SELECT type, count(*), count(DISTINCT payload) FROM outbox GROUP BY type"
    told = {row[0].split(".")[3]: (row[1], row[2]) for row in await office.fetch(statement)}
    assert told["HouseholdChanged"] == (FAMILIES, FAMILIES)
    for name in ("CitizenRegistered", "ContactChanged", "PickupScheduled", "CardActivated"):
        assert told[name] == (2 * FAMILIES, 2 * FAMILIES), name

    async def all_published() -> bool:
        return await count("SELECT count(*) FROM outbox o, outbox_cursor c WHERE o.id > c.id") == 0

    await eventually(all_published, seconds=30)

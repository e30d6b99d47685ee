"""Computing simulations step by step: cut off, begun anew, one after the other, failing, within its time."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from typing import Any

import pytest

from chassis.testing import MakeDatabase, TestIssuer, eventually
from supply_service import MIGRATIONS
from supply_service.simulations import repository, worker

from ..population import HOUSEHOLDS, PATH, asked, populated, read
from ..support import NOON, Supply, allowance, serve, settings_for, simulated


@pytest.fixture(scope="module")
async def nation(make_database: MakeDatabase, issuer: TestIssuer) -> AsyncIterator[Supply]:
    """A service with households of all kinds, whose October is over with bread left."""
    settings = settings_for(await make_database(MIGRATIONS), issuer)
    async with serve(settings, issuer) as running:
        await populated(running, random.Random(60))
        yield running


@pytest.fixture(autouse=True)
def _at_noon(nation: Supply) -> None:
    nation.at(NOON)


async def test_it_goes_on_where_it_was_and_begins_anew_with_other_policies(
    nation: Supply, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut off in a step, it goes on there; policies that change meanwhile begin it anew; each household counts once."""
    await nation.catch_up()
    reply = await nation.admin("POST", PATH, "policies:write", json={"policies": [allowance(6000, 500)]})
    simulation_id = reply.json()["simulation_id"]
    assert await worker.compute(nation.runtime, 37)
    assert await worker.compute(nation.runtime, 37)
    half = await read(nation, simulation_id)
    assert (half["state"], half["result"]) == ("running", None)
    assert 0 < half["looked_at"] < HOUSEHOLDS / 2
    go_on = repository.go_on

    async def cut_off(*given: Any, **done: Any) -> None:
        await go_on(*given, **done)
        raise ConnectionError("the server has gone")

    with monkeypatch.context() as patched:
        patched.setattr(repository, "go_on", cut_off)
        with pytest.raises(ConnectionError):
            await worker.compute(nation.runtime, 37)
    cut = await read(nation, simulation_id)
    assert (cut["state"], cut["looked_at"], cut["fault"]) == ("running", half["looked_at"], "ConnectionError")
    await simulated(nation)
    whole = await read(nation, simulation_id)
    assert (whole["state"], whole["fault"]) == ("done", None)
    again = await asked(nation, allowance(6000, 500))
    assert again["result"] == whole["result"]
    reply = await nation.admin("POST", PATH, "policies:write", json={"policies": [allowance(6000, 500)]})
    assert await worker.compute(nation.runtime, 37)
    await nation.fetch("UPDATE policy_version SET version = version + 1")
    await simulated(nation)
    assert (await read(nation, reply.json()["simulation_id"]))["result"] == whole["result"]


async def test_one_after_the_other_and_one_that_fails_says_so(nation: Supply, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two are worked off in their order; one whose steps fail five times is given up and the next one comes."""
    ids = []
    for first in (6000, 7000):
        reply = await nation.admin("POST", PATH, "policies:write", json={"policies": [allowance(first)]})
        ids.append(reply.json()["simulation_id"])
    async with nation.runtime.sessions() as session, session.begin():
        taken = await repository.take(session)
        assert taken is not None
        assert str(taken["simulation_id"]) == ids[0]
        assert not await worker.compute(nation.runtime, 37), "another process is at it"

    async def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("no such thing")

    with monkeypatch.context() as patched:
        patched.setattr(repository, "groups", broken)
        for _ in range(worker.TRIES):
            with pytest.raises(RuntimeError):
                await worker.compute(nation.runtime, 37)
    failed = await read(nation, ids[0])
    assert (failed["state"], failed["fault"], failed["result"]) == ("failed", "RuntimeError", None)
    await simulated(nation)
    assert (await read(nation, ids[1]))["state"] == "done"


async def test_a_statement_that_takes_too_long_is_cut_off(nation: Supply) -> None:
    given = nation.runtime.state.settings
    reply = await nation.admin("POST", PATH, "policies:write", json={"policies": [allowance(6000)]})
    held = await nation.runtime.pool.acquire()
    try:
        async with held.transaction():
            await held.execute("LOCK TABLE household_size IN ACCESS EXCLUSIVE MODE")
            usual, given.simulation_statement_seconds = given.simulation_statement_seconds, 0.2
            with pytest.raises(Exception, match="statement timeout"):
                await worker.compute(nation.runtime, 37)
            given.simulation_statement_seconds = usual
    finally:
        await nation.runtime.pool.release(held)
    cut = await read(nation, reply.json()["simulation_id"])
    assert (cut["state"], cut["fault"]) == ("waiting", "57014")
    await simulated(nation)
    assert (await read(nation, reply.json()["simulation_id"]))["state"] == "done"


async def test_no_more_wait_than_can_be_worked_off(nation: Supply, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("supply_service.simulations.service.WAITING", 1)
    first = await nation.admin("POST", PATH, "policies:write", json={"policies": [allowance(6000)]})
    assert first.status_code == 202
    second = await nation.admin("POST", PATH, "policies:write", json={"policies": [allowance(6000)]})
    assert (second.status_code, second.json()["code"]) == (409, "simulations_waiting")
    await simulated(nation)


async def test_the_job_keeps_its_share_of_the_time(nation: Supply) -> None:
    given = nation.runtime.state.settings
    reply = await nation.admin("POST", PATH, "policies:write", json={"policies": [allowance(6000)]})
    assert await worker.run(nation.runtime) is None, "0 households a step: nothing is computed"
    given.simulation_batch, given.simulation_share = HOUSEHOLDS + 1, 0.5
    try:

        async def done() -> bool:
            pause = await worker.run(nation.runtime)
            assert pause is None or isinstance(pause, float)
            told = await read(nation, reply.json()["simulation_id"])
            return bool(told["state"] == "done")

        assert await eventually(done)
    finally:
        given.simulation_batch = 0

"""Whoever is on call sees all services at a terminal, and deals with what they have set aside."""

from __future__ import annotations

import asyncio
import re

import asyncpg
from tests.e2e.conftest import System
from tests.e2e.test_canary import _server

from devstack.people.signed import PersonCaller, approve
from devstack.people.store import Store
from devstack.stack.programs import SERVICES
from devstack.terminal.wire import Wire

_SET_ASIDE = (
    "INSERT INTO parked_event (state, topic, partition, log_offset, key, headers, value, reason)"
    " SELECT 'dead', 'card.events.v1', 0, coalesce(max(log_offset), 0) + 1, 'on-call', '[]', '', 'nobody can read it'"
    " FROM parked_event RETURNING id"
)
# Other tests of the stack leave some, too.
_DEAD = "SELECT count(*) FROM parked_event WHERE state = 'dead' AND topic = 'card.events.v1'"


async def set_aside(system: System) -> int:
    """Let health-service have a dead letter; its number."""
    return await _answer(system, _SET_ASIDE)


async def _answer(system: System, statement: str) -> int:
    connection = await asyncpg.connect(_server(system, "unicard_health"))
    try:
        return int(await connection.fetchval(statement))
    finally:
        await connection.close()


async def _approved(system: System, proposal_id: str) -> None:
    wire, store = Wire(system.edge, limit=1), Store(system.folder)
    try:
        decider = PersonCaller(wire, system.edge, store, store.of_role("operations-approver"))
        await approve(decider, "health", proposal_id)
    finally:
        await wire.aclose()


def test_all_services_are_watched_and_a_dead_letter_is_dealt_with(system: System) -> None:
    system.people()
    number, dead = asyncio.run(set_aside(system)), asyncio.run(_answer(system, _DEAD))
    seen = system.unicard("watch", "--once", timeout=120)
    assert seen.returncode == 1, seen.stdout + seen.stderr
    for program in SERVICES:
        assert re.search(rf"^ *{program.name} +(up|late) ", seen.stdout, re.MULTILINE), seen.stdout
    assert re.search(rf"health +card\.events\.v1 +{dead} +0 ", seen.stdout), seen.stdout
    assert re.search(r"^SMS: \d", seen.stdout, re.MULTILINE)
    assert re.search(r"^Reconciliation of \d{4}-\d\d-\d\d: \d+ (outlets|findings)", seen.stdout, re.MULTILINE)

    listed = system.unicard("dead-letters", "list", "health", timeout=60)
    assert re.search(rf"health +{number} +dead .*nobody can read it", listed.stdout), listed.stdout + listed.stderr
    again = system.unicard("dead-letters", "replay", "health", str(number), timeout=60)
    assert again.returncode == 1
    assert "409" in again.stdout + again.stderr

    reason = "it was never written by us"
    given_up = system.unicard("dead-letters", "discard", "health", str(number), "--reason", reason, timeout=60)
    proposed = re.search(r"proposed \((\S+)\)", given_up.stdout)
    assert proposed, given_up.stdout + given_up.stderr
    asyncio.run(_approved(system, proposed[1]))
    settled = system.unicard("dead-letters", "list", "health", "--settled", timeout=60)
    assert re.search(rf"health +{number} +discarded .*{reason}", settled.stdout), settled.stdout + settled.stderr


def test_by_address_and_token_it_sees_what_these_may_see(system: System) -> None:
    elsewhere = {"UNICARD_HOME": str(system.folder / "elsewhere"), "UNICARD_GATEWAY_URL": system.edge}
    other = System({**system.environment, **elsewhere}, system.folder, system.edge, system.sink)
    nobody = other.unicard("watch", "--once", timeout=60)
    assert nobody.returncode == 1
    assert "UNICARD_TOKEN" in nobody.stdout + nobody.stderr
    other.environment = {**other.environment, "UNICARD_TOKEN": system.token("operations")}
    seen = other.unicard("watch", "--once", timeout=120)
    assert re.search(r"^ *supply +(up|late) ", seen.stdout, re.MULTILINE), seen.stdout + seen.stderr
    assert re.search(r"^Reconciliation of .*: not to be seen \(\w+\)", seen.stdout, re.MULTILINE)

"""What supply-service holds while it runs: policies, terminals, lanes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chassis.clock import business_day
from chassis.holder_proofs.keys import REFRESH_SECONDS, ProofKeys
from chassis.periodic import Periodic
from chassis.runtime import Resources
from supply_service.cards.credential import CredentialKeys
from supply_service.context import Context, Runtime
from supply_service.outlets.repository import changed_since
from supply_service.places.registry import Registry
from supply_service.policies import service as policies
from supply_service.policies.snapshot import Snapshot
from supply_service.sales import refused as refusals
from supply_service.sales.lanes import PREPARED, sale_lanes
from supply_service.sales.refused import Refused
from supply_service.sales.unproven import EVERY_SECONDS, Unproven
from supply_service.settings import Settings


@asynccontextmanager
async def lifespan(resources: Resources, settings: Settings) -> AsyncIterator[Context]:
    """Enter the policy files, read policies and terminals, open the lanes; close them in the end."""
    await policies.enter_files(resources, settings.policies)
    snapshot = Snapshot()
    proofs, unproven = ProofKeys(settings.holder_proof_keys, settings.holder_proof_keys_url), Unproven()
    refused = Refused()
    await proofs.load(resources.pool)
    await unproven.begin(resources.pool, business_day(resources.clock.now()))
    lanes = sale_lanes(resources, settings, snapshot, unproven, refused)
    credentials = CredentialKeys(settings.credential_keys, settings.credential_keys_url)
    uploads = asyncio.Semaphore(max(1, settings.pool_size // 2))
    made = Context(
        settings, snapshot, Registry(changed_since), lanes, credentials, proofs, unproven, refused, uploads,
        settings.place_contacts(), settings.configurations(),
    )  # fmt: skip
    await made.refresh_policies(resources)
    await made.refresh_terminals(resources)
    async with lanes.running(PREPARED):
        yield made
    await refused.write(resources.pool)


def _often(running: Runtime) -> float:
    return running.state.settings.refresh_seconds


# Apart: a policy that cannot be read must not keep a terminal's suspension from this process.
REFRESH: tuple[Periodic[Runtime], ...] = (
    Periodic("policies", lambda running: running.state.refresh_policies(running), _often),
    Periodic("terminals", lambda running: running.state.refresh_terminals(running), _often),
    Periodic("holder_proof_keys", lambda running: running.state.proofs.refresh(running.pool), REFRESH_SECONDS),
    Periodic(
        "unproven",
        lambda running: running.state.unproven.exchange(running.pool, running.clock.today()),
        EVERY_SECONDS,
    ),
    Periodic("refused", lambda running: running.state.refused.write(running.pool), refusals.EVERY_SECONDS),
)

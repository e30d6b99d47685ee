"""What health-service holds while it runs: the figures in force, and what seals diagnoses."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from chassis.clock import business_day
from chassis.holder_proofs.keys import ProofKeys
from chassis.runtime import Resources
from chassis.sealing import Vault
from health_service.context import Context
from health_service.coverage import repository as coverage
from health_service.rules.figures import read_figures
from health_service.rules.keys import KEYS
from health_service.settings import Settings
from policybook import entry
from policybook.snapshot import Snapshot


@asynccontextmanager
async def lifespan(resources: Resources, settings: Settings) -> AsyncIterator[Context]:
    """Enter the policy files and read the book. A new figure may change any family's cover: all are looked at."""
    today = business_day(resources.clock.now())
    async with resources.sessions() as session, session.begin():
        if await entry.enter_files(session, settings.policies, KEYS, read_figures, today):
            await coverage.look_at_all(session, today)
    # The body of a visit could be guessed from its plain hash: there are only so many diagnoses.
    resources.fingerprint_key = settings.fingerprint_key()
    proofs = ProofKeys(settings.holder_proof_keys, settings.holder_proof_keys_url)
    await proofs.load(resources.pool)
    snapshot = Snapshot(read_figures)
    await snapshot.refresh(resources)
    yield Context(settings, snapshot, Vault(settings.ring()), settings.place_contacts(), proofs)

"""What supply-service keeps at hand in one process, and how it stays fresh."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from starlette.requests import HTTPConnection

from chassis.logging import get_logger
from chassis.runtime import Runtime
from supply_service.offline.credential import CredentialKeys
from supply_service.outlets.registry import KnownTerminal, Registry
from supply_service.policies import service as policies
from supply_service.policies.book import PolicyBook
from supply_service.policies.snapshot import Snapshot
from supply_service.redemptions.lanes import Lanes
from supply_service.settings import Settings

log = get_logger(__name__)

EXTRA = "supply"
LOOK_AGAIN_SECONDS = 0.05

_VERSIONS = "SELECT subject, version FROM change_counter"


@dataclass
class Context:
    """One process's own objects."""

    settings: Settings
    snapshot: Snapshot
    registry: Registry
    lanes: Lanes
    credentials: CredentialKeys
    uploads: asyncio.Semaphore
    looked_at: float = 0.0

    async def terminal(self, runtime: Runtime, terminal_id: UUID) -> KnownTerminal | None:
        """A terminal; one that is not known here is looked up at once, it may have been registered just now."""
        found = self.registry.find(terminal_id)
        if found is None and time.monotonic() - self.looked_at > LOOK_AGAIN_SECONDS:
            self.looked_at = time.monotonic()
            await self.registry.refresh(runtime.sessions)
            found = self.registry.find(terminal_id)
        return found

    async def refresh(self, runtime: Runtime) -> None:
        """Read policies and terminals again where their version has grown."""
        versions = {row["subject"]: int(row["version"]) for row in await runtime.pool.fetch(_VERSIONS)}
        if versions["policies"] != self.snapshot.book.version:
            await self.snapshot.refresh(runtime.sessions)
        if versions["terminals"] != self.registry.version:
            await self.registry.refresh(runtime.sessions, versions["terminals"])


def context(request: HTTPConnection) -> Context:
    """The context of the process that answers this request."""
    return of(cast("Runtime", request.app.state.runtime))


def of(runtime: Runtime) -> Context:
    """The context that belongs to a runtime."""
    return cast("Context", runtime.extra[EXTRA])


@asynccontextmanager
async def lifespan(runtime: Runtime) -> AsyncIterator[None]:
    """Enter the policy files, read policies and terminals, open the lanes; close them in the end."""
    settings = cast("Settings", runtime.settings)
    await policies.enter_files(runtime, settings.policies)
    snapshot = Snapshot(PolicyBook.of(()))
    lanes = Lanes(runtime, settings, snapshot)
    credentials = CredentialKeys(settings.credential_keys, settings.credential_keys_url)
    uploads = asyncio.Semaphore(max(1, settings.pool_size // 2))
    made = Context(settings, snapshot, Registry(), lanes, credentials, uploads)
    await made.refresh(runtime)
    runtime.extra[EXTRA] = made
    async with lanes.running():
        yield


async def keep_fresh(runtime: Runtime) -> None:
    """Look for changed policies and terminals several times a second, for ever."""
    while True:
        if EXTRA in runtime.extra:  # the workers are started before the service's own lifespan
            await of(runtime).refresh(runtime)
        await asyncio.sleep(cast("Settings", runtime.settings).refresh_seconds)

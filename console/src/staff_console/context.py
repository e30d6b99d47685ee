"""What the console keeps at hand in one process."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Annotated, Final

import asyncpg
from fastapi import Depends, Request

from chassis.sealing import Vault
from staff_console.provider import Provider
from staff_console.services import Services
from staff_console.settings import Settings

# Each is held in memory as long as it takes to hand it on.
_FILES_AT_ONCE: Final = 2


@dataclass(frozen=True)
class Context:
    """One process's own objects. `secret`: what forms and cookies' marks are keyed by; `uploads`: places for files."""

    settings: Settings
    pool: asyncpg.Pool
    vault: Vault
    secret: bytes
    provider: Provider
    services: Services
    uploads: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_FILES_AT_ONCE))


def running(request: Request) -> Context:
    """The context of the process that answers."""
    found: Context = request.app.state.context
    return found


Running = Annotated[Context, Depends(running)]

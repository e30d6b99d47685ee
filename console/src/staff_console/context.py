"""What the console keeps at hand in one process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import asyncpg
from fastapi import Depends, Request

from chassis.sealing import Vault
from staff_console.provider import Provider
from staff_console.services import Services
from staff_console.settings import Settings


@dataclass(frozen=True)
class Context:
    """One process's own objects. `secret`: what forms and cookies' marks are keyed by."""

    settings: Settings
    pool: asyncpg.Pool
    vault: Vault
    secret: bytes
    provider: Provider
    services: Services


def running(request: Request) -> Context:
    """The context of the process that answers."""
    found: Context = request.app.state.context
    return found


Running = Annotated[Context, Depends(running)]

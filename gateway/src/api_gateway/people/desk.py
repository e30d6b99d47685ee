"""What the use cases of people need beside their transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.people.identities import Identities
from api_gateway.settings import Settings
from chassis.auth import Revocations

EndSessions = Callable[[AsyncSession, UUID, str], Awaitable[object]]


@dataclass(frozen=True)
class Desk:
    """What the register of people needs; `end_sessions` ends a person's sign-ins everywhere, with the reason."""

    identities: Identities
    settings: Settings
    revocations: Revocations
    end_sessions: EndSessions

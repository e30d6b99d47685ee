"""What a running service has at hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from starlette.requests import HTTPConnection

from chassis.clock import Clock
from chassis.settings import ServiceSettings

if TYPE_CHECKING:
    import asyncpg
    from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

    from chassis.auth import Revocations, TokenVerifier


def _nobody() -> None:
    """Stand in until the relay runs."""


@dataclass
class Runtime:
    """A service's own resources; `extra` holds what the service adds in its lifespan.

    `fingerprint_key`: where a request's body is so sensitive that not even its hash may be guessed at, the key under
    which stored requests are told apart.
    """

    name: str
    settings: ServiceSettings
    clock: Clock
    engine: AsyncEngine
    sessions: async_sessionmaker[AsyncSession]
    pool: asyncpg.Pool
    verifier: TokenVerifier
    revocations: Revocations
    wake_relay: Callable[[], None] = _nobody
    fingerprint_key: bytes = b""
    extra: dict[str, Any] = field(default_factory=dict)


def get_runtime(request: HTTPConnection) -> Runtime:
    """The runtime of the service that answers this request."""
    return cast("Runtime", request.app.state.runtime)

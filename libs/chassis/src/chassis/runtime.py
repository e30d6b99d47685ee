"""Application state: what a running service has at hand, the chassis' resources, and the service's own state."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from starlette.requests import HTTPConnection

from chassis.clock import Clock
from chassis.sealing import Keyring, Vault
from chassis.settings import ServiceSettings

if TYPE_CHECKING:
    import asyncpg
    from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

    from chassis.auth import Revocations, TokenVerifier
    from chassis.reactions import Reactions
    from chassis.records.recorder import Recorder

S = TypeVar("S")


def _nobody() -> None:
    """Stand in until the relay runs."""


@dataclass
class Resources:
    """The resources every service has.

    `reply_vault` seals the replies kept for repeats, which may tell of people; `fingerprint_key` is the key under which
    stored requests are told apart, since a plain hash of a request that holds a number tells the number.
    `holders`: the table that knows whose a card is, none where the service knows no cards. `keeps_districts`: whether
    objects know their district; where they do not, callers bound to one are told so.
    """

    name: str
    settings: ServiceSettings
    clock: Clock
    engine: AsyncEngine
    sessions: async_sessionmaker[AsyncSession]
    pool: asyncpg.Pool
    verifier: TokenVerifier
    revocations: Revocations
    records: Recorder
    wake_relay: Callable[[], None] = _nobody
    fingerprint_key: bytes = b""
    reply_vault: Vault | None = None
    holders: str = ""
    keeps_districts: bool = True

    def seal_replies(self, ring: Keyring) -> None:
        """Keep replies for repeats sealed, and requests by keyed fingerprints, with keys derived from a ring.

        The fingerprint's key is the oldest, so that a new one in front does not make repeats look like other requests.
        """
        self.reply_vault = Vault(ring.derived(b"unicard replies"))
        self.fingerprint_key = list(ring.derived(b"unicard fingerprints").keys.values())[-1]


@dataclass
class Runtime(Resources, Generic[S]):
    """The same with what the service itself keeps in a process: `state`, which its lifespan gives."""

    state: S = field(init=False)
    reactions: Reactions[Runtime[S]] | None = field(default=None, kw_only=True)


def get_runtime(request: HTTPConnection) -> Resources:
    """The runtime of the service that answers this request."""
    found: Resources = request.app.state.runtime
    return found


def running(kind: type[S]) -> Callable[[HTTPConnection], Awaitable[Runtime[S]]]:
    """A dependency that gives the runtime of a service whose state is of this kind, to its routes."""

    async def found(request: HTTPConnection) -> Runtime[S]:
        # async, although it waits for nothing: FastAPI would otherwise send every request through a thread for it
        runtime: Runtime[S] = request.app.state.runtime
        if not isinstance(runtime.state, kind):
            raise TypeError(f"the state of {runtime.name} is no {kind.__name__}")
        return runtime

    return found

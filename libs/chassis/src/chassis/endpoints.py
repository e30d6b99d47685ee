"""Endpoint declarations (one method of one path): who may call it, and what the edge must know of it.

Routers make it where the endpoint is handled (`chassis.routing`); the edge's table, the OpenAPI and the tests that
walk all operations are derived from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from chassis.principal import CallerKind
from contracts.scopes import Scope

MIB: Final = 1024 * 1024
LARGEST_BODY: Final = 16 * MIB
LONGEST_SECONDS: Final = 60.0
WORKERS: Final = frozenset({CallerKind.CLIENT, CallerKind.TERMINAL, CallerKind.PERSON})
PEOPLE: Final = frozenset({CallerKind.PERSON})
OFFICES: Final = frozenset({CallerKind.CLIENT, CallerKind.PERSON})  # systems and those who work with them, no terminal
CITIZENS: Final = frozenset({CallerKind.CITIZEN})

_PATH = re.compile(r"/|(/([A-Za-z0-9._-]+|\{[a-z_]+\}))+")


class Rate(StrEnum):
    """A class of calls with a bucket of its own for each client (TOKEN and PUBLIC: for each address)."""

    SALE = "sale"  # what a terminal does while the citizen waits
    STANDARD = "standard"
    BULK = "bulk"  # calls that start minutes of work
    TOKEN = "token"  # noqa: S105 - credentials are checked here: no client is known yet
    PUBLIC = "public"

    @property
    def by_address(self) -> bool:
        """Whether the bucket belongs to the caller's address, because no token has said who calls."""
        return self in {Rate.TOKEN, Rate.PUBLIC}

    @property
    def deadline(self) -> float:
        """How many seconds such a call may take where its endpoint says nothing else."""
        return {Rate.SALE: 5.0, Rate.BULK: LONGEST_SECONDS}.get(self, 10.0)


class Retry(StrEnum):
    """When the edge may send a request again after the connection failed before any answer."""

    NEVER = "never"
    ALWAYS = "always"  # reading changes nothing
    KEYED = "keyed"  # only with an Idempotency-Key: the service recognises the repeat


class DeclarationFault(ValueError):
    """An endpoint is not declared as it must be; the words name it."""


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One endpoint. Raises DeclarationFault where its facts do not fit together.

    `scopes` are alternatives, any one suffices, none means public; `callers` are the kinds that may call, `step_up`
    asks them for two factors shown a short while ago; `deadline` in seconds, `body` in bytes; `hot` ones
    are matched before the rest; `query` are the names of the query parameters it knows.
    """

    method: str
    path: str
    scopes: tuple[Scope, ...]
    rate: Rate
    deadline: float
    body: int
    retry: Retry
    hot: bool
    callers: frozenset[CallerKind] = WORKERS
    step_up: bool = False
    query: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Refuse what does not fit together."""
        if faults := list(self._faults()):
            raise DeclarationFault(f"{self.name}: {'; '.join(faults)}")

    @property
    def name(self) -> str:
        """Method and path, as logs and metrics call it."""
        return f"{self.method} {self.path}"

    @property
    def keyed(self) -> bool:
        """Whether it changes something, once for each Idempotency-Key."""
        return self.retry is Retry.KEYED

    @property
    def public(self) -> bool:
        """Whether anyone may call it without a token."""
        return not self.scopes

    def _faults(self) -> Iterator[str]:
        if not _PATH.fullmatch(self.path):
            yield "the path is not of fixed words and {parameters}"
        if unknown := [scope for scope in self.scopes if not isinstance(scope, Scope)]:
            yield f"unknown scope {unknown[0]!r}: see contracts.scopes"
        if len(set(self.scopes)) < len(self.scopes):
            yield "a scope stands twice"
        if not self.callers:
            yield "nobody may call it"
        if self.step_up and not self.callers <= {CallerKind.PERSON, CallerKind.CITIZEN}:
            yield "only people can show two factors: machines must not be among its callers"
        if self.rate.by_address != self.public:
            yield f"the rate class {self.rate} is for {'public routes' if self.rate.by_address else 'known callers'}"
        if not 0 < self.deadline <= LONGEST_SECONDS:
            yield f"the deadline is not within {LONGEST_SECONDS:g} seconds"
        if not 0 < self.body <= LARGEST_BODY:
            yield f"the body limit is not within {LARGEST_BODY} bytes"
        if (self.method == "GET") != (self.retry is Retry.ALWAYS):
            yield "what reads, and nothing else, may always be sent again"

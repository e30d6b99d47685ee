"""What the services say of themselves, all at once; one that does not answer is down and keeps nobody waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from devstack.documents import Document
from devstack.reconcile.fetch import reconcile
from devstack.stack.programs import SERVICES
from devstack.terminal.caller import Caller, Refused
from devstack.terminal.wire import NotReached

LATE_SECONDS: Final = 5.0  # an event that waits longer in its outbox is late, as the runbook says
RECONCILE_SECONDS: Final = 90.0


@dataclass(frozen=True, slots=True)
class SetAside:
    """Events of a topic that a service could not handle, and those that wait behind them."""

    service: str
    topic: str
    dead: int
    parked: int
    since: str


@dataclass(frozen=True, slots=True)
class Figures:
    """One service; `fault` says why nothing else is known of it. `behind` is None where it is not known."""

    service: str
    fault: str = ""
    version: str = ""
    outbox: int = 0
    oldest_seconds: float = 0.0
    behind: int | None = None
    set_aside: tuple[SetAside, ...] = ()
    queues: dict[str, int] = field(default_factory=dict)

    @property
    def well(self) -> bool:
        """Whether nobody need look: it answers, publishes in time and has set nothing aside."""
        return not self.fault and self.oldest_seconds <= LATE_SECONDS and not self.set_aside


async def look(caller: Caller) -> list[Figures]:
    """Every service, asked at the same time. Raises NotReached where nobody gives a token."""
    await caller.token()
    return list(await asyncio.gather(*(_of(caller, program.name) for program in SERVICES)))


async def _of(caller: Caller, service: str) -> Figures:
    try:
        said = await caller.get(f"/v1/operations/{service}/state")
    except NotReached:
        return Figures(service, fault="down")
    except Refused as refusal:
        return Figures(service, fault="down" if refusal.status >= 500 else refusal.code)
    return read(said)


def read(said: Document) -> Figures:
    """A service's own words."""
    service = str(said["service"])
    aside = (
        SetAside(service, one["topic"], one["dead"], one["parked"], one["since"][:16]) for one in said["set_aside"]
    )
    return Figures(
        service=service,
        version=said["version"],
        outbox=said["outbox_waiting"],
        oldest_seconds=said["outbox_oldest_seconds"],
        behind=said["behind"],
        set_aside=tuple(aside),
        queues={queue["name"]: queue["waiting"] for queue in said["queues"]},
    )


async def reconciled(caller: Caller, day: date) -> tuple[str, bool]:
    """What there is to say of a day's sales, pots, settlements and ledger, and whether they agree."""
    try:
        async with asyncio.timeout(RECONCILE_SECONDS):
            result = await reconcile(caller, day)
    except Refused as refusal:
        return f"{day}: not to be seen ({refusal.code})", False
    except (NotReached, TimeoutError):
        return f"{day}: nobody answers", False
    if result.agrees:
        return f"{day}: {len(result.rows)} outlets, sales, pots, settlements and ledger agree", True
    return f"{day}: {len(result.findings)} findings: unicard reconcile --day {day}", False


def aside(figures: Sequence[Figures]) -> list[SetAside]:
    """What all services have set aside, by service and topic."""
    return [one for service in figures for one in service.set_aside]

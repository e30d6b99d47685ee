"""Everything the gateway reacts to: terminals that come, go and return."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.database import MACHINE_TIME
from api_gateway.terminals import repository
from api_gateway.tokens.grants import CLINIC
from chassis.consumer import Reactions, Received
from chassis.runtime import Runtime
from contracts.health import ClinicTerminalRegistered, ClinicTerminalReinstated, ClinicTerminalSuspended
from contracts.supply import TerminalRegistered, TerminalReinstated, TerminalSuspended

reactions = Reactions(group="gateway-service")


@reactions.on(TerminalRegistered)
async def terminal_registered(
    events: Sequence[Received[TerminalRegistered]], session: AsyncSession, _: Runtime
) -> None:
    """A terminal may be enrolled; of several words about one terminal the last counts."""
    latest = {event.data.terminal_id: event.data for event in events}
    rows = [(one.terminal_id, one.outlet_id, one.kind, one.governorate) for one in latest.values()]
    await repository.register(session, rows)


@reactions.on(ClinicTerminalRegistered)
async def clinic_terminal_registered(
    events: Sequence[Received[ClinicTerminalRegistered]], session: AsyncSession, _: Runtime
) -> None:
    """A provider's terminal may be enrolled like any other."""
    latest = {event.data.terminal_id: event.data for event in events}
    rows = [(one.terminal_id, one.provider_id, CLINIC, one.governorate) for one in latest.values()]
    await repository.register(session, rows)


@reactions.on(TerminalSuspended)
@reactions.on(ClinicTerminalSuspended)
async def terminal_suspended(
    events: Sequence[Received[TerminalSuspended | ClinicTerminalSuspended]], session: AsyncSession, runtime: Runtime
) -> None:
    """A terminal gets no more tokens, and those it has are refused here too."""
    await repository.suspend(session, [event.data.terminal_id for event in events], MACHINE_TIME.now())
    for event in events:
        await runtime.revocations.suspend(session, str(event.data.terminal_id), event.data.reason)


@reactions.on(TerminalReinstated)
@reactions.on(ClinicTerminalReinstated)
async def terminal_reinstated(
    events: Sequence[Received[TerminalReinstated | ClinicTerminalReinstated]], session: AsyncSession, runtime: Runtime
) -> None:
    """A terminal gets tokens again."""
    await repository.reinstate(session, [event.data.terminal_id for event in events])
    for event in events:
        await runtime.revocations.reinstate(session, str(event.data.terminal_id))

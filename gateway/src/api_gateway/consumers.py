"""Everything the gateway reacts to: terminals that come, go and return."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

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
async def terminal_suspended(
    events: Sequence[Received[TerminalSuspended]], session: AsyncSession, runtime: Runtime
) -> None:
    """A terminal gets no more tokens, and those it has are refused here too."""
    await _suspend([(event.data.terminal_id, event.data.reason) for event in events], session, runtime)


@reactions.on(ClinicTerminalSuspended)
async def clinic_terminal_suspended(
    events: Sequence[Received[ClinicTerminalSuspended]], session: AsyncSession, runtime: Runtime
) -> None:
    """A provider's terminal gets no more tokens, and those it has are refused here too."""
    await _suspend([(event.data.terminal_id, event.data.reason) for event in events], session, runtime)


@reactions.on(TerminalReinstated)
async def terminal_reinstated(
    events: Sequence[Received[TerminalReinstated]], session: AsyncSession, runtime: Runtime
) -> None:
    """A terminal gets tokens again."""
    await _reinstate([event.data.terminal_id for event in events], session, runtime)


@reactions.on(ClinicTerminalReinstated)
async def clinic_terminal_reinstated(
    events: Sequence[Received[ClinicTerminalReinstated]], session: AsyncSession, runtime: Runtime
) -> None:
    """A provider's terminal gets tokens again."""
    await _reinstate([event.data.terminal_id for event in events], session, runtime)


async def _suspend(terminals: Sequence[tuple[UUID, str]], session: AsyncSession, runtime: Runtime) -> None:
    await repository.suspend(session, [terminal_id for terminal_id, _ in terminals], MACHINE_TIME.now())
    for terminal_id, reason in terminals:
        await runtime.revocations.suspend(session, str(terminal_id), reason)


async def _reinstate(terminal_ids: Sequence[UUID], session: AsyncSession, runtime: Runtime) -> None:
    await repository.reinstate(session, terminal_ids)
    for terminal_id in terminal_ids:
        await runtime.revocations.reinstate(session, str(terminal_id))

"""Reactions that every service shares: whoever is suspended anywhere is refused here."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.reactions import Reactions, Received
from chassis.runtime import Runtime
from contracts.gateway import ClientReinstated, ClientSuspended
from contracts.health import ClinicTerminalReinstated, ClinicTerminalSuspended
from contracts.supply import TerminalReinstated, TerminalSuspended


def revocation_reactions(reactions: Reactions) -> None:
    """Let suspensions of clients and terminals reach this service."""

    @reactions.on(ClientSuspended)
    async def _client_suspended(
        events: Sequence[Received[ClientSuspended]], session: AsyncSession, runtime: Runtime
    ) -> None:
        for event in events:
            await runtime.revocations.suspend(session, event.data.client_id, event.data.reason)

    @reactions.on(ClientReinstated)
    async def _client_reinstated(
        events: Sequence[Received[ClientReinstated]], session: AsyncSession, runtime: Runtime
    ) -> None:
        for event in events:
            await runtime.revocations.reinstate(session, event.data.client_id)

    @reactions.on(TerminalSuspended)
    @reactions.on(ClinicTerminalSuspended)
    async def _terminal_suspended(
        events: Sequence[Received[TerminalSuspended | ClinicTerminalSuspended]], session: AsyncSession, runtime: Runtime
    ) -> None:
        for event in events:
            await runtime.revocations.suspend(session, str(event.data.terminal_id), event.data.reason)

    @reactions.on(TerminalReinstated)
    @reactions.on(ClinicTerminalReinstated)
    async def _terminal_reinstated(
        events: Sequence[Received[TerminalReinstated | ClinicTerminalReinstated]],
        session: AsyncSession,
        runtime: Runtime,
    ) -> None:
        for event in events:
            await runtime.revocations.reinstate(session, str(event.data.terminal_id))

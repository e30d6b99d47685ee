"""Everything the gateway reacts to: terminals that come, go and return."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.context import Runtime
from api_gateway.database import MACHINE_TIME
from api_gateway.held import HELD
from api_gateway.terminals import repository
from api_gateway.terminals.models import Standing
from chassis.consumer import Reactions, Received
from chassis.privacy.reactions import follow_privacy
from contracts.event import Event
from terminal_registry.kinds import KINDS, TERMINAL, Kind, registration

SUSPENDED_FOR = "suspended_for"
reactions: Reactions[Runtime] = Reactions(group="gateway-service")
follow_privacy(reactions, HELD, hear_holds=False)


async def terminal_suspended(events: Sequence[Received[Event]], session: AsyncSession, runtime: Runtime) -> None:
    """A terminal gets no more tokens, and those it has are refused here too."""
    told = [event.data.model_dump() for event in events]
    await repository.suspend(session, [one[TERMINAL] for one in told], MACHINE_TIME.now())
    for one in told:
        await runtime.revocations.suspend(session, str(one[TERMINAL]), one["reason"])


async def terminal_reinstated(events: Sequence[Received[Event]], session: AsyncSession, runtime: Runtime) -> None:
    """A terminal gets tokens again."""
    ids = [event.data.model_dump()[TERMINAL] for event in events]
    await repository.reinstate(session, ids)
    for terminal_id in ids:
        await runtime.revocations.reinstate(session, str(terminal_id))


def _follow(kind: Kind) -> None:
    """Hear of the terminals of a kind of place."""

    @reactions.on(kind.registered)
    async def terminal_registered(events: Sequence[Received[Event]], session: AsyncSession, _: Runtime) -> None:
        """A terminal may be enrolled; of several words about one terminal the last counts."""
        told = [registration(kind, event.data) for event in events]
        latest = {one.terminal_id: one for one in told}
        rows = [(one.terminal_id, one.place_id, one.kind, one.governorate, one.authority) for one in latest.values()]
        await repository.register(session, rows)

    reactions.on(kind.suspended)(terminal_suspended)
    reactions.on(kind.reinstated)(terminal_reinstated)
    if kind.restated is None:
        return

    @reactions.restated(kind.restated, kind.registered, kind.suspended, kind.reinstated)
    async def terminal_restated(events: Sequence[Received[Event]], session: AsyncSession, runtime: Runtime) -> None:
        """A terminal is as its owner has it now, suspended or not; its key is the gateway's own."""
        told = {event.data.model_dump()[TERMINAL]: event.data for event in events}
        standing = [_standing(kind, event) for event in told.values()]
        for terminal_id, suspended in await repository.restate(session, standing, MACHINE_TIME.now()):
            if suspended:
                reason = told[terminal_id].model_dump()[SUSPENDED_FOR]
                await runtime.revocations.suspend(session, str(terminal_id), reason)
            else:
                await runtime.revocations.reinstate(session, str(terminal_id))


def _standing(kind: Kind, event: Event) -> Standing:
    """A terminal as a snapshot has it. Who registered it may not be known by its owner: what is known here stays."""
    one, told = registration(kind, event), event.model_dump()
    return Standing(
        terminal_id=one.terminal_id,
        outlet_id=one.place_id,
        kind=one.kind,
        governorate=one.governorate,
        authority=one.authority,
        registered_by=told["authority"],
        suspended=told[SUSPENDED_FOR] is not None,
    )


for each in KINDS:
    _follow(each)

"""Use cases of terminals: registering one with a place, suspending and reinstating it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.area import Area
from chassis.ids import new_id
from chassis.principal import Principal
from chassis.reactions import Received
from chassis.refusals import Refusal
from chassis.runtime import Resources
from contracts.gateway import TerminalEnrolled
from terminal_registry.kinds import TERMINAL, Kind
from terminal_registry.repository import Terminals
from terminal_registry.schemas import NewTerminal


@dataclass(frozen=True)
class Refusals:
    """What a service refuses in its own words."""

    unknown: type[Refusal]
    serial_taken: type[Refusal]
    already_suspended: type[Refusal]
    not_suspended: type[Refusal]


# Called in the transaction in which a terminal is suspended (True) or accepted again, with the moment.
Noted = Callable[[AsyncSession, UUID, bool, datetime], Awaitable[None]]


class Registry:
    """The terminals of one kind of place, in the service that owns the places."""

    def __init__(self, kind: Kind, terminals: Terminals, refusals: Refusals, noted: Noted | None = None) -> None:
        """`terminals`: the service's own table; `noted`: keeps when they were suspended, where that is asked for."""
        self.kind = kind
        self.terminals = terminals
        self.refusals = refusals
        self._noted = noted

    async def register(
        self, session: AsyncSession, runtime: Resources, caller: Principal, place: RowMapping, given: NewTerminal
    ) -> RowMapping:
        """Assign a terminal to a place the caller may act in, so that it may be enrolled. Raises `serial_taken`."""
        terminal_id, place_id = new_id(), place[self.kind.place]
        terminal = await self.terminals.add(
            session,
            terminal_id=terminal_id,
            place_id=place_id,
            serial=given.serial,
            model=given.model,
            authority=caller.actor.office,
            at=runtime.clock.now(),
        )
        if terminal is None:
            raise self.refusals.serial_taken
        told = {TERMINAL: terminal_id, self.kind.place: place_id, "governorate": place["governorate"]}
        told["authority"] = caller.actor.office
        if self.kind.terminals is None:
            told["kind"] = place["kind"]
        await outbox.add(session, self.kind.registered.model_validate(told))
        return terminal

    async def find(
        self, session: AsyncSession, caller: Principal, terminal_id: UUID, *, lock: bool = False
    ) -> RowMapping:
        """A terminal the caller may see. Raises `unknown`."""
        found = await self.terminals.find(session, terminal_id, lock=lock)
        if found is None:
            raise self.refusals.unknown
        area = Area(found["governorate"], found["district"], **{self.kind.place: found[self.kind.place]})
        caller.bound.hold(area, self.refusals.unknown)
        return found

    async def suspend(
        self, session: AsyncSession, runtime: Resources, caller: Principal, terminal_id: UUID, reason: str
    ) -> RowMapping:
        """Refuse a terminal everywhere. Raises `unknown` or `already_suspended`."""
        version = await self.terminals.next_version(session)
        found = await self.find(session, caller, terminal_id, lock=True)
        if found["status"] == "suspended":
            raise self.refusals.already_suspended
        await runtime.revocations.suspend(session, str(terminal_id), reason)
        written = await self.terminals.set_status(session, terminal_id, "suspended", reason, version)
        if self._noted is not None:
            await self._noted(session, terminal_id, True, runtime.clock.now())
        told = {TERMINAL: terminal_id, self.kind.place: found[self.kind.place], "reason": reason}
        await outbox.add(session, self.kind.suspended.model_validate(told))
        return written

    async def reinstate(
        self, session: AsyncSession, runtime: Resources, caller: Principal, terminal_id: UUID
    ) -> RowMapping:
        """Accept a suspended terminal again. Raises `unknown` or `not_suspended`."""
        version = await self.terminals.next_version(session)
        found = await self.find(session, caller, terminal_id, lock=True)
        if found["status"] != "suspended":
            raise self.refusals.not_suspended
        await runtime.revocations.reinstate(session, str(terminal_id))
        written = await self.terminals.set_status(session, terminal_id, "active", None, version)
        if self._noted is not None:
            await self._noted(session, terminal_id, False, runtime.clock.now())
        told = {TERMINAL: terminal_id, self.kind.place: found[self.kind.place]}
        await outbox.add(session, self.kind.reinstated.model_validate(told))
        return written

    async def enrolled(self, events: Sequence[Received[TerminalEnrolled]], session: AsyncSession, _: Resources) -> None:
        """Reaction: know the keys that terminals have enrolled with."""
        for event in events:
            told = event.data
            await self.terminals.set_key(session, told.terminal_id, told.key_id, told.public_key)

"""Routes of terminals, the same for every kind of place: registration, reading, suspension and its end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.paging import Page, Paging, by_id
from chassis.principal import Principal
from chassis.records.acts import Rows
from chassis.refusals import Refusal
from chassis.routing import Router
from chassis.runtime import Resources, get_runtime
from contracts.scopes import Scope
from terminal_registry.kinds import TERMINAL
from terminal_registry.registry import Registry
from terminal_registry.schemas import NewTerminal, RegisteredTerminal, Short, Status, Suspension

Running = Annotated[Resources, Depends(get_runtime)]
Serial = Annotated[Short, Query(description="of one terminal, to the letter")]
FindPlace = Callable[[AsyncSession, Principal, UUID], Awaitable[RowMapping]]


@dataclass(frozen=True)
class Wire:
    """How a kind of terminal crosses the wire.

    `path`: of all terminals of the kind; `noun`: how operations and records call one; `place`: what it stands in, in
    words; `given`, `suspension`, `terminal`, `page`: the bodies; `reads`, `writes`: the scopes.
    """

    path: str
    noun: str
    place: str
    given: type[NewTerminal]
    suspension: type[Suspension]
    terminal: type[RegisteredTerminal]
    page: type[BaseModel]
    reads: Scope
    writes: Scope


def add_terminal_routes(
    routes: Router, registry: Registry, wire: Wire, find_place: FindPlace, place_unknown: type[Refusal]
) -> None:
    """Declare the routes of a kind of terminal; `find_place` raises `place_unknown` for what the caller may not see."""
    refusals, rows, one = registry.refusals, Rows(wire.noun, TERMINAL), f"{wire.path}/{{{TERMINAL}}}"

    async def register(runtime: Running, body: NewTerminal, caller: Caller, session: Work) -> RegisteredTerminal:
        place = await find_place(session, caller, getattr(body, registry.kind.place))
        return wire.terminal.model_validate(await registry.register(session, runtime, caller, place, body))

    async def listed(
        caller: Caller,
        session: Reading,
        page: Annotated[Paging[UUID], by_id(100, 500)],
        place_id: UUID | None = None,
        status: Status | None = None,
        serial: Serial | None = None,
    ) -> BaseModel:
        """Terminals, of a place, a state or a serial number where given."""
        asked = {"place_id": place_id, "status": status, "serial": serial}
        rows = await registry.terminals.listed(session, caller.bound, asked, page)
        items = [wire.terminal.model_validate(row) for row in rows]
        shown: Page[RegisteredTerminal, UUID] = Page.of(page, items, lambda one: one.terminal_id)
        return wire.page(items=shown.items, next=shown.next)

    async def read(terminal_id: UUID, caller: Caller, session: Reading) -> RegisteredTerminal:
        """One terminal."""
        return wire.terminal.model_validate(await registry.find(session, caller, terminal_id))

    async def suspend(
        runtime: Running, terminal_id: UUID, body: Suspension, caller: Caller, session: Work
    ) -> RegisteredTerminal:
        """Refuse a terminal everywhere, within a second."""
        changed = await registry.suspend(session, runtime, caller, terminal_id, body.reason)
        return wire.terminal.model_validate(changed)

    async def reinstate(runtime: Running, terminal_id: UUID, caller: Caller, session: Work) -> RegisteredTerminal:
        """Accept a suspended terminal again."""
        return wire.terminal.model_validate(await registry.reinstate(session, runtime, caller, terminal_id))

    register.__doc__ = f"Assign a terminal to {wire.place}; it can then be enrolled with a one-time code."
    register.__annotations__["body"], suspend.__annotations__["body"] = wire.given, wire.suspension
    for handler in (register, read, suspend, reinstate):
        handler.__name__ = f"{handler.__name__}_{wire.noun}"
        handler.__annotations__["return"] = wire.terminal
    listed.__name__ = f"list_{wire.noun}s"
    listed.__annotations__["return"] = wire.page
    listed.__annotations__["place_id"] = Annotated[UUID | None, Query(alias=registry.kind.place)]
    routes.post(
        wire.path, scopes=wire.writes, status_code=201, problems=(place_unknown, refusals.serial_taken), rows=rows
    )(register)
    # Whoever stops what was stolen does nothing else with it, nor gives it back.
    sees = (wire.reads, wire.writes, Scope.TERMINALS_SUSPEND)
    routes.get(wire.path, scopes=sees)(listed)
    routes.get(one, scopes=sees, problems=refusals.unknown)(read)
    routes.post(
        f"{one}/suspension",
        scopes=(wire.writes, Scope.TERMINALS_SUSPEND),
        status_code=201,
        problems=(refusals.unknown, refusals.already_suspended),
        rows=rows,
    )(suspend)
    routes.delete(
        f"{one}/suspension", scopes=wire.writes, problems=(refusals.unknown, refusals.not_suspended), rows=rows
    )(reinstate)

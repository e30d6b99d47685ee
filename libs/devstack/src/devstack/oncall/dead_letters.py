"""`unicard dead-letters`: see events that a service has set aside, have them handled again, propose to give them up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final

import typer
import uvloop
from rich.console import Console
from rich.table import Table

from devstack.documents import Document
from devstack.engines.process import EngineError
from devstack.oncall.access import Access, Gateway, Token
from devstack.stack.programs import SERVICES
from devstack.terminal.caller import Caller, Refused
from devstack.terminal.fleet import pages

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Events that services have set aside.")

NAMES: Final = tuple(program.name for program in SERVICES)
WIDTH: Final = 160

Service = Annotated[str, typer.Argument(help=" | ".join(NAMES))]
Number = Annotated[int, typer.Argument(min=1, help="Its number in `unicard dead-letters list`.")]


@app.command(name="list")
def show(
    service: Annotated[str, typer.Argument(help="Of this service alone; of all if left out.")] = "",
    *,
    settled: Annotated[bool, typer.Option("--settled", help="Those that no longer stand aside.")] = False,
    gateway: Gateway = "",
    token: Token = "",
) -> None:
    """List them: `dead` could not be handled, `parked` wait behind those. What they tell is not shown."""
    services = (_known(service),) if service else NAMES

    async def work(caller: Caller) -> list[tuple[str, Document]]:
        found = await asyncio.gather(*(_of(caller, name, settled=settled) for name in services))
        return [row for rows in found for row in rows]

    rows = _run(gateway, token, work)
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDTH)
    console.print(_table(rows, settled=settled) if rows else "nothing stands aside" if not settled else "nothing did")


@app.command()
def replay(service: Service, number: Number, *, gateway: Gateway = "", token: Token = "") -> None:
    """Have a dead event handled again, and those behind it, up to the next one that fails."""

    async def work(caller: Caller) -> Any:
        return await caller.post(f"{_base(service)}/{number}/replay")

    typer.echo(f"{service}: {_run(gateway, token, work)['handled']} events handled")


@app.command()
def discard(
    service: Service,
    number: Number,
    *,
    reason: Annotated[str, typer.Option(help="Why it can never be handled; kept with the proposal.")],
    gateway: Gateway = "",
    token: Token = "",
) -> None:
    """Propose to give an event up; it is when another person has approved that."""

    async def work(caller: Caller) -> Any:
        return await caller.post(f"{_base(service)}/{number}/discard", {"reason": reason})

    proposal = _run(gateway, token, work)["proposal_id"]
    typer.echo(
        f"{service}: proposed ({proposal}); it is given up when another person approves it:"
        f" POST /v1/proposals/{service}/{proposal}/decision"
    )


def _known(service: str) -> str:
    if service not in NAMES:
        raise EngineError(f"there is no service {service}; there are {', '.join(NAMES)}")
    return service


def _base(service: str) -> str:
    return f"/v1/operations/{_known(service)}/parked-events"


async def _of(caller: Caller, service: str, *, settled: bool) -> list[tuple[str, Document]]:
    asked = {"settled": "true"} if settled else {}
    return [(service, row) async for row in pages(caller, _base(service), **asked)]


def _run(gateway: str, token: str, work: Callable[[Caller], Awaitable[Any]]) -> Any:
    """Do it as the options say. Raises EngineError where the service says no."""
    access = Access.of(gateway, token)

    async def working() -> Any:
        async with access.caller() as caller:
            return await work(caller)

    try:
        return uvloop.run(working())
    except Refused as refusal:
        raise EngineError(str(refusal)) from refusal


def _table(rows: list[tuple[str, Document]], *, settled: bool) -> Table:
    table = Table(box=None, header_style="bold")
    last = ("settled by", "why") if settled else ("since (UTC)", "reason")
    for heading in ("service", "number", "state", "type", "topic", *last):
        table.add_column(heading, justify="right" if heading == "number" else "left", overflow="fold")
    for service, row in rows:
        told = (row["settled_by"], row["settled_reason"]) if settled else (_minute(row["parked_at"]), row["reason"])
        cells = (service, str(row["id"]), row["state"], _short(row["type"]), row["topic"], *told)
        table.add_row(*(str(cell or "") for cell in cells), style="red" if row["state"] == "dead" else None)
    return table


def _minute(instant: str) -> str:
    return instant[:16].replace("T", " ")


def _short(event_type: str | None) -> str:
    """`CardIssued` of `unicard.card.CardIssued.v1`."""
    parts = (event_type or "").split(".")
    return parts[-2] if len(parts) > 1 else parts[0]

"""`unicard watch`: how all six services are, on one page that stays up to date."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from typing import Annotated, Final

import typer
import uvloop
from rich.console import Console
from rich.live import Live

from devstack.engines.process import EngineError
from devstack.oncall.access import RECONCILIATION, Access, Gateway, Token
from devstack.oncall.figures import Figures, look, reconciled
from devstack.oncall.screen import page
from devstack.terminal.caller import Refused
from devstack.terminal.receipt import CAIRO

app = typer.Typer(add_completion=False, help="How all services are, on one page.")

WIDTH: Final = 120  # of a page that goes into a file
RECONCILED_EVERY_S: Final = 600.0


@app.command(name="watch")
def main(
    *,
    once: Annotated[bool, typer.Option("--once", help="Print the page once. Exit code 1 where somebody must look.")] = (
        False
    ),
    every: Annotated[float, typer.Option(min=1.0, help="Seconds between two looks.")] = 3.0,
    gateway: Gateway = "",
    token: Token = "",
) -> None:
    """Show the services, their dead letters, the SMS queue, and whether yesterday's books agree."""
    access = Access.of(gateway, token)
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDTH)
    try:
        if once:
            well = uvloop.run(_once(access, console))
            raise typer.Exit(0 if well else 1)
        uvloop.run(_watch(access, console, every))
    except KeyboardInterrupt:
        return
    except Refused as refusal:
        raise EngineError(str(refusal)) from refusal


async def _once(access: Access, console: Console) -> bool:
    figures, said = await asyncio.gather(_look(access), _reconciled(access))
    console.print(page(figures, said, datetime.now(CAIRO)))
    return all(one.well for one in figures)


async def _watch(access: Access, console: Console, every: float) -> None:
    """Draw over what is there: only what has changed is written, and the terminal is left as it was found."""
    figures, asking = await _look(access), asyncio.create_task(_reconciled(access))
    asked, said = asyncio.get_running_loop().time(), (f"{_yesterday()}: being compared", True)
    with Live(page(figures, said, datetime.now(CAIRO)), console=console, screen=True, auto_refresh=False) as live:
        while True:
            await asyncio.sleep(every)
            figures = await _look(access)
            if asking.done():
                said = asking.result()
                if asyncio.get_running_loop().time() - asked > RECONCILED_EVERY_S:
                    asking, asked = asyncio.create_task(_reconciled(access)), asyncio.get_running_loop().time()
            live.update(page(figures, said, datetime.now(CAIRO)), refresh=True)


async def _look(access: Access) -> list[Figures]:
    async with access.caller() as caller:
        return await look(caller)


async def _reconciled(access: Access) -> tuple[str, bool]:
    async with access.caller(RECONCILIATION) as caller:
        return await reconciled(caller, _yesterday())


def _yesterday() -> date:
    return datetime.now(CAIRO).date() - timedelta(days=1)

"""`unicard demo`: the Port Said pilot, played through the gateway."""

from __future__ import annotations

import asyncio
from datetime import datetime
from functools import partial
from typing import Annotated

import typer
import uvloop
from rich.console import Console

from devstack.demo.calendar import CAIRO
from devstack.demo.context import LANES, Options
from devstack.demo.play import play
from devstack.demo.report import Report
from devstack.engines.process import EngineError
from devstack.people.cast import ensure_people
from devstack.people.clients import ensure_clients
from devstack.people.host import on_host
from devstack.people.store import Store
from devstack.settings import StackSettings
from devstack.terminal.caller import Refused
from devstack.terminal.provision import NoCredentials
from devstack.terminal.wire import NotReached

app = typer.Typer(add_completion=False, help="The Port Said pilot, played through the gateway.")
WIDTH = 150  # of a report that goes into a file
SERVICES = ("card", "supply", "health", "payment", "notify")


@app.command()
def demo(
    scale: Annotated[
        float, typer.Option(min=0.0001, max=5.0, help="Share of the pilot: 1.0 is 42,000 households.")
    ] = 1.0,
    seed: Annotated[int, typer.Option(help="Other people and other days, the same for the same number.")] = 2025,
    days: Annotated[int | None, typer.Option(min=2, max=31, help="Play only so many days of the month.")] = None,
    lanes: Annotated[int, typer.Option(min=1, max=512, help="Calls under way at once.")] = LANES,
) -> None:
    """Play the pilot against the running system: a cohort, a month, and what happens to families.

    Exit code 0: every line of the closing report passed, 1: one failed, 2: it could not go on.
    """
    settings = StackSettings.in_use()
    options = Options(
        settings.url("edge"), settings.url("sink"), settings.folder, scale=scale, seed=seed, days=days, lanes=lanes
    )
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    try:
        report = uvloop.run(_play(settings, options, console))
    except (Refused, NotReached, NoCredentials, EngineError, LookupError, TimeoutError) as error:
        console.print(f"[bold red]The pilot could not go on:[/] {error}", highlight=False)
        raise typer.Exit(2) from error
    except asyncio.CancelledError:
        console.print("Ended before its time.")
        raise typer.Exit(130) from None
    console.print()
    report.show()
    console.print(f"Kept in {options.folder / 'demo-report.json'}", style="dim")
    raise typer.Exit(0 if report.passed else 1)


async def _play(settings: StackSettings, options: Options, console: Console) -> Report:
    """The run, with the people who decide in it."""
    await ensure_people(settings.folder, options.gateway_url, partial(on_host, settings, "invite"))
    await ensure_clients(options.gateway_url, settings.clients_file, Store(settings.folder))
    metrics = {name: settings.url(name) for name in SERVICES}
    return await play(options, console, datetime.now(CAIRO).date(), metrics)

"""`unicard`: the command line of a stack without Docker."""

from __future__ import annotations

import asyncio
import importlib
import os
import sys
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text
from typer.core import TyperGroup

from devstack import training
from devstack.engines.files import keep_private
from devstack.engines.process import EngineError
from devstack.settings import PORTS, StackSettings
from devstack.stack import launch
from devstack.stack import logs as log_files
from devstack.stack.programs import FRONTS
from devstack.state import READY, State, is_running, read_state
from devstack.terminal.wire import NotReached

console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)

# Sub-commands with libraries of their own, imported when they are called.
_LATER = {
    "audit": "devstack.stack.audit",
    "dead-letters": "devstack.oncall.dead_letters",
    "demo": "devstack.demo.cli",
    "people": "devstack.people.cli",
    "reconcile": "devstack.reconcile.cli",
    "restate": "devstack.stack.restate",
    "terminal": "devstack.terminal.cli",
    "sms": "devstack.sink.cli",
    "training": "devstack.stack.training_cli",
    "watch": "devstack.oncall.cli",
}


class _Commands(TyperGroup):
    """The commands, those of `_LATER` found on demand; expected failures end with a sentence."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*super().list_commands(ctx), *_LATER]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name in _LATER:
            command = typer.main.get_command(importlib.import_module(_LATER[cmd_name]).app)
            command.name = cmd_name
            return command
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: Any) -> Any:
        keep_private()
        try:
            return super().invoke(ctx)
        except EngineError as error:
            errors.print(Text(str(error), style="red"))
            raise typer.Exit(1) from error
        except NotReached as error:
            where = StackSettings.in_use().url("edge")
            errors.print(Text(f"{where} does not answer: is the system up? unicard status ({error})", style="red"))
            raise typer.Exit(1) from error


app = typer.Typer(cls=_Commands, no_args_is_help=True, add_completion=False, help="Unified Card without Docker.")


@app.callback()
def _which(
    *, for_training: Annotated[bool, typer.Option("--training", help="Mean the training installation.")] = False
) -> None:
    """Say which installation all that follows means."""
    if for_training:
        os.environ[training.VARIABLE] = "true"


@app.command()
def up(
    *,
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Return when ready; `down` stops it.")] = False,
    demo: Annotated[
        bool | None,
        typer.Option(help="The first time, play the demo at a small scale; training does, unless told not to."),
    ] = None,
    for_training: Annotated[
        bool, typer.Option("--training", help="Start the training installation, beside the system.")
    ] = False,
) -> None:
    """Start the whole system."""
    _which(for_training=for_training)
    settings = StackSettings.from_environment()
    if is_running(settings.folder):
        _found(settings)
        return
    training.claim(settings.folder, training=settings.training)
    demo = settings.training if demo is None else demo
    if detach:
        state = launch.start_detached(settings, _report)
        if settings.training and demo:
            from devstack.people.cli import tell_demo_people
            from devstack.stack.first_demo import FirstDemo

            asyncio.run(FirstDemo(settings).play())
            tell_demo_people(settings)
        _say_ready(state, settings)
        return
    from devstack.people.cli import tell_demo_people
    from devstack.stack.first_demo import FirstDemo
    from devstack.stack.supervisor import Supervisor

    async def when_ready() -> None:
        state = read_state(settings.folder)
        if state is not None:
            _say_ready(state, settings)
        if demo:
            played = await FirstDemo(settings).play()
            tell_demo_people(settings)
            if played and state is not None:  # it has said much since
                _say_ready(state, settings)
        console.print("Ctrl-C stops the system.")

    asyncio.run(Supervisor(settings, _report).run(when_ready))
    console.print("stopped; the data stays in", str(settings.folder))


def _found(settings: StackSettings) -> None:
    """A second `up` finds the first and waits for it where it is still starting."""
    state = read_state(settings.folder)
    pid = f" (process {state.supervisor.pid})" if state else ""
    console.print(f"the system of {settings.folder} is running already{pid}")
    _say_ready(launch.wait_until_ready(settings, _report), settings)


@app.command()
def down() -> None:
    """Stop what `up` started, and nothing else."""
    settings = StackSettings.from_environment()
    with console.status("stopping"):
        names = launch.stop(settings)
    if names:
        console.print(f"stopped: {', '.join(names)}; the data stays in {settings.folder}")
    else:
        console.print("nothing was running")


@app.command()
def status() -> None:
    """Show every process: port, health, memory, restarts, events set aside, state being told again."""
    from devstack.stack.status import lines

    settings = StackSettings.from_environment()
    state = read_state(settings.folder)
    if state is None or not is_running(settings.folder):
        console.print(f"nothing runs in {settings.folder}" + (f": {state.error}" if state and state.error else ""))
        raise typer.Exit(1)
    table = Table(box=None, header_style="bold")
    for heading in ("process", "pid", "port", "health", "MB", "restarts", "events set aside", "state"):
        table.add_column(heading, justify="left" if heading in ("process", "health", "state") else "right")
    total, healthy = 0, True
    for line in lines(settings, state):
        fine = line.health in ("ready", "running")
        healthy &= fine
        total += line.memory_bytes
        table.add_row(
            line.name,
            str(line.pid),
            str(line.port or ""),
            Text(line.health, style="green" if fine else "red"),
            f"{line.memory_bytes / 1_000_000:.0f}",
            str(line.restarts),
            Text(line.parked, style="yellow"),
            Text(line.facts, style="yellow"),
        )
    table.add_row("together", "", "", state.phase, f"{total / 1_000_000:.0f}", "", "", "")
    console.print(table)
    raise typer.Exit(0 if healthy and state.phase == READY else 1)


@app.command()
def logs(
    name: Annotated[str | None, typer.Argument(help="One process; all of them when left out.")] = None,
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as lines are written.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="How many of the last lines.")] = 20,
) -> None:
    """Show what the processes have said."""
    settings = StackSettings.from_environment()
    paths = log_files.files(settings, name)
    if not paths:
        console.print(f"no logs in {settings.folder}: nothing has run there yet")
    single = name is not None
    for process, line in log_files.last_lines(paths, lines):
        _print_line(process, line, single)
    if follow:
        try:
            for process, line in log_files.follow(paths):
                _print_line(process, line, single)
        except KeyboardInterrupt:
            raise typer.Exit(0) from None


def _print_line(process: str, line: str, single: bool) -> None:
    sys.stdout.write(f"{line}\n" if single else f"{process:>10} | {line}\n")
    sys.stdout.flush()


def _report(what: str) -> None:
    console.print(Text(what, style="dim"))


def _say_ready(state: State, settings: StackSettings) -> None:
    """Where to go now."""
    out = Console(highlight=False, soft_wrap=True)
    out.print(f"\n[bold green]Unified Card answers at {state.edge}[/]")
    for front in FRONTS:
        out.print(f"  {front.what:<15} {state.edge}{front.path}")
    out.print(f"  documentation   {state.edge}/docs")
    out.print(f"  SMS sink        {settings.url('sink')}/messages   (unicard sms watch)")
    out.print(f"  API clients     {settings.clients_file}")
    out.print("  processes       unicard status, unicard logs")
    out.print(f"  ports           settings, such as {PORTS['edge'][0]} and {PORTS['postgres'][0]}")
    if settings.training:
        out.print(
            "[bold red]TRAINING · تدريب[/]: nothing is real; commands: unicard --training …, unicard training reset"
        )
    out.print("[yellow]A demonstration: business time can be moved (training clock on), SMS go to a sink.[/]\n")

"""`unicard audit`: does the record of who has seen what hold, and where does it end?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from devstack.engines.ports import LOOPBACK
from devstack.settings import POSTGRES_VARIABLE, WORK, StackSettings
from devstack.stack.databases import service_url
from devstack.stack.programs import SERVICES, Program
from devstack.stack.secrets import load_secrets

app = typer.Typer(add_completion=False, no_args_is_help=True, help="The record of who has seen or changed what.")


@app.command()
def verify(
    heads: Annotated[
        Path | None, typer.Option(help="What `export` wrote before: nothing of it may be missing.")
    ] = None,
) -> None:
    """Walk the chain of every service's record; exit code 1 where one does not hold."""
    reports = _all("verify", heads)
    for report in reports:
        for fault in report["faults"]:
            typer.echo(f"{report['service']}: {fault}", err=True)
        if not report["faults"]:
            typer.echo(f"{report['service']}: {report['records']} records, the chain holds")
    if any(report["faults"] for report in reports):
        raise typer.Exit(1)


@app.command()
def export(file: Annotated[Path, typer.Argument(help="Where to write: keep it away from the databases.")]) -> None:
    """Write where the chains end, so that nothing before can be cut off unseen."""
    file.write_text(json.dumps(_all("export", None), indent=2) + "\n", encoding="utf-8")
    typer.echo(f"{file}: keep it where nobody who can write to the databases reads")


def _all(command: str, heads: Path | None) -> list[dict[str, Any]]:
    settings = StackSettings.in_use()
    kept = "" if heads is None else heads.read_text(encoding="utf-8")
    programs = _in_containers if settings.in_containers else _here(settings)
    reports: list[dict[str, Any]] = []
    for program in SERVICES:
        runs, environment = programs(program)
        arguments = [*runs, "-m", "chassis.audit", command, program.name, *(["-"] if kept else [])]
        done = subprocess.run(arguments, env=environment, input=kept, capture_output=True, check=False, text=True)
        if not done.stdout:
            said = done.stderr.strip().splitlines()
            typer.echo(f"{program.name}: {said[-1] if said else 'it said nothing'}", err=True)
            raise typer.Exit(2)
        reports.append(json.loads(done.stdout))
    return reports


Runs = tuple[list[str], dict[str, str]]


def _in_containers(program: Program) -> Runs:
    """Python in the container that alone knows the chain's key."""
    return ["docker", "compose", "exec", "-T", f"{program.name}{WORK}", "python"], dict(os.environ)


def _here(settings: StackSettings) -> Callable[[Program], Runs]:
    """This Python, told where the database is."""
    secrets = load_secrets(settings.folder)
    server = os.environ.get(POSTGRES_VARIABLE) or f"postgresql://{LOOPBACK}:{settings.ports['postgres']}/postgres"

    def runs(program: Program) -> Runs:
        told = {
            "UNICARD_DATABASE_URL": service_url(server, program, secrets),
            "UNICARD_RECORD_CHAIN_KEY": secrets[program.chain_key_name],
        }
        return [sys.executable], os.environ | told

    return runs

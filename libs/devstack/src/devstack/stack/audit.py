"""`unicard audit`: does the record of who has seen what hold, and where does it end?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from devstack.engines.ports import LOOPBACK
from devstack.settings import POSTGRES_VARIABLE, StackSettings
from devstack.stack.databases import service_url
from devstack.stack.programs import SERVICES
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
    settings = StackSettings.from_environment()
    secrets = load_secrets(settings.folder)
    server = os.environ.get(POSTGRES_VARIABLE) or f"postgresql://{LOOPBACK}:{settings.ports['postgres']}/postgres"
    reports: list[dict[str, Any]] = []
    for program in SERVICES:
        environment = os.environ | {
            "UNICARD_DATABASE_URL": service_url(server, program, secrets),
            "UNICARD_RECORD_CHAIN_KEY": secrets[program.chain_key_name],
        }
        arguments = [sys.executable, "-m", "chassis.audit", command, program.name, *([str(heads)] if heads else [])]
        done = subprocess.run(arguments, env=environment, capture_output=True, check=False, text=True)
        if not done.stdout:
            typer.echo(f"{program.name}: {done.stderr.strip().splitlines()[-1]}", err=True)
            raise typer.Exit(2)
        reports.append(json.loads(done.stdout))
    return reports

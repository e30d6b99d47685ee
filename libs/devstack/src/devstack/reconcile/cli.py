"""`unicard reconcile`: do sales, pots, settlements and the ledger agree to the piastre?"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated

import orjson
import typer
import uvloop
from rich.console import Console
from rich.table import Table

from devstack.reconcile.compare import TOTAL, Result, Row
from devstack.reconcile.fetch import reconcile
from devstack.settings import StackSettings
from devstack.stack.bootstrap import read_clients
from devstack.terminal.caller import Caller, ClientSecret, Refused
from devstack.terminal.days import day_of
from devstack.terminal.receipt import CAIRO
from devstack.terminal.wire import NotReached, Wire

app = typer.Typer(add_completion=False, help="Hold a day's sales, pots, settlements and ledger against each other.")

CLIENT = "reconciliation"
SHORT = 40  # outlets that fit on a screen
WIDTH = 150  # of a table that goes into a file
COLUMNS = (
    "outlet", "loaves", "in pots", "goods", "in pots", "settlement", "ledger", "wallets", "ledger",
)  # fmt: skip


@app.command(name="reconcile")
def main(
    day: Annotated[str, typer.Option(help="The business day in Cairo, e.g. 2026-12-01; yesterday if left out.")] = "",
    *,
    wait: Annotated[float, typer.Option(min=0, help="Seconds for what was just sold to reach the ledger.")] = 10.0,
    every: Annotated[
        bool, typer.Option("--all", help="Every outlet, however many, not only those that differ.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The result as a JSON document.")] = False,
    gateway: Annotated[str, typer.Option(envvar="UNICARD_GATEWAY_URL", help="If not the local stack's.")] = "",
    client_id: Annotated[str, typer.Option(envvar="UNICARD_RECONCILE_CLIENT_ID", help="The API client's id.")] = CLIENT,
    client_secret: Annotated[
        str, typer.Option(envvar="UNICARD_RECONCILE_CLIENT_SECRET", help="Its secret; the local stack's if left out.")
    ] = "",
) -> None:
    """Compare a day at every place where it is kept. Exit code 0: all agrees, 1: it does not, 2: nobody answered."""
    settings = StackSettings.in_use()
    chosen = day_of(day) if day else datetime.now(CAIRO).date() - timedelta(days=1)
    secret = client_secret or read_clients(settings.clients_file).get(client_id, {}).get("client_secret", "")
    console, errors = Console(highlight=False), Console(stderr=True, highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDTH)
    if not secret:
        where = f"set UNICARD_RECONCILE_CLIENT_SECRET, or run where the stack keeps {settings.clients_file}"
        errors.print(f"[red]No secret for the client {client_id}[/]: {where}")
        raise typer.Exit(2)

    async def work() -> Result:
        wire = Wire(gateway or settings.url("edge"), limit=4, timeout_s=90)
        try:
            return await reconcile(Caller(wire, ClientSecret(client_id, secret)), chosen, wait)
        finally:
            await wire.aclose()

    try:
        result = uvloop.run(work())
    except (Refused, NotReached) as error:
        errors.print(f"[red]The day could not be compared:[/] {error}")
        raise typer.Exit(2) from error
    if as_json:
        document = asdict(result) | {"agrees": result.agrees}
        typer.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())
    else:
        _show(console, result, every)
    raise typer.Exit(0 if result.agrees else 1)


def _show(console: Console, result: Result, every: bool) -> None:
    differing = {finding.outlet_id for finding in result.findings}
    shown = [row for row in result.rows if every or len(result.rows) <= SHORT or row.outlet_id in differing]
    table = Table(title=f"{result.day}: loaves and piastres, net of reversals", box=None, header_style="bold")
    for heading in COLUMNS:
        table.add_column(heading, justify="left" if heading == "outlet" else "right", overflow="fold")
    for row in shown:
        table.add_row(*_cells(row), style="red" if row.outlet_id in differing else None)
    if len(shown) < len(result.rows):
        table.add_row(f"… {len(result.rows) - len(shown)} that agree")
    table.add_row(*_cells(result.total), style="bold")
    console.print(table)
    for finding in result.findings:
        colour = "red" if finding.kind == "difference" else "yellow"
        console.print(f"[{colour}]{finding.kind}[/] {finding}")
    if result.agrees:
        console.print(f"[green]{len(result.rows)} outlets: sales, pots, settlements and ledger agree.[/]")


def _cells(row: Row) -> tuple[str, ...]:
    numbers = (
        row.loaves, row.pot_loaves, row.goods, row.pot_goods, row.settlement, row.ledger_settlement, row.wallet,
        row.ledger_wallet,
    )  # fmt: skip
    return (TOTAL if row.outlet_id == TOTAL else row.outlet_id, *(f"{number:,}" for number in numbers))

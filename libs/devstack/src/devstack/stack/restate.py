"""`unicard restate`: have a service tell its present state again, and see how far that has come."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Annotated, Any, Final

import typer
import uvloop
from rich.console import Console

from devstack.engines.process import EngineError
from devstack.settings import StackSettings
from devstack.stack.bootstrap import read_clients
from devstack.stack.programs import SERVICES
from devstack.terminal.caller import Caller, ClientSecret, Refused
from devstack.terminal.wire import NotReached, Wire

app = typer.Typer(add_completion=False, help="Have a service tell its present state again, for readers that lack it.")

# What can be told again, and by whom.
SUBJECTS: Final = {
    "card": "card",
    "households": "card",
    "contacts": "card",
    "outlets": "supply",
    "terminals": "supply",
    "providers": "health",
    "clinic-terminals": "health",
}
CLIENT: Final = "operations"
LOOK_AGAIN_S: Final = 0.5


@app.command(name="restate")
def main(
    subject: Annotated[str, typer.Argument(help=f"{' | '.join(SUBJECTS)}; left out: show how far it has come.")] = "",
    *,
    reason: Annotated[str, typer.Option(help="Why: it is kept with the order.")] = "ordered on the host",
    wait: Annotated[bool, typer.Option("--wait", help="Return when all of it was told.")] = False,
    client_secret: Annotated[
        str, typer.Option(envvar="UNICARD_OPERATIONS_CLIENT_SECRET", help="The local stack's if left out.")
    ] = "",
) -> None:
    """Tell a subject again, or show what was ordered and which read models lack a fact."""
    if subject and subject not in SUBJECTS:
        raise EngineError(f"nobody tells {subject} again; known are {', '.join(SUBJECTS)}")
    settings, console = StackSettings.in_use(), Console(highlight=False)
    secret = client_secret or read_clients(settings.clients_file).get(CLIENT, {}).get("client_secret", "")
    if not secret:
        where = f"set UNICARD_OPERATIONS_CLIENT_SECRET, or run where the stack keeps {settings.clients_file}"
        raise EngineError(f"no secret for the client {CLIENT}: {where}")

    async def work() -> None:
        wire = Wire(settings.url("edge"), limit=4, timeout_s=30)
        try:
            caller = Caller(wire, ClientSecret(CLIENT, secret))
            if subject:
                await _order(console, caller, subject, reason, wait=wait)
            else:
                found = [(program.name, await caller.get(_path(program.name))) for program in SERVICES]
                said = [line for service, state in found for line in lines(service, state)]
                console.print("\n".join(said or ["nothing was ordered, and no read model lacks anything"]))
        finally:
            await wire.aclose()

    try:
        uvloop.run(work())
    except (Refused, NotReached) as error:
        raise EngineError(str(error)) from error


async def _order(console: Console, caller: Caller, subject: str, reason: str, *, wait: bool) -> None:
    path = _path(SUBJECTS[subject])
    made = await caller.post(path, {"subject": subject, "reason": reason})
    console.print(f"{subject}: ordered ({made['restatement_id']}); unicard restate shows how far it is")
    while wait:
        orders = (await caller.get(path))["orders"]
        (now,) = [one for one in orders if one["restatement_id"] == made["restatement_id"]]
        if now["state"] in {"done", "dropped"}:
            console.print(f"{subject}: {now['state']}, {now['told']} rows told")
            return
        await asyncio.sleep(LOOK_AGAIN_S)


def lines(service: str, state: dict[str, Any]) -> Iterator[str]:
    """What there is to say of a service: what it was ordered to tell, and what its own copies lack or lacked."""
    for order in state["orders"]:
        rows = f"{order['told']}" + (f" of {order['expected']}" if order["expected"] is not None else "")
        yield f"{service}: {order['subject']} {order['state']}, {rows} rows told, ordered by {order['ordered_by']}"
    for model in state["read_models"]:
        word = "complete" if model["complete_at"] else "incomplete"
        heard = f"{model['heard'] or 0} heard" + (f" of {model['told']}" if model["told"] is not None else "")
        yield f"{service}: its copy of {model['subject']} is {word} ({model['fact']}), {heard}"


def _path(service: str) -> str:
    return f"/v1/operations/{service}/restatements"

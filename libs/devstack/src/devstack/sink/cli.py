"""`unicard sms`: read what the citizens' telephones received, and answer as one of them."""

from __future__ import annotations

import time
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.text import Text

from devstack.engines.process import EngineError
from devstack.settings import StackSettings

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The SMS of the demonstration.")
console = Console(highlight=False)

_LOOK_SECONDS = 0.5
_NEVER_SEEN = 0

Number = Annotated[str | None, typer.Option("--to", help="Only this telephone, as +20….")]


@app.command("list")
def list_(
    to: Number = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000, help="How many of the last ones.")] = 20,
) -> None:
    """Show the last messages."""
    for message in _get("/messages", to=to, limit=limit, newest=1)["items"]:
        _show(message)
    counts = _get("/counts")
    console.print(f"{counts['messages']} messages in {counts['parts']} parts to {counts['recipients']} telephones")


@app.command()
def watch(to: Number = None) -> None:
    """Show messages as they come, until Ctrl-C."""
    latest = _get("/messages", limit=1, newest=1)["items"]
    after = latest[-1]["id"] if latest else _NEVER_SEEN
    try:
        while True:
            items = _get("/messages", to=to, after=after, limit=500)["items"]
            for message in items:
                after = message["id"]
                _show(message)
            if not items:
                time.sleep(_LOOK_SECONDS)
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


@app.command()
def send(
    text: Annotated[str, typer.Argument(help="What the citizen writes, such as رصيد.")],
    sender: Annotated[str, typer.Option("--from", help="The citizen's telephone, as +20….")],
    wait: Annotated[float, typer.Option("--wait", help="Seconds to wait for an answer.")] = 10.0,
) -> None:
    """Write as a citizen, and show the answer."""
    latest = _get("/messages", to=sender, limit=1, newest=1)["items"]
    after = latest[-1]["id"] if latest else _NEVER_SEEN
    _call("POST", "/inbound", json={"from": sender, "text": text})
    deadline = time.monotonic() + wait
    while time.monotonic() < deadline:
        if items := _get("/messages", to=sender, after=after, limit=10)["items"]:
            for message in items:
                _show(message)
            return
        time.sleep(_LOOK_SECONDS)
    console.print(f"no answer within {wait:.0f} s")
    raise typer.Exit(1)


def _show(message: dict[str, Any]) -> None:
    head = f"{message['received_at'][:19]}  {message['to']}  {message['encoding']} ×{message['parts']}  "
    console.print(Text(head, style="dim") + Text(message["text"]))


def _get(path: str, **query: Any) -> dict[str, Any]:
    return _call("GET", path, params={name: value for name, value in query.items() if value is not None})


def _call(method: str, path: str, **options: Any) -> dict[str, Any]:
    base = StackSettings.in_use().url("sink")
    try:
        answer = httpx.request(method, base + path, timeout=20, **options)
    except httpx.TransportError as error:
        raise EngineError(f"the SMS sink does not answer at {base}: is the system up? ({error})") from error
    document: dict[str, Any] = answer.json()
    if answer.is_error:
        raise EngineError(str(document.get("detail", document)))
    return document

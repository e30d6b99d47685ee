"""`unicard people`: the first administrators, a lost one, who is missing, and the demonstration's people."""

from __future__ import annotations

import asyncio
import webbrowser
from functools import partial
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from contracts.people import PEOPLE
from devstack.people import loopback
from devstack.people.cast import ensure_people
from devstack.people.clients import ensure_clients
from devstack.people.host import ensure_up, on_host
from devstack.people.pages import code_of, step_now
from devstack.people.signed import signed_in
from devstack.people.store import Known, Store
from devstack.settings import StackSettings

app = typer.Typer(no_args_is_help=True, add_completion=False, help="People who work with the system.")
console = Console(highlight=False, soft_wrap=True)

_FIRST = 2


@app.command()
def invite() -> None:
    """Invite the first two administrators together; afterwards they invite everybody else."""
    ensure_up(StackSettings.in_use())
    _show_invited(_on_host("invite", [_asked(f"administrator {number}") for number in (1, _FIRST)]))


@app.command()
def recover() -> None:
    """Invite a replacement when fewer than two administrators are left. It is recorded, alarmed and told."""
    ensure_up(StackSettings.in_use())
    _show_invited(_on_host("recover", [_asked("the replacement")]))


@app.command()
def check() -> None:
    """Name every act that nobody present could carry out."""
    found = _on_host("check")
    for one in found:
        where = f" in {one['authority_id']}" if one["authority_id"] else ""
        console.print(f"{one['act']}{where}: {one['reason']}")
    if not found:
        console.print("there is somebody for everything")
    raise typer.Exit(1 if found else 0)


@app.command("list")
def list_() -> None:
    """Everybody by the name they sign in with; no names and no numbers."""
    table = Table(box=None, header_style="bold")
    for heading in ("signs in as", "state", "authority", "area", "roles"):
        table.add_column(heading, overflow="fold")  # a name that is cut short is nobody's
    for one in _on_host("list"):
        roles = ", ".join(one["roles"])
        table.add_row(one["sign_in_name"], one["status"], one["authority_id"], one["area"], roles)
    console.print(table)


@app.command()
def demo() -> None:
    """Make the demonstration's people, one for every role, and tell how they sign in."""
    settings = StackSettings.in_use()
    asyncio.run(_demo(settings))
    tell_demo_people(settings)


async def _demo(settings: StackSettings) -> None:
    """The people, and the clients that a newer version has and they have to make."""
    await ensure_people(settings.folder, settings.url("edge"), partial(on_host, settings, "invite"))
    await ensure_clients(settings.url("edge"), settings.clients_file, Store(settings.folder))


@app.command()
def code(name: Annotated[str, typer.Argument(help="Whose, such as payouts.approver.")]) -> None:
    """The code that the app of one of the demonstration's people shows now."""
    known = _known(Store(StackSettings.in_use().folder), name)
    console.print(code_of(known.seed, step_now()))


@app.command("sign-in")
def sign_in(
    *,
    browser: Annotated[bool, typer.Option(help="Open the pages in the browser of this machine.")] = True,
    name: Annotated[str, typer.Option("--as", help="As one of the demonstration's people, without a browser.")] = "",
) -> None:
    """Sign in through the pages, and print the access token."""

    def show(url: str) -> None:
        console.print(url)
        if browser:
            webbrowser.open(url)

    settings = StackSettings.in_use()
    edge = settings.url("edge")
    if name:
        store = Store(settings.folder)
        console.print(asyncio.run(signed_in(edge, store, _known(store, name))).access_token)
    else:
        console.print(asyncio.run(loopback.sign_in(edge, show)).access_token)


def tell_demo_people(settings: StackSettings) -> None:
    """How the demonstration's people sign in, as far as there are any."""
    people = Store(settings.folder).all()
    if not people:
        return
    console.print(f"[bold]People of the demonstration[/] (passwords and apps: {settings.folder / 'people.json'})")
    for known in people.values():
        console.print(f"  {known.name:24} {PEOPLE[known.role].name}, {known.office}")
    console.print("  sign in: unicard people sign-in; the code of an app: unicard people code NAME")


def _known(store: Store, name: str) -> Known:
    """One of the demonstration's people. Raises BadParameter."""
    known = store.all().get(name)
    if known is None:
        there = ", ".join(sorted(store.all())) or "nobody yet: unicard people demo makes them"
        raise typer.BadParameter(f"{name!r} is nobody of the demonstration; there are: {there}")
    return known


def _on_host(command: str, people: list[dict[str, str]] | None = None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = asyncio.run(on_host(StackSettings.in_use(), command, people))
    return found


def _asked(whom: str) -> dict[str, str]:
    """Who is to be invited, asked for on the terminal: a national id stands on no command line."""
    return {
        "sign_in_name": typer.prompt(f"Name by which {whom} signs in"),
        "full_name": typer.prompt("Full name"),
        "national_id": typer.prompt("National id", hide_input=True),
        **({"mobile": mobile} if (mobile := typer.prompt("Mobile, empty for none", default="")) else {}),
    }


def _show_invited(invited: list[dict[str, object]]) -> None:
    for one in invited:
        console.print(f"{one['sign_in_name']}: hand this over in person, it is good until {one['expires_at']}")
        console.print(f"  {one['accept_at']}")

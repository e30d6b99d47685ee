"""`unicard terminal`: a terminal driven by a person at the keyboard; receipts in Arabic."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
import uvloop
from rich.console import Console
from rich.panel import Panel

from devstack.settings import StackSettings
from devstack.terminal import receipt
from devstack.terminal.caller import Caller, Refused
from devstack.terminal.chain import Line
from devstack.terminal.credential import CredentialRefused
from devstack.terminal.device import AlreadySold, Item, Offline, Terminal, UnknownOutcome, bread, card_id, goods
from devstack.terminal.provision import NoCredentials, client, home, provision
from devstack.terminal.store import NotEnrolled, Store
from devstack.terminal.wire import NotReached, Wire

app = typer.Typer(no_args_is_help=True, add_completion=False, help="A point-of-sale terminal at the keyboard.")
console = Console()

Name = Annotated[str, typer.Option("--name", "-n", envvar="UNICARD_TERMINAL", help="Which of your terminals.")]
Gateway = Annotated[
    str, typer.Option(envvar="UNICARD_GATEWAY_URL", help="The gateway's address, if not the local stack's.")
]
Card = Annotated[str, typer.Argument(help="The card's id, or the credential its code carries.")]


def folder(name: str) -> Path:
    """Where that terminal keeps its state."""
    return home() / "terminals" / name


def show(lines: list[str], title: str, style: str = "green") -> None:
    """Print a receipt."""
    console.print(Panel("\n".join(lines), title=title, border_style=style, expand=False, padding=(1, 3)))


def run(work: Callable[[], Awaitable[None]]) -> None:
    """Run a command; what goes wrong is said in one line and ends with exit code 1."""
    try:
        uvloop.run(_as_coroutine(work))
    except Refused as refusal:
        show([refusal.detail_ar or refusal.detail, f"({refusal.code}, {refusal.status})"], "مرفوض", "red")
    except CredentialRefused as refusal:
        show([refusal.reason_ar, f"({refusal})"], "مرفوض", "red")
    except AlreadySold as refusal:
        show([str(refusal)], "مرفوض", "red")
    except UnknownOutcome:
        console.print("[red]The last operation was not answered.[/] Settle it first: unicard terminal settle")
    except NotReached as error:
        console.print(f"[red]No answer from the gateway:[/] {error}")
        console.print("A sale under way stays under way: `settle` repeats it safely, or go `offline`.")
    except Offline as error:
        console.print(f"[red]{error}[/]: `unicard terminal online` and `sync` first")
    except NoCredentials as error:
        console.print(f"[red]{error}[/]")
    except NotEnrolled as error:
        console.print(f"[red]{error}[/]: enrol it with `unicard terminal enrol`")
    else:
        return
    raise typer.Exit(1)


async def _as_coroutine(work: Callable[[], Awaitable[None]]) -> None:
    await work()


def with_terminal(name: str, work: Callable[[Terminal], Awaitable[None]]) -> None:
    """Open the terminal, run the work, close its connections."""

    async def opened() -> None:
        store = Store(folder(name))
        wire = Wire(store.load().gateway, limit=4)
        try:
            await work(Terminal(store, wire))
        finally:
            await wire.aclose()

    run(opened)


@app.command()
def enrol(
    name: Name = "default",
    terminal_id: Annotated[str, typer.Option(help="The id the ministry registered.")] = "",
    code: Annotated[str, typer.Option(help="The one-time code for it.")] = "",
    kind: Annotated[
        str, typer.Option(help="Without a code: what to register, e.g. bakery, grocer, pharmacy.")
    ] = "bakery",
    gateway: Gateway = "",
) -> None:
    """Make a key on this device and enrol it. Without --code, the operator's part is done for you."""

    async def work() -> None:
        wire = Wire(gateway or StackSettings.in_use().url("edge"), limit=4)
        try:
            known = (terminal_id, code) if code else await provision(wire, kind)
            terminal = await Terminal.enrolled(Store(folder(name)), wire, *known)
        finally:
            await wire.aclose()
        identity = terminal.identity
        console.print(f"Enrolled [bold]{name}[/]: terminal {identity.terminal_id}, outlet {identity.outlet_id}")

    run(work)


@app.command()
def draw(card: Card, loaves: Annotated[int, typer.Option(min=1)], name: Name = "default") -> None:
    """Sell bread: the daily rations of a card's household."""
    with_terminal(name, lambda terminal: _sale(terminal, card, [bread(loaves)]))


@app.command()
def sell(
    card: Card,
    items: Annotated[list[str], typer.Argument(help="Goods as ITEM=QUANTITY, e.g. oil=1 sugar=2")],
    programme: Annotated[str, typer.Option(help="goods or bread_points")] = "goods",
    *,
    wallet: Annotated[bool, typer.Option(help="The wallet pays what goes beyond the allowance.")] = False,
    name: Name = "default",
) -> None:
    """Sell goods from the month's allowance, and with --wallet beyond it."""
    lines = [_parse(item, programme) for item in items]
    with_terminal(name, lambda terminal: _sale(terminal, card, lines, wallet=wallet))


def _parse(text: str, programme: str) -> Line:
    item, _, quantity = text.partition("=")
    if not item or not quantity.isdecimal() or int(quantity) < 1:
        raise typer.BadParameter(f"{text!r} is not ITEM=QUANTITY")
    return goods(item, int(quantity), programme)


async def _sale(terminal: Terminal, card: str, lines: list[Line], *, wallet: bool = False) -> None:
    if terminal.identity.offline and wallet:
        raise Offline("a wallet pays with the network only")
    if terminal.identity.offline:
        sale = terminal.sell_offline(card, lines)
        show(receipt.offline_sale(sale), "دون اتصال", "yellow")
        return
    answer = await (terminal.sell_mixed(card, lines) if wallet else terminal.sell(card, lines))
    show(receipt.sale(answer), "تم الصرف")
    console.print(f"redemption {answer['redemption_id']}", style="dim")


@app.command()
def reverse(redemption_id: str, reason: str = "customer_changed_mind", name: Name = "default") -> None:
    """Take back a whole sale."""

    async def work(terminal: Terminal) -> None:
        show(receipt.reversal(await terminal.reverse(redemption_id, reason)), "تم الإلغاء")

    with_terminal(name, work)


@app.command()
def settle(name: Name = "default") -> None:
    """Repeat the operation whose answer was lost; it is carried out once."""

    async def work(terminal: Terminal) -> None:
        answer = await terminal.settle()
        if answer is None:
            console.print("Nothing is under way; holds of refused sales are given up.")
        elif "encounter_id" in answer:
            show(receipt.visit(answer), "تم تسجيل الزيارة")
        elif "reversal_id" in answer:
            show(receipt.reversal(answer), "تم الإلغاء")
        else:
            show(receipt.sale(answer), "تم الصرف")

    with_terminal(name, work)


@app.command()
def balance(card: Card, name: Name = "default") -> None:
    """What the card's household has left."""

    async def work(terminal: Terminal) -> None:
        answer = await terminal.balance(card)
        show(receipt.remaining(answer["pots"]) or ["لا يوجد رصيد"], "الرصيد", "blue")

    with_terminal(name, work)


@app.command()
def wallet(card: Card, name: Name = "default") -> None:
    """What the holder's wallet has: asked by the operator in the terminal's place, since no terminal may ask."""

    async def work(terminal: Terminal) -> None:
        wire = Wire(terminal.identity.gateway, limit=1)
        try:
            answer = await Caller(wire, client("cards")).get(f"/v1/wallets/{card_id(card)}")
        finally:
            await wire.aclose()
        show(receipt.wallet(answer), "المحفظة", "blue")

    with_terminal(name, work)


@app.command()
def eligibility(
    card: Card,
    service: Annotated[str, typer.Option(help="Only this service, e.g. medicines.")] = "",
    patient: Annotated[str, typer.Option(help="Another member of the household.")] = "",
    name: Name = "default",
) -> None:
    """At a clinic: whether the card is covered, and what services cost."""

    async def work(terminal: Terminal) -> None:
        answer = await terminal.eligibility(card, service or None, patient or None)
        show(receipt.eligibility(answer), "التأمين الصحي", "green" if answer["covered"] else "red")

    with_terminal(name, work)


@app.command()
def visit(
    card: Card,
    service: Annotated[str, typer.Argument(help="consultation, medicines, laboratory, imaging, inpatient, home_visit")],
    items: Annotated[list[str], typer.Argument(help="What was done or given as CODE=PRICE, e.g. A10BA02=120.50")],
    diagnosis: Annotated[str, typer.Option(help="Its ICD-10 code; kept sealed.")] = "",
    patient: Annotated[str, typer.Option(help="Another member of the household.")] = "",
    referral: Annotated[str, typer.Option(help="The referral by which the patient comes.")] = "",
    refer: Annotated[list[str] | None, typer.Option(help="A service the patient is sent to; may be repeated.")] = None,
    *,
    emergency: Annotated[bool, typer.Option(help="Treated whatever the cover.")] = False,
    name: Name = "default",
) -> None:
    """At a clinic: enter a visit; the patient's part leaves the wallet."""
    more: dict[str, Any] = {"emergency": emergency, "refers_to": refer or []}
    if diagnosis:
        more["diagnosis"] = {"system": "ICD-10", "code": diagnosis}
    more |= {key: value for key, value in (("patient_id", patient), ("referral_id", referral)) if value}
    lines = [_priced(item) for item in items]

    async def work(terminal: Terminal) -> None:
        answer = await terminal.visit(card, service, lines, **more)
        show(receipt.visit(answer), "تم تسجيل الزيارة")

    with_terminal(name, work)


def _priced(text: str) -> Item:
    code, _, price = text.partition("=")
    pounds, _, piastres = price.partition(".")
    if not code or not pounds.isdecimal() or not (piastres == "" or (piastres.isdecimal() and len(piastres) <= 2)):
        raise typer.BadParameter(f"{text!r} is not CODE=PRICE in pounds")
    return {"code": code, "price": int(pounds) * 100 + int(piastres.ljust(2, "0"))}


@app.command()
def encounter(encounter_id: str, name: Name = "default") -> None:
    """At a clinic: what became of a visit's co-payment."""

    async def work(terminal: Terminal) -> None:
        show(receipt.visit(await terminal.encounter(encounter_id)), "الزيارة", "blue")

    with_terminal(name, work)


@app.command()
def collect(encounter_id: str, name: Name = "default") -> None:
    """At a clinic: take a co-payment once more that the wallet did not cover."""

    async def work(terminal: Terminal) -> None:
        show(receipt.visit(await terminal.collect(encounter_id)), "المساهمة", "blue")

    with_terminal(name, work)


@app.command()
def offline(name: Name = "default") -> None:
    """Work without the network: credentials are checked here and sales are signed for later."""

    async def work(terminal: Terminal) -> None:
        terminal.go(offline=True)
        console.print("Offline. Scan the card's credential; sales wait for `sync`.")

    with_terminal(name, work)


@app.command()
def online(name: Name = "default") -> None:
    """Work with the network again, and fetch the keys for the next time without it."""

    async def work(terminal: Terminal) -> None:
        terminal.go(offline=False)
        await terminal.refresh_keys()
        waiting = len(terminal.journal.pending())
        console.print("Online." + (f" {waiting} sales wait for `sync`." if waiting else ""))

    with_terminal(name, work)


@app.command()
def sync(name: Name = "default") -> None:
    """Upload the sales made without the network, and show what became of each."""

    async def work(terminal: Terminal) -> None:
        results = await terminal.sync()
        show([receipt.outcome(result) for result in results] or ["لا توجد عمليات"], "رفع العمليات", "blue")

    with_terminal(name, work)


@app.command("close-day")
def close_day(
    day: Annotated[str, typer.Argument(help="The day in Cairo, e.g. 2026-12-01; today if left out.")] = "",
    name: Name = "default",
) -> None:
    """Close the outlet's business day and show its totals."""
    chosen = date.fromisoformat(day) if day else datetime.now(receipt.CAIRO).date()

    async def work(terminal: Terminal) -> None:
        totals = await terminal.close_day(chosen)
        show([f"{key}: {value}" for key, value in totals.items()], f"إقفال يوم {chosen}", "blue")

    with_terminal(name, work)

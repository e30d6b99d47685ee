"""`unicard terminal`: a terminal driven by a person at the keyboard; receipts in Arabic."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
import uvloop
from rich.console import Console
from rich.panel import Panel

from devstack.documents import Document
from devstack.settings import StackSettings
from devstack.terminal import receipt
from devstack.terminal.answers import Line
from devstack.terminal.caller import Caller, Refused
from devstack.terminal.credential import CredentialRefused
from devstack.terminal.days import day_of
from devstack.terminal.device import (
    AlreadySold,
    Item,
    NotItsSale,
    Offline,
    Terminal,
    UnknownOutcome,
    bread,
    card_id,
    goods,
)
from devstack.terminal.proof import NotProved, Prove, by_code, by_pin
from devstack.terminal.provision import NoCredentials, client, home, provision
from devstack.terminal.signed import DocumentRefused, NotGood
from devstack.terminal.store import NotEnrolled, Store
from devstack.terminal.wire import NotReached, Wire

app = typer.Typer(no_args_is_help=True, add_completion=False, help="A point-of-sale terminal at the keyboard.")
console = Console()

Name = Annotated[str, typer.Option("--name", "-n", envvar="UNICARD_TERMINAL", help="Which of your terminals.")]
Gateway = Annotated[
    str, typer.Option(envvar="UNICARD_GATEWAY_URL", help="The gateway's address, if not the local stack's.")
]
Pin = Annotated[str, typer.Option(help="What the holder types, where the holder must be there.")]
Sms = Annotated[bool, typer.Option(help="Send a code to the holder's mobile instead, and ask for it.")]
Card = Annotated[str, typer.Argument(help="The code printed on the card, its credential, or its id.")]


_NOT_PROVED = {
    "wrong": "الرقم السري أو الرمز غير صحيح",
    "locked": "الرقم السري موقوف، راجع المكتب",
    "not_set": "لا يوجد رقم سري أو رمز صالح لهذا الكارت",
}


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
    except (CredentialRefused, NotGood) as refusal:
        show([refusal.reason_ar, f"({refusal})"], "مرفوض", "red")
    except NotProved as refusal:
        show([_NOT_PROVED.get(refusal.result, str(refusal)), f"({refusal})"], "مرفوض", "red")
    except (AlreadySold, NotItsSale) as refusal:
        show([str(refusal)], "مرفوض", "red")
    except UnknownOutcome:
        console.print("[red]The last operation was not answered.[/] Settle it first: unicard terminal settle")
    except NotReached as error:
        console.print(f"[red]No answer from the gateway:[/] {error}")
        console.print("A sale under way stays under way: `settle` repeats it safely, or go `offline`.")
    except Offline as error:
        console.print(f"[red]{error}[/]: `unicard terminal online` and `sync` first")
    except DocumentRefused as error:
        console.print(f"[red]What the server sent was refused:[/] {error}. What was there stays in use.")
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
def draw(
    card: Card, loaves: Annotated[int, typer.Option(min=1)], pin: Pin = "", *, sms: Sms = False, name: Name = "default"
) -> None:
    """Sell bread: the daily rations of a card's household."""
    with_terminal(name, lambda terminal: _sale(terminal, card, [bread(loaves)], _prove(terminal, card, pin, sms=sms)))


@app.command("draw-by-code")
def draw_by_code(
    code: Annotated[str, typer.Argument(help="The code for bread that the holder of a lost card was given.")],
    loaves: Annotated[int, typer.Option(min=1)],
    name: Name = "default",
) -> None:
    """Sell the day's bread in the place of a lost card."""

    async def work(terminal: Terminal) -> None:
        answer = await terminal.draw_by_code(code, loaves)
        show([*receipt.sale(answer), *_notices(terminal, [bread(loaves)])], "تم الصرف")

    with_terminal(name, work)


@app.command()
def sell(
    card: Card,
    items: Annotated[list[str], typer.Argument(help="Goods as ITEM=QUANTITY, e.g. oil=1 sugar=2")],
    programme: Annotated[str, typer.Option(help="goods, bread_points, flour or a grant: grant_ramadan_2026")] = "goods",
    *,
    wallet: Annotated[bool, typer.Option(help="The wallet pays what goes beyond the allowance.")] = False,
    cash: Annotated[bool, typer.Option(help="The holder pays that in cash.")] = False,
    pin: Pin = "",
    sms: Sms = False,
    name: Name = "default",
) -> None:
    """Sell from the month's allowance or flour, and with --wallet (the holder's --pin or --sms) or --cash beyond it."""
    if wallet and cash:
        raise typer.BadParameter("either --wallet or --cash")
    lines = [_parse(item, programme) for item in items]

    async def work(terminal: Terminal) -> None:
        await _sale(terminal, card, lines, _prove(terminal, card, pin, sms=sms), wallet=wallet, cash=cash)

    with_terminal(name, work)


def _parse(text: str, programme: str) -> Line:
    item, _, quantity = text.partition("=")
    if not item or not quantity.isdecimal() or int(quantity) < 1:
        raise typer.BadParameter(f"{text!r} is not ITEM=QUANTITY")
    return goods(item, int(quantity), programme)


def _prove(terminal: Terminal, card: str, pin: str, *, sms: bool, purpose: str = "sale") -> Prove | None:
    if pin:
        return by_pin(terminal.caller, card_id(card), pin, purpose)
    return by_code(terminal.caller, card_id(card), _ask_code, purpose) if sms else None


async def _ask_code() -> str:
    return str(typer.prompt("Code of the SMS"))


async def _sale(
    terminal: Terminal,
    card: str,
    lines: list[Line],
    prove: Prove | None = None,
    *,
    wallet: bool = False,
    cash: bool = False,
) -> None:
    if terminal.identity.offline and (wallet or cash):
        raise Offline("what goes beyond the allowance is paid with the network only")
    if terminal.identity.offline:
        sale = terminal.sell_offline(card, lines)
        show([*receipt.offline_sale(sale), *_notices(terminal, lines)], "دون اتصال", "yellow")
        return
    if wallet:
        answer = await terminal.sell_mixed(card, lines, prove=prove)
    else:
        sell = terminal.sell_for_cash if cash else terminal.sell
        answer = await sell(card, lines, prove)
    show([*receipt.sale(answer), *_notices(terminal, lines)], "تم الصرف")
    console.print(f"redemption {answer['redemption_id']}", style="dim")
    await _learn(terminal, card)


def _notices(terminal: Terminal, lines: list[Line]) -> list[str]:
    return receipt.notices(terminal.notices(lines))


async def _learn(terminal: Terminal, card: str) -> None:
    """Fetch what the card's next sale without the network needs; the sale was made whether or not that can be had."""
    with suppress(Refused, NotReached):
        await terminal.learn(card)


@app.command()
def reverse(
    redemption_id: Annotated[str, typer.Argument(help="The number on the receipt.")],
    reason: str = "customer_changed_mind",
    line: Annotated[list[int] | None, typer.Option(help="The place of a line, from 0 on; all if left out.")] = None,
    name: Name = "default",
) -> None:
    """Take back a sale, or some of its lines; without the network it is signed for `sync`."""

    async def work(terminal: Terminal) -> None:
        if terminal.identity.offline:
            show(receipt.offline_reversal(terminal.reverse_offline(redemption_id, reason, line)), "تم الإلغاء")
            return
        show(receipt.reversal(await terminal.reverse(redemption_id, reason, line)), "تم الإلغاء")

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
        await _learn(terminal, card)

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
    emergency: Annotated[bool, typer.Option(help="Treated whatever the cover; nothing leaves the wallet.")] = False,
    pin: Pin = "",
    sms: Sms = False,
    name: Name = "default",
) -> None:
    """At a clinic: enter a visit, the holder agrees by --pin or --sms; the patient's part leaves the wallet."""
    more: Document = {"emergency": emergency, "refers_to": refer or []}
    if diagnosis:
        more["diagnosis"] = {"system": "ICD-10", "code": diagnosis}
    more |= {key: value for key, value in (("patient_id", patient), ("referral_id", referral)) if value}
    lines = [_priced(item) for item in items]

    async def work(terminal: Terminal) -> None:
        prove = _prove(terminal, card, pin, sms=sms, purpose="visit")
        answer = await terminal.visit(card, service, lines, prove, **more)
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
def collect(
    encounter_id: str,
    card: Annotated[str, typer.Option(help="Another card of the household, which pays.")] = "",
    pin: Pin = "",
    *,
    sms: Sms = False,
    name: Name = "default",
) -> None:
    """At a clinic: take a co-payment that the wallet did not cover, or that an emergency left owed."""

    async def work(terminal: Terminal) -> None:
        pays = card or (await terminal.encounter(encounter_id))["card_id"] or ""
        prove = _prove(terminal, pays, pin, sms=sms, purpose="visit")
        show(receipt.visit(await terminal.collect(encounter_id, prove, card or None)), "المساهمة", "blue")

    with_terminal(name, work)


@app.command()
def offline(name: Name = "default") -> None:
    """Work without the network: credentials are checked here and sales are signed for later."""

    async def work(terminal: Terminal) -> None:
        terminal.go(offline=True)
        console.print("Offline. Scan the code printed on the card; sales wait for `sync`.")
        _tell_documents(terminal)

    with_terminal(name, work)


@app.command()
def online(name: Name = "default") -> None:
    """Work with the network again, and fetch the keys for the next time without it."""

    async def work(terminal: Terminal) -> None:
        terminal.go(offline=False)
        await terminal.refresh_keys()
        waiting = len(terminal.journal.pending())
        console.print("Online." + (f" {waiting} sales wait for `sync`." if waiting else ""))
        _tell_documents(terminal)

    with_terminal(name, work)


def _tell_documents(terminal: Terminal) -> None:
    """How old is what it sells by without the network, and how long it holds yet."""
    content, listed, now = terminal.store.configuration().content, terminal.store.hot_list(), terminal.now().timestamp()
    for name, at, until in (
        ("Configuration", content.get("at", 0), content.get("exp", 0)),
        (f"Hot list of {len(listed.cards)} cards", listed.at, listed.exp),
    ):
        if now >= until:
            console.print(f"[red]{name}: over.[/] Without the network nothing is sold: `online` fetches it.")
        else:
            console.print(f"{name}: {(now - at) / 3600:.1f} hours old, good for {(until - now) / 3600:.1f} more.")


@app.command()
def sync(name: Name = "default") -> None:
    """Upload the sales made without the network, and show what became of each."""

    async def work(terminal: Terminal) -> None:
        results = await terminal.sync()
        show([receipt.outcome(result) for result in results] or ["لا توجد عمليات"], "رفع العمليات", "blue")

    with_terminal(name, work)


Day = Annotated[str, typer.Argument(help="The day in Cairo, e.g. 2026-12-01; today if left out.")]


def _chosen(day: str) -> date:
    return day_of(day) if day else datetime.now(receipt.CAIRO).date()


@app.command()
def sales(
    day: Day = "",
    *,
    outlet: Annotated[bool, typer.Option(help="Those of every terminal of the outlet.")] = False,
    name: Name = "default",
) -> None:
    """What this terminal sold on a day, the newest first."""

    async def work(terminal: Terminal) -> None:
        sold = await terminal.own_sales(_chosen(day), whole_outlet=outlet)
        show(
            [line for sale in sold for line in receipt.own_sale(sale)] or ["لا توجد عمليات"],
            f"عمليات يوم {_chosen(day)}", "blue",
        )  # fmt: skip

    with_terminal(name, work)


@app.command()
def totals(day: Day = "", name: Name = "default") -> None:
    """X: the outlet's totals of a day so far, and those of each of its terminals."""

    async def work(terminal: Terminal) -> None:
        found = await terminal.totals(_chosen(day))
        show(receipt.day(found), f"{'إقفال' if found['closed'] else 'إجمالي'} يوم {_chosen(day)}", "blue")

    with_terminal(name, work)


@app.command("close-day")
def close_day(day: Day = "", name: Name = "default") -> None:
    """Z: close the outlet's business day and show its totals."""

    async def work(terminal: Terminal) -> None:
        show(receipt.day(await terminal.close_day(_chosen(day))), f"إقفال يوم {_chosen(day)}", "blue")

    with_terminal(name, work)

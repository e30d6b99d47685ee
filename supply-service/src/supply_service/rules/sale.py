"""Deciding a sale: who may, where, and what each line takes. All lines or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from chassis.clock import business_day, month_start
from policybook.book import PolicyInvalid, PolicyMissing
from supply_service.rules import allowance, bread
from supply_service.rules.account import Account, Card, Credited, Entry, Granted, month_after
from supply_service.rules.figures import LOAF, Figures, FiguresByDay
from supply_service.rules.keys import BREAD, GOODS, POINTS
from supply_service.rules.opening import Opening, open_month
from supply_service.rules.refusals import (
    AmountDiffers,
    CardBlocked,
    CardClosed,
    CardNotActive,
    CardUnknown,
    HoldMismatch,
    ItemUnknown,
    OutsideGovernorate,
    PolicyNotInForce,
    SupplyNotEnabled,
    TerminalClockSkew,
    WrongOutletKind,
)


class LineWanted(Protocol):
    """A line of a sale as the terminal asks for it."""

    @property
    def programme(self) -> str:
        """bread, goods or bread_points."""

    @property
    def item(self) -> str:
        """The item's code in the catalogue."""

    @property
    def quantity(self) -> int:
        """How many."""


class Place(NamedTuple):
    """Where the terminal stands."""

    terminal_id: UUID
    outlet_id: UUID
    outlet_kind: str
    governorate: str
    district: str


class SoldLine(NamedTuple):
    """A line as it was carried out. `taken` of the pot and `overdrawn` beyond it are loaves or piastres.

    `wallet` is what the holder's wallet pays of it, beyond `amount`.
    """

    programme: str
    item: str
    quantity: int
    amount: int
    period: date
    taken: int
    days: tuple[date, ...] = ()
    group: str | None = None
    units: int = 0
    overdrawn: int = 0
    conflict: str | None = None
    wallet: int = 0


@dataclass(slots=True)
class Sale:
    """A decided sale: the account after it and everything to be written down."""

    account: Account
    day: date
    lines: list[SoldLine] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    granted: list[Granted] = field(default_factory=list)
    credited: list[Credited] = field(default_factory=list)
    cash: int = 0
    goods: int = 0
    loaves: int = 0
    wallet: int = 0

    def add(self, line: SoldLine) -> None:
        """Take a line into the totals and the entries."""
        index = len(self.lines)
        self.lines.append(line)
        if line.programme == BREAD:
            self.cash += line.amount
            self.loaves += line.quantity
        else:
            self.goods += line.amount
            self.wallet += line.wallet
        if line.taken:
            self.entries.append(Entry(line.period, line.programme, index, "draw", line.taken))
        if line.overdrawn:
            self.entries.append(Entry(line.period, line.programme, index, "overdraw", line.overdrawn))

    @property
    def conflict(self) -> str | None:
        """Why an offline sale did not fit, None where it did."""
        return next((line.conflict for line in self.lines if line.conflict), None)


def decide(
    lines: Sequence[LineWanted],
    card: Card | None,
    account: Account | None,
    place: Place,
    now: datetime,
    figures: FiguresByDay,
    *,
    occurred_at: datetime | None = None,
    expected_amount: int | None = None,
    tendered: int = 0,
) -> Sale:
    """Judge a sale at a terminal that is connected. Raises the refusal.

    `tendered` piastres are held on the holder's wallet for it: what goods cost beyond the allowance, neither less
    nor more.
    """
    day = business_day(now)
    today = figures_on(figures, day)
    if occurred_at is not None and abs((occurred_at - now).total_seconds()) > today.clock_skew_seconds:
        raise TerminalClockSkew(
            "The terminal's clock and ours are too far apart.",
            detail_ar="يجب ضبط ساعة الماكينة",
            server_time=now.isoformat(),
            offset_seconds=int((occurred_at - now).total_seconds()),
        )
    account = usable(card, account)
    sale = _begin(account, day, figures)
    for line in lines:
        _check_place(line.programme, sale.account, place, today)
        pot = sale.account.pots.get((line.programme, month_start(day)))
        if pot is None:
            raise CardNotActive()
        if line.programme == BREAD:
            _check_loaf(line.item)
            drawn = bread.take(pot, line.quantity, day, today)
            sale.add(
                SoldLine(
                    BREAD, LOAF, line.quantity, line.quantity * today.loaf_price, pot.period, drawn.taken, drawn.days
                )
            )
            sale.account = sale.account.with_pot(drawn.pot)
        else:
            bought = allowance.buy(pot, line.item, line.quantity, day, today, tendered - sale.wallet)
            sale.add(
                SoldLine(
                    line.programme, line.item, line.quantity, bought.amount, pot.period, bought.taken,
                    group=bought.group, units=bought.units, wallet=bought.wallet,
                )
            )  # fmt: skip
            sale.account = sale.account.with_pot(bought.pot)
    _check_amounts(sale, expected_amount, tendered)
    return sale


def book_offline(
    lines: Sequence[LineWanted],
    card: Card | None,
    account: Account | None,
    place: Place,
    occurred_at: datetime,
    figures: FiguresByDay,
    now: datetime,
) -> Sale:
    """Book an authentic sale made without a network. It has happened: what does not fit is owed, not refused.

    Raises a refusal only for what the terminal itself could have known: card, place, kind of outlet, item. It comes
    `now`, when later months than its own have begun: what it owes they pay.
    """
    day = business_day(occurred_at)
    then = figures_on(figures, day)
    account = usable(card, account, at=occurred_at)
    if account.activated_on is None or day < account.activated_on:
        raise CardNotActive()
    period, present = month_start(day), max(month_start(day), month_start(business_day(now)))
    sale = _begin(account, day, figures, present)
    for line in lines:
        _check_place(line.programme, sale.account, place, then)
        pot = sale.account.pots[(line.programme, period)]
        if line.programme == BREAD:
            _check_loaf(line.item)
            drawn = bread.take_offline(pot, line.quantity, day, then)
            amount = line.quantity * then.loaf_price
            sold = SoldLine(
                BREAD, LOAF, line.quantity, amount, pot.period, drawn.taken, drawn.days,
                overdrawn=drawn.overdrawn, conflict=drawn.conflict,
            )  # fmt: skip
            sale.account = sale.account.with_pot(drawn.pot)
        else:
            bought = allowance.buy_offline(pot, line.item, line.quantity, then)
            sold = SoldLine(
                line.programme, line.item, line.quantity, bought.amount, pot.period, bought.taken,
                group=bought.group, units=bought.units, overdrawn=bought.overdrawn, conflict=bought.conflict,
            )  # fmt: skip
            sale.account = sale.account.with_pot(bought.pot)
        sale.add(sold)
        sale.account = sale.account.owing(sold.programme, sold.overdrawn)
        _take_points_back(sale, sold, figures)
    _pay_out_of_later_months(sale, present)
    return sale


def usable(card: Card | None, account: Account | None, *, at: datetime | None = None) -> Account:
    """The household of a card that may be used (at an instant in the past, where given). Raises the refusal."""
    if card is None or account is None:
        raise CardUnknown("This card was never issued.", detail_ar="هذا الكارت غير مسجل")
    if card.state == "closed" and at is None:
        raise CardClosed("The card was replaced or closed.", detail_ar="تم إلغاء هذا الكارت")
    if card.blocked_at is not None and (at is None or at >= card.blocked_at):
        raise CardBlocked("The card was reported lost, stolen or blocked by order.", detail_ar="تم إيقاف هذا الكارت")
    if card.state == "issued":
        raise CardNotActive("The card waits for the activation of its cohort.", detail_ar="الكارت في انتظار التفعيل")
    if not card.supply or account.activated_on is None:
        raise SupplyNotEnabled("The card is not enabled for supply.", detail_ar="التموين غير مفعل على هذا الكارت")
    return account


def figures_on(figures: FiguresByDay, day: date) -> Figures:
    """The figures of a day. Raises PolicyNotInForce where the books do not give them."""
    try:
        return figures.on(day)
    except (PolicyMissing, PolicyInvalid) as error:
        raise PolicyNotInForce(str(error)) from error


def _begin(account: Account, day: date, figures: FiguresByDay, present: date | None = None) -> Sale:
    """A sale of a day, with its month opened, and the present one where that is a later one."""
    period, pots = month_start(day), account.pots
    reached = present is None or present == period or account.opened == present
    if reached and (BREAD, period) in pots and (GOODS, period) in pots and (POINTS, period) in pots:
        return Sale(account, day)
    sale = Sale(account, day)
    for month in (period,) if present is None or present == period else (period, present):
        try:
            opening: Opening = open_month(sale.account, month, figures)
        except (PolicyMissing, PolicyInvalid) as error:
            raise PolicyNotInForce(str(error)) from error
        sale.account = opening.account
        sale.entries += opening.entries
        sale.granted += opening.granted
        sale.credited += opening.credited
    return sale


def _check_place(programme: str, account: Account, place: Place, figures: Figures) -> None:
    if place.outlet_kind not in figures.outlet_kinds.get(programme, ()):
        raise WrongOutletKind(
            f"{programme} is not served at a {place.outlet_kind}.", programme=programme, outlet_kind=place.outlet_kind
        )
    if place.governorate == account.governorate or not figures.local_only[programme]:
        return
    open_places = figures.open_places[programme]
    if (place.governorate, None) in open_places or (place.governorate, place.district) in open_places:
        return
    raise OutsideGovernorate("The card may be used in its own governorate.", governorate=account.governorate)


def _check_amounts(sale: Sale, expected: int | None, tendered: int) -> None:
    whole = sale.cash + sale.goods + sale.wallet
    if expected is not None and expected != whole:
        raise AmountDiffers(
            f"The lines come to {whole} piastres.",
            detail_ar=f"القيمة {allowance.pounds(whole)} جنيه",
            amount=whole,
        )
    if tendered != sale.wallet:
        raise HoldMismatch(
            f"The wallet has to pay {sale.wallet} piastres of it, {tendered} are held.",
            detail_ar=f"المطلوب من المحفظة {allowance.pounds(sale.wallet)} جنيه",
            due=sale.wallet,
        )


def _check_loaf(item: str) -> None:
    if item != LOAF:
        raise ItemUnknown(f"{item} is not drawn as bread.", detail_ar="الصنف غير متاح ضمن الخبز", item=item)


def _pay_out_of_later_months(sale: Sale, present: date) -> None:
    """What a late sale of a month before owes is taken from the present month's pots, as if that opened only now."""
    if present == month_start(sale.day):
        return
    for programme, late in _overdrawn(sale).items():
        pot = sale.account.pots[(programme, present)]
        owed = min(late, pot.remaining, sale.account.debts.get(programme, 0))
        if owed:
            sale.entries.append(Entry(present, programme, len(sale.entries), "debt", owed))
            paid = pot._replace(remaining=pot.remaining - owed)
            sale.account = sale.account.with_pot(paid).owing(programme, -owed)


def _overdrawn(sale: Sale) -> dict[str, int]:
    owed: dict[str, int] = {}
    for entry in sale.entries:
        if entry.kind == "overdraw":
            owed[entry.programme] = owed.get(entry.programme, 0) + entry.quantity
    return owed


def _take_points_back(sale: Sale, sold: SoldLine, figures: FiguresByDay) -> None:
    """A late sale of last month's bread: its loaves were turned into points as undrawn, so those points go."""
    following = month_after(sold.period)
    points = sale.account.pots.get((POINTS, following))
    if sold.programme != BREAD or not sold.taken or points is None or not figures.on(following).in_kind[POINTS]:
        return
    worth = sold.taken * figures.on(sold.period).point_value
    pot = allowance.put_back(points, -min(worth, points.remaining), None, 0)
    back = points.remaining - pot.remaining
    index = len(sale.lines) - 1
    if back:
        sale.entries.append(Entry(following, POINTS, index, "taken_back", back))
    if worth > back:
        sale.entries.append(Entry(following, POINTS, index, "overdraw", worth - back))
    sale.account = sale.account.with_pot(pot).owing(POINTS, worth - back)

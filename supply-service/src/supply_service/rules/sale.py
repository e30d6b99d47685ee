"""Deciding a sale: who may, where, and what each line takes. All lines or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, NamedTuple, Protocol
from uuid import UUID

from chassis.clock import business_day, month_start
from policybook.book import PolicyInvalid, PolicyMissing
from supply_service.rules import allowance, amounts, bread, floors, flour, grants
from supply_service.rules.account import Account, Card, Credited, Entry, Granted, month_after
from supply_service.rules.cash import CashDue
from supply_service.rules.figures import LOAF, Figures, FiguresByDay, Grant
from supply_service.rules.floors import Disputed, Late
from supply_service.rules.grants import GrantMove
from supply_service.rules.keys import BREAD, FLOUR, GOODS, POINTS, is_grant
from supply_service.rules.opening import Opening, open_month
from supply_service.rules.refusals import (
    BreadCodeForBread,
    CardBlocked,
    CardClosed,
    CardNotActive,
    CardUnknown,
    GrantClosed,
    ItemUnknown,
    NotEligible,
    OutsideGovernorate,
    PolicyNotInForce,
    ProgrammeClosed,
    SupplyNotEnabled,
    TerminalClockSkew,
    TrialApart,
    WrongOutletKind,
)

TRIAL_PLACE: Final = "هذا المنفذ للتجربة ولا يصرف إلا بكروت التجربة"
TRIAL_CARD: Final = "كارت التجربة لا يصرف إلا في منافذ التجربة"
WITHIN_FLOORS: Final = Late()


class LineWanted(Protocol):
    """A line of a sale as the terminal asks for it."""

    @property
    def programme(self) -> str:
        """bread, goods, bread_points or flour."""

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
    trial: bool = False


class SoldLine(NamedTuple):
    """A line as it was carried out. `taken` of the pot and `overdrawn` beyond it are in the pot's unit.

    `wallet` is what the holder's wallet pays of it, `cash` what the holder pays at the counter, both beyond `amount`.
    `points_back` and `points_owed`: the piastres of points that loaves of a month that was over had become.
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
    cash: int = 0
    points_back: int = 0
    points_owed: int = 0


@dataclass(slots=True)
class Sale:
    """A decided sale: the account after it and everything to be written down."""

    account: Account
    day: date
    lines: list[SoldLine] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    granted: list[Granted] = field(default_factory=list)
    credited: list[Credited] = field(default_factory=list)
    paid: list[CashDue] = field(default_factory=list)
    cash: int = 0
    goods: int = 0
    loaves: int = 0
    flour: int = 0
    wallet: int = 0
    disputed: list[Disputed] = field(default_factory=list)
    granted_goods: int = 0
    moves: list[GrantMove] = field(default_factory=list)

    @property
    def bought(self) -> int:
        """Piastres of goods that pots paid, those of grants among them."""
        return self.goods + self.granted_goods

    def drawn_on(self, programme: str) -> bool:
        """Whether a line of it was taken from a programme already."""
        return any(line.programme == programme for line in self.lines)

    def add(self, line: SoldLine) -> None:
        """Take a line into the totals and the entries."""
        index = len(self.lines)
        self.lines.append(line)
        if line.programme == BREAD:
            self.cash += line.amount
            self.loaves += line.quantity
        elif is_grant(line.programme):
            self.granted_goods += line.amount
            self.moves.append(GrantMove(line.programme, line.period, "draw", line.taken))
            return
        elif line.programme == FLOUR:
            self.cash += line.amount
            self.flour += line.quantity
        else:
            self.goods += line.amount
            self.wallet += line.wallet
            self.cash += line.cash
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
    counted: int = 0,
    by_code: bool = False,
) -> Sale:
    """Judge a sale at a terminal that is connected. Raises the refusal.

    `by_code`: a bread code stands for the card, which is lost.

    `tendered` piastres are held on the holder's wallet for it, `counted` ones lie on the counter: together what goods
    cost beyond the allowance, neither less nor more.
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
    account = usable(card, account, by_code=by_code)
    sale, beside = _begin(account, day, figures), tendered + counted
    for line in lines:
        _check_place(line.programme, sale.account, place, today)
        if is_grant(line.programme):
            _buy_of_grant(sale, line, figures, today)
            continue
        pot = flour.pot_of(sale.account, line.programme, month_start(day))
        if pot is None:
            raise CardNotActive()
        if by_code:
            _check_bread_of_a_day(line, pot.daily)
        if line.programme == BREAD:
            _check_loaf(line.item)
            drawn = bread.take(pot, line.quantity, day, today)
            sale.add(
                SoldLine(
                    BREAD, LOAF, line.quantity, line.quantity * today.loaf_price, pot.period, drawn.taken, drawn.days
                )
            )
            sale.account = sale.account.with_pot(drawn.pot)
        elif line.programme == FLOUR:
            given = flour.take(pot, line.item, line.quantity, today)
            sale.add(SoldLine(FLOUR, line.item, given.quantity, given.amount, pot.period, given.quantity))
            sale.account = sale.account.with_pot(given.pot)
        else:
            if not today.in_kind(line.programme, account.category(day)):
                raise ProgrammeClosed()
            bought = allowance.buy(pot, line.item, line.quantity, day, today, beside)
            wallet = min(bought.beyond, tendered - sale.wallet) if bought.beyond else 0
            sale.add(
                SoldLine(
                    line.programme, line.item, line.quantity, bought.amount, pot.period, bought.taken,
                    group=bought.group, units=bought.units, wallet=wallet, cash=bought.beyond - wallet,
                )
            )  # fmt: skip
            beside -= bought.beyond
            sale.account = sale.account.with_pot(bought.pot)
    amounts.check(sale, expected_amount, tendered, counted)
    return sale


def book_offline(
    lines: Sequence[LineWanted],
    card: Card | None,
    account: Account | None,
    place: Place,
    occurred_at: datetime,
    figures: FiguresByDay,
    now: datetime,
    late: Late = WITHIN_FLOORS,
) -> Sale:
    """Book an authentic sale made without a network. It has happened: what does not fit is owed, not refused.

    What goes beyond the floors is booked nowhere but in `disputed`; of a sale that is beyond them as a whole there are
    no lines. Raises a refusal only for what the terminal itself could have known: card, place, kind of outlet, item. It
    comes `now`, when later months than its own may have begun: debts are paid by those that open after it.
    """
    day = business_day(occurred_at)
    then = figures_on(figures, day)
    account = usable(card, account, at=occurred_at)
    if account.activated_on is None or day < account.activated_on:
        raise CardNotActive()
    present = max(month_start(day), month_start(business_day(now)))
    sale = _begin(account, day, figures, present)
    for number, line in enumerate(lines):
        _check_place(line.programme, sale.account, place, then)
        printed = late.printed[number] if late.printed else None
        if line.programme == BREAD:
            _check_loaf(line.item)
            _book_bread(sale, line, printed, late, then)
        elif line.programme == FLOUR:
            _book_flour(sale, line, printed, late, then)
        elif is_grant(line.programme):
            if line.programme not in then.grants and not late.printed:
                raise GrantClosed("The grant was not given on that day.", detail_ar="المنحة غير متاحة في هذا اليوم")
            _book_granted(sale, line, printed, late, figures, then)
        else:
            _book_goods(sale, line, printed, late, then)
        _take_points_back(sale, figures)
    return sale


def _buy_of_grant(sale: Sale, line: LineWanted, figures: FiguresByDay, today: Figures) -> None:
    """Goods paid by a grant, out of its own pot and by its own list."""
    grant = grants.grant_on(line.programme, today)
    opened = _open_grant(sale, grant, figures)
    begins = not sale.drawn_on(line.programme)
    bought = grants.buy(opened, grant, line.item, line.quantity, today, begins=begins)
    _add_granted(sale, line, line.quantity, bought)


def _open_grant(sale: Sale, grant: Grant, figures: FiguresByDay) -> grants.Opened:
    try:
        opened = grants.open_pots(sale.account, grant, sale.day, figures)
    except (PolicyMissing, PolicyInvalid) as error:
        raise PolicyNotInForce(str(error)) from error
    sale.granted += opened.granted
    sale.moves += opened.moves
    return opened


def _add_granted(sale: Sale, line: LineWanted, quantity: int, bought: grants.Bought) -> None:
    sale.account = bought.account
    sale.add(
        SoldLine(
            line.programme, line.item, quantity, bought.amount, bought.period, bought.amount, group=bought.group,
            units=bought.units, conflict=bought.conflict,
        )
    )  # fmt: skip


def _book_granted(
    sale: Sale, line: LineWanted, printed: int | None, late: Late, figures: FiguresByDay, then: Figures
) -> None:
    """Goods of a grant without a network: so many as its balance pays for; who is not on its list has none."""
    grant = then.grants.get(line.programme)
    price = grants.price_of(grant, line.item, then) if grant else 0
    if printed is not None:
        price = printed // line.quantity
    booked = 0
    if grant is not None and not late.beyond:
        try:
            opened = _open_grant(sale, grant, figures)
        except NotEligible:
            opened = None
        if opened is not None:
            sale.account = opened.account
            left = grants.left_for_late(grants.payable(opened.account, grant), grant)
            booked = min(line.quantity, left // price) if price else line.quantity
            if booked:
                cost = printed if printed is not None and booked == line.quantity else booked * price
                begins = not sale.drawn_on(line.programme)
                _add_granted(
                    sale, line, booked, grants.buy_late(opened, grant, line.item, booked, cost, then, begins=begins)
                )
    _dispute(sale, line, booked, price, printed, late)


def _book_bread(sale: Sale, line: LineWanted, printed: int | None, late: Late, then: Figures) -> None:
    """Loaves: so many as the floor has left for this sale, of which the household comes to owe as many as for it."""
    pot = sale.account.pots[(BREAD, month_start(sale.day))]
    price = then.loaf_price if printed is None else printed // line.quantity
    wanted = 0 if late.beyond else min(line.quantity, floors.loaves_left(pot, sale.loaves, sale.day, then))
    drawn = bread.take_offline(pot, wanted, sale.day, floors.owed_left(sale.account, pot, then))
    booked = drawn.taken + drawn.overdrawn
    if booked:
        amount = printed if printed is not None and booked == line.quantity else booked * price
        sale.account = sale.account.with_pot(drawn.pot).owing(BREAD, drawn.overdrawn)
        sale.add(
            SoldLine(
                BREAD, LOAF, booked, amount, pot.period, drawn.taken, drawn.days,
                overdrawn=drawn.overdrawn, conflict=drawn.conflict,
            )
        )  # fmt: skip
    _dispute(sale, line, booked, price, printed, late)


def _book_goods(sale: Sale, line: LineWanted, printed: int | None, late: Late, then: Figures) -> None:
    """Goods: so many as the balance pays for."""
    pot = sale.account.pots[(line.programme, month_start(sale.day))]
    price = allowance.price_of(line.programme, line.item, then) if printed is None else printed // line.quantity
    booked = line.quantity
    if late.beyond:
        booked = 0
    elif price:
        booked = min(booked, pot.remaining // price)
    if booked:
        cost = printed if booked == line.quantity else booked * price
        bought = allowance.buy_offline(pot, line.item, booked, then, cost)
        sale.account = sale.account.with_pot(bought.pot).owing(line.programme, bought.overdrawn)
        sale.add(
            SoldLine(
                line.programme, line.item, booked, bought.amount, pot.period, bought.taken,
                group=bought.group, units=bought.units, overdrawn=bought.overdrawn, conflict=bought.conflict,
            )
        )  # fmt: skip
    _dispute(sale, line, booked, price, printed, late)


def _book_flour(sale: Sale, line: LineWanted, printed: int | None, late: Late, then: Figures) -> None:
    """Flour: what the last known balance has, none where the household has not chosen it."""
    price = flour.price_of(line.item, then) if printed is None else printed // line.quantity
    pot, booked = sale.account.pots.get((FLOUR, month_start(sale.day))), 0
    if pot is not None and not late.beyond:
        pot, booked = flour.take_offline(pot, line.quantity)
    if pot is not None and booked:
        sale.account = sale.account.with_pot(pot)
        sale.add(SoldLine(FLOUR, line.item, booked, booked * price, pot.period, booked))
    _dispute(sale, line, booked, price, printed, late)


def _dispute(sale: Sale, line: LineWanted, booked: int, price: int, printed: int | None, late: Late) -> None:
    """Keep what of a line was not booked."""
    beyond = line.quantity - booked
    if beyond:
        amount = printed if printed is not None and not booked else beyond * price
        reason = late.beyond or floors.reason_for(line.programme)
        sale.disputed.append(Disputed(line.programme, line.item, beyond, amount, reason))


def usable(card: Card | None, account: Account | None, *, at: datetime | None = None, by_code: bool = False) -> Account:
    """The household of a card that may be used (at an instant in the past, where given). Raises the refusal.

    `by_code`: card-service vouches that it is lost and that a code stands for it; nothing else is forgiven.
    """
    if card is None or account is None:
        raise CardUnknown("This card was never issued.", detail_ar="هذا الكارت غير مسجل")
    if card.state == "closed" and (at is None or (card.closed_at is not None and at >= card.closed_at)):
        raise CardClosed("The card was replaced or closed.", detail_ar="تم إلغاء هذا الكارت")
    if not by_code and _blocked(card, at):
        raise CardBlocked("The card was reported lost, stolen or blocked by order.", detail_ar="تم إيقاف هذا الكارت")
    if card.state == "issued":
        raise CardNotActive("The card waits for the activation of its cohort.", detail_ar="الكارت في انتظار التفعيل")
    if not _enabled(card, at) or account.activated_on is None:
        raise SupplyNotEnabled("The card is not enabled for supply.", detail_ar="التموين غير مفعل على هذا الكارت")
    return account


def _blocked(card: Card, at: datetime | None) -> bool:
    if at is None:
        return card.blocked_at is not None
    return (card.blocked_at is not None and at >= card.blocked_at) or card.was("blocked", at)


def _enabled(card: Card, at: datetime | None) -> bool:
    if at is None:
        return card.supply
    lasting = card.supply or (card.disabled_at is not None and at < card.disabled_at)
    return lasting and not card.was("disabled", at)


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
        sale.paid += opening.paid
    return sale


def _check_place(programme: str, account: Account, place: Place, figures: Figures) -> None:
    if place.trial != account.trial:
        raise TrialApart(detail_ar=TRIAL_PLACE if place.trial else TRIAL_CARD, outlet_is_trial=place.trial)
    served = GOODS if is_grant(programme) else programme
    if place.outlet_kind not in figures.outlet_kinds.get(served, ()):
        raise WrongOutletKind(
            f"{programme} is not served at a {place.outlet_kind}.",
            detail_ar="هذا المنفذ لا يصرف هذا النوع.",
            programme=programme,
            outlet_kind=place.outlet_kind,
        )
    if place.governorate == account.governorate or not figures.local_only[served]:
        return
    open_places = figures.open_places[served]
    if (place.governorate, None) in open_places or (place.governorate, place.district) in open_places:
        return
    raise OutsideGovernorate(
        "The card may be used in its own governorate.",
        detail_ar="يستخدم الكارت في محافظته.",
        governorate=account.governorate,
    )


def _check_bread_of_a_day(line: LineWanted, daily: int) -> None:
    if line.programme != BREAD or line.quantity > daily:
        raise BreadCodeForBread(
            f"{daily} loaves of today at most; goods and wallet wait for the card.",
            detail_ar=f"خبز اليوم حتى {daily} رغيف، والسلع والمحفظة بعد استلام الكارت",
            allowed_loaves=daily if line.programme == BREAD else 0,
        )


def _check_loaf(item: str) -> None:
    if item != LOAF:
        raise ItemUnknown(f"{item} is not drawn as bread.", detail_ar="الصنف غير متاح ضمن الخبز", item=item)


def _take_points_back(sale: Sale, figures: FiguresByDay) -> None:
    """A late sale of last month's bread: the loaves of its last line were turned into points, so those points go."""
    if not sale.lines:
        return
    sold = sale.lines[-1]
    following = month_after(sold.period)
    points = sale.account.pots.get((POINTS, following))
    if sold.programme != BREAD or not sold.taken or points is None:
        return
    if not figures.on(following).in_kind(POINTS, sale.account.category(following)):
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
    sale.lines[-1] = sold._replace(points_back=back, points_owed=worth - back)

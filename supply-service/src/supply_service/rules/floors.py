"""How much of a sale without a network is booked without anybody looking at it, and what of it stands in dispute.

Nobody could ask the books when it was made. The household owes at most what its floor lets it: of bread so many days as
may be drawn at once, of goods and flour nothing beyond the balance that the books had. The rest is the outlet's claim
to prove.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol

from supply_service.rules import bread, late_refusals
from supply_service.rules.account import Account, Entry, Pot
from supply_service.rules.figures import Figures, FiguresByDay
from supply_service.rules.keys import BREAD, FLOUR, is_grant
from supply_service.rules.refusals import AmountDiffers, OutletSuspended, TerminalNotActive

HOUSEHOLD_FLOOR = late_refusals.BeyondHouseholdFloor.code
BALANCE = late_refusals.BeyondBalance.code
SPELL_SALES = late_refusals.BeyondSpellSales.code
SPELL_AMOUNT = late_refusals.BeyondSpellAmount.code
SPELL_TIME = late_refusals.BeyondSpellTime.code
PRICES_UNKNOWN = late_refusals.PriceListUnknown.code
AMOUNT_DIFFERS = AmountDiffers.code
TERMINAL_SUSPENDED = TerminalNotActive.code
OUTLET_SUSPENDED = OutletSuspended.code
REPEATED = late_refusals.SaleRepeated.code
UNMARKED = late_refusals.HolderMarkMissing.code
UNVERIFIED = late_refusals.CredentialUnverified.code


class Disputed(NamedTuple):
    """So much of a line that is neither booked on the household nor paid until somebody decides."""

    programme: str
    item: str
    quantity: int
    amount: int
    reason: str


class Late(NamedTuple):
    """How a sale that has happened already is judged.

    `beyond`: why all of it is in dispute, whatever the household has. `printed`: piastres by line as its receipt says,
    by a price list that was good at its moment; empty where the sale does not tell.
    """

    beyond: str | None = None
    printed: Sequence[int] = ()


class Spell(NamedTuple):
    """What one terminal has sold without a network in a spell of it."""

    sales: int
    amount: int


class _Line(Protocol):
    @property
    def programme(self) -> str: ...

    @property
    def item(self) -> str: ...

    @property
    def quantity(self) -> int: ...


def loaves_left(pot: Pot, booked: int, day: date, figures: Figures) -> int:
    """Loaves that one sale may still book, of which it has booked so many: days that may be drawn at once."""
    return max(0, bread.days_allowed(pot, day, figures) * pot.daily - booked)


def owed_left(account: Account, pot: Pot, figures: Figures) -> int:
    """Loaves that the household may still come to owe."""
    return max(0, figures.days_per_draw.at(pot.members) * pot.daily - account.debts.get(BREAD, 0))


def beyond_spell(spell: Spell, amount: int, figures: Figures) -> str | None:
    """Why one more sale of so many piastres is beyond what its terminal may sell without the network."""
    if spell.sales >= figures.spell_sales:
        return SPELL_SALES
    return SPELL_AMOUNT if spell.amount + amount > figures.spell_amount else None


def beyond_time(contact: datetime | None, at: datetime, figures: Figures) -> str | None:
    """Why a sale is beyond the time of its spell, which began with the terminal's last contact before it.

    Without any known contact the terminal was new, and its spell has no beginning yet.
    """
    return SPELL_TIME if contact is not None and at - contact > timedelta(hours=figures.spell_hours) else None


def beyond_prices(
    lines: Sequence[_Line], printed: Sequence[int], version: str, days: Sequence[date], figures: FiguresByDay
) -> str | None:
    """Why the amounts on a receipt do not hold: its price list was good on none of the days, or says otherwise.

    The days are the sale's own, and those before it on which its terminal may last have heard of prices.
    """
    listed = next((then for then in map(figures.on, days) if then.price_list == version), None)
    if listed is None:
        return PRICES_UNKNOWN
    for line, amount in zip(lines, printed, strict=True):
        price = listed.loaf_price if line.programme == BREAD else listed.prices.get((line.programme, line.item))
        if price is None or price * line.quantity != amount:
            return AMOUNT_DIFFERS
    return None


def value_of(lines: Sequence[_Line], figures: Figures) -> int:
    """Piastres of a sale by the day's list; what the list does not have is worth nothing here."""
    return sum(
        (figures.loaf_price if line.programme == BREAD else figures.prices.get((line.programme, line.item), 0))
        * line.quantity
        for line in lines
    )


def uphold(period: date, lines: Sequence[Disputed], loaf_price: int) -> tuple[list[Entry], dict[str, int]]:
    """What a household owes of what was decided to be so, by programme: the months to come pay it back.

    Flour is owed as the loaves of a `loaf_price` that its price would have bought: a month to come may be one of bread.
    """
    entries = []
    owed: dict[str, int] = {}
    for number, line in enumerate(lines):
        if is_grant(line.programme):
            continue  # a grant has no months to come that could pay it back
        programme, quantity = line.programme, line.quantity if line.programme == BREAD else line.amount
        if programme == FLOUR:
            programme, quantity = BREAD, line.amount // loaf_price
        if quantity:
            entries.append(Entry(period, programme, number, "overdraw", quantity))
            owed[programme] = owed.get(programme, 0) + quantity
    return entries, owed


def reason_for(programme: str) -> str:
    """Why a part of a line is beyond what the household may be booked."""
    return HOUSEHOLD_FLOOR if programme == BREAD else BALANCE

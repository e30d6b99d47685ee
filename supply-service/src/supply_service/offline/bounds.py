"""How the sales of an upload are judged: by what the receipt says, by what the terminal has sold, and for how long."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.clock import business_day, day_begins
from chassis.refusals import Refusal
from policybook.book import PolicyMissing
from supply_service.offline import contacts, repeats, repository, suspended
from supply_service.offline.contacts import Contacts
from supply_service.offline.repeats import Repeats
from supply_service.offline.suspended import Suspensions
from supply_service.offline.told import ToldSale
from supply_service.rules.figures import Figures, FiguresByDay
from supply_service.rules.floors import (
    UNMARKED,
    UNVERIFIED,
    Late,
    Spell,
    beyond_prices,
    beyond_spell,
    beyond_time,
    value_of,
)
from supply_service.rules.sale import WITHIN_FLOORS, Place, figures_on

_Span = tuple[datetime, datetime]


class Bounds:
    """What one terminal has sold in the spells of an upload's sales, counted on as they are judged."""

    def __init__(
        self,
        figures: FiguresByDay,
        spells: dict[_Span, Spell],
        known: Contacts,
        suspensions: Suspensions,
        known_sales: Repeats,
        *,
        verified: bool,
    ) -> None:
        """`spells`: what the books have of each; `verified`: whether cards' credentials could be checked."""
        self._figures = figures
        self._verified = verified
        self._spells = spells
        self._contacts = known
        self._suspensions = suspensions
        self._repeats = known_sales

    @classmethod
    async def read(
        cls,
        session: AsyncSession,
        place: Place,
        sales: Sequence[ToldSale],
        figures: FiguresByDay,
        *,
        verified: bool,
    ) -> Bounds:
        """Count the terminal's sales of those spells. Nobody else uploads for it meanwhile."""
        spans = {_span(sale.occurred_at) for sale in sales}
        spells = await repository.spells(session, place.terminal_id, sorted(spans))
        known = await _contacts(session, place, sales, figures)
        suspensions = await suspended.read(session, place, [sale.occurred_at for sale in sales])
        known_sales = await repeats.read(session, place, sales)
        return cls(figures, spells, known, suspensions, known_sales, verified=verified)

    def judge(self, sale: ToldSale, *, marked: bool = True) -> Late:
        """How the next sale is judged. `marked`: its holder has signed for it, wherever that could be done."""
        day = business_day(sale.occurred_at)
        try:
            then = figures_on(self._figures, day)
        except Refusal:
            return WITHIN_FLOORS  # the rules say why
        printed = [line.amount for line in sale.lines if line.amount is not None]
        beyond = self._suspensions.at(sale.occurred_at)
        span = _span(sale.occurred_at)
        spell, amount = self._spells[span], sum(printed) if printed else value_of(sale.lines, then)
        beyond = beyond or self._repeats.of(sale.card_id, day, amount)
        beyond = beyond or (None if marked else UNMARKED)
        if beyond is None and sale.price_list is not None:
            beyond = self._beyond_prices(sale, printed, day, then)
        beyond = beyond or (None if self._verified else UNVERIFIED)
        beyond = beyond or beyond_time(self._contacts.before(sale.occurred_at), sale.occurred_at, then)
        beyond = beyond or beyond_spell(spell, amount, then)
        if beyond is None:
            self._spells[span] = spell._replace(sales=spell.sales + 1, amount=spell.amount + amount)
        return Late(beyond, printed)

    def _beyond_prices(self, sale: ToldSale, printed: Sequence[int], day: date, then: Figures) -> str | None:
        days = [day - timedelta(days=n) for n in range(math.ceil(then.late_prices_hours / 24) + 1)]
        try:
            return beyond_prices(sale.lines, printed, sale.price_list or "", days, self._figures)
        except PolicyMissing:
            return beyond_prices(sale.lines, printed, sale.price_list or "", days[:1], self._figures)


async def _contacts(session: AsyncSession, place: Place, sales: Sequence[ToldSale], figures: FiguresByDay) -> Contacts:
    """The contacts of the time in which a spell of one of the sales may have begun."""
    if not sales:
        return Contacts(())
    first, last = (choose(sale.occurred_at for sale in sales) for choose in (min, max))
    try:
        longest = max(figures_on(figures, business_day(at)).spell_hours for at in (first, last))
    except Refusal:
        return Contacts(())  # the rules say why
    return await contacts.read(session, place, first - timedelta(hours=longest), last)


def _span(at: datetime) -> _Span:
    """A spell is counted by the day."""
    day = business_day(at)
    return day_begins(day), day_begins(day + timedelta(days=1))

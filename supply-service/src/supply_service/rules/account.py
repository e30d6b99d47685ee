"""A household as the rules see it: its pots, its debts and its card. Immutable; a decision makes a new one.

Named tuples, since a few of them are made for every sale and nothing is made faster.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Literal, NamedTuple
from uuid import UUID

from supply_service.rules.sizes import Sizes, counted

EntryKind = Literal["draw", "reversal", "debt", "taken_back", "overdraw", "overdraw_reversal", "cash"]
PotKey = tuple[str, date]
CATEGORY, GRANT_LIST = "category", "grant"  # kinds of lists of households
NO_UNITS: Mapping[str, int] = MappingProxyType({})


def month_after(period: date) -> date:
    """The first day of the next month."""
    return (period.replace(day=28) + timedelta(days=4)).replace(day=1)


def month_before(period: date) -> date:
    """The first day of the month before."""
    return (period - timedelta(days=1)).replace(day=1)


@lru_cache(maxsize=64)
def days_in_month(period: date) -> int:
    """28 to 31."""
    return monthrange(period.year, period.month)[1]


class Pot(NamedTuple):
    """What a household may draw of one programme in one month: loaves, piastres, or kilograms of flour.

    `daily` is the quota of loaves for one day; bit n of `drawn_days` is day n + 1 of the month;
    `drawn_units` counts what was had of each limited group of items.
    """

    programme: str
    period: date
    granted: int
    remaining: int
    members: int
    daily: int = 0
    drawn_days: int = 0
    drawn_units: Mapping[str, int] = NO_UNITS

    @property
    def key(self) -> PotKey:
        """What the account finds it by."""
        return self.programme, self.period


class Legacy(NamedTuple):
    """The ration card that a household drew with before. `drawn`: piastres of goods in the month of activation."""

    drawn: int | None  # None while nobody has told


class Listed(NamedTuple):
    """A household's place on a list of households, from a day until another one, both included."""

    kind: str  # category | grant
    name: str
    since: date
    until: date | None

    def on(self, day: date) -> bool:
        """Whether it holds on a day."""
        return self.since <= day and (self.until is None or day <= self.until)


class Account(NamedTuple):
    """A household with the pots of the months in question. `debts` are booked against the next pots to be opened.

    `members` all belong to it and count for everything while the register has told no `sizes`. `opened` is the latest
    month whose pots are there. `legacy` is None for a household that has no other card to draw with. `lists` name it;
    they are read where a month may have to be opened or something else than bread is drawn. `flour`: months for which
    flour was chosen instead of bread.
    """

    household_id: UUID
    governorate: str
    members: int
    activated_on: date | None
    debts: Mapping[str, int]
    pots: Mapping[PotKey, Pot]
    sizes: Sizes = ()
    opened: date | None = None
    legacy: Legacy | None = None
    lists: Sequence[Listed] = ()
    flour: Sequence[date] = ()
    trial: bool = False

    def category(self, day: date) -> str | None:
        """The category of household it belongs to on a day; None for one that no list names."""
        return next((one.name for one in self.lists if one.kind == CATEGORY and one.on(day)), None)

    def counted(self, programme: str, period: date) -> int:
        """How many members count for a programme in a month, whoever draws first and when."""
        return counted(self.sizes, programme, period) if self.sizes else self.members

    def with_pot(self, pot: Pot) -> Account:
        """The account with a pot put in place of the one of the same month and programme."""
        return Account(
            self.household_id,
            self.governorate,
            self.members,
            self.activated_on,
            self.debts,
            {**self.pots, (pot.programme, pot.period): pot},
            self.sizes,
            self.opened,
            self.legacy,
            self.lists,
            self.flour,
            self.trial,
        )

    def owing(self, programme: str, change: int) -> Account:
        """The account with a debt that has grown by `change`."""
        if not change:
            return self
        return self._replace(debts={**self.debts, programme: self.debts.get(programme, 0) + change})


class Span(NamedTuple):
    """A state of a card that is over: it was `blocked`, or supply was `disabled`, from an instant until another."""

    state: str
    began_at: datetime
    ended_at: datetime


class Card(NamedTuple):
    """A card as its events have told."""

    card_id: UUID
    household_id: UUID
    state: str  # issued | active | closed
    blocked_at: datetime | None
    supply: bool
    activated_at: datetime | None = None
    closed_at: datetime | None = None  # None of one that was closed before that was kept
    disabled_at: datetime | None = None  # since when supply is off, where that is known
    spans: Sequence[Span] = ()  # read for what is judged by a state that is over

    def was(self, state: str, at: datetime) -> bool:
        """Whether it was in a state that is over by now."""
        return any(span.state == state and span.began_at <= at < span.ended_at for span in self.spans)


class Entry(NamedTuple):
    """A movement. Sales, debts and points taken back lower a pot; overdraws raise the household's debt.

    `cash` is beside the pots: piastres that are due to the household in place of what a programme gives in kind.
    """

    period: date
    programme: str
    line: int
    kind: EntryKind
    quantity: int


class Granted(NamedTuple):
    """A pot was opened."""

    programme: str
    period: date
    granted: int


class Credited(NamedTuple):
    """Loaves not drawn last month became points."""

    period: date
    loaves: int
    piastres: int

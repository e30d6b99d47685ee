"""The figures of one day, read once from the policies and then only looked at: what the rules calculate with."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property, partial
from typing import Final, Literal, NamedTuple, TypeVar

import orjson

from chassis.districts import as_listed
from policybook.book import PolicyBook, PolicyInvalid
from policybook.calendar import in_ramadan
from policybook.days import ByDay
from policybook.keys import Key
from policybook.kinds import Steps
from supply_service.rules import keys
from supply_service.rules.keys import BREAD, FLOUR, GOODS, POINTS, PROGRAMMES
from supply_service.rules.limits import Limit
from supply_service.rules.presence import Free

T = TypeVar("T")
LOAF = "loaf"
RATION_FLOUR = "ration_flour"
Unit = Literal["loaf", "piastre", "kilogram"]
Measure = Literal["gram", "millilitre", "piece"]
UNITS: Final[Mapping[str, Unit]] = {BREAD: "loaf", GOODS: "piastre", POINTS: "piastre", FLOUR: "kilogram"}


def unit_of(programme: str) -> Unit:
    """What a programme's pots are counted in."""
    return UNITS.get(programme, "piastre")


@dataclass(frozen=True, slots=True)
class Item:
    """Something sold; one of it has `content` of its `unit`, as far as that is known.

    `limit_units` is how much one of it counts against the limit of its `limit_group`.

    Of a group with kinds a household has one `limit_kind` in a month: rice or pasta.
    """

    item: str
    name_ar: str
    name_en: str
    limit_group: str | None = None
    limit_units: int = 1
    limit_kind: str | None = None
    unit: Measure | None = None
    content: int | None = None


class Grant(NamedTuple):
    """A grant on a day: the window that its pot is for, and the rules of it."""

    name: str
    programme: str
    name_ar: str
    name_en: str
    since: date
    until: date | None
    amount: Steps
    listed: bool
    limits: Mapping[str, int]
    instalments: int | None
    most_with_carried: int | None


@dataclass(frozen=True)
class Figures:
    """Everything the rules need to know about one day. Money in piastres, bread in loaves."""

    day: date
    loaves_per_person: int
    household_loaves: int | None  # most loaves a household draws for one day, None without such a rule
    loaf_price: int
    loaf_cost: int
    days_per_draw: Steps
    single_days_at_month_end: int
    parts_of_a_day: bool
    point_value: int
    points_last_day: int
    allowance: Steps
    limits: Mapping[str, Limit]
    prices: Mapping[tuple[str, str], int]
    outlet_kinds: Mapping[str, frozenset[str]]
    local_only: Mapping[str, bool]
    open_places: Mapping[str, frozenset[tuple[str, str | None]]]
    modes: Mapping[tuple[str, str | None], str]  # by programme and category, None for households of any other
    cash_amounts: Mapping[str | None, Steps]
    cash_for_loaf: Mapping[str | None, int]
    clock_skew_seconds: int
    reversal_days: int
    reversal_hours: int
    offline_days: int
    sheet_days: int | None  # None where paper sheets are not taken
    hold_margin_seconds: int
    late_prices_hours: int
    spell_sales: int
    spell_amount: int
    spell_hours: int
    debt_share: Decimal
    free: Free
    grants: Mapping[str, Grant]  # by programme
    flour_offered: frozenset[str]
    flour_kilograms: int
    flour_months_ahead: int
    items: Mapping[str, Item] = field(repr=False)

    def mode(self, programme: str, category: str | None = None) -> str:
        """How a programme is given to households of a category."""
        return self.modes.get((programme, category)) or self.modes[(programme, None)]

    def in_kind(self, programme: str, category: str | None = None) -> bool:
        """Whether a programme is given in kind to households of a category."""
        return self.mode(programme, category) == keys.IN_KIND

    def daily_loaves(self, members: int) -> int:
        """A household's loaves for one day."""
        loaves = self.loaves_per_person * members
        return loaves if self.household_loaves is None else min(loaves, self.household_loaves)

    @property
    def flour_price(self) -> int:
        """Piastres for a kilogram of flour instead of bread; 0 while it is offered nowhere."""
        return self.prices.get((FLOUR, RATION_FLOUR), 0)

    @cached_property
    def listed(self) -> Mapping[str, Mapping[str, int]]:
        """The day's price list as terminals are given it: piastres by programme and item."""
        prices: dict[str, dict[str, int]] = {BREAD: {LOAF: self.loaf_price}, GOODS: {}, POINTS: {}}
        for (programme, item), price in self.prices.items():
            prices.setdefault(programme, {})[item] = price
        return prices

    @cached_property
    def price_list(self) -> str:
        """The version of the day's price list: two lists with the same prices are one."""
        return hashlib.sha256(orjson.dumps(self.listed, option=orjson.OPT_SORT_KEYS)).hexdigest()


FiguresByDay = ByDay[Figures]


def figures_by_day(book: PolicyBook, items: Mapping[str, Item]) -> FiguresByDay:
    """The figures of each day asked for; `items` is the catalogue."""
    return ByDay(book, partial(read_figures, items=items))


def read_figures(book: PolicyBook, day: date, items: Mapping[str, Item]) -> Figures:
    """Look every figure up for one day. Raises PolicyMissing or PolicyInvalid."""
    return Figures(
        day=day,
        loaves_per_person=keys.LOAVES_PER_PERSON.on(book, day),
        household_loaves=keys.HOUSEHOLD_LOAVES.find(book, day),
        loaf_price=keys.LOAF_PRICE.on(book, day),
        loaf_cost=keys.LOAF_COST.on(book, day),
        days_per_draw=keys.DAYS_PER_DRAW.on(book, day),
        single_days_at_month_end=keys.SINGLE_DAYS.find(book, day) or 0,
        parts_of_a_day=keys.PARTS_OF_A_DAY.find(book, day) or False,
        point_value=keys.POINT_VALUE.on(book, day),
        points_last_day=keys.POINTS_LAST_DAY.on(book, day),
        allowance=keys.ALLOWANCE.on(book, day),
        limits={_member(scope, "group"): limit for scope, limit in keys.LIMIT.each(book, day)},
        prices=_prices(book, day),
        outlet_kinds={p: keys.OUTLET_KINDS.on(book, day, programme=p) for p in (BREAD, GOODS, POINTS)}
        | {FLOUR: keys.OUTLET_KINDS.find(book, day, programme=FLOUR) or frozenset()},
        local_only={p: keys.GEOGRAPHY.on(book, day, programme=p) != "anywhere" for p in (BREAD, GOODS, POINTS)}
        | {FLOUR: keys.GEOGRAPHY.find(book, day, programme=FLOUR) != "anywhere"},
        open_places={p: _open_places(book, day, p) for p in PROGRAMMES},
        modes=(modes := _modes(book, day)),
        cash_amounts=_by_category(keys.CASH_AMOUNT, GOODS, book, day, modes),
        cash_for_loaf=_by_category(keys.CASH_FOR_LOAF, BREAD, book, day, modes),
        clock_skew_seconds=keys.CLOCK_SKEW.on(book, day),
        reversal_days=keys.REVERSAL_DAYS.on(book, day),
        reversal_hours=keys.REVERSAL_HOURS.find(book, day, **_season(book, day)) or 0,
        offline_days=keys.OFFLINE_DAYS.on(book, day),
        sheet_days=keys.SHEET_DAYS.find(book, day),
        hold_margin_seconds=keys.HOLD_MARGIN.on(book, day),
        late_prices_hours=keys.LATE_PRICES_HOURS.on(book, day),
        spell_sales=keys.SPELL_SALES.on(book, day),
        spell_amount=keys.SPELL_AMOUNT.on(book, day),
        spell_hours=keys.SPELL_HOURS.on(book, day),
        debt_share=keys.DEBT_SHARE.on(book, day),
        free=_free(book, day),
        grants=_grants(book, day),
        flour_offered=_flour_offered(book, day),
        flour_kilograms=keys.FLOUR_KILOGRAMS.find(book, day) or 0,
        flour_months_ahead=keys.FLOUR_MONTHS_AHEAD.find(book, day) or 0,
        items=items,
    )


def _season(book: PolicyBook, day: date) -> dict[str, str]:
    """What a season's own rows are found by; without one the row of all year is."""
    return {"season": keys.RAMADAN} if in_ramadan(book, day) else {}


def _modes(book: PolicyBook, day: date) -> dict[tuple[str, str | None], str]:
    modes: dict[tuple[str, str | None], str] = {
        (p, None): keys.SUPPORT_MODE.on(book, day, programme=p) for p in (BREAD, GOODS, POINTS)
    }
    for scope, mode in keys.SUPPORT_MODE.each(book, day):
        if (category := scope.get("category")) is not None:
            modes[(_member(scope, "programme"), category)] = mode
    return modes


def _by_category(
    key: Key[T], programme: str, book: PolicyBook, day: date, modes: Mapping[tuple[str, str | None], str]
) -> dict[str | None, T]:
    """What a programme comes to as cash, by category of household.

    Raises PolicyMissing where it is given as cash and no row says how much that is.
    """
    for (given, category), mode in modes.items():
        if given == programme and mode == keys.CASH:
            key.on(book, day, **({} if category is None else {"category": category}))
    return {scope.get("category"): value for scope, value in key.each(book, day)}


def _free(book: PolicyBook, day: date) -> Free:
    return Free(
        loaves_by_sale=keys.FREE_LOAVES.on(book, day, by="sale"),
        loaves_by_card=keys.FREE_LOAVES.on(book, day, by="card"),
        goods_by_card=keys.FREE_GOODS.on(book, day, by="card"),
        loaves_by_terminal=keys.FREE_LOAVES.on(book, day, by="terminal"),
        goods_by_terminal=keys.FREE_GOODS.on(book, day, by="terminal"),
        loaves_by_outlet=keys.FREE_LOAVES.on(book, day, by="outlet"),
        goods_by_outlet=keys.FREE_GOODS.on(book, day, by="outlet"),
        away_by_terminal=keys.AWAY_SALES.on(book, day),
        flour_by_card=keys.FREE_FLOUR.find(book, day) or 0,
    )


def _prices(book: PolicyBook, day: date) -> dict[tuple[str, str], int]:
    listed = {
        (_member(scope, "programme"), _member(scope, "item")): price for scope, price in keys.PRICE.each(book, day)
    }
    prices: dict[tuple[str, str], int] = {}
    for programme in (GOODS, POINTS):
        price_list = keys.PRICE_LIST.on(book, day, programme=programme)
        prices.update({(programme, item): price for (name, item), price in listed.items() if name == price_list})
    for scope, price in keys.GRANT_PRICE.each(book, day):
        prices[(keys.GRANT + _member(scope, "grant"), _member(scope, "item"))] = price
    if _flour_offered(book, day):  # a list that terminals hold does not change before flour is sold by it
        prices[(FLOUR, RATION_FLOUR)] = _flour_price(book, day)
    return prices


def _grants(book: PolicyBook, day: date) -> dict[str, Grant]:
    limits: dict[str, dict[str, int]] = {}
    for scope, most in keys.GRANT_LIMIT.each(book, day):
        limits.setdefault(_member(scope, "grant"), {})[_member(scope, "group")] = most
    found = {}
    for scope, _ in keys.GRANT_AMOUNT.each(book, day):
        name = _member(scope, "grant")
        amount, row = keys.GRANT_AMOUNT.row(book, day, grant=name)
        called = keys.GRANT_NAME.find(book, day, grant=name)
        found[keys.GRANT + name] = Grant(
            name, keys.GRANT + name, called.ar if called else name, called.en if called else name,
            row.effective_from, row.effective_to, amount,
            keys.GRANT_FOR.find(book, day, grant=name) != "everyone", limits.get(name, {}),
            keys.GRANT_INSTALMENTS.find(book, day, grant=name), keys.GRANT_CARRY_OVER.find(book, day, grant=name),
        )  # fmt: skip
    return found


def _flour_offered(book: PolicyBook, day: date) -> frozenset[str]:
    return frozenset(_member(scope, "governorate") for scope, offered in keys.FLOUR_OFFERED.each(book, day) if offered)


def _flour_price(book: PolicyBook, day: date) -> int:
    """Piastres for a kilogram, by what a person's flour of a month costs. Raises PolicyInvalid where it is no whole."""
    price, rest = divmod(keys.FLOUR_PRICE.on(book, day), keys.FLOUR_KILOGRAMS.on(book, day))
    if rest:
        raise PolicyInvalid(f"{keys.FLOUR_PRICE.name}: a kilogram has to cost whole piastres")
    return price


def _open_places(book: PolicyBook, day: date, programme: str) -> frozenset[tuple[str, str | None]]:
    return frozenset(
        (governorate, as_listed(governorate, scope["district"]) if "district" in scope else None)
        for scope, is_open in keys.OPEN_TO_ALL.each(book, day)
        if is_open and scope.get("programme", programme) == programme
        for governorate in (_member(scope, "governorate"),)
    )


def _member(scope: Mapping[str, str], name: str) -> str:
    if name not in scope:
        raise PolicyInvalid(f"the scope needs {name}")
    return scope[name]

"""The figures of one day, read once from the policies and then only looked at: what the rules calculate with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from policybook.book import PolicyBook, PolicyInvalid
from policybook.days import ByDay
from policybook.kinds import Steps
from supply_service.rules import keys
from supply_service.rules.keys import BREAD, GOODS, POINTS, PROGRAMMES
from supply_service.rules.limits import Limit

LOAF = "loaf"
UNITS = {BREAD: "loaf", GOODS: "piastre", POINTS: "piastre"}


@dataclass(frozen=True, slots=True)
class Item:
    """Something sold. `limit_units` is how much one of it counts against the limit of its `limit_group`."""

    item: str
    name_ar: str
    name_en: str
    limit_group: str | None = None
    limit_units: int = 1


@dataclass(frozen=True)
class Figures:
    """Everything the rules need to know about one day. Money in piastres, bread in loaves."""

    day: date
    loaves_per_person: int
    household_loaves: int | None  # most loaves a household draws for one day, None without such a rule
    loaf_price: int
    days_per_draw: Steps
    single_days_at_month_end: int
    point_value: int
    points_last_day: int
    allowance: Steps
    limits: Mapping[str, Limit]
    prices: Mapping[tuple[str, str], int]
    outlet_kinds: Mapping[str, frozenset[str]]
    local_only: Mapping[str, bool]
    open_places: Mapping[str, frozenset[tuple[str, str | None]]]
    in_kind: Mapping[str, bool]
    clock_skew_seconds: int
    reversal_days: int
    offline_days: int
    hold_margin_seconds: int
    items: Mapping[str, Item] = field(repr=False)

    def daily_loaves(self, members: int) -> int:
        """A household's loaves for one day."""
        loaves = self.loaves_per_person * members
        return loaves if self.household_loaves is None else min(loaves, self.household_loaves)


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
        days_per_draw=keys.DAYS_PER_DRAW.on(book, day),
        single_days_at_month_end=keys.SINGLE_DAYS.find(book, day) or 0,
        point_value=keys.POINT_VALUE.on(book, day),
        points_last_day=keys.POINTS_LAST_DAY.on(book, day),
        allowance=keys.ALLOWANCE.on(book, day),
        limits={_member(scope, "group"): limit for scope, limit in keys.LIMIT.each(book, day)},
        prices=_prices(book, day),
        outlet_kinds={p: keys.OUTLET_KINDS.on(book, day, programme=p) for p in PROGRAMMES},
        local_only={p: keys.GEOGRAPHY.on(book, day, programme=p) != "anywhere" for p in PROGRAMMES},
        open_places={p: _open_places(book, day, p) for p in PROGRAMMES},
        in_kind={p: keys.SUPPORT_MODE.on(book, day, programme=p) == "in_kind" for p in PROGRAMMES},
        clock_skew_seconds=keys.CLOCK_SKEW.on(book, day),
        reversal_days=keys.REVERSAL_DAYS.on(book, day),
        offline_days=keys.OFFLINE_DAYS.on(book, day),
        hold_margin_seconds=keys.HOLD_MARGIN.on(book, day),
        items=items,
    )


def _prices(book: PolicyBook, day: date) -> dict[tuple[str, str], int]:
    listed = {
        (_member(scope, "programme"), _member(scope, "item")): price for scope, price in keys.PRICE.each(book, day)
    }
    prices: dict[tuple[str, str], int] = {}
    for programme in (GOODS, POINTS):
        price_list = keys.PRICE_LIST.on(book, day, programme=programme)
        prices.update({(programme, item): price for (name, item), price in listed.items() if name == price_list})
    return prices


def _open_places(book: PolicyBook, day: date, programme: str) -> frozenset[tuple[str, str | None]]:
    return frozenset(
        (_member(scope, "governorate"), scope.get("district"))
        for scope, is_open in keys.OPEN_TO_ALL.each(book, day)
        if is_open and scope.get("programme", programme) == programme
    )


def _member(scope: Mapping[str, str], name: str) -> str:
    if name not in scope:
        raise PolicyInvalid(f"the scope needs {name}")
    return scope[name]

"""The figures of one day, read once from the policies and then only looked at: what the rules calculate with."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from pydantic import JsonValue

from supply_service.policies.book import Item, PolicyBook, PolicyInvalid, PolicyMissing, number

BREAD = "bread"
GOODS = "goods"
POINTS = "bread_points"
PROGRAMMES = (BREAD, GOODS, POINTS)
LOAF = "loaf"
UNITS = {BREAD: "loaf", GOODS: "piastre", POINTS: "piastre"}


@dataclass(frozen=True, slots=True)
class Steps:
    """A figure that changes with a count: `(1, 50), (5, 25)` is 50 from one on, 25 from five on."""

    starts: tuple[int, ...]
    figures: tuple[int, ...]

    @staticmethod
    def of(value: JsonValue | Decimal, what: str) -> Steps:
        """Read `{"steps": [[1, 50], [5, 25]]}`, or a plain number that holds for every count."""
        if not isinstance(value, dict):
            return Steps((0,), (whole(value, what),))
        steps = value.get("steps")
        if not isinstance(steps, list) or not steps:
            raise PolicyInvalid(f"{what}: steps are needed")
        pairs: list[tuple[int, int]] = []
        for step in steps:
            if not isinstance(step, list) or len(step) != 2:
                raise PolicyInvalid(f"{what}: a step is a pair [from, figure]")
            pairs.append((whole(step[0], what), whole(step[1], what)))
        if pairs != sorted(set(pairs)):
            raise PolicyInvalid(f"{what}: steps must ascend")
        return Steps(tuple(start for start, _ in pairs), tuple(figure for _, figure in pairs))

    def at(self, count: int) -> int:
        """The figure for a count; 0 below the first step."""
        index = bisect_right(self.starts, count)
        return self.figures[index - 1] if index else 0

    def total(self, count: int) -> int:
        """The figures of 1, 2, … `count` added up."""
        return sum(self.at(rank) for rank in range(1, count + 1))


@dataclass(frozen=True, slots=True)
class Limit:
    """How much of a group of items a household may have in a month."""

    per_person: int | None
    per_card: int | None
    by_members: Steps | None

    @staticmethod
    def of(value: JsonValue | Decimal, what: str) -> Limit:
        """Read `{"per_person": 1, "per_card": 4}` or steps by the number of members."""
        if not isinstance(value, dict):
            raise PolicyInvalid(f"{what}: per_person, per_card or steps are needed")
        if "steps" in value:
            return Limit(None, None, Steps.of(value, what))
        figures = {name: whole(value[name], what) for name in ("per_person", "per_card") if name in value}
        if not figures:
            raise PolicyInvalid(f"{what}: per_person, per_card or steps are needed")
        return Limit(figures.get("per_person"), figures.get("per_card"), None)

    def units(self, members: int) -> int:
        """The most units for a household of that size."""
        if self.by_members is not None:
            return self.by_members.at(members)
        bounds = [self.per_person * members if self.per_person is not None else None, self.per_card]
        return min(bound for bound in bounds if bound is not None)


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


class FiguresByDay:
    """The figures of each day asked for, kept until the book is replaced by a newer one."""

    MAX_DAYS = 400

    def __init__(self, book: PolicyBook) -> None:
        """Begin with nothing worked out."""
        self.book = book
        self._days: dict[date, Figures] = {}

    def on(self, day: date) -> Figures:
        """The figures in force on a day. Raises PolicyMissing or PolicyInvalid where the book does not give them."""
        known = self._days.get(day)
        if known is None:
            if len(self._days) >= self.MAX_DAYS:
                self._days.clear()
            known = self._days[day] = read_figures(self.book, day)
        return known


def read_figures(book: PolicyBook, day: date) -> Figures:
    """Look every figure up for one day."""

    def count(key: str, **scope: str) -> int:
        return whole(book.value(key, day, **scope), key)

    def optional(key: str) -> int | None:
        try:
            return count(key)
        except PolicyMissing:
            return None

    return Figures(
        day=day,
        loaves_per_person=count("bread.daily_quota_per_person"),
        household_loaves=optional("bread.daily_quota_per_household"),
        loaf_price=count("bread.price"),
        days_per_draw=Steps.of(book.value("bread.days_per_draw", day), "bread.days_per_draw"),
        single_days_at_month_end=optional("bread.single_days_at_month_end") or 0,
        point_value=count("bread.point_value"),
        points_last_day=count("bread.points_last_day"),
        allowance=Steps.of(book.value("supply.allowance", day), "supply.allowance"),
        limits={
            _scope(policy.scope, "group"): Limit.of(book.resolve(policy, day, policy.scope), policy.key)
            for policy in book.in_force("supply.limit", day)
            if "programme" not in policy.scope
        },
        prices=_prices(book, day),
        outlet_kinds={p: _words(book.value("supply.outlet_kinds", day, programme=p), p) for p in PROGRAMMES},
        local_only={p: book.value("supply.geography", day, programme=p) != "anywhere" for p in PROGRAMMES},
        open_places={p: _open_places(book, day, p) for p in PROGRAMMES},
        in_kind={p: book.value("supply.support_mode", day, programme=p) == "in_kind" for p in PROGRAMMES},
        clock_skew_seconds=count("terminal.clock_skew_seconds"),
        reversal_days=count("redemption.reversal_days"),
        offline_days=count("redemption.offline_days"),
        hold_margin_seconds=count("redemption.hold_margin_seconds"),
        items=book.items,
    )


def _prices(book: PolicyBook, day: date) -> dict[tuple[str, str], int]:
    listed: dict[tuple[str, str], int] = {}
    for policy in book.in_force("supply.price", day):
        scope = (_scope(policy.scope, "programme"), _scope(policy.scope, "item"))
        listed[scope] = whole(book.resolve(policy, day, policy.scope), policy.key)
    prices: dict[tuple[str, str], int] = {}
    for programme in (GOODS, POINTS):
        price_list = book.value("supply.price_list", day, programme=programme)
        prices.update({(programme, item): price for (name, item), price in listed.items() if name == price_list})
    return prices


def _open_places(book: PolicyBook, day: date, programme: str) -> frozenset[tuple[str, str | None]]:
    return frozenset(
        (_scope(policy.scope, "governorate"), policy.scope.get("district"))
        for policy in book.in_force("supply.open_to_all", day)
        if policy.scope.get("programme", programme) == programme and policy.value is True
    )


def _scope(scope: Mapping[str, str], name: str) -> str:
    if name not in scope:
        raise PolicyInvalid(f"the scope needs {name}")
    return scope[name]


def _words(value: JsonValue | Decimal, what: str) -> frozenset[str]:
    if not isinstance(value, list):
        raise PolicyInvalid(f"{what}: a list is needed")
    return frozenset(str(word) for word in value)


def whole(value: JsonValue | Decimal, what: str) -> int:
    """A value as a whole number that is not negative. Raises PolicyInvalid."""
    figure = number(value, what)
    if figure != int(figure) or figure < 0:
        raise PolicyInvalid(f"{what}: a whole number is needed, not {figure}")
    return int(figure)

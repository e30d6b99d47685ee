"""The rules in force, read from the API as any shop's software would: the demo knows no figure of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from devstack.terminal.caller import Caller

Steps = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Goods:
    """An item on sale: price in piastres, and how many of it a household of each size may have."""

    item: str
    price: int
    per_person: int | None
    per_card: int | None

    def most(self, members: int) -> int | None:
        """The most a household may have in a month; None without a limit."""
        bounds = [self.per_person * members if self.per_person else None, self.per_card]
        return min((bound for bound in bounds if bound is not None), default=None)


@dataclass(frozen=True, slots=True)
class Rules:
    """What the demo's households and its closing report go by."""

    loaves_per_person: int
    loaf_price: int
    point_value: int
    days_at_once: Steps
    allowance: Steps
    goods: tuple[Goods, ...]
    flour_kilograms: int = 0  # a person and month, in the place of bread
    debt_share: Decimal = Decimal(1)  # most of a pot that goes to what a household owes

    def daily_loaves(self, members: int) -> int:
        """A household's bread for one day."""
        return self.loaves_per_person * members

    def most_days(self, members: int) -> int:
        """Days whose bread may be drawn at once."""
        return step(self.days_at_once, members)

    def monthly_allowance(self, members: int) -> int:
        """Piastres for goods in a month."""
        return sum(step(self.allowance, rank) for rank in range(1, members + 1))


def step(steps: Steps, count: int) -> int:
    """The figure that holds for that count; 0 below the first step."""
    return next((figure for start, figure in reversed(steps) if count >= start), 0)


async def read(policies: Caller, terminal: Caller, on: date) -> Rules:
    """The rules of that day from the policies and the catalogue."""

    async def value(key: str) -> Any:
        found = (await policies.get("/v1/policies", key=key, on=on.isoformat()))["items"]
        return next(row["value"] for row in found if row["key"] == key and row["approved_by"])

    return Rules(
        loaves_per_person=int(await value("bread.daily_quota_per_person")),
        loaf_price=int(await value("bread.price")),
        point_value=int(await value("bread.point_value")),
        days_at_once=steps_of(await value("bread.days_per_draw")),
        allowance=steps_of(await value("supply.allowance")),
        goods=tuple(_goods(await terminal.get("/v1/catalogue", on=on.isoformat()))),
        flour_kilograms=int(await value("bread.flour_kilograms_per_person")),
        debt_share=Decimal(str(await value("debt.most_share_a_month"))),
    )


def steps_of(value: Any) -> Steps:
    """A figure by the number of persons, from a row of the book."""
    if isinstance(value, dict):
        return tuple((int(start), int(figure)) for start, figure in value["steps"])
    return ((0, int(value)),)


def _goods(document: dict[str, Any]) -> list[Goods]:
    """Goods with a plain limit, a person's or a card's, or none; those limited by steps are left alone."""
    found = []
    for item in document["items"]:
        price, limit = item["prices"].get("goods"), item["limit"] or {}
        if price is not None and not limit.get("by_members"):
            found.append(Goods(item["item"], int(price), limit.get("per_person"), limit.get("per_card")))
    return found

"""What pots a household must have had, computed from the register's history alone. Pure.

Written apart from supply-service and from scratch: what both come to is held against each other, pot by pot.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from devstack.demo.rules import Rules

BREAD, GOODS, POINTS, FLOUR = "bread", "goods", "bread_points", "flour"
PROGRAMMES = (BREAD, GOODS, POINTS)  # what every household has each month


class Counted(NamedTuple):
    """Members of a household who count in a month."""

    goods: int
    bread: int


class Pot(NamedTuple):
    """Loaves, piastres or kilograms: what a pot was opened with and corrected to, and what is left of it."""

    granted: int
    left: int


class Key(NamedTuple):
    """Which pot: a month's first day, or a grant's, and a programme."""

    month: date
    programme: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a household apart from supply-service.

    `told`: for each month, how the register counted that month and those before it when the month was over. `drawn`:
    what terminals sold, by their own books. `overdrawn`: loaves sold twice without a network in a month, taken from the
    next. `legacy`: piastres of goods drawn with the ration card in the month of activation; it has one where
    `ration_card`, and None says that nobody told. `flour`: months for which it chose flour instead of bread.
    `grants`: the pots of grants it is listed for, as the list and what terminals sold make them.
    """

    activated_on: date
    told: Mapping[date, Mapping[date, Counted]]
    drawn: Mapping[Key, int] = field(default_factory=dict)
    overdrawn: Mapping[date, int] = field(default_factory=dict)
    ration_card: bool = False
    legacy: int | None = None
    flour: Collection[date] = ()
    grants: Mapping[Key, Pot] = field(default_factory=dict)


class Difference(NamedTuple):
    """A pot that is not as the history says; None where there is none."""

    household_id: str
    key: Key
    expected: Pot | None
    found: Pot | None

    def __str__(self) -> str:
        where = f"household {self.household_id}, {self.key.month:%Y-%m}, {self.key.programme}"
        return f"{where}: by the history {_words(self.expected)}, in supply {_words(self.found)}"


def expected(facts: Facts, rules: Rules, months: Sequence[date]) -> dict[Key, Pot]:
    """The pots of these months, which follow one upon another, from the one of the activation on."""
    pots: dict[Key, Pot] = {}
    believed: dict[date, Counted] = {}
    owed = 0
    for number, month in enumerate(months):
        if month < facts.activated_on.replace(day=1):
            continue
        told = facts.told[month]
        believed[month] = told[month]
        before = pots.get(Key(months[number - 1], BREAD)) if number else None
        points = before.left * rules.point_value if before else 0
        goods = _goods(facts, rules, month, told[month].goods)
        bread = _bread(facts, rules, month, told[month].bread)
        for past, known in believed.items():
            if past == month:
                continue
            now = told[past]  # what was lost in a month that is over is paid back into this one, never taken
            goods += max(0, _goods(facts, rules, past, now.goods) - _goods(facts, rules, past, known.goods))
            loaves = _bread(facts, rules, past, now.bread) - _bread(facts, rules, past, known.bread)
            points += max(0, loaves) * rules.point_value
            believed[past] = Counted(max(known.goods, now.goods), max(known.bread, now.bread))
        paid = min(owed, int(bread * rules.debt_share))
        owed += facts.overdrawn.get(month, 0) - paid
        for programme, granted, less in ((BREAD, bread, paid), (GOODS, goods, 0), (POINTS, points, 0)):
            key = Key(month, programme)
            pots[key] = Pot(granted, granted - less - facts.drawn.get(key, 0))
        if month in facts.flour:
            key, kilograms = Key(month, FLOUR), rules.flour_kilograms * told[month].bread
            pots[key] = Pot(kilograms, kilograms - facts.drawn.get(key, 0))
    pots.update(facts.grants)
    return pots


def differences(household_id: str, wanted: Mapping[Key, Pot], found: Mapping[Key, Pot]) -> list[Difference]:
    """Every pot that is not what it must be, missing ones and those that must not be there too."""
    keys = sorted(wanted.keys() | found.keys())
    pairs = ((key, wanted.get(key), found.get(key)) for key in keys)
    return [Difference(household_id, key, must, is_) for key, must, is_ in pairs if must != is_]


def _bread(facts: Facts, rules: Rules, month: date, members: int) -> int:
    if month in facts.flour:
        return 0
    last = month.replace(day=monthrange(month.year, month.month)[1])
    days = (last - max(month, facts.activated_on)).days + 1
    return rules.daily_loaves(members) * max(0, days)


def _goods(facts: Facts, rules: Rules, month: date, members: int) -> int:
    allowance = rules.monthly_allowance(members)
    if not facts.ration_card or month != facts.activated_on.replace(day=1):
        return allowance
    return 0 if facts.legacy is None else max(0, allowance - facts.legacy)


def _words(pot: Pot | None) -> str:
    return "none" if pot is None else f"{pot.granted} granted, {pot.left} left"

"""How households use the card: when they fetch bread, for how many days, and what they buy at the grocer's."""

from __future__ import annotations

import random

from devstack.demo.rules import Rules
from devstack.terminal.answers import Line
from devstack.terminal.device import goods

# Of the loaves a household could draw, three in four are drawn: 262.5 of 355 million a day in the country.
TAKE_UP = 0.74
STAPLES = ("oil", "sugar")


def days_to_draw(rng: random.Random, rules: Rules, members: int, day: int, month_days: int) -> int:
    """For how many days a household whose bread is used up draws today; 0 when it does not come.

    It waits between sales so long that in the long run `TAKE_UP` of all days is drawn.
    """
    choices = range(1, rules.most_days(members) + 1)
    mean = sum(choices) / len(choices)
    if rng.random() >= 1 / (1 + mean * (1 - TAKE_UP) / TAKE_UP):
        return 0
    return min(rng.choice(choices), month_days - day + 1)


def staples(rules: Rules, members: int) -> list[Line]:
    """The month's oil and sugar, as much as the limits and the allowance give."""
    left = rules.monthly_allowance(members)
    lines: list[Line] = []
    for name in STAPLES:
        item = next((entry for entry in rules.goods if entry.item == name), None)
        if item is None:
            continue
        quantity = min(item.most(members) or members, left // item.price)
        if quantity > 0:
            lines.append(goods(name, quantity))
            left -= quantity * item.price
    return lines


def groceries(rng: random.Random, rules: Rules, left: int) -> list[Line]:
    """A second basket from what has no limit of its own, up to what is left; empty when that buys nothing."""
    lines: list[Line] = []
    free = [entry for entry in rules.goods if entry.per_person is None and entry.per_card is None]
    for item in rng.sample(free, min(3, len(free))):
        quantity = min(rng.randint(1, 3), left // item.price)
        if quantity > 0:
            lines.append(goods(item.item, quantity))
            left -= quantity * item.price
    return lines

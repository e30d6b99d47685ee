"""From rows to the household the rules work with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

import orjson

from supply_service.rules.account import NO_UNITS, Account, Card, Pot
from supply_service.rules.figures import BREAD, GOODS, POINTS


class Record(Protocol):
    """A row, whichever driver has read it."""

    def __getitem__(self, column: Any, /) -> Any:
        """The value of a column."""


def account_of(row: Record, pots: Iterable[Record]) -> Account:
    """The household of a row, with its pots."""
    known = [pot_of(pot) for pot in pots]
    return Account(
        row["household_id"],
        row["governorate"],
        row["members"],
        row["activated_on"],
        {BREAD: row["debt_bread"], GOODS: row["debt_goods"], POINTS: row["debt_points"]},
        {pot.key: pot for pot in known},
    )


def card_of(row: Record) -> Card | None:
    """The card of a row, or None where the row has none."""
    if row["card_id"] is None:
        return None
    return Card(row["card_id"], row["household_id"], row["state"], row["blocked_at"], row["supply"])


def pot_of(pot: Record) -> Pot:
    """A pot of a row."""
    units = pot["drawn_units"]
    return Pot(
        pot["programme"],
        pot["period"],
        pot["granted"],
        pot["remaining"],
        pot["members"],
        pot["daily"],
        pot["drawn_days"],
        orjson.loads(units) if units else NO_UNITS,
    )

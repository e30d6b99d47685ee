"""From rows to the household the rules work with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

import orjson

from supply_service.rules.account import NO_UNITS, Account, Card, Pot
from supply_service.rules.keys import BREAD, GOODS, POINTS


class Record(Protocol):
    """A row, whichever driver has read it."""

    def __getitem__(self, column: Any, /) -> Any:
        """The value of a column."""


def account_of(row: Record, pots: Iterable[Iterable[Any]]) -> Account:
    """The household of a row, with its pots."""
    known = {(pot.programme, pot.period): pot for pot in map(pot_of, pots)}
    return Account(
        row["household_id"],
        row["governorate"],
        row["members"],
        row["activated_on"],
        {BREAD: row["debt_bread"], GOODS: row["debt_goods"], POINTS: row["debt_points"]},
        known,
    )


def card_of(row: Record) -> Card | None:
    """The card of a row, or None where the row has none."""
    if row["card_id"] is None:
        return None
    return Card(row["card_id"], row["household_id"], row["state"], row["blocked_at"], row["supply"])


def pot_of(columns: Iterable[Any]) -> Pot:
    """A pot of its columns, in the order of the table."""
    _, period, programme, granted, remaining, members, daily, drawn_days, units = columns
    return Pot(
        programme,
        period,
        granted,
        remaining,
        members,
        daily,
        drawn_days,
        orjson.loads(units) if units else NO_UNITS,
    )

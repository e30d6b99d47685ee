"""From rows to the household the rules work with."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Protocol, TypeAlias

import orjson

from supply_service.rules.account import NO_UNITS, Account, Card, Legacy, Listed, Pot, Span
from supply_service.rules.keys import BREAD, GOODS, POINTS
from supply_service.rules.sizes import Size

Columns: TypeAlias = Iterable[Any]
Rows: TypeAlias = Iterable[Columns]

UNTOLD = -1  # of what the ration card drew


class Record(Protocol):
    """A row, whichever driver has read it."""

    def __getitem__(self, column: Any, /) -> Any:
        """The value of a column."""


def account_of(
    row: Record,
    pots: Rows,
    sizes: Rows,
    lists: Rows,
    grants: Rows,
) -> Account:
    """The household of a row, with its pots and its sizes; neither sizes nor a legacy card where its month is open."""
    known = {(pot.programme, pot.period): pot for pot in map(pot_of, pots)}
    known |= {(pot.programme, pot.period): pot for pot in map(grant_pot_of, grants)}
    drawn = row["legacy_drawn"]
    return Account(
        row["household_id"],
        row["issued_in"],
        row["members"],
        row["activated_on"],
        {BREAD: row["debt_bread"], GOODS: row["debt_goods"], POINTS: row["debt_points"]},
        known,
        tuple([Size(month, goods, bread) for _, month, goods, bread in sizes]),
        row["opened"],
        None if drawn is None else Legacy(None if drawn == UNTOLD else drawn),
        tuple([Listed(kind, name, since, until) for _, kind, name, since, until, *_ in lists]),
        tuple(row["flour"]),
        row["trial"],
    )


def account_from_json(row: Record) -> Account:
    """The household of a row whose pots, sizes and lists were given as JSON."""
    lists = _columns(row["lists"], "since", "until")
    grants = _columns(row["grants"], "period")
    return account_of(row, _columns(row["pots"], "period"), _columns(row["sizes"], "month"), lists, grants)


def card_of(row: Record, spans: Rows = ()) -> Card | None:
    """The card of a row with its states that are over, or None where the row has none."""
    if row["card_id"] is None:
        return None
    return Card(
        row["card_id"], row["household_id"], row["state"], row["blocked_at"], row["supply"],
        closed_at=row["closed_at"], disabled_at=row["disabled_at"],
        spans=tuple([Span(state, began, ended) for _, state, began, ended in spans]),
    )  # fmt: skip


def pot_of(columns: Columns) -> Pot:
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


def grant_pot_of(columns: Columns) -> Pot:
    """A grant's pot of its columns, in the order of the table."""
    _, programme, period, granted, remaining, members, units = columns
    return Pot(programme, period, granted, remaining, members, drawn_units=orjson.loads(units) if units else NO_UNITS)


def _columns(rows: Iterable[str | dict[str, Any]], *days: str) -> list[list[Any]]:
    """The columns of rows; `days` name those that are days."""
    read = (orjson.loads(row) if isinstance(row, str) else row for row in rows)
    return [
        [date.fromisoformat(value) if value and name in days else value for name, value in row.items()] for row in read
    ]

"""Outlets close their days; every total is held against what the terminal believes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date

from devstack.demo.context import Context
from devstack.terminal.fleet import DayBook, FleetTerminal, Tally, in_parallel


@dataclass(slots=True)
class Closings:
    """What the closed days came to, and where terminal and system differ."""

    tally: Tally = field(default_factory=Tally)
    believed: DayBook = field(default_factory=DayBook)
    found: DayBook = field(default_factory=DayBook)
    days: int = 0
    differing: list[str] = field(default_factory=list)


async def close(context: Context, closings: Closings, fleet: Iterable[FleetTerminal], day: date) -> None:
    """Close that day at every outlet that sold something."""

    async def close_one(terminal: FleetTerminal) -> None:
        totals = await terminal.close_day(day)
        believed = terminal.book(day)
        found = DayBook(
            totals["redemptions"], totals["reversals"], totals["loaves"], totals["goods_amount"],
            totals["cash_amount"], totals["wallet_amount"],
        )  # fmt: skip
        closings.days += 1
        add(closings.believed, believed)
        add(closings.found, found)
        if found != believed:
            closings.differing.append(f"{terminal.outlet_id} {day}")

    sold = [terminal for terminal in fleet if str(day) in terminal.books]
    await in_parallel(sold, close_one, lanes=context.options.lanes, tally=closings.tally)


def add(total: DayBook, book: DayBook) -> None:
    """Add a day to a total."""
    for name, value in asdict(book).items():
        setattr(total, name, getattr(total, name) + value)

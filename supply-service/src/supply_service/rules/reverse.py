"""Taking a sale back, whole, while its day lasts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from chassis.clock import business_day, month_start
from supply_service.rules import allowance, bread
from supply_service.rules.account import Account, Entry
from supply_service.rules.figures import FiguresByDay
from supply_service.rules.keys import BREAD
from supply_service.rules.refusals import AlreadyReversed, ReversalTooLate
from supply_service.rules.sale import SoldLine


@dataclass(slots=True)
class Reversal:
    """The account with the sale undone."""

    account: Account
    day: date
    entries: list[Entry] = field(default_factory=list)


def reverse(
    lines: Sequence[SoldLine],
    day: date,
    account: Account,
    now: datetime,
    figures: FiguresByDay,
    *,
    reversed_already: bool,
) -> Reversal:
    """Give back what a sale of `day` took; what it overdrew is no longer owed. Raises the refusal."""
    if reversed_already:
        raise AlreadyReversed()
    today = business_day(now)
    days = figures.on(today).reversal_days
    if (today - day).days > days or month_start(today) != month_start(day):
        raise ReversalTooLate(
            f"A sale of {day} could be reversed within {days} days.", detail_ar="يتم الإلغاء في نفس يوم الصرف فقط"
        )
    for programme in {line.programme for line in lines}:
        if sum(line.overdrawn for line in lines if line.programme == programme) > account.debts.get(programme, 0):
            raise ReversalTooLate("What was overdrawn has been settled with a later month already.")
    done = Reversal(account, today)
    for index, line in enumerate(lines):
        pot = done.account.pots[(line.programme, line.period)]
        if line.programme == BREAD:
            pot = bread.put_back(pot, line.taken, line.days)
        else:
            pot = allowance.put_back(pot, line.taken, line.group, line.units)
        done.account = done.account.with_pot(pot).owing(line.programme, -line.overdrawn)
        if line.taken:
            done.entries.append(Entry(line.period, line.programme, index, "reversal", line.taken))
        if line.overdrawn:
            done.entries.append(Entry(line.period, line.programme, index, "overdraw_reversal", line.overdrawn))
    return done

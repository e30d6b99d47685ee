"""Correcting months that were opened before something was heard of: by entries, never below what was drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple

from supply_service.rules import flour
from supply_service.rules.account import Account, Entry, Pot, PotKey, month_before
from supply_service.rules.cash import CashDue, bread_days, cash_of
from supply_service.rules.figures import FiguresByDay
from supply_service.rules.keys import BREAD, FLOUR, GOODS, POINTS
from supply_service.rules.opening import (
    Opening,
    daily_bread,
    flour_of,
    goods_of,
    months_to_open,
    most_taken_back,
    open_month,
)

CorrectionKind = Literal["raised", "lowered", "paid_back", "debt", "debt_returned"]


class Booked(NamedTuple):
    """What of a pot's amounts does not follow from its month: debts it has paid, months that it made good.

    `cash`: piastres that were told to be paid in its place.
    """

    debt: int = 0
    paid_back: int = 0
    cash: int = 0


class Corrected(NamedTuple):
    """A movement that corrects a pot of `period`; `of_month` is the month that is made good by it."""

    period: date
    programme: str
    kind: CorrectionKind
    quantity: int
    of_month: date


@dataclass(slots=True)
class Correction:
    """The account as it is right now, and what that took."""

    account: Account
    booked: dict[PotKey, Booked]
    entries: list[Corrected] = field(default_factory=list)
    paid: list[CashDue] = field(default_factory=list)


def correct(
    account: Account, present: date, booked: Mapping[PotKey, Booked], figures: FiguresByDay, since: date = date.min
) -> Correction:
    """Bring the opened months of a household to what is known of it now.

    The present month is granted anew: raised, or lowered as far as it was not drawn. A month that is over is only ever
    made good, by raising the present one: goods as goods, loaves as the points they would have become; flour would have
    become nothing. What is given as cash is paid up to what it comes to by now, and never taken back. `booked` is of
    the pots of the present month; months before `since` stay as they are.
    """
    done = Correction(account, dict(booked))
    for key in sorted(account.pots, key=lambda key: (key[1], key[0])):
        pot = account.pots[key]
        if pot.programme == POINTS or pot.period < since:
            continue
        if pot.period >= present:
            _grant_anew(done, done.account.pots[key], figures)
        elif account.counted(pot.programme, pot.period) > pot.members:
            _pay_back(done, pot, present, figures)
    return done


def bring(
    known: Account,
    account: Account,
    present: date,
    booked: Mapping[PotKey, Booked],
    figures: FiguresByDay,
    since: date = date.min,
) -> tuple[Opening | None, Correction]:
    """Bring a household from what was known of it to what is known now; `account` has the pots of `known`.

    Where that concerns months that are over the present one is opened first, by what was known until now: as it was, or
    would have been, on its first day.
    """
    opening = open_month(known, present, figures) if _behind(known, account, present) else None
    if opening is not None:
        made = opening.account
        account = account._replace(pots=made.pots, debts=made.debts, opened=made.opened)
        booked = {(e.programme, e.period): _booked(e) for e in opening.entries} | dict(booked)
    return opening, correct(account, present, booked, figures, since)


def _booked(entry: Entry) -> Booked:
    """What opening a month has booked of one of its pots: one whose programme is given as cash pays no debts."""
    return Booked(cash=entry.quantity) if entry.kind == "cash" else Booked(debt=entry.quantity)


def _behind(known: Account, account: Account, present: date) -> bool:
    """Whether months that are over are told otherwise than they were known, while the present one is not open."""
    if not known.sizes or (known.opened is not None and known.opened >= present):
        return False
    opened = (pot for pot in known.pots.values() if pot.programme != POINTS and pot.period < present)
    if any(account.counted(pot.programme, pot.period) > pot.members for pot in opened):
        return True
    return any(
        account.counted(programme, month) != known.counted(programme, month)
        for month in months_to_open(known, month_before(present))
        for programme in (GOODS, BREAD)
    )


def drawn_beyond(account: Account, pot: Pot, booked: Booked, members: int, figures: FiguresByDay) -> int:
    """What was drawn of a pot beyond what so many members would have had of it."""
    would, _ = _amount(account, pot.programme, max(0, members), pot.period, figures)
    return max(0, pot.granted - pot.remaining - booked.debt - booked.paid_back - would)


def paid_beyond(account: Account, pot: Pot, members: int, figures: FiguresByDay) -> int:
    """What was paid as cash for a month beyond what so many members would have had."""
    had = cash_of(account, pot.programme, pot.members, pot.period, figures)
    return max(0, had - cash_of(account, pot.programme, max(0, members), pot.period, figures))


def _grant_anew(done: Correction, pot: Pot, figures: FiguresByDay) -> None:
    members = done.account.counted(pot.programme, pot.period)
    target, daily = _amount(done.account, pot.programme, members, pot.period, figures)
    booked = done.booked.get(pot.key, Booked())
    drawn = pot.granted - pot.remaining - booked.debt
    change = max(target + booked.paid_back, drawn) - pot.granted
    if change or (members, daily) != (pot.members, pot.daily):
        kind: CorrectionKind = "raised" if change > 0 else "lowered"
        _book(done, pot._replace(members=members, daily=daily), change, kind, pot.period, figures)
    total = cash_of(done.account, pot.programme, members, pot.period, figures)
    if (more := total - booked.cash) > 0:
        done.paid.append(CashDue(pot.programme, pot.period, more, total, members))
        done.booked[pot.key] = done.booked.get(pot.key, Booked())._replace(cash=total)


def _pay_back(done: Correction, pot: Pot, present: date, figures: FiguresByDay) -> None:
    """Give in the present month what a month that is over was opened without."""
    if pot.programme == FLOUR:
        done.account = done.account.with_pot(pot._replace(members=done.account.counted(FLOUR, pot.period)))
        return
    paying = done.account.pots.get((POINTS if pot.programme == BREAD else GOODS, present))
    if paying is None:
        return
    members = done.account.counted(pot.programme, pot.period)
    missed, daily = _amount(done.account, pot.programme, members, pot.period, figures)
    whole = missed
    missed -= _amount(done.account, pot.programme, pot.members, pot.period, figures)[0]
    given = figures.on(present).in_kind(paying.programme, done.account.category(present))
    if pot.programme == BREAD:
        missed *= figures.on(pot.period).point_value if given else 0
    _pay_missed(done, pot, members, 0 if given or pot.programme == BREAD else missed, whole, figures)
    done.account = done.account.with_pot(pot._replace(members=members, daily=daily))
    if missed > 0 and given:
        booked = done.booked.get(paying.key, Booked())
        done.booked[paying.key] = booked._replace(paid_back=booked.paid_back + missed)
        _book(done, paying, missed, "paid_back", pot.period, figures)


def _pay_missed(done: Correction, pot: Pot, members: int, goods: int, whole: int, figures: FiguresByDay) -> None:
    """What a month that is over was paid too little of, or goods of it that are given no more but as cash."""
    total = cash_of(done.account, pot.programme, members, pot.period, figures)
    before = cash_of(done.account, pot.programme, pot.members, pot.period, figures)
    if total > before:
        done.paid.append(CashDue(pot.programme, pot.period, total - before, total, members))
    elif goods > 0:
        done.paid.append(CashDue(pot.programme, pot.period, goods, whole, members))


def _book(done: Correction, pot: Pot, change: int, kind: CorrectionKind, of_month: date, figures: FiguresByDay) -> None:
    """Change what a pot was granted; a gain pays debts first, a debt that it cannot pay any more is owed again."""
    booked = done.booked.get(pot.key, Booked())
    granted = pot.granted + change
    drawn = pot.granted - pot.remaining - booked.debt
    owed = done.account.debts.get(pot.programme, 0)
    most = most_taken_back(granted, pot.period, figures)
    paid = min(owed + booked.debt, booked.debt + max(0, change), granted - drawn, most)
    if change:
        done.entries.append(Corrected(pot.period, pot.programme, kind, abs(change), of_month))
    if paid != booked.debt:
        turned: CorrectionKind = "debt" if paid > booked.debt else "debt_returned"
        done.entries.append(Corrected(pot.period, pot.programme, turned, abs(paid - booked.debt), of_month))
    done.booked[pot.key] = done.booked.get(pot.key, Booked())._replace(debt=paid)
    remade = pot._replace(granted=granted, remaining=granted - drawn - paid)
    done.account = done.account.with_pot(remade).owing(pot.programme, booked.debt - paid)


def _amount(account: Account, programme: str, members: int, period: date, figures: FiguresByDay) -> tuple[int, int]:
    """What a pot of a month is granted for so many members, and its loaves for a day."""
    if programme == GOODS:
        return goods_of(account, members, period, figures), 0
    if programme == FLOUR:
        return flour_of(members, period, figures), 0
    if flour.instead_of_bread(account, period, figures):
        return 0, 0
    daily = daily_bread(account, members, period, figures)
    return daily * bread_days(account.activated_on, period), daily

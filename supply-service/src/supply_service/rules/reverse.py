"""Taking a sale back, or some of its lines, once, while its day lasts or within hours of it.

A reversal without a network is judged by its own moment, as the sale it takes back was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from chassis.clock import business_day, month_start
from supply_service.rules import allowance, bread, grants
from supply_service.rules.account import Account, Credited, Entry, month_after
from supply_service.rules.figures import Figures, FiguresByDay
from supply_service.rules.grants import GrantMove
from supply_service.rules.keys import BREAD, POINTS, is_grant
from supply_service.rules.refusals import AlreadyReversed, LineUnknown, PartNotReversible, ReversalTooLate
from supply_service.rules.sale import SoldLine


@dataclass(slots=True)
class Reversal:
    """The account with the sale undone.

    `lapsed`: what of it was given back and can no longer be drawn, by programme; `forfeit`: loaves of the whole pot
    that cannot, and become points. `credited`: loaves of a month whose points were given without them.
    """

    account: Account
    day: date
    entries: list[Entry] = field(default_factory=list)
    moves: list[GrantMove] = field(default_factory=list)
    credited: list[Credited] = field(default_factory=list)
    lapsed: Counter[str] = field(default_factory=Counter)
    forfeit: int = 0


def reverse(
    lines: Sequence[SoldLine],
    day: date,
    account: Account,
    now: datetime,
    figures: FiguresByDay,
    *,
    reversed_already: bool,
    sold_at: datetime | None = None,
    only: Collection[int] | None = None,
    tendered: bool = False,
) -> Reversal:
    """Give back what a sale of `day` took; what it overdrew is no longer owed. Raises the refusal.

    Within hours of `sold_at` that is done across midnight, too, and belongs to the sale's own day. `only`: the places
    of the lines that are taken back, where not all are. Where a wallet has `tendered` a part, it is all or nothing.
    `now` is the reversal's own moment. What is taken back across a month's end goes back to the month of the sale,
    where nothing of it can be drawn any more; its loaves are points of the next one, as if they had never been sold.
    """
    if reversed_already:
        raise AlreadyReversed()
    taken_back = _chosen(lines, only, tendered=tendered)
    today = business_day(now)
    rules = figures.on(today)
    days = rules.reversal_days
    at_night = sold_at is not None and now - sold_at <= timedelta(hours=figures.on(day).reversal_hours)
    own_month = month_start(today) == month_start(day)
    in_days = own_month and (today - day).days <= days
    if not (in_days or at_night):
        raise ReversalTooLate(
            f"A sale of {day} could be reversed within {days} days.", detail_ar="يتم الإلغاء في نفس يوم الصرف فقط"
        )
    for programme in {line.programme for _, line in taken_back}:
        if sum(line.overdrawn for _, line in taken_back if line.programme == programme) > account.debts.get(
            programme, 0
        ):
            raise ReversalTooLate(
                "What was overdrawn has been settled with a later month already.",
                detail_ar="تمت تسوية ما زاد عن المستحق مع شهر تال.",
            )
    done = Reversal(account, today if in_days else day)
    for index, line in taken_back:
        pot = done.account.pots[(line.programme, line.period)]
        if is_grant(line.programme):
            if grants.carried_over(done.account, pot):
                raise ReversalTooLate(
                    "What the grant had left was carried over by now.", detail_ar="تم ترحيل باقي المنحة."
                )
            done.account = done.account.with_pot(grants.put_back(pot, line.taken, line.group, line.units))
            done.moves.append(GrantMove(line.programme, line.period, "reversal", line.taken))
            continue
        if line.programme == BREAD:
            pot = bread.put_back(pot, line.taken, line.days)
            _give_points_back(done, index, line, figures)
        else:
            pot = allowance.put_back(pot, line.taken, line.group, line.units)
        done.account = done.account.with_pot(pot).owing(line.programme, -line.overdrawn)
        if line.taken:
            done.entries.append(Entry(line.period, line.programme, index, "reversal", line.taken))
        if line.overdrawn:
            done.entries.append(Entry(line.period, line.programme, index, "overdraw_reversal", line.overdrawn))
    _give_instalments_back(done, lines, taken_back, day)
    for _, line in taken_back:
        _count_lapsed(done, line, today, rules)
    return done


def _count_lapsed(done: Reversal, line: SoldLine, today: date, rules: Figures) -> None:
    """Count what of a line that was given back is drawn no more: its day, its month or its grant's time is over."""
    if is_grant(line.programme):
        grant = rules.grants.get(line.programme)
        over = line.taken if grant is None or grant.since != line.period else 0
    elif month_start(today) != line.period:
        over = line.taken
    elif line.programme == BREAD:
        pot = done.account.pots[(BREAD, line.period)]
        over = bread.of_days_before(today, line.taken, line.days, pot.daily)
        done.forfeit = bread.forfeit(pot, today, rules)
    else:
        over = 0
    if over:
        done.lapsed[line.programme] += over


def _give_points_back(done: Reversal, index: int, line: SoldLine, figures: FiguresByDay) -> None:
    """The points that a late sale took back, or that the loaves would have become with the others of their month."""
    following = month_after(line.period)
    pot = done.account.pots.get((POINTS, following))
    if not (line.points_back or line.points_owed):
        if pot is not None and line.taken and figures.on(following).in_kind(POINTS, done.account.category(following)):
            worth = line.taken * figures.on(line.period).point_value
            done.account = done.account.with_pot(
                pot._replace(granted=pot.granted + worth, remaining=pot.remaining + worth)
            )
            done.credited.append(Credited(following, line.taken, worth))
        return
    if pot is None or line.points_owed > done.account.debts.get(POINTS, 0):
        raise ReversalTooLate(
            "What was overdrawn has been settled with a later month already.",
            detail_ar="تمت تسوية ما زاد عن المستحق مع شهر تال.",
        )
    done.account = done.account.with_pot(allowance.put_back(pot, line.points_back, None, 0))
    done.account = done.account.owing(POINTS, -line.points_owed)
    if line.points_back:
        done.entries.append(Entry(following, POINTS, index, "reversal", line.points_back))
    if line.points_owed:
        done.entries.append(Entry(following, POINTS, index, "overdraw_reversal", line.points_owed))


def _give_instalments_back(
    done: Reversal, lines: Sequence[SoldLine], taken_back: Sequence[tuple[int, SoldLine]], day: date
) -> None:
    """A sale of which nothing is left that a grant has paid was none of the month's instalments."""
    gone = {index for index, _ in taken_back}
    for key in {(line.programme, line.period) for _, line in taken_back if is_grant(line.programme)}:
        if all(index in gone for index, line in enumerate(lines) if line.programme == key[0]):
            done.account = done.account.with_pot(grants.give_instalment_back(done.account.pots[key], day))


def _chosen(lines: Sequence[SoldLine], only: Collection[int] | None, *, tendered: bool) -> list[tuple[int, SoldLine]]:
    """The lines taken back with their places. Raises LineUnknown or PartNotReversible."""
    if only is None or len(only) == len(lines) > max(only):
        return list(enumerate(lines))
    if max(only) >= len(lines):
        raise LineUnknown(f"The sale has {len(lines)} lines.", detail_ar=f"عدد بنود العملية {len(lines)}")
    if tendered:
        raise PartNotReversible()
    return [(index, line) for index, line in enumerate(lines) if index in only]

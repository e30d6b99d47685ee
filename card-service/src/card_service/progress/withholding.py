"""Which figures may be published so that none about a few follows from them. Pure.

Each step of the roll-out (registered, invited, …) is a series of households by week. It is published in batches of
weeks that are never touched again: a batch's cells, those too small withheld, and its total. Whatever anybody adds and
subtracts, in one publication or between several, are cells, totals of batches and their sums; so it is enough that

- a batch withholds no cell or at least two, and what is withheld together leaves each of them open by `least` or more;
- where households of one step are among those of another, no two sums that can be known differ by a few.

A batch that cannot be closed so waits for the weeks to come. Zeros are shown: they are about nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Batch:
    """Weeks published together: by each week's first day its households, None where withheld, and their total."""

    cells: Mapping[date, int | None]
    total: int

    @property
    def last(self) -> date:
        """The last week."""
        return max(self.cells)


Series = Sequence[Batch]


def few(households: int, least: int) -> bool:
    """Whether a figure is about so few that it may name one; nobody is not few."""
    return 0 < abs(households) < least


def advanced(
    published: Mapping[str, Series], counted: Mapping[str, Mapping[date, int]], until: date, least: int
) -> dict[str, list[Batch]]:
    """What is published once the weeks until one are counted, by step; of the steps each is among those before it."""
    found = {step: list(series) for step, series in published.items()}
    for step, counts in counted.items():
        found.setdefault(step, [])
        pending = _pending(found[step], counts, until)
        for batch in _candidates(pending, least):
            tried = {**found, step: [*found[step], batch]}
            if _apart([tried[one] for one in counted if one in tried], least):
                found = tried
                break
    return found


def stock(value: int, before: int | None, totals: Sequence[int], least: int) -> int | None:
    """A figure that goes up and down as it may be published: itself, or what was published before.

    It differs from that, and from the sums it is among, by none or by many.
    """
    safe = not few(value, least) and (before is None or not few(value - before, least))
    return value if safe and not any(few(total - value, least) for total in totals) else before


def total(series: Series) -> int:
    """All households of the batches published."""
    return sum(batch.total for batch in series)


def _pending(series: Series, counts: Mapping[date, int], until: date) -> dict[date, int]:
    """The weeks that are in no batch yet, up to one."""
    week = series[-1].last + WEEK if series else min(counts, default=until + WEEK)
    pending = {}
    while week <= until:
        pending[week] = counts.get(week, 0)
        week += WEEK
    return pending


def _candidates(pending: Mapping[date, int], least: int) -> Iterator[Batch]:
    """Batches of the weeks that wait: with as few cells withheld as it takes, then with all that are about anybody."""
    if not pending:
        return
    by_size = sorted((count, week) for week, count in pending.items() if count)
    withheld = {week for count, week in by_size if few(count, least)}
    left = [week for _, week in by_size if week not in withheld]
    while withheld and not _open(pending, withheld, least):
        if not left:
            return
        withheld.add(left.pop(0))
    yield _batch(pending, withheld)
    everything = {week for _, week in by_size}
    if everything != withheld and _open(pending, everything, least):
        yield _batch(pending, everything)


def _open(pending: Mapping[date, int], withheld: set[date], least: int) -> bool:
    """Whether their sum leaves each withheld cell open: each is at least one, so what is beyond that is its range."""
    return len(withheld) > 1 and sum(pending[week] for week in withheld) - len(withheld) >= least


def _batch(pending: Mapping[date, int], withheld: set[date]) -> Batch:
    cells = {week: None if week in withheld else count for week, count in pending.items()}
    return Batch(cells, sum(pending.values()))


def known(series: Series) -> dict[date, int]:
    """The sums of all households up to a week that can be known: forwards from a batch's beginning, or from its end."""
    sums, before = {}, 0
    for batch in series:
        weeks = sorted(batch.cells)
        forwards = before
        for week in weeks:
            count = batch.cells[week]
            if count is None:
                break
            forwards += count
            sums[week] = forwards
        backwards = before + batch.total
        for week in reversed(weeks):
            sums[week] = backwards
            count = batch.cells[week]
            if count is None:
                break
            backwards -= count
        before += batch.total
    return sums


def _apart(steps: Sequence[Series], least: int) -> bool:
    """Whether no sum of a step differs by a few from one of a step before it, of the same week or a later one."""
    sums = [known(series) for series in steps]
    return not any(
        few(more - less, least)
        for later in range(len(sums))
        for earlier in range(later)
        for week, more in sums[earlier].items()
        for other, less in sums[later].items()
        if other <= week
    )

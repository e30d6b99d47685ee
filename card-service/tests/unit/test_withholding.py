"""Nobody computes what is withheld, by sums and differences of all that was ever published."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from card_service.progress.withholding import WEEK, Batch, advanced, few, known, stock, total

LEAST, FIRST = 10, date(2026, 1, 3)
STEPS = ("registered", "invited", "collected", "activated")
Row = list[Fraction]


def week(number: int) -> date:
    return FIRST + number * WEEK


@st.composite
def households(draw: st.DrawFn) -> list[list[int | None]]:
    """Some households, each with the week of every step it has made; a step comes no earlier than the one before."""
    few_or_many = st.lists(st.tuples(st.integers(0, 5), *[st.integers(0, 4) for _ in STEPS[1:]]), max_size=60)
    found = []
    for start, *delays in draw(few_or_many):
        copies = draw(st.sampled_from([1, 1, 2, 5, 15]))
        made: list[int | None] = [start]
        for delay in delays:
            before = made[-1]
            made.append(None if delay == 4 or before is None else before + delay)
        found += [made] * copies
    return found


def counted(homes: Iterable[Sequence[int | None]], until: int) -> dict[str, dict[date, int]]:
    found: dict[str, dict[date, int]] = {step: {} for step in STEPS}
    for made in homes:
        for step, number in zip(STEPS, made, strict=True):
            if number is not None and number <= until:
                found[step][week(number)] = found[step].get(week(number), 0) + 1
    return found


def publications(homes: list[list[int | None]], weeks: int = 14) -> list[dict[str, list[Batch]]]:
    """What is published week after week."""
    found: list[dict[str, list[Batch]]] = [{}]
    for until in range(weeks):
        found.append(advanced(found[-1], counted(homes, until), week(until), LEAST))
    return found


def reduced(rows: Iterable[Row]) -> list[Row]:
    """The row space, by elimination."""
    basis: list[Row] = []
    for row in rows:
        left = remainder(row, basis)
        lead = next((n for n, figure in enumerate(left) if figure), None)
        if lead is not None:
            basis.append([figure / left[lead] for figure in left])
    return basis


def remainder(row: Row, basis: Sequence[Row]) -> Row:
    left = list(row)
    for one in basis:
        lead = next(n for n, figure in enumerate(one) if figure)
        if left[lead]:
            left = [figure - left[lead] * other for figure, other in zip(left, one, strict=True)]
    return left


@settings(max_examples=150, deadline=None)
@given(households())
def test_no_withheld_cell_and_no_few_follow_from_sums_and_differences(homes: list[list[int | None]]) -> None:
    last = publications(homes)[-1]
    truth = counted(homes, 100)
    columns = [(step, week(n)) for step in STEPS for n in range(14)]
    place = {cell: n for n, cell in enumerate(columns)}

    def row(cells: Iterable[tuple[str, date]]) -> Row:
        given_ = {place[cell] for cell in cells}
        return [Fraction(n in given_) for n in range(len(columns))]

    told = []
    for step, series in last.items():
        for batch in series:
            told.append(row((step, one) for one in batch.cells))
            told += [row([(step, one)]) for one, count in batch.cells.items() if count is not None]
    basis = reduced(told)
    for step, series in last.items():
        for batch in series:
            for one, count in batch.cells.items():
                if count is None:
                    assert any(remainder(row([(step, one)]), basis)), "a withheld cell can be computed"
    for step in STEPS:
        for first in range(14):
            for until in range(first, 14):
                cells = [(step, week(n)) for n in range(first, until + 1)]
                if not any(remainder(row(cells), basis)):
                    there = sum(truth[step].get(one, 0) for _, one in cells)
                    assert not few(there, LEAST), "so few follow"


@settings(max_examples=150, deadline=None)
@given(households())
def test_nobody_learns_how_few_wait_between_two_steps(homes: list[list[int | None]]) -> None:
    last = publications(homes)[-1]
    sums = {step: known(series) for step, series in last.items()}
    for later, step in enumerate(STEPS):
        for earlier in STEPS[:later]:
            for one, more in sums.get(earlier, {}).items():
                for other, less in sums.get(step, {}).items():
                    if other <= one:
                        assert not few(more - less, LEAST)


@settings(max_examples=100, deadline=None)
@given(households())
def test_what_is_published_stays_and_each_withheld_cell_stays_open(homes: list[list[int | None]]) -> None:
    every = publications(homes)
    for before, after in pairwise(every):
        for step, series in before.items():
            assert after[step][: len(series)] == series
    truth = counted(homes, 100)
    for step, series in every[-1].items():
        shown = [one for batch in series for one in batch.cells]
        assert len(shown) == len(set(shown))
        assert total(series) == sum(truth[step].get(one, 0) for one in shown)
        for batch in series:
            withheld = [one for one, count in batch.cells.items() if count is None]
            left = batch.total - sum(count for count in batch.cells.values() if count is not None)
            assert not withheld or (len(withheld) >= 2 and left - len(withheld) >= LEAST)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=8), st.integers(0, 60))
def test_what_goes_up_and_down_moves_by_none_or_by_many(values: list[int], among: int) -> None:
    shown: int | None = None
    for value in values:
        now = stock(value, shown, [among], LEAST)
        assert now in {value, shown}
        if now != shown:
            assert now is not None
            assert not few(now, LEAST)
            assert not few(among - now, LEAST)
            assert shown is None or not few(now - shown, LEAST)
        shown = now


def test_many_are_shown_week_by_week() -> None:
    counts = {"registered": {week(0): 100, week(1): 200}, "invited": {week(0): 50, week(1): 120}}
    (first,), (second,) = advanced({}, counts, week(1), LEAST).values()
    assert (dict(first.cells), first.total) == ({week(0): 100, week(1): 200}, 300)
    assert (dict(second.cells), second.total) == ({week(0): 50, week(1): 120}, 170)


def test_a_few_are_withheld_with_others_and_wait_alone() -> None:
    alone = advanced({}, {"registered": {week(0): 3}}, week(0), LEAST)
    assert alone == {"registered": []}, "it waits"
    later = advanced(alone, {"registered": {week(0): 3, week(1): 40, week(2): 90}}, week(2), LEAST)
    assert dict(later["registered"][0].cells) == {week(0): None, week(1): None, week(2): 90}
    assert later["registered"][0].total == 133
    assert FIRST.weekday() == 5
    assert timedelta(days=7) == WEEK

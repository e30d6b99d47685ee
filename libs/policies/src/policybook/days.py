"""Figures compiled once a day and kept: what a hot path looks at instead of the book. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Generic, TypeVar

from policybook.book import PolicyBook

F = TypeVar("F")
MAX_DAYS = 400


class ByDay(Generic[F]):
    """A cache of the figures of each day asked for; a newer book comes with an object of its own."""

    def __init__(self, book: PolicyBook, read: Callable[[PolicyBook, date], F], most_days: int = MAX_DAYS) -> None:
        """`read` compiles the figures of a day from the book; never more than `most_days` are kept."""
        self.book = book
        self._read = read
        self._most_days = most_days
        self._days: dict[date, F] = {}

    def on(self, day: date) -> F:
        """The figures in force on a day. Raises PolicyMissing or PolicyInvalid where the book does not give them."""
        known = self._days.get(day)
        if known is None:
            if len(self._days) >= self._most_days:
                self._days.clear()
            known = self._days[day] = self._read(self.book, day)
        return known

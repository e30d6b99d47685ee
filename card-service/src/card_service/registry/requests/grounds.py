"""When a card that nobody uses, or that a trader was found with, is ground enough to keep members out. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from card_service.keys import MISUSE_MONTHS, MISUSE_TIMES, UNUSED_MONTHS
from card_service.registry.requests.details import Exclusion
from card_service.registry.requests.errors import GroundNotMet
from chassis.clock import whole_months
from policybook.book import PolicyBook


@dataclass(frozen=True, slots=True)
class GroundRule:
    """For how many whole months nothing was drawn; on how many days, within how many months, a trader was found."""

    unused_months: int
    misuse_times: int
    misuse_months: int

    @staticmethod
    def on(book: PolicyBook, day: date) -> GroundRule:
        """The rule of a day. Raises PolicyMissing."""
        return GroundRule(UNUSED_MONTHS.on(book, day), MISUSE_TIMES.on(book, day), MISUSE_MONTHS.on(book, day))

    def misuse_days(self, found: Iterable[date], day: date) -> set[date]:
        """Of the days on which a trader was found with a card by `day`, those within the term of the newest."""
        known = {one for one in found if one <= day}
        newest = max(known, default=day)
        return {one for one in known if whole_months(one, newest) < self.misuse_months}

    def ensure(self, asked: Exclusion, day: date) -> None:
        """That what an exclusion says comes to its ground by that day; other grounds are the decider's to judge.

        Raises GroundNotMet.
        """
        if asked.ground == "unused":
            months = 0 if asked.unused_since is None else whole_months(asked.unused_since, day)
            if months < self.unused_months:
                raise GroundNotMet(
                    f"Nothing was drawn for {months} whole months; it takes {self.unused_months}.",
                    detail_ar=f"الشهور الكاملة بدون استخدام البطاقة: {months}، والحد الأدنى: {self.unused_months}.",
                    months=months,
                    needed=self.unused_months,
                )
        if asked.ground == "misuse":
            times = len(self.misuse_days(asked.found_on, day))
            if times < self.misuse_times:
                raise GroundNotMet(
                    f"A trader was found with the card on {times} days; it takes {self.misuse_times}.",
                    detail_ar=f"مرات ضبط البطاقة لدى تاجر: {times}، والحد الأدنى: {self.misuse_times}.",
                    times=times,
                    needed=self.misuse_times,
                )

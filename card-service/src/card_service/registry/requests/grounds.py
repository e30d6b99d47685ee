"""When a card that nobody uses, or that a trader was found with, is ground enough to keep members out. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from card_service.keys import MISUSE_TIMES, UNUSED_MONTHS
from card_service.registry.requests.details import Exclusion
from card_service.registry.requests.errors import GroundNotMet
from chassis.clock import whole_months
from policybook.book import PolicyBook


@dataclass(frozen=True, slots=True)
class GroundRule:
    """For how many whole months nothing was drawn, and on how many days a trader was found with the card."""

    unused_months: int
    misuse_times: int

    @staticmethod
    def on(book: PolicyBook, day: date) -> GroundRule:
        """The rule of a day. Raises PolicyMissing."""
        return GroundRule(UNUSED_MONTHS.on(book, day), MISUSE_TIMES.on(book, day))

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
            times = len({found for found in asked.found_on if found <= day})
            if times < self.misuse_times:
                raise GroundNotMet(
                    f"A trader was found with the card on {times} days; it takes {self.misuse_times}.",
                    detail_ar=f"مرات ضبط البطاقة لدى تاجر: {times}، والحد الأدنى: {self.misuse_times}.",
                    times=times,
                    needed=self.misuse_times,
                )

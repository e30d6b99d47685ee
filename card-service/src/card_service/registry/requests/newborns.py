"""Who may add a child to the card: Directive 51 of 2022, as policies say on the day. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from card_service.keys import NEWBORN_AGE, NEWBORN_BASES, NEWBORN_MEMBERS
from card_service.registry.requests.errors import FamilyNotEligible, TooManyMembers, TooYoung
from policybook.book import PolicyBook


@dataclass(frozen=True, slots=True)
class NewbornRule:
    """The legal bases on which a family adds children, the age in years from which on, the most members after it."""

    bases: frozenset[str]
    age: int
    members: int

    @staticmethod
    def on(book: PolicyBook, day: date) -> NewbornRule:
        """The rule of a day. Raises PolicyMissing."""
        return NewbornRule(
            bases=NEWBORN_BASES.on(book, day), age=NEWBORN_AGE.on(book, day), members=NEWBORN_MEMBERS.on(book, day)
        )

    def ensure(self, basis: str | None, members: int, born: date, day: date) -> None:
        """That a family of so many members adds a child born then. Raises FamilyNotEligible, TooYoung, TooManyMembers.

        A child is of the age from that birthday on; who was born on 29 February has it on 1 March.
        """
        if basis not in self.bases:
            raise FamilyNotEligible(
                f"Only these: {', '.join(sorted(self.bases))}.",
                detail_ar="الإضافة متاحة لأسر تكافل وكرامة والضمان الاجتماعي وبطاقة الخدمات المتكاملة والشهداء والأسر"
                " البديلة.",
            )
        age = years(born, day)
        if age < self.age:
            raise TooYoung(
                f"A child is added from {self.age} years on.",
                detail_ar=f"الحد الأدنى لسن الطفل بالسنوات عند الإضافة: {self.age}.",
                age=age,
                from_age=self.age,
            )
        if members + 1 > self.members:
            raise TooManyMembers(
                f"A card has at most {self.members} members after a child was added.",
                detail_ar=f"الحد الأقصى لعدد أفراد البطاقة بعد الإضافة: {self.members}.",
                members=members,
                most=self.members,
            )


def years(born: date, day: date) -> int:
    """How many years somebody has completed on a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))

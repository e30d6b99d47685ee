"""The households of the pilot: sizes, ages, names, numbers and phones, the same for the same seed and lot.

The mean size follows the national ratio of 71 million people on 21 million cards; residence is Port Said,
birth is anywhere; nearly every head and most other adults have a mobile of their own.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from devstack.demo import names
from devstack.demo.places import DISTRICTS, PORT_SAID
from devstack.national_numbers import BIRTH_GOVERNORATES, NationalIds

PILOT_HOUSEHOLDS = 42_000
ADULT_AGE = 18
PENSION_AGE = 60

SIZES = (1, 2, 3, 4, 5, 6, 7, 8)
SIZE_WEIGHTS = (12, 20, 22, 24, 13, 6, 2, 1)
HEADS_WITH_MOBILE = 0.995
ADULTS_WITH_MOBILE = 0.9
BORN_IN_PORT_SAID = 0.74
FEMALE_HEADS = 0.16

_STREETS = (
    "شارع فلسطين", "شارع الجمهورية", "شارع ٢٣ يوليو", "شارع محمد علي", "شارع صفية زغلول", "شارع كسرى",
    "شارع الثلاثيني", "شارع طرح البحر", "شارع النصر", "شارع سعد زغلول", "شارع التجاري", "شارع أوجيني",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """One row of the register; `mobile` is empty where there is none."""

    role: str
    national_id: str
    full_name: str
    mobile: str
    born: date
    male: bool

    def is_adult(self, on: date) -> bool:
        """Of age on that day."""
        return age(self.born, on) >= ADULT_AGE

    def is_pensioner(self, on: date) -> bool:
        """Old enough for a pension on that day."""
        return age(self.born, on) >= PENSION_AGE


@dataclass(frozen=True, slots=True)
class Household:
    """One card's people, the head first."""

    ref: str
    district: str
    address: str
    members: tuple[Person, ...]

    @property
    def head(self) -> Person:
        """The head of household."""
        return self.members[0]

    def rows(self) -> Iterator[tuple[str, ...]]:
        """The rows of the import file."""
        for person in self.members:
            yield (
                self.ref, person.role, person.national_id, person.full_name, person.mobile,
                PORT_SAID, self.district, self.address,
            )  # fmt: skip


def age(born: date, on: date) -> int:
    """Whole years on that day."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


class Generator:
    """Makes households; one generator never gives a number or a phone twice."""

    def __init__(self, *, seed: int, lot: int, today: date) -> None:
        self.rng = random.Random(f"{seed}/{lot}")
        self.lot = lot
        self.today = today
        self.ids = NationalIds(self.rng, lot)
        self._phones = 0
        self._districts = [district.code for district in DISTRICTS]
        self._district_weights = [district.weight for district in DISTRICTS]

    def households(self, count: int) -> Iterator[Household]:
        """`count` households, in the order of the file."""
        for number in range(count):
            yield self.household(f"H{self.lot:02d}-{number:06d}", self.rng.choices(SIZES, SIZE_WEIGHTS)[0])

    def household(self, ref: str, size: int, district: str = "") -> Household:
        """A household of that size."""
        rng = self.rng
        place = district or rng.choices(self._districts, self._district_weights)[0]
        street = rng.choice(_STREETS)
        # One address in eight carries a comma, as addresses do: the file must quote it.
        comma = "," if rng.random() < 0.125 else "،"
        address = f"{rng.randint(1, 240)} {street}{comma} شقة {rng.randint(1, 24)}"
        return Household(ref, place, address, tuple(self._members(size)))

    def _members(self, size: int) -> Iterator[Person]:
        rng = self.rng
        line = names.lineage(rng)
        male = rng.random() >= FEMALE_HEADS
        head_age = round(rng.triangular(24, 82, 44)) if size > 1 else round(rng.triangular(24, 88, 62))
        yield self.person("head", head_age, male=male, line=line)
        left = size - 1
        if left and male and rng.random() < 0.93:
            spouse_age = max(19, head_age - rng.randint(-2, 9))
            yield self.person("spouse", spouse_age, male=False, line=names.lineage(rng))
            left -= 1
        if left and rng.random() < 0.05:
            parent_male = rng.random() < 0.3
            yield self.person("parent", min(97, head_age + rng.randint(20, 34)), male=parent_male, line=line)
            left -= 1
        children_line = (names.given(rng, male=True), line[0], line[2])
        for _ in range(left):
            oldest = min(max(1, head_age - 21), 30)
            child_age = rng.randint(max(0, oldest - 24), oldest)
            yield self.person("child", child_age, male=rng.random() < 0.51, line=children_line)

    def person(self, role: str, years: int, *, male: bool, line: tuple[str, str, str]) -> Person:
        """A person of that age with an unused number."""
        rng = self.rng
        born = self.today - timedelta(days=round(years * 365.25) + rng.randrange(1, 365))
        at_home = rng.random() < BORN_IN_PORT_SAID
        birthplace = PORT_SAID if at_home else rng.choice(BIRTH_GOVERNORATES)
        share = HEADS_WITH_MOBILE if role == "head" else ADULTS_WITH_MOBILE if years >= ADULT_AGE else 0.0
        return Person(
            role=role,
            national_id=self.ids.draw(born, male=male, governorate=birthplace),
            full_name=names.full(names.given(rng, male=male), line),
            mobile=self.phone() if rng.random() < share else "",
            born=born,
            male=male,
        )

    def phone(self) -> str:
        """An unused mobile number, in the eleven-digit national form."""
        self._phones += 1
        scattered = self._phones * 7_919 % 1_000_000  # no common factor: the sequence repeats after a million
        prefix = ("010", "011", "012", "015")[self._phones % 4]
        return f"{prefix}{self.lot:02d}{scattered:06d}"

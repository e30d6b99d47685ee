"""The pension authority's roll of a month: who gets how much. Its figures are its own, as an insured life made them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from devstack.demo.context import Cardholder
from devstack.demo.people import Person

# Piastres: the least a pension comes to, what most get, and the most.
LEAST, COMMON, MOST = 175_500, 260_000, 1_160_000
ROUNDED_TO = 500
FILE_ROWS = 20_000
HEADER = "national_id,amount,item_reference\n"


@dataclass(frozen=True, slots=True)
class Pension:
    """One pension; `card_id` is empty where the pensioner has no active card, and so no wallet."""

    person: Person
    card_id: str
    amount: int


def roll(rng: random.Random, holders: Iterable[Cardholder], on: date) -> Iterator[Pension]:
    """A pension for everybody of the register who is old enough on that day."""
    for holder in holders:
        head = holder.household.head
        for person in holder.household.members:
            if person.is_pensioner(on):
                amount = round(rng.triangular(LEAST, MOST, COMMON) / ROUNDED_TO) * ROUNDED_TO
                yield Pension(person, holder.card_id if person is head else "", amount)


def files(pensions: list[Pension], rows: int = FILE_ROWS) -> Iterator[bytes]:
    """The roll as CSV files, as the authority has it: by national id, which the system looks up and forgets."""
    for start in range(0, len(pensions), rows):
        lines = (
            f"{pension.person.national_id},{pension.amount},{number}\n"
            for number, pension in enumerate(pensions[start : start + rows], start=start + 1)
        )
        yield (HEADER + "".join(lines)).encode()

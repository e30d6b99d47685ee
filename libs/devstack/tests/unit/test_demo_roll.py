"""Who is on the pension authority's roll, and what its files say."""

from __future__ import annotations

import csv
import io
import random
from datetime import date

from devstack.demo.context import Cardholder
from devstack.demo.people import PENSION_AGE, Generator, age
from devstack.demo.roll import LEAST, MOST, files, roll

ON = date(2027, 1, 1)


def _holders(count: int = 400) -> list[Cardholder]:
    people = Generator(seed=7, lot=3, today=date(2026, 11, 22))
    return [Cardholder(household, card_id=f"card-{n}") for n, household in enumerate(people.households(count))]


def test_everybody_old_enough_is_on_the_roll_and_nobody_else() -> None:
    holders = _holders()
    paid = {pension.person.national_id for pension in roll(random.Random(1), holders, ON)}
    people = [person for holder in holders for person in holder.household.members]
    assert paid == {person.national_id for person in people if age(person.born, ON) >= PENSION_AGE}
    assert 0.05 < len(paid) / len(people) < 0.2


def test_only_heads_have_a_card_to_be_paid_on() -> None:
    holders = _holders()
    cards = {holder.household.head.national_id: holder.card_id for holder in holders}
    pensions = list(roll(random.Random(1), holders, ON))
    for pension in pensions:
        assert pension.card_id == cards.get(pension.person.national_id, "")
        assert LEAST <= pension.amount <= MOST
        assert pension.amount % 500 == 0
    assert any(pension.card_id for pension in pensions)
    assert any(not pension.card_id for pension in pensions)


def test_files_hold_every_pension_once_by_national_id() -> None:
    pensions = list(roll(random.Random(1), _holders(), ON))
    made = list(files(pensions, rows=50))
    assert len(made) == -(-len(pensions) // 50)
    rows = [row for body in made for row in csv.DictReader(io.StringIO(body.decode()))]
    assert [int(row["amount"]) for row in rows] == [pension.amount for pension in pensions]
    assert [row["national_id"] for row in rows] == [pension.person.national_id for pension in pensions]
    assert len({row["item_reference"] for row in rows}) == len(rows)
    assert not any(
        pension.person.national_id in row["item_reference"] for row, pension in zip(rows, pensions, strict=True)
    )

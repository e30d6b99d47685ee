from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from devstack.demo import places
from devstack.demo.faults import FAULTS
from devstack.demo.people import Generator
from devstack.demo.register_file import HEADER, RegisterFile, register_files, single_household
from devstack.national_numbers import BIRTH_GOVERNORATES, LOTS, check_digit

TODAY = date(2026, 11, 22)


def _generator(seed: int = 7, lot: int = 3) -> Generator:
    return Generator(seed=seed, lot=lot, today=TODAY)


def _rows(file: RegisterFile) -> list[list[str]]:
    return list(csv.reader(io.StringIO(file.body.decode(), newline="")))


@given(seed=st.integers(0, 1_000_000), lot=st.integers(0, LOTS - 1))
def test_every_number_is_well_formed_and_used_once(seed: int, lot: int) -> None:
    seen: set[str] = set()
    for household in _generator(seed, lot).households(20):
        for person in household.members:
            number = person.national_id
            assert len(number) == 14
            assert number.isdecimal()
            assert number not in seen
            seen.add(number)
            century = {"2": 1900, "3": 2000}[number[0]]
            born = date(century + int(number[1:3]), int(number[3:5]), int(number[5:7]))
            assert born == person.born <= TODAY
            assert number[7:9] in BIRTH_GOVERNORATES
            assert (int(number[12]) % 2 == 1) == person.male
            assert int(number[13]) != check_digit(number[:13])


def test_two_lots_never_share_a_number_or_a_phone() -> None:
    first, second = ([p for h in _generator(7, lot).households(1_500) for p in h.members] for lot in (0, 1))
    assert not {p.national_id for p in first} & {p.national_id for p in second}
    assert not {p.mobile for p in first if p.mobile} & {p.mobile for p in second if p.mobile}


def test_the_same_seed_gives_the_same_people() -> None:
    assert list(_generator().households(50)) == list(_generator().households(50))


def test_sizes_and_phones_follow_the_country() -> None:
    households = list(_generator().households(6_000))
    people = [person for household in households for person in household.members]
    assert 3.25 < len(people) / len(households) < 3.5
    assert all(household.head.role == "head" for household in households)
    assert sum(1 for person in people if person.role == "head") == len(households)
    assert sum(1 for h in households if h.head.mobile) > 0.96 * len(households)
    mobiles = [person.mobile for person in people if person.mobile]
    assert len(set(mobiles)) == len(mobiles)
    assert all(len(m) == 11 and m[:3] in {"010", "011", "012", "015"} and m.isdecimal() for m in mobiles)
    assert sum(1 for person in people if person.is_adult(TODAY)) > 50_000 / 42_000 * len(households)


@given(seed=st.integers(0, 1_000_000), households=st.integers(1, 60), per_kind=st.integers(0, 2))
def test_faulty_rows_stand_exactly_where_the_file_says(seed: int, households: int, per_kind: int) -> None:
    files = list(register_files(_generator(seed), households, per_kind))
    assert sum(len(file.households) for file in files) == households
    for file in files:
        rows = _rows(file)
        assert rows[0] == list(HEADER)
        assert len(rows) - 1 == file.rows
        good = [tuple(row) for number, row in enumerate(rows[1:], start=2) if number not in file.faulty]
        assert good == [row for household in file.households for row in household.rows()]
    kinds = Counter(fault.kind for file in files for fault in file.faulty.values())
    rows_of = {"household without a head": 2, "head's row faulty": 3}
    assert kinds == {f.kind: per_kind * rows_of.get(f.kind, 1) for f in FAULTS if per_kind}


def test_rows_of_one_household_stand_together() -> None:
    (file,) = register_files(_generator(), 400, 5)
    refs = [row[0] for row in _rows(file)[1:]]
    starts = [ref for before, ref in zip(["", *refs], refs, strict=False) if before != ref]
    assert len(starts) == len(set(starts))


def test_one_household_can_come_alone() -> None:
    household = _generator().household("STORY", 3, "03.02")
    file = single_household(household)
    assert (file.rows, file.good_rows, len(file.households)) == (3, 3, 1)


def test_port_said_has_its_sites_and_outlets() -> None:
    rng = _generator().rng
    kinds = Counter(site.kind for site in places.pickup_sites())
    assert kinds == {"post_office": 25, "supply_centre": 5, "health_office": 4, "governorate_office": 1}
    assert len({site.name_en for site in places.pickup_sites()}) == 35
    week = sum(site.hourly_capacity for site in places.pickup_sites()) * 7 * len(places.WORKING_DAYS)
    assert week > 50_000
    assert len(places.bakeries(rng)) == 81
    assert len(places.shops(rng)) == 230
    assert {o.district for o in places.bakeries(rng, 8)} == set(places.BY_CODE)
    assert {o.kind for o in places.shops(rng, 3)} == {"grocer", "gameaty", "complex"}

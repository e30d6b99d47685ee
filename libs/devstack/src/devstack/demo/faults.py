"""Faulty rows planted among the good ones, each with the rejection the ministry must get back for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from devstack.demo.people import Generator, Household, Person
from devstack.demo.places import PORT_SAID
from devstack.national_numbers import UNASSIGNED_GOVERNORATE

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """A kind of fault: its rows and the codes a rejection of them may carry."""

    kind: str
    codes: frozenset[str]
    rows: Callable[[Planter, Household], list[Row]]
    own_household: bool = False  # the rows form a household of their own instead of joining a good one


class Planter:
    """Makes faulty rows from the generator that makes the people: nothing else is wrong with them."""

    def __init__(self, people: Generator) -> None:
        self.people = people
        self._made = 0

    def next_ref(self) -> str:
        """A household reference no good household has."""
        self._made += 1
        return f"F{self.people.lot:02d}-{self._made:05d}"

    def member(self, household: Household, **changes: str) -> Person:
        """A well-formed further member, changed as asked."""
        rng = self.people.rng
        line = ("محمد", "أحمد", "السيد")
        person = self.people.person("other", rng.randint(20, 60), male=rng.random() < 0.5, line=line)
        return replace(person, **changes)  # type: ignore[arg-type]  # every changed field is text

    def row(self, household: Household, person: Person, governorate: str = PORT_SAID) -> Row:
        """The row of a person in that household."""
        return (
            household.ref, person.role, person.national_id, person.full_name, person.mobile,
            governorate, household.district, household.address,
        )  # fmt: skip


def _short_id(make: Planter, home: Household) -> list[Row]:
    person = make.member(home)
    return [make.row(home, replace(person, national_id=person.national_id[:-1]))]


def _letters_in_id(make: Planter, home: Household) -> list[Row]:
    person = make.member(home)
    return [make.row(home, replace(person, national_id=person.national_id[:9] + "O" + person.national_id[10:]))]


def _unknown_century(make: Planter, home: Household) -> list[Row]:
    person = make.member(home)
    return [make.row(home, replace(person, national_id="9" + person.national_id[1:]))]


def _unreal_date(make: Planter, home: Household) -> list[Row]:
    person = make.member(home)
    return [make.row(home, replace(person, national_id=person.national_id[:3] + "0231" + person.national_id[7:]))]


def _future_birth(make: Planter, home: Household) -> list[Row]:
    rng = make.people.rng
    born = date(make.people.today.year + 2, rng.randint(1, 12), rng.randint(1, 28))
    number = make.people.ids.draw(born, male=rng.random() < 0.5, governorate=PORT_SAID)
    return [make.row(home, make.member(home, national_id=number))]


def _birth_governorate(make: Planter, home: Household) -> list[Row]:
    person = make.member(home)
    number = person.national_id[:7] + UNASSIGNED_GOVERNORATE + person.national_id[9:]
    return [make.row(home, replace(person, national_id=number))]


def _mobile(make: Planter, home: Household) -> list[Row]:
    wrong = make.people.rng.choice(("0661234567", "0131234567", "01012345", "+20225551234"))
    return [make.row(home, make.member(home, mobile=wrong))]


def _governorate(make: Planter, home: Household) -> list[Row]:
    return [make.row(home, make.member(home), governorate="36")]


def _role(make: Planter, home: Household) -> list[Row]:
    return [make.row(home, make.member(home, role="cousin"))]


def _no_name(make: Planter, home: Household) -> list[Row]:
    return [make.row(home, make.member(home, full_name=" "))]


def _cut_row(make: Planter, home: Household) -> list[Row]:
    row = make.row(home, make.member(home))
    return [(row[0], row[1], row[2][:6])]


def _twice(make: Planter, home: Household) -> list[Row]:
    return [make.row(home, replace(home.members[-1], role="other"))]


def _headless(make: Planter, home: Household) -> list[Row]:
    lone = replace(home, ref=make.next_ref())
    return [make.row(lone, make.member(lone, role=role)) for role in ("spouse", "child")]


def _faulty_head(make: Planter, home: Household) -> list[Row]:
    lone = replace(home, ref=make.next_ref())
    head = make.member(lone, role="head")
    head = replace(head, national_id="0" * 14)
    return [make.row(lone, head), *(make.row(lone, make.member(lone, role=r)) for r in ("spouse", "child"))]


FAULTS = (
    Fault("national id one digit short", frozenset({"national_id_length"}), _short_id),
    Fault("letter in the national id", frozenset({"national_id_not_digits"}), _letters_in_id),
    Fault("unknown century", frozenset({"national_id_century"}), _unknown_century),
    Fault("31 February", frozenset({"national_id_birth_date"}), _unreal_date),
    Fault("born in the future", frozenset({"national_id_in_future"}), _future_birth),
    Fault("unknown governorate of birth", frozenset({"national_id_governorate"}), _birth_governorate),
    Fault("not a mobile number", frozenset({"mobile_invalid"}), _mobile),
    Fault("unknown governorate of residence", frozenset({"governorate_unknown"}), _governorate),
    Fault("unknown role", frozenset({"role_unknown"}), _role),
    Fault("no name", frozenset({"name_invalid"}), _no_name),
    Fault("row cut in half", frozenset({"row_incomplete"}), _cut_row),
    Fault("citizen twice", frozenset({"duplicate_in_file", "already_registered"}), _twice),
    Fault("household without a head", frozenset({"head_missing"}), _headless, own_household=True),
    Fault("head's row faulty", frozenset({"national_id_century", "head_rejected"}), _faulty_head, True),
)


def schedule(people: Generator, households: int, per_kind: int) -> dict[int, list[Fault]]:
    """Which faults follow which household (by its index); spread at random, the same for the same seed."""
    plan: dict[int, list[Fault]] = {}
    for fault in FAULTS:
        for _ in range(per_kind):
            plan.setdefault(people.rng.randrange(households), []).append(fault)
    return plan


def planted(make: Planter, home: Household, faults: list[Fault]) -> Iterator[tuple[Fault, list[Row]]]:
    """The rows to write after that household: those that join it first, then households of their own."""
    for fault in sorted(faults, key=lambda f: f.own_household):
        yield fault, fault.rows(make, home)

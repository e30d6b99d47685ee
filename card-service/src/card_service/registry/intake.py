"""The rules of the bulk file, a CSV of one row a person: what a file, a row and a household must be. No I/O.

A faulty row rejects its person; a faulty head rejects the household. Each row is judged line by line, so that
one torn or badly quoted row spoils no other.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from card_service.registry import names
from chassis import mobiles
from chassis.area import NATION, Area, Bound
from chassis.governorates import GOVERNORATES
from chassis.national_id import NationalId, NationalIdError, parse
from chassis.text import normalise_digits

HEADER = ("household_ref", "role", "national_id", "full_name", "mobile", "governorate", "district", "address")
ROLES = frozenset({"head", "spouse", "child", "parent", "other"})
MAX_REF = 64
MAX_LINE = 2000
MAX_DISTRICT = 60


class NotCsv(ValueError):
    """The body is not a UTF-8 CSV file."""


class WrongHeader(ValueError):
    """The first line does not name the expected columns."""


class Rejection(NamedTuple):
    """Why a row was not taken: its line in the file (the header is line 1), the field, a stable code."""

    row: int
    field: str
    code: str


class Residence(NamedTuple):
    """Where a household lives; the governorate is that of residence."""

    governorate: str
    district: str
    address: str


class Person(NamedTuple):
    """A row that passed."""

    row: int
    role: str
    national_id: NationalId
    full_name: str
    mobile: str | None
    residence: Residence


@dataclass(slots=True)
class Family:
    """The rows of one household: the head first, then the members; those that were refused are apart."""

    ref: str
    last_row: int
    rows: int = 0
    people: list[Person] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)

    def reject(self, code: str, where: str) -> None:
        """Refuse everybody who is still in."""
        self.rejections.extend(Rejection(person.row, where, code) for person in self.people)
        self.people = []


def decode(body: bytes) -> str:
    """The text of a file after its header line has been checked. Raises NotCsv or WrongHeader."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotCsv("not UTF-8") from error
    first = text.split("\n", 1)[0].rstrip("\r")
    if not first.strip() or "\x00" in text or "," not in first:
        raise NotCsv("no comma-separated first line")
    if tuple(cell.strip().strip('"').lower() for cell in first.split(",")) != HEADER:
        raise WrongHeader("unexpected columns")
    return text


class Reader:
    """Goes through a decoded file household by household; `today` is the day births are judged by."""

    def __init__(self, text: str, today: date, governorate: str | None = None) -> None:
        """`governorate`: the only one the caller may register citizens of, None for all."""
        self._lines = text.split("\n")
        self._today = today
        self._bound = Bound(governorate or NATION)
        self._refs: set[str] = set()
        self._home: tuple[tuple[str, str, str], Residence] | None = None

    def families(self) -> Iterator[Family]:
        """Every household of the file in order, its faulty rows among the rejections."""
        family: Family | None = None
        heads: list[int] = []
        for number, cells in self._rows():
            ref = cells[0].strip() if cells else ""
            role = cells[1].strip().lower() if cells and len(cells) > 1 else ""
            if family is None or ref != family.ref or not ref:
                if family is not None:
                    yield self._closed(family, heads)
                family, heads = Family(ref, number), []
            family.rows += 1
            family.last_row = number
            if role == "head":
                heads.append(number)
            judged = self._judge(number, cells)
            if isinstance(judged, Person):
                family.people.append(judged)
            else:
                family.rejections.append(judged)
        if family is not None:
            yield self._closed(family, heads)

    def _rows(self) -> Iterator[tuple[int, list[str] | None]]:
        for number, line in enumerate(self._lines[1:], start=2):
            line = line.rstrip("\r")
            if not line.strip():
                continue
            if '"' not in line:
                yield number, line.split(",")
                continue
            try:
                yield number, next(csv.reader([line], strict=True))
            except (csv.Error, StopIteration):
                yield number, None

    def _judge(self, row: int, cells: list[str] | None) -> Person | Rejection:
        if cells is None:
            return Rejection(row, "row", "row_broken")
        if sum(map(len, cells)) > MAX_LINE:
            return Rejection(row, "row", "row_too_long")
        if len(cells) != len(HEADER):
            return Rejection(row, "row", "row_incomplete" if len(cells) < len(HEADER) else "row_too_many_fields")
        ref = cells[0].strip()
        if not ref:
            return Rejection(row, "household_ref", "household_ref_missing")
        if len(ref) > MAX_REF or not ref.isprintable():
            return Rejection(row, "household_ref", "household_ref_invalid")
        _, role, number, name, mobile, governorate, district, address = cells
        person = judge_person(row, role, number, name, mobile, self._today)
        if isinstance(person, Rejection):
            return person
        if self._home is None or self._home[0] != (governorate, district, address):
            residence = judge_residence(row, governorate, district, address, self._bound)
            if isinstance(residence, Rejection):
                return residence
            self._home = ((governorate, district, address), residence)  # most often that of the next row too
        return Person(*person, self._home[1])

    def _closed(self, family: Family, heads: list[int]) -> Family:
        if not family.ref:
            return family
        if family.ref in self._refs:
            family.reject("household_not_consecutive", "household_ref")
        self._refs.add(family.ref)
        return check_household(family, heads)


def judge_person(
    row: int, role: str, number: str, name: str, mobile: str, today: date
) -> tuple[int, str, NationalId, str, str | None] | Rejection:
    """Row, role, national id, name and mobile of a person, or the first fault found."""
    role = role.strip().lower()
    if role not in ROLES:
        return Rejection(row, "role", "role_unknown")
    try:
        national_id = parse(number, today)
    except NationalIdError as error:
        return Rejection(row, "national_id", error.code)
    full_name = names.name(name)
    if full_name is None:
        return Rejection(row, "full_name", "name_invalid")
    e164 = mobiles.normalise(mobile) if mobile.strip() else None
    if mobile.strip() and e164 is None:
        return Rejection(row, "mobile", "mobile_invalid")
    return row, role, national_id, full_name, e164


def judge_residence(row: int, governorate: str, district: str, address: str, bound: Bound) -> Residence | Rejection:
    """Where a household lives, or the first fault found; `bound` is the caller's."""
    code = normalise_digits(governorate).zfill(2)
    if code not in GOVERNORATES:
        return Rejection(row, "governorate", "governorate_unknown")
    place, street = names.line(district), names.line(address)
    if not bound.covers(Area(code, place)):
        return Rejection(row, "governorate", "governorate_not_yours")
    if not place or len(place) > MAX_DISTRICT:
        return Rejection(row, "district", "district_invalid")
    if street is None:
        return Rejection(row, "address", "address_invalid")
    return Residence(code, place, street)


def check_household(family: Family, heads: list[int]) -> Family:
    """Make sure of exactly one head and one residence; `heads` are the rows that claim to be the head."""
    head = next((person for person in family.people if person.role == "head"), None)
    if len(heads) > 1:
        family.reject("several_heads", "role")
    elif head is None:
        family.reject("head_rejected" if heads else "head_missing", "role")
    else:
        home = (head.residence.governorate, head.residence.district)
        elsewhere = [p for p in family.people if (p.residence.governorate, p.residence.district) != home]
        family.rejections.extend(Rejection(p.row, "district", "residence_differs") for p in elsewhere)
        others = [p for p in family.people if p is not head and p not in elsewhere]
        family.people = [head, *others]
    return family


def withdraw(family: Family, faults: dict[int, str]) -> None:
    """Refuse people for what the register knows of them (`faults`: code by row); without a head nobody stays."""
    if not family.people or not faults:
        return
    head = family.people[0]
    taken = [person for person in family.people if person.row in faults]
    family.rejections.extend(Rejection(p.row, "national_id", faults[p.row]) for p in taken)
    family.people = [person for person in family.people if person.row not in faults]
    if head.row in faults:
        family.reject("head_rejected", "role")

"""The rules of the bulk file, one row a person: what a row and a household must be. No I/O.

A faulty row rejects its person; a faulty head rejects the household. A row that cannot be read at all, or names no
household, stands between the rows of a household without dividing it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import NamedTuple

from card_service.registry import names
from card_service.registry.legal_basis import NAMES as LEGAL_BASES
from chassis import mobiles
from chassis.area import NATION, Area, Bound
from chassis.districts import known
from chassis.governorates import GOVERNORATES
from chassis.national_id import NationalId, NationalIdError, parse
from chassis.ration_card import normalise
from chassis.row_files import Columns, Row
from chassis.spreadsheets import plain, ruined
from chassis.text import normalise_digits

HEADER = ("household_ref", "role", "national_id", "full_name", "mobile", "governorate", "district", "address")
# Of the household: they may stand at one of its rows or at all, and be left out of the file.
OF_HOUSEHOLD = ("ration_card", "legal_basis")
# Why the row was refused before, in a file of refused rows that is sent again; nothing is read from it.
REMARK = "refused_because"
COLUMNS = Columns(HEADER, (*OF_HOUSEHOLD, REMARK))
ROLES = frozenset({"head", "spouse", "child", "parent", "other"})
MAX_REF = 64
MAX_LINE = 2000
MAX_DISTRICT = 60


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
    heads: list[int] = field(default_factory=list)  # the rows that claim to be the head
    lines: list[Row] = field(default_factory=list)  # as they were sent
    ration_card: str | None = None  # the number of the household's legacy card
    legal_basis: str | None = None

    def takes(self, ration_card: str | None, legal_basis: str | None) -> str | None:
        """Note what a row says of the household; the field in which it says something else than a row before it."""
        for name, said in (("ration_card", ration_card), ("legal_basis", legal_basis)):
            if said is not None:
                if getattr(self, name) not in {None, said}:
                    return name
                setattr(self, name, said)
        return None

    def reject(self, code: str, where: str) -> None:
        """Refuse everybody who is still in."""
        self.rejections.extend(Rejection(person.row, where, code) for person in self.people)
        self.people = []


class Reader:
    """Makes households of rows as they come; `today` is the day births are judged by."""

    def __init__(self, today: date, governorate: str | None = None) -> None:
        """`governorate`: the only one the caller may register citizens of, None for all."""
        self._today = today
        self._bound = Bound(governorate or NATION)
        self._home: tuple[tuple[str, str, str], Residence] | None = None
        self._family: Family | None = None

    def take(self, rows: Iterable[Row]) -> Iterator[Family]:
        """Every household that the rows complete, its faulty rows among the rejections, its head not looked for yet."""
        for row in rows:
            ref = plain(row.cells[0]).strip() if row.cells else ""
            family = self._family
            if family is None or not family.ref or ref not in {"", family.ref}:
                yield from self.close()
                family = self._family = Family(ref, row.line)
            family.rows += 1
            family.lines.append(row)
            family.last_row = row.line
            if ref and len(row.cells) > 1 and row.cells[1].strip().lower() == "head":
                family.heads.append(row.line)
            judged = self._judge(row)
            if isinstance(judged, Person):
                family.people.append(judged)
            else:
                family.rejections.append(judged)

    def close(self) -> Iterator[Family]:
        """The household that no more rows will come of."""
        if self._family is not None:
            family, self._family = self._family, None
            yield family

    def _judge(self, row: Row) -> Person | Rejection:
        line, cells = row.line, [plain(cell) for cell in row.cells]
        if row.fault is not None:
            return Rejection(line, "row", row.fault)
        if sum(map(len, cells[: len(COLUMNS.names) - 1])) > MAX_LINE:
            return Rejection(line, "row", "row_too_long")
        ref = cells[0].strip()
        if not ref:
            return Rejection(line, "household_ref", "household_ref_missing")
        if len(ref) > MAX_REF or not ref.isprintable():
            return Rejection(line, "household_ref", "household_ref_invalid")
        _, role, number, name, mobile, governorate, district, address, *more, _ = cells
        person = judge_person(line, role, number, name, mobile, self._today)
        if isinstance(person, Rejection):
            return person
        if self._home is None or self._home[0] != (governorate, district, address):
            residence = judge_residence(line, governorate, district, address, self._bound)
            if isinstance(residence, Rejection):
                return residence
            self._home = ((governorate, district, address), residence)  # most often that of the next row too
        if any(more) and (refused := self._of_household(line, *more)):
            return refused
        return Person(*person, self._home[1])

    def _of_household(self, line: int, ration_card: str, legal_basis: str) -> Rejection | None:
        said = judge_household(line, ration_card, legal_basis)
        if isinstance(said, Rejection):
            return said
        differs = self._family.takes(*said) if self._family is not None else None
        return Rejection(line, differs, f"{differs}_differs") if differs else None


def judge_household(row: int, ration_card: str, legal_basis: str) -> tuple[str | None, str | None] | Rejection:
    """The ration card and the legal basis that a row names for its household, or the first fault found."""
    number = normalise(ration_card) if ration_card.strip() else None
    if ration_card.strip() and number is None:
        return Rejection(row, "ration_card", "ration_card_invalid")
    basis = legal_basis.strip().lower() or None
    if basis is not None and basis not in LEGAL_BASES:
        return Rejection(row, "legal_basis", "legal_basis_unknown")
    return number, basis


def families_of(rows: Iterable[Row], today: date, governorate: str | None = None) -> Iterator[Family]:
    """Every household of a file that is at hand."""
    reader, refs = Reader(today, governorate), set[str]()
    for family in chain(reader.take(rows), reader.close()):
        if family.ref in refs:
            family.reject("household_not_consecutive", "household_ref")
        if family.ref:
            refs.add(family.ref)
            check_household(family, family.heads)
        yield family


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
        return Rejection(row, "mobile", "mobile_ruined" if ruined(normalise_digits(mobile)) else "mobile_invalid")
    return row, role, national_id, full_name, e164


def judge_residence(row: int, governorate: str, district: str, address: str, bound: Bound) -> Residence | Rejection:
    """Where a household lives, or the first fault found; `bound` is the caller's.

    People who write files know districts by name: one that the list has in the governorate is taken as its code.
    """
    code = normalise_digits(governorate).zfill(2)
    if code not in GOVERNORATES:
        return Rejection(row, "governorate", "governorate_unknown")
    if bound.only_governorate not in {None, code}:
        return Rejection(row, "governorate", "governorate_not_yours")
    if not (word := names.clean(district)) or len(word) > MAX_DISTRICT:
        return Rejection(row, "district", "district_invalid")
    if (place := known(code, word)) is None:
        return Rejection(row, "district", "district_unknown")
    if not bound.covers(Area(code, place)):
        return Rejection(row, "district", "governorate_not_yours")
    street = names.line(address)
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

"""The import files as a ministry would send them: UTF-8 CSV, cut between households, below the size limit."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from devstack.demo.faults import Fault, Planter, Row, planted, schedule
from devstack.demo.people import Generator, Household

HEADER = ("household_ref", "role", "national_id", "full_name", "mobile", "governorate", "district", "address")
MAX_BYTES = 10_000_000


@dataclass(slots=True)
class RegisterFile:
    """One file and what the register must say of it.

    `faulty` maps a line of the file (the header is line 1) to the fault planted in it.
    """

    body: bytes = b""
    rows: int = 0
    households: list[Household] = field(default_factory=list)
    faulty: dict[int, Fault] = field(default_factory=dict)

    @property
    def good_rows(self) -> int:
        """Rows that must be accepted."""
        return self.rows - len(self.faulty)


class _Writer:
    """Collects rows until the file is full."""

    def __init__(self) -> None:
        self.file = RegisterFile()
        self._text = io.StringIO()
        self._csv = csv.writer(self._text, lineterminator="\r\n")
        self._csv.writerow(HEADER)

    def add(self, rows: Iterable[Row], fault: Fault | None = None) -> None:
        for row in rows:
            self._csv.writerow(row)
            self.file.rows += 1
            if fault is not None:
                self.file.faulty[self.file.rows + 1] = fault

    def full(self) -> bool:
        # An Arabic letter takes two bytes: half of the limit in characters is below the limit in bytes.
        return self._text.tell() >= MAX_BYTES // 2

    def close(self) -> RegisterFile:
        self.file.body = self._text.getvalue().encode()
        return self.file


def register_files(people: Generator, count: int, faults_per_kind: int) -> Iterator[RegisterFile]:
    """Files with `count` good households and `faults_per_kind` faults of every kind among them."""
    plan = schedule(people, count, faults_per_kind)
    planter = Planter(people)
    writer = _Writer()
    for index, household in enumerate(people.households(count)):
        writer.file.households.append(household)
        writer.add(household.rows())
        for fault, rows in planted(planter, household, plan.get(index, [])):
            writer.add(rows, fault)
        if writer.full() and index + 1 < count:
            yield writer.close()
            writer = _Writer()
    yield writer.close()


def single_household(household: Household) -> RegisterFile:
    """A file with one household."""
    writer = _Writer()
    writer.file.households.append(household)
    writer.add(household.rows())
    return writer.close()

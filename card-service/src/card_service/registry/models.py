"""Rows of the register, as the repository gives and takes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple
from uuid import UUID

from chassis.area import Area, InGovernorate, OfDistrict
from chassis.row_files import Form

Role = Literal["head", "spouse", "child", "parent", "other"]
JobStatus = Literal["queued", "running", "done", "failed"]
# `due`: a file of another registry waits or is under way; only versions that know such files take it on.
# `checking` and `checked`: the dry run of a file that is started by hand.
ImportStatus = Literal["receiving", "checking", "checked", "queued", "running", "due", "done", "failed", "cancelled"]


HouseholdStatus = Literal["active", "ended"]
Life = Literal["alive", "deceased"]


@dataclass(frozen=True, slots=True)
class Household(OfDistrict):
    """A household as registered; `members` is how many belong to it now, `revision` grows by one at each change.

    `trial_id`: of which trial it is, for a household that only tries the system.

    `governorate` and `district` are where it lives, `issued_in` is the governorate its card is of. `since` is the day
    it was registered on.
    """

    household_id: UUID
    governorate: str
    district: str
    address: str
    members: int
    revision: int
    status: HouseholdStatus
    since: date
    ended_on: date | None
    end_reason: str | None
    issued_in: str
    legal_basis: str | None
    ration_card_sealed: bytes | None
    trial_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Citizen(OfDistrict):
    """A citizen as registered. One who left a household keeps the row, without household and role."""

    citizen_id: UUID
    household_id: UUID | None
    role: Role | None
    name_kept: bytes  # `sealed_names.opened` reads it
    national_id_sealed: bytes
    mobile_sealed: bytes | None
    mobile_usable: bool
    birth_date: date
    sex: str
    governorate: str | None
    district: str | None
    life: Life
    died_on: date | None
    mobile_new_until: datetime | None  # until then the number proves nothing: it took another's place lately


@dataclass(frozen=True, slots=True)
class Membership:
    """That a citizen belongs to a household: from the day `since` on, until before the day `until`."""

    membership_id: UUID
    citizen_id: UUID
    household_id: UUID
    role: Role
    since: date
    until: date | None
    first_month: date
    left_month: date | None
    join_reason: str
    leave_reason: str | None


class NewHousehold(NamedTuple):
    """A household to be written."""

    household_id: UUID
    governorate: str
    district: str
    address: str
    members: int
    ration_card_hash: bytes | None = None
    ration_card_sealed: bytes | None = None
    ration_card_mark: str | None = None  # as others are told of it; it is not written
    legal_basis: str | None = None


class NewCitizen(NamedTuple):
    """A citizen to be written; name and mobile in clear are for the event only and are never stored."""

    citizen_id: UUID
    household_id: UUID
    role: str
    full_name: str
    name_sealed: bytes
    national_id_hash: bytes
    national_id_sealed: bytes
    mobile: str | None
    mobile_hash: bytes | None
    mobile_sealed: bytes | None
    birth_date: date
    sex: str
    known: bool = False  # registered before, of no household now
    mobile_new_until: datetime | None = None  # of one known before who comes with another number


class Named(NamedTuple):
    """A citizen's name as it is kept, whether it `waits` in clear to be sealed, and what it is looked for with."""

    citizen_id: UUID
    name_kept: bytes
    waits: bool
    birth_date: date
    governorate: str | None


class Known(NamedTuple):
    """What the register knows of a national id."""

    citizen_id: UUID
    in_a_household: bool
    import_id: UUID | None
    deceased: bool = False
    household_id: UUID | None = None
    mobile_hash: bytes | None = None


class Former(NamedTuple):
    """The household that a sender's reference stood for in an import before."""

    household_id: UUID
    import_id: UUID
    governorate: str
    district: str
    address: str


class Bearer(NamedTuple):
    """Who a national id belongs to; a citizen of no household has no governorate either."""

    citizen_id: UUID
    household_id: UUID | None
    governorate: str | None
    district: str | None

    @property
    def area(self) -> Area:
        """Where the citizen lives."""
        return Area(self.governorate, self.district)


@dataclass(frozen=True, slots=True)
class ImportJob(InGovernorate):
    """A bulk import and how far it has come; `done_row` is the last line of the file that is settled.

    `parts` is how many the file comes in, `digest` its SHA-256, `corrects` the import whose rows come again.
    """

    import_id: UUID
    status: ImportStatus
    governorate: str | None
    done_row: int
    rows: int
    accepted: int
    rejected: int
    households: int
    warnings: int
    attempts: int
    created_at: datetime
    finished_at: datetime | None
    created_by: str
    form: Form
    charset: str | None
    parts: int
    digest: bytes | None
    corrects: UUID | None
    content: str = "citizens"  # or what another registry's file is about
    sender: str | None = None  # of such a file, until it is done: the caller as whom its rows are entered
    dry_run: bool = False  # it is judged first, and waits to be started
    total_rows: int | None = None  # how many rows the dry run has counted

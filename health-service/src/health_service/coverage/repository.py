"""Every SQL statement about cover: families, contributions, exemptions."""

# ruff: noqa: S608 - nothing but this module's own words is put into a statement

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.isolation import not_aside
from chassis.row_arrays import statement
from chassis.sealing import Vault
from health_service.rules.standing import ACTIVE, ENDED, SUSPENDED, UNABLE, Account, Basis, Exemption

# Whatever enrols first, the earliest day holds: an exemption from June on keeps no card of May from opening care.
_ENROL = statement(
    "INSERT INTO coverage AS v (household_id, enrolled_on)"
    " SELECT household_id, min(day) FROM <rows> GROUP BY household_id ORDER BY household_id"
    " ON CONFLICT (household_id) DO UPDATE SET enrolled_on = excluded.enrolled_on"
    " WHERE v.enrolled_on > excluded.enrolled_on RETURNING household_id",
    household_id="uuid",
    day="date",
)
_ENROLLED = text("SELECT household_id FROM coverage WHERE household_id = ANY(CAST(:ids AS uuid[]))")
_ACCOUNTS = (
    "SELECT v.household_id, h.governorate, h.status, h.bases::text AS bases, v.enrolled_on, v.state, v.since, v.exempt,"
    " ARRAY(SELECT m.month FROM contribution_month m WHERE m.household_id = v.household_id) AS paid_months"
    " FROM coverage v LEFT JOIN household h USING (household_id) WHERE v.household_id = ANY(CAST(:ids AS uuid[]))"
)
_READ = text(_ACCOUNTS)
# In the order of their ids, so that two writers never wait for each other.
_LOCK = text(
    "SELECT household_id FROM coverage WHERE household_id = ANY(CAST(:ids AS uuid[])) ORDER BY household_id FOR UPDATE"
)
_EXEMPTIONS = text(
    "SELECT exemption_id, household_id, citizen_id, kind, sealed, first_day, last_day FROM exemption"
    " WHERE household_id = ANY(CAST(:ids AS uuid[])) AND superseded_at IS NULL ORDER BY exemption_id"
)
_UPDATE_STANDING = statement(
    "UPDATE coverage v SET state = r.state, since = r.since, exempt = r.exempt, changes_on = r.changes_on"
    " FROM <rows>"
    " WHERE v.household_id = r.household_id",
    household_id="uuid",
    state="text",
    since="date",
    exempt="bool",
    changes_on="date",
)
STANDING = "standing"

_DUE = text(
    f"SELECT household_id FROM coverage WHERE changes_on <= :day AND {not_aside(STANDING, 'household_id')}"
    " ORDER BY household_id LIMIT :limit FOR UPDATE SKIP LOCKED"
)
_LOOK_AT_ALL = text("UPDATE coverage SET changes_on = :day WHERE changes_on IS NULL OR changes_on > :day")
_ADD_CONTRIBUTION = text(
    "INSERT INTO contribution (contribution_id, household_id, insured_id, reference, category, insured_wage,"
    " declared_income, spouses, children, first_month, months, amount, recorded_by, recorded_at) VALUES"
    " (:contribution_id, :household_id, :insured_id, :reference, :category, :insured_wage, :declared_income, :spouses,"
    " :children, :first_month, :months, :amount, :recorded_by, :recorded_at)"
    " ON CONFLICT (reference) DO NOTHING RETURNING contribution_id"
)
# What was entered for the family before each insured person had their own stands for its head's.
_PAY_MONTHS = statement(
    "INSERT INTO contribution_month (household_id, month, contribution_id, insured_id)"
    " SELECT :household_id, month, :contribution_id, CAST(:insured_id AS uuid) FROM <rows> WHERE NOT (:is_head AND"
    " EXISTS (SELECT FROM contribution_month m WHERE m.household_id = :household_id AND m.month = r.month"
    " AND m.insured_id IS NULL)) ON CONFLICT DO NOTHING RETURNING month",
    month="date",
)
_PAYERS = text(
    "SELECT month, insured_id FROM contribution_month WHERE household_id = :household_id"
    " AND month = ANY(CAST(:months AS date[])) AND insured_id IS NOT NULL"
)
_CONTRIBUTIONS = text(
    "SELECT c.contribution_id, c.insured_id, c.reference, c.category, c.first_month, c.months, c.amount, c.recorded_at,"
    " r.reversed_at, r.reason AS reversal_reason FROM contribution c LEFT JOIN contribution_reversal r"
    " USING (contribution_id) WHERE c.household_id = :household_id ORDER BY c.contribution_id DESC LIMIT :limit"
)
_FIND_CONTRIBUTION = text(
    "SELECT c.*, r.contribution_id IS NOT NULL AS reversed FROM contribution c LEFT JOIN contribution_reversal r"
    " USING (contribution_id) WHERE c.contribution_id = :contribution_id"
)
_REVERSE = text(
    "INSERT INTO contribution_reversal (contribution_id, reason, reversed_by, decided_by, reversed_at)"
    " VALUES (:contribution_id, :reason, :by, :decided_by, :at) ON CONFLICT DO NOTHING RETURNING contribution_id"
)
_UNPAY = text("DELETE FROM contribution_month WHERE contribution_id = :contribution_id")
_SUPERSEDE = text(
    "UPDATE exemption SET superseded_at = :at WHERE household_id = :household_id"
    " AND citizen_id IS NOT DISTINCT FROM :citizen_id AND superseded_at IS NULL"
)
_ADD_EXEMPTION = text(
    "INSERT INTO exemption (exemption_id, household_id, citizen_id, kind, sealed, first_day, last_day, reference,"
    " entered_by, entered_at) VALUES (:exemption_id, :household_id, :citizen_id, :kind, :sealed, :first_day,"
    " :last_day, :reference, :entered_by, :entered_at)"
)

MEDICAL = "medical"


@dataclass(frozen=True)
class Family:
    """A family's account, with what was last told of its cover."""

    household_id: UUID
    account: Account
    told: tuple[str, date | None, bool]


async def enrol(session: AsyncSession, columns: Mapping[str, Sequence[object]]) -> set[UUID]:
    """Enrol families from a day on; those that were not enrolled before, or from a later day."""
    return set((await session.execute(_ENROL, dict(columns))).scalars())


async def enrolled(session: AsyncSession, household_ids: Sequence[UUID]) -> list[UUID]:
    """Those of the families that are enrolled."""
    return list((await session.execute(_ENROLLED, {"ids": list(household_ids)})).scalars())


async def lock(session: AsyncSession, household_ids: Sequence[UUID]) -> None:
    """Keep other writers from these families until the commit."""
    await session.execute(_LOCK, {"ids": list(household_ids)})


async def families(session: AsyncSession, vault: Vault, household_ids: Sequence[UUID]) -> list[Family]:
    """The accounts of families that are enrolled."""
    ids = {"ids": list(household_ids)}
    exemptions: dict[UUID, list[Mapping[str, Any]]] = defaultdict(list)
    for row in (await session.execute(_EXEMPTIONS, ids)).mappings():
        exemptions[row["household_id"]].append(dict(row))
    rows = (await session.execute(_READ, ids)).mappings()
    return [family_of(row, vault, exemptions[row["household_id"]]) for row in rows]


async def due(session: AsyncSession, day: date, limit: int) -> list[UUID]:
    """Families whose cover time may have changed, locked; those another process looks at are left to it."""
    return list((await session.execute(_DUE, {"day": day, "limit": limit})).scalars())


async def look_at_all(session: AsyncSession, day: date) -> None:
    """Let every family be looked at from a day on."""
    await session.execute(_LOOK_AT_ALL, {"day": day})


async def update_standing(session: AsyncSession, columns: Mapping[str, Sequence[object]]) -> None:
    """Write how families stand."""
    await session.execute(_UPDATE_STANDING, dict(columns))


async def add_contribution(session: AsyncSession, **values: object) -> bool:
    """Enter a contribution; False where its reference was used before."""
    return (await session.execute(_ADD_CONTRIBUTION, values)).first() is not None


async def pay_months(
    session: AsyncSession,
    household_id: UUID,
    contribution_id: UUID,
    insured_id: UUID | None,
    months: Sequence[date],
    *,
    is_head: bool,
) -> set[date]:
    """Mark months as paid by an insured person; those that this person had not paid before."""
    parameters = {
        "household_id": household_id,
        "contribution_id": contribution_id,
        "insured_id": insured_id,
        "is_head": is_head,
        "month": list(months),
    }
    return set((await session.execute(_PAY_MONTHS, parameters)).scalars())


async def payers(session: AsyncSession, household_id: UUID, months: Sequence[date]) -> dict[date, set[UUID]]:
    """Who of a family has paid on an own wage, by month."""
    found: dict[date, set[UUID]] = defaultdict(set)
    for row in await session.execute(_PAYERS, {"household_id": household_id, "months": list(months)}):
        found[row.month].add(row.insured_id)
    return found


async def contributions(session: AsyncSession, household_id: UUID, limit: int) -> Sequence[RowMapping]:
    """The latest contributions of a family."""
    parameters = {"household_id": household_id, "limit": limit}
    return (await session.execute(_CONTRIBUTIONS, parameters)).mappings().all()


async def find_contribution(session: AsyncSession, contribution_id: UUID) -> RowMapping | None:
    """A contribution, and whether it was taken back."""
    return (await session.execute(_FIND_CONTRIBUTION, {"contribution_id": contribution_id})).mappings().one_or_none()


async def reverse_contribution(session: AsyncSession, **values: object) -> bool:
    """Enter that a contribution was taken back; its months are paid no more. False where it was before."""
    if (await session.execute(_REVERSE, values)).first() is None:
        return False
    await session.execute(_UNPAY, {"contribution_id": values["contribution_id"]})
    return True


async def put_exemption(session: AsyncSession, **values: object) -> None:
    """Enter an exemption; the one of the same family or person before it is kept, and counts no more."""
    ground = {"household_id": values["household_id"], "citizen_id": values["citizen_id"], "at": values["entered_at"]}
    await session.execute(_SUPERSEDE, ground)
    await session.execute(_ADD_EXEMPTION, values)


class Record(Protocol):
    """A row, whichever driver has read it."""

    def __getitem__(self, column: Any, /) -> Any:
        """The value of a column."""


def family_of(row: Record, vault: Vault, exemptions: Iterable[Mapping[str, Any]]) -> Family:
    """The family of a row; of its exemptions days and ids may be text, and what is sealed hexadecimal."""
    account = Account(
        row["governorate"] or "",
        row["enrolled_on"],
        row["state"] in {ACTIVE, SUSPENDED, ENDED},
        frozenset(row["paid_months"]),
        [_exemption(one, vault) for one in exemptions],
        bases=[
            Basis(code, date.fromisoformat(first), None if last is None else date.fromisoformat(last))
            for code, first, last in orjson.loads(row["bases"] or "[]")
        ],
        ended=row["status"] == "ended",
    )
    return Family(row["household_id"], account, (row["state"], row["since"], row["exempt"]))


class Ground(NamedTuple):
    """Why a person is exempt: the kind of disease, and the codes of it and its treatments. Sealed where it is kept."""

    kind: str
    codes: tuple[str, ...] = ()

    def dump(self) -> bytes:
        """As it is sealed."""
        return orjson.dumps({"kind": self.kind, "codes": list(self.codes)})

    @staticmethod
    def load(opened: bytes) -> Ground:
        """As it was sealed; one of before there were codes is the kind's name alone."""
        if not opened.startswith(b"{"):
            return Ground(opened.decode())
        said = orjson.loads(opened)
        return Ground(said["kind"], tuple(said["codes"]))


def _exemption(row: Mapping[str, object], vault: Vault) -> Exemption:
    ground = Ground(UNABLE)
    if row["kind"] != UNABLE:
        ground = Ground.load(vault.open(_id(row["exemption_id"]), _bytes(row["sealed"])))
    whose = row["citizen_id"]
    days = _day(row["first_day"]), _last(row["last_day"])
    return Exemption(ground.kind, None if whose is None else _id(whose), *days, ground.codes)


def _id(value: Any) -> UUID:
    return UUID(value) if isinstance(value, str) else value


def _bytes(value: Any) -> bytes:
    return bytes.fromhex(value) if isinstance(value, str) else bytes(value)


def _day(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _last(value: object) -> date | None:
    return None if value is None else _day(value)

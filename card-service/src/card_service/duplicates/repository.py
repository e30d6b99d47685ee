"""Every SQL statement of likely duplicates."""

# ruff: noqa: S608 - a part of a statement takes only text of the statement around it
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.database import record
from card_service.registry import sealed_names
from chassis.area import Area, Bound, BoundedStatement
from chassis.ids import new_id
from chassis.paging import Paging
from chassis.row_arrays import statement, with_rows

Pair = tuple[UUID, UUID]


class PersonKept(NamedTuple):
    """What is compared of a living member of a household, as it is kept: name and national id are sealed."""

    citizen_id: UUID
    household_id: UUID
    name_kept: bytes
    national_id_sealed: bytes
    birth_date: date
    sex: str
    mobile_hash: bytes | None
    governorate: str
    district: str
    address: str


_CURSOR = text("SELECT posted::text AS posted, citizen_id FROM duplicate_cursor FOR UPDATE SKIP LOCKED")
_ADVANCE = text("UPDATE duplicate_cursor SET posted = CAST(CAST(:posted AS text) AS xid8), citizen_id = :citizen_id")
# Who changed last, in the order of commits. Whoever waits for tokens could be found by nobody: all wait for that.
_NEXT = text(
    "SELECT c.posted::text AS posted, c.citizen_id FROM citizen c"
    " WHERE (c.posted, c.citizen_id) > (CAST(CAST(:posted AS text) AS xid8), :citizen_id)"
    " AND c.posted < pg_snapshot_xmin(pg_current_snapshot()) AND NOT EXISTS (SELECT FROM name_pending)"
    " AND NOT EXISTS (SELECT FROM import_job WHERE status IN ('queued', 'running'))"
    " ORDER BY c.posted, c.citizen_id LIMIT :limit"
)
_PEOPLE = text(
    f"SELECT c.citizen_id, c.household_id, {sealed_names.column('c')} AS name_kept, c.national_id_sealed, c.birth_date,"
    " c.sex, c.mobile_hash, h.governorate, h.district, h.address FROM citizen c JOIN household h USING (household_id)"
    " WHERE c.citizen_id = ANY(CAST(:ids AS uuid[])) AND c.life = 'alive'"
)
# Born on a day and of a given name: `bits` are those of both tokens, so that the index alone leaves out most.
_BORN = statement(
    "SELECT DISTINCT r.citizen_id, b.citizen_id AS other FROM <rows>"
    " JOIN name_token b ON b.token = r.born AND b.mask & r.bits = r.bits AND b.citizen_id <> r.citizen_id"
    " WHERE EXISTS (SELECT FROM name_token g WHERE g.token = r.given AND g.citizen_id = b.citizen_id)",
    citizen_id="uuid",
    born="bigint",
    given="bigint",
    bits="bigint",
)
_RARE = statement(
    "SELECT r.citizen_id, b.citizen_id AS other FROM <rows>, LATERAL (SELECT t.citizen_id FROM name_token t"
    " WHERE t.token = r.rare AND t.mask & r.bits = r.bits AND t.citizen_id <> r.citizen_id LIMIT :most) b",
    citizen_id="uuid",
    rare="bigint",
    bits="bigint",
)
# A number that an office gave for many says nothing.
_REACHED = statement(
    "SELECT r.citizen_id, b.citizen_id AS other FROM <rows>, LATERAL (SELECT c.citizen_id FROM citizen c"
    " WHERE c.mobile_hash = r.mobile AND c.citizen_id <> r.citizen_id LIMIT :most) b",
    citizen_id="uuid",
    mobile="bytea",
)
_NUMBERED = statement(
    "SELECT r.citizen_id, c.citizen_id AS other FROM <rows> JOIN citizen c ON c.national_id_hash = r.number",
    citizen_id="uuid",
    number="bytea",
)
# What a person has decided stays; what was found again is as alike as it is now.
_KEEP = statement(
    "INSERT INTO duplicate AS d (duplicate_id, first_id, second_id, score, reasons, state, found_at)"
    " SELECT r.duplicate_id, r.first_id, r.second_id, r.score, string_to_array(r.reasons, ','), 'open',"
    " CAST(:now AS timestamptz) FROM <rows>"
    " ON CONFLICT (first_id, second_id) DO UPDATE SET score = excluded.score, reasons = excluded.reasons,"
    " state = 'open' WHERE d.state IN ('open', 'dropped')"
    " AND (d.state, d.score, d.reasons) IS DISTINCT FROM ('open', excluded.score, excluded.reasons)",
    duplicate_id="uuid",
    first_id="uuid",
    second_id="uuid",
    score="integer",
    reasons="text",
)
_DROP = statement(
    "UPDATE duplicate d SET state = 'dropped' WHERE d.state = 'open'"
    " AND (d.first_id = ANY(CAST(:seen AS uuid[])) OR d.second_id = ANY(CAST(:seen AS uuid[])))"
    " AND NOT EXISTS (SELECT FROM <rows> WHERE r.first_id = d.first_id AND r.second_id = d.second_id)",
    first_id="uuid",
    second_id="uuid",
)
_FIELDS = (
    "d.duplicate_id, d.first_id, d.second_id, a.household_id AS first_household, b.household_id AS second_household,"
    " h1.governorate, h1.district, h2.governorate AS other_governorate, h2.district AS other_district, d.score,"
    " d.reasons, d.state, d.kept, d.found_at"
)
_FROM = (
    " FROM duplicate d JOIN citizen a ON a.citizen_id = d.first_id JOIN citizen b ON b.citizen_id = d.second_id"
    " LEFT JOIN household h1 ON h1.household_id = a.household_id"
    " LEFT JOIN household h2 ON h2.household_id = b.household_id"
)
# Both must be the caller's: whoever is bound to a governorate learns nothing of another's citizens.
_PAGE = BoundedStatement(
    f"SELECT {_FIELDS} {_FROM} WHERE <bound> AND d.state = :state"
    " AND (CAST(:governorate AS text) IS NULL OR h1.governorate = :governorate)"
    " AND d.duplicate_id > :after ORDER BY d.duplicate_id LIMIT :limit",
    governorate="CASE WHEN h1.governorate = h2.governorate THEN h1.governorate END",
    district="CASE WHEN h1.district = h2.district THEN h1.district END",
)
_OPEN_OF = BoundedStatement(
    with_rows(
        f"SELECT r.citizen_id, d.duplicate_id {_FROM}"
        " JOIN <rows> ON r.citizen_id IN (d.first_id, d.second_id)"
        " WHERE <bound> AND d.state = 'open'"
        " AND (d.first_id = ANY(CAST(:citizen_id AS uuid[])) OR d.second_id = ANY(CAST(:citizen_id AS uuid[])))"
        " ORDER BY d.duplicate_id",
        citizen_id="uuid",
    ),
    governorate="CASE WHEN h1.governorate = h2.governorate THEN h1.governorate END",
    district="CASE WHEN h1.district = h2.district THEN h1.district END",
)
_FIND = text(f"SELECT {_FIELDS} {_FROM} WHERE d.duplicate_id = :duplicate_id")
_LOCK = text("SELECT FROM duplicate WHERE duplicate_id = :duplicate_id FOR UPDATE")
_DECIDE = text(
    "UPDATE duplicate SET state = :state, kept = :kept, decided_by = :decided_by, decided_at = :now,"
    " decision_reason = :reason WHERE duplicate_id = :duplicate_id"
)


class Waiting(NamedTuple):
    """A citizen whose likeness to others is to be looked at; `posted` is the place in the order of commits."""

    posted: str
    citizen_id: UUID


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Two citizens who may be one person, as kept, with where each belongs now."""

    duplicate_id: UUID
    first_id: UUID
    second_id: UUID
    first_household: UUID | None
    second_household: UUID | None
    governorate: str | None
    district: str | None
    other_governorate: str | None
    other_district: str | None
    score: int
    reasons: list[str]
    state: str
    kept: UUID | None
    found_at: datetime

    @property
    def areas(self) -> tuple[Area, Area]:
        """Where each of the two lives."""
        return Area(self.governorate, self.district), Area(self.other_governorate, self.other_district)

    @property
    def settled(self) -> bool:
        """Whether the one who is not kept has left."""
        others = {self.first_id: self.second_household, self.second_id: self.first_household}
        return self.kept is not None and others[self.kept] is None


async def cursor(session: AsyncSession) -> Waiting | None:
    """Where the job has come to, its row locked; None where another process has it."""
    row = (await session.execute(_CURSOR)).one_or_none()
    return Waiting(*row) if row else None


async def advance(session: AsyncSession, to: Waiting) -> None:
    """Say that the job has come so far."""
    await session.execute(_ADVANCE, to._asdict())


async def waiting(session: AsyncSession, after: Waiting, limit: int) -> list[Waiting]:
    """The next citizens who are new or have changed; none while names or a file are being worked on."""
    return [Waiting(*row) for row in await session.execute(_NEXT, {**after._asdict(), "limit": limit})]


async def people(session: AsyncSession, ids: Iterable[UUID]) -> list[PersonKept]:
    """What is compared of living members of households."""
    return [PersonKept(*row) for row in await session.execute(_PEOPLE, {"ids": list(ids)})]


async def born(session: AsyncSession, rows: Sequence[tuple[UUID, int, int, int]]) -> list[Pair]:
    """Citizens and others of a day of birth and a given name, by tokens: citizen, born, given, the bits of both."""
    return await _pairs(session, _BORN, ("citizen_id", "born", "given", "bits"), rows, {})


async def rare(session: AsyncSession, rows: Sequence[tuple[UUID, int, int]], most: int) -> list[Pair]:
    """Citizens and others who share a rare word and the given name: citizen, the word's token, the bits of both."""
    return await _pairs(session, _RARE, ("citizen_id", "rare", "bits"), rows, {"most": most})


async def reached(session: AsyncSession, rows: Sequence[tuple[UUID, bytes]], most: int) -> list[Pair]:
    """Citizens and others who gave the same mobile."""
    return await _pairs(session, _REACHED, ("citizen_id", "mobile"), rows, {"most": most})


async def numbered(session: AsyncSession, rows: Sequence[tuple[UUID, bytes]]) -> list[Pair]:
    """Citizens and others whose national ids are among those that slips would make of theirs, by keyed hash."""
    return await _pairs(session, _NUMBERED, ("citizen_id", "number"), rows, {})


async def _pairs(
    session: AsyncSession,
    asked: Any,
    names: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
    given: Mapping[str, object],
) -> list[Pair]:
    if not rows:
        return []
    columns = {name: [row[n] for row in rows] for n, name in enumerate(names)}
    return [(row[0], row[1]) for row in await session.execute(asked, {**columns, **given})]


async def keep(
    session: AsyncSession, found: Mapping[Pair, tuple[int, list[str]]], seen: Iterable[UUID], now: datetime
) -> None:
    """Keep likely duplicates, the smaller id first; drop open ones of whom was `seen` and is alike no more."""
    pairs = sorted(found)
    ids = {"first_id": [pair[0] for pair in pairs], "second_id": [pair[1] for pair in pairs]}
    await session.execute(_DROP, {**ids, "seen": list(seen)})
    if pairs:
        marks = {"score": [found[pair][0] for pair in pairs], "reasons": [",".join(found[pair][1]) for pair in pairs]}
        await session.execute(_KEEP, {"duplicate_id": [new_id() for _ in pairs], **ids, **marks, "now": now})


async def page(
    session: AsyncSession, bound: Bound, state: str, governorate: str | None, asked: Paging[UUID]
) -> list[Duplicate]:
    """Likely duplicates both of whom are the caller's."""
    given = {"state": state, "governorate": governorate, **asked.bounds}
    rows = await session.execute(*_PAGE.within(bound, given))
    return [record(Duplicate, row) for row in rows]


async def open_of(session: AsyncSession, bound: Bound, citizens: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """The open ones of these citizens, both of whom are the caller's, by citizen."""
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for row in await session.execute(*_OPEN_OF.within(bound, {"citizen_id": list(citizens)})):
        found[row.citizen_id].append(row.duplicate_id)
    return found


async def find(session: AsyncSession, duplicate_id: UUID, *, lock: bool = False) -> Duplicate | None:
    """A likely duplicate, its row locked against another decision if asked."""
    if lock:
        await session.execute(_LOCK, {"duplicate_id": duplicate_id})
    row = (await session.execute(_FIND, {"duplicate_id": duplicate_id})).one_or_none()
    return record(Duplicate, row) if row else None


async def decide(
    session: AsyncSession,
    duplicate_id: UUID,
    state: str,
    kept: UUID | None,
    decided_by: str,
    reason: str,
    now: datetime,
) -> None:
    """Keep what a person has decided."""
    values = {"duplicate_id": duplicate_id, "state": state, "kept": kept, "decided_by": decided_by}
    await session.execute(_DECIDE, values | {"reason": reason, "now": now})

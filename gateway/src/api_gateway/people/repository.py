"""Every SQL statement of persons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from api_gateway.database import record
from api_gateway.people.models import Person, Status
from chassis.area import Bound, BoundedStatement
from chassis.paging import Paging

_PERSON = (
    "SELECT person_id, sign_in_name, national_id_sealed, marked_with, national_id_mark, full_name_sealed, authority_id,"
    " area, status, status_reason, status_at, status_by, valid_until, invited_at, invited_by, mobile_sealed FROM person"
)
_FIND = text(f"{_PERSON} WHERE person_id = :person_id")
_LOCK = text(f"{_PERSON} WHERE person_id = :person_id FOR UPDATE")
_BY_NAME = text(f"{_PERSON} WHERE sign_in_name = :sign_in_name")
_BY_MARK = text(f"{_PERSON} WHERE national_id_mark = ANY(CAST(:marks AS bytea[]))")
_ADD = text(
    "INSERT INTO person (person_id, sign_in_name, national_id_sealed, marked_with, national_id_mark, full_name_sealed,"
    " authority_id, area, status, status_reason, status_at, status_by, valid_until, invited_at, invited_by,"
    " mobile_sealed)"
    " VALUES (:person_id, :sign_in_name, :national_id_sealed, :marked_with, :national_id_mark, :full_name_sealed,"
    " :authority_id, :area, :status, :status_reason, :status_at, :status_by, :valid_until, :invited_at, :invited_by,"
    " :mobile_sealed)"
    " ON CONFLICT DO NOTHING RETURNING true"
)
_SET_STATUS = text(
    "UPDATE person SET status = :status, status_reason = :reason, status_at = :at, status_by = :by"
    " WHERE person_id = :person_id"
)
_MOVE = text(
    "UPDATE person SET authority_id = :authority_id, area = :area, valid_until = :valid_until,"
    " mobile_sealed = :mobile_sealed WHERE person_id = :person_id"
)
_SOUGHT = (
    "authority_id = ANY(CAST(:under AS text[])) AND (CAST(:status AS text) IS NULL OR status = :status)"
    " AND (CAST(:authority_id AS text) IS NULL OR authority_id = :authority_id)"
    " AND (CAST(:area AS text) IS NULL OR area = :area OR starts_with(area, CAST(:area AS text) || '.'))"
    " AND (CAST(:people AS uuid[]) IS NULL OR person_id = ANY(CAST(:people AS uuid[])))"
    " AND (CAST(:role AS text) IS NULL OR EXISTS (SELECT FROM role_grant g WHERE g.person_id = person.person_id"
    " AND g.role = :role AND g.state = 'granted' AND g.valid_to > :now))"
    " AND <bound>"
)
_BOUND = {"governorate": "NULLIF(split_part(area, '.', 1), '*')", "district": "area"}
_LIST = BoundedStatement(
    f"{_PERSON} WHERE person_id > :after AND {_SOUGHT} ORDER BY person_id LIMIT :limit",
    **_BOUND,
)
_COUNT = BoundedStatement(f"SELECT count(*) FROM person WHERE {_SOUGHT}", **_BOUND)  # noqa: S608 - own text
_PAST = text(
    f"{_PERSON} WHERE status IN ('invited', 'active') AND valid_until < CAST(:today AS date) ORDER BY person_id"
    " LIMIT :limit FOR UPDATE SKIP LOCKED"
)
_TO_MARK = text(
    "SELECT person_id, national_id_sealed, full_name_sealed, mobile_sealed FROM person WHERE marked_with <> :current"
    " ORDER BY person_id LIMIT :limit FOR UPDATE SKIP LOCKED"
)
_MARK = text(
    "UPDATE person SET marked_with = :marked_with, national_id_mark = :mark, national_id_sealed = :national_id_sealed,"
    " full_name_sealed = :full_name_sealed, mobile_sealed = :mobile_sealed WHERE person_id = :person_id"
)
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('unicard.people.' || current_schema(), 0))")
_ADMINISTRATORS = text(
    "SELECT count(DISTINCT p.person_id) FROM person p JOIN role_grant g USING (person_id)"
    " JOIN authority a ON a.authority_id = g.authority_id WHERE p.status = 'active' AND a.parent IS NULL"
    " AND g.role = 'administrator' AND g.area = '*' AND g.state = 'granted' AND g.valid_from <= :now"
    " AND g.valid_to > :now AND (p.valid_until IS NULL OR p.valid_until >= CAST(:today AS date))"
)
_ANYBODY = text("SELECT EXISTS (SELECT FROM person)")


def _person(row: Row[tuple[object, ...]]) -> Person:
    return record(Person, row, status=Status(row.status))


async def alone(session: AsyncSession) -> None:
    """Let nobody else enter people before this transaction ends: a mark is looked for under every key of the ring."""
    await session.execute(_ALONE)


async def find(session: AsyncSession, person_id: UUID) -> Person | None:
    """A person."""
    row = (await session.execute(_FIND, {"person_id": person_id})).one_or_none()
    return _person(row) if row else None


async def lock(session: AsyncSession, person_id: UUID) -> Person | None:
    """A person whom nobody else changes before this transaction ends."""
    row = (await session.execute(_LOCK, {"person_id": person_id})).one_or_none()
    return _person(row) if row else None


async def by_name(session: AsyncSession, sign_in_name: str) -> Person | None:
    """The person of a name to sign in with."""
    row = (await session.execute(_BY_NAME, {"sign_in_name": sign_in_name})).one_or_none()
    return _person(row) if row else None


async def by_marks(session: AsyncSession, marks: Sequence[bytes]) -> Person | None:
    """The person of a national id, by its marks."""
    row = (await session.execute(_BY_MARK, {"marks": list(marks)})).one_or_none()
    return _person(row) if row else None


async def page(session: AsyncSession, bound: Bound, page: Paging[UUID], sought: dict[str, object]) -> list[Person]:
    """The people sought whom the caller may see; `sought`: as `Sought.bound` gives it."""
    return [_person(row) for row in await session.execute(*_LIST.within(bound, sought | page.bounds))]


async def those(session: AsyncSession, bound: Bound, sought: dict[str, object], most: int) -> list[Person]:
    """The first of the people sought whom the caller may see."""
    wanted = {**sought, "after": UUID(int=0), "limit": most}
    return [_person(row) for row in await session.execute(*_LIST.within(bound, wanted))]


async def count(session: AsyncSession, bound: Bound, sought: dict[str, object]) -> int:
    """How many they are in all pages."""
    return int((await session.execute(*_COUNT.within(bound, sought))).scalar_one())


async def add(session: AsyncSession, person: Person) -> bool:
    """Write a new person; False where the mark or the name to sign in with is another's."""
    return (await session.execute(_ADD, vars(person))).scalar_one_or_none() is not None


async def set_status(
    session: AsyncSession, person_id: UUID, status: Status, *, reason: str, by: str, at: datetime
) -> None:
    """Say how a person stands from now on, why and by whom."""
    values = {"person_id": person_id, "status": status, "reason": reason, "by": by, "at": at}
    await session.execute(_SET_STATUS, values)


async def move(session: AsyncSession, person: Person) -> None:
    """Write where a person belongs, and until when."""
    await session.execute(_MOVE, vars(person))


async def past_their_day(session: AsyncSession, today: date, limit: int) -> list[Person]:
    """Some of the people whose last day is over, locked."""
    return [_person(row) for row in await session.execute(_PAST, {"today": today, "limit": limit})]


async def marked_otherwise(
    session: AsyncSession, current: str, limit: int
) -> list[tuple[UUID, bytes, bytes, bytes | None]]:
    """Some of the people marked with another key than the current one, locked: id, sealed number, name and mobile."""
    rows = await session.execute(_TO_MARK, {"current": current, "limit": limit})
    return [(row.person_id, row.national_id_sealed, row.full_name_sealed, row.mobile_sealed) for row in rows]


async def set_mark(session: AsyncSession, values: dict[str, object]) -> None:
    """Write a person's mark and seals anew."""
    await session.execute(_MARK, values)


async def administrators(session: AsyncSession, now: datetime, today: date) -> int:
    """How many people may give others rights in the whole nation."""
    return int((await session.execute(_ADMINISTRATORS, {"now": now, "today": today})).scalar_one())


async def anybody(session: AsyncSession) -> bool:
    """Whether there is anybody yet."""
    return bool((await session.execute(_ANYBODY)).scalar_one())

"""Every SQL statement about who belongs to a household on which days."""

# ruff: noqa: S608 - nothing but this module's own words is put into a statement

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.row_arrays import statement
from health_service.rules.membership import ALWAYS, as_text, stays

HEAD = "head"

# A member of the day `:day`, alive: of `m` (member) and `p` (citizen).
_ON = "(m.stays IS NULL OR m.stays @> CAST(:day AS date)) AND (p.died_on IS NULL OR p.died_on > CAST(:day AS date))"
_REGISTERED = statement(
    "INSERT INTO member AS m (household_id, citizen_id, is_head)"
    " SELECT DISTINCT ON (household_id, citizen_id) household_id, citizen_id, is_head FROM <numbered rows>"
    " ORDER BY household_id, citizen_id, n DESC ON CONFLICT (household_id, citizen_id) DO UPDATE"
    " SET is_head = excluded.is_head WHERE m.listed IS NULL",
    household_id="uuid",
    citizen_id="uuid",
    is_head="bool",
)
_LISTED = statement(
    "INSERT INTO member AS m (household_id, citizen_id, is_head, role, listed, listed_since, uninsured)"
    " SELECT DISTINCT ON (household_id, citizen_id) household_id, citizen_id, is_head, role, true, since,"
    " CAST(uninsured AS datemultirange)"
    " FROM <rows> ORDER BY household_id, citizen_id ON CONFLICT (household_id, citizen_id) DO UPDATE"
    " SET is_head = excluded.is_head, role = coalesce(excluded.role, m.role), listed = true,"
    " listed_since = coalesce(excluded.listed_since, m.listed_since), uninsured = excluded.uninsured",
    household_id="uuid",
    citizen_id="uuid",
    is_head="bool",
    role="text",
    since="date",
    uninsured="text",
)
_UNLIST = statement(
    "UPDATE member m SET listed = false, is_head = false WHERE m.household_id = ANY(CAST(:households AS uuid[]))"
    " AND m.listed IS DISTINCT FROM false AND NOT EXISTS (SELECT FROM <rows> WHERE r.household_id = m.household_id"
    " AND r.citizen_id = m.citizen_id)",
    household_id="uuid",
    citizen_id="uuid",
)
_TOLD = """
    INSERT INTO member AS m (household_id, citizen_id, {column})
    SELECT household_id, citizen_id, array_agg(DISTINCT day) FROM <rows> GROUP BY household_id, citizen_id
    ORDER BY household_id, citizen_id ON CONFLICT (household_id, citizen_id) DO UPDATE SET {column} =
        ARRAY(SELECT DISTINCT d FROM unnest(m.{column} || excluded.{column}) AS d ORDER BY d)
"""
_COLUMNS = {"household_id": "uuid", "citizen_id": "uuid", "day": "date"}
_JOINED = statement(_TOLD.format(column="joined"), **_COLUMNS)
_LEFT = statement(_TOLD.format(column="left_on"), **_COLUMNS)
# A list that came before leaves out whoever is first heard of behind it.
_NOT_LISTED = text(
    "UPDATE member m SET listed = false FROM household h WHERE h.household_id = m.household_id"
    " AND h.listed_revision > 0 AND m.listed IS NULL AND m.household_id = ANY(CAST(:households AS uuid[]))"
)
# Of nobody else anything but `always` follows.
_FACTS = text(
    "SELECT household_id, citizen_id, joined, left_on, listed, listed_since FROM member"
    " WHERE household_id = ANY(CAST(:households AS uuid[]))"
    " AND (joined <> '{}' OR left_on <> '{}' OR listed = false OR stays IS NOT NULL)"
    " ORDER BY household_id, citizen_id FOR UPDATE"
)
_SET_STAYS = statement(
    "UPDATE member m SET stays = CAST(r.stays AS datemultirange) FROM <rows> WHERE m.household_id = r.household_id"
    " AND m.citizen_id = r.citizen_id AND m.stays IS DISTINCT FROM CAST(r.stays AS datemultirange)",
    household_id="uuid",
    citizen_id="uuid",
    stays="text",
)
_PUT_PEOPLE = statement(
    "INSERT INTO citizen AS p (citizen_id, household_id, is_head, birth_year)"
    " SELECT DISTINCT ON (citizen_id) citizen_id, household_id, is_head, birth_year FROM <numbered rows>"
    " ORDER BY citizen_id, n DESC ON CONFLICT (citizen_id) DO UPDATE SET household_id = excluded.household_id,"
    " is_head = excluded.is_head, birth_year = excluded.birth_year",
    citizen_id="uuid",
    household_id="uuid",
    is_head="bool",
    birth_year="smallint",
)
# Of one of whom nothing but the death was heard the year of birth is not known yet (NULL).
_BORN = statement(
    "INSERT INTO citizen AS p (citizen_id, household_id, is_head, birth_year)"
    " SELECT DISTINCT ON (citizen_id) citizen_id, household_id, is_head, birth_year FROM <rows> ORDER BY citizen_id"
    " ON CONFLICT (citizen_id) DO UPDATE SET household_id = excluded.household_id, is_head = excluded.is_head,"
    " birth_year = coalesce(excluded.birth_year, p.birth_year)",
    citizen_id="uuid",
    household_id="uuid",
    is_head="bool",
    birth_year="smallint",
)
_DIED = statement(
    "INSERT INTO citizen AS p (citizen_id, household_id, is_head, birth_year, died_on)"
    " SELECT DISTINCT ON (citizen_id) citizen_id, household_id, false, NULL, day FROM <rows>"
    " ORDER BY citizen_id, day ON CONFLICT (citizen_id) DO UPDATE"
    " SET died_on = least(p.died_on, excluded.died_on)",
    citizen_id="uuid",
    household_id="uuid",
    day="date",
)
_MEMBERS = text(
    "SELECT m.citizen_id, m.is_head, m.role, p.birth_year,"
    " m.uninsured IS NULL OR NOT m.uninsured @> CAST(:day AS date) AS insured"
    " FROM member m JOIN citizen p USING (citizen_id)"
    f" WHERE m.household_id = :household_id AND {_ON} ORDER BY m.is_head DESC, m.citizen_id"
)
_DEAD = text("SELECT died_on <= CAST(:day AS date) FROM citizen WHERE citizen_id = :citizen_id")
_KNOWN = text("SELECT EXISTS (SELECT FROM member WHERE household_id = :household_id AND citizen_id = :citizen_id)")
_HOUSEHOLD_OF = text(
    "SELECT m.household_id FROM member m JOIN citizen p USING (citizen_id)"
    f" WHERE m.citizen_id = :citizen_id AND {_ON} ORDER BY m.listed DESC NULLS LAST, m.household_id LIMIT 1"
)

Columns = Mapping[str, Sequence[object]]


async def registered(session: AsyncSession, columns: Columns) -> None:
    """Know people as members of the households they were entered with, until their household's list is here."""
    await session.execute(_PUT_PEOPLE, dict(columns))
    await session.execute(_REGISTERED, {name: columns[name] for name in ("household_id", "citizen_id", "is_head")})
    await work_out(session, columns["household_id"])


async def put_people(session: AsyncSession, columns: Columns) -> None:
    """Know people: household, head or not, year of birth."""
    await session.execute(_PUT_PEOPLE, dict(columns))


async def put_lists(session: AsyncSession, households: Sequence[UUID], columns: Columns) -> None:
    """Whole lists of households' members: whoever is not in one is no member any more."""
    born = ("citizen_id", "household_id", "is_head", "birth_year")
    await session.execute(_BORN, {name: columns[name] for name in born})
    listed = ("household_id", "citizen_id", "is_head", "role", "since", "uninsured")
    await session.execute(_LISTED, {name: columns[name] for name in listed})
    ids = {name: columns[name] for name in ("household_id", "citizen_id")}
    await session.execute(_UNLIST, {"households": list(households), **ids})
    await work_out(session, households)


async def joined(session: AsyncSession, columns: Columns) -> None:
    """Days on which people joined households: `household_id`, `citizen_id`, `day`."""
    await session.execute(_JOINED, dict(columns))
    await work_out(session, columns["household_id"])


async def left(session: AsyncSession, columns: Columns) -> None:
    """Days on which people left households: `household_id`, `citizen_id`, `day`."""
    await session.execute(_LEFT, dict(columns))
    await work_out(session, columns["household_id"])


async def dies(session: AsyncSession, columns: Columns) -> None:
    """Days on which people died: `household_id`, `citizen_id`, `day`. The earliest told holds."""
    await session.execute(_DIED, dict(columns))


async def died(session: AsyncSession, columns: Columns) -> None:
    """The same, of people who belonged to these households until then."""
    await dies(session, columns)
    await left(session, columns)


async def work_out(session: AsyncSession, households: Sequence[object]) -> None:
    """Work out anew on which days the people of households are members."""
    await session.execute(_NOT_LISTED, {"households": list(households)})
    rows = (await session.execute(_FACTS, {"households": list(households)})).mappings().all()
    if rows:
        worked = [stays(row["joined"], row["left_on"], row["listed"], row["listed_since"]) for row in rows]
        found = [None if one == ALWAYS else as_text(one) for one in worked]
        ids = {name: [row[name] for row in rows] for name in ("household_id", "citizen_id")}
        await session.execute(_SET_STAYS, {**ids, "stays": found})


async def on(session: AsyncSession, household_id: UUID, day: date) -> Sequence[RowMapping]:
    """The members of a household on a day who were alive then, its head first."""
    return (await session.execute(_MEMBERS, {"household_id": household_id, "day": day})).mappings().all()


async def known(session: AsyncSession, household_id: UUID, citizen_id: UUID) -> bool:
    """Whether anything was told of a person in a household."""
    return bool((await session.execute(_KNOWN, {"household_id": household_id, "citizen_id": citizen_id})).scalar_one())


async def dead(session: AsyncSession, citizen_id: UUID, day: date) -> bool:
    """Whether a person was dead on a day."""
    parameters = {"citizen_id": citizen_id, "day": day}
    return bool((await session.execute(_DEAD, parameters)).scalar_one_or_none())


async def household_of(session: AsyncSession, citizen_id: UUID, day: date) -> UUID | None:
    """The household a person belongs to on a day, None where to none or dead."""
    found: UUID | None = (
        await session.execute(_HOUSEHOLD_OF, {"citizen_id": citizen_id, "day": day})
    ).scalar_one_or_none()
    return found

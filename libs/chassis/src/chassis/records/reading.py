"""Reading the record: what was recorded about a person, the newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from chassis.connections import SqlConnection
from chassis.personal import Personal
from chassis.records.rows import LIST, Record

_PART = "SELECT * FROM record WHERE {whose} AND record_id < $4 AND ($6 OR classes <> 'accesses')"
_NEWEST = "ORDER BY record_id DESC LIMIT $5"
_PARTS = (
    "citizen_id = $1",
    "card_id = ANY($2::uuid[]) AND citizen_id IS NULL",
    # of a household's members each sees what was shown of the household as such
    "household_id = ANY($3::uuid[])"
    " AND (CASE WHEN citizen_id IS NULL THEN card_id IS NULL OR card_id <> ALL($2::uuid[])"
    f" ELSE citizen_id <> $1 AND '{Personal.HOUSEHOLD.value}' = ANY(string_to_array(classes, ' ')) END)",
)
_FIND: Final = (
    f"SELECT {LIST} FROM ("  # noqa: S608 - its own columns
    + " UNION ALL ".join(f"({_PART.format(whose=whose)} {_NEWEST})" for whose in _PARTS)
    + f") r {_NEWEST}"
)


@dataclass(frozen=True)
class About:
    """A person as services know one: by id, cards and households."""

    citizen_id: UUID
    card_ids: tuple[UUID, ...] = ()
    household_ids: tuple[UUID, ...] = ()


async def find(
    connection: SqlConnection, about: About, before: UUID, limit: int, *, accesses: bool = False
) -> list[Record]:
    """Records about a person with ids lower than `before`, the newest first.

    `accesses`: those among them that somebody has looked at this very list.
    """
    parameters = (about.citizen_id, list(about.card_ids), list(about.household_ids), before, limit, accesses)
    return [Record(*row) for row in await connection.fetch(_FIND, *parameters)]

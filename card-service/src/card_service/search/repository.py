"""Every SQL statement of searches and of the tokens of names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.dependencies import TokenRow
from chassis.area import Bound, BoundedStatement
from chassis.db import raw
from chassis.row_arrays import statement, with_rows

# Each token is counted as far as it matters: the cost does not grow with how common a name is.
_HITS = statement(
    "SELECT r.asked, (SELECT count(*) FROM (SELECT FROM name_token t WHERE t.token = r.asked LIMIT :most) n)"
    " FROM <rows>",
    asked="bigint",
)
_FOUND = BoundedStatement(
    with_rows(
        """
    WITH hit AS MATERIALIZED (
        SELECT t.citizen_id FROM name_token t
        WHERE t.token = :rarest AND t.mask & :mask = :mask AND t.citizen_id > :after AND NOT EXISTS (
            SELECT FROM <rows>
            WHERE NOT EXISTS (SELECT FROM name_token x WHERE x.token = r.other AND x.citizen_id = t.citizen_id)
        )
        ORDER BY t.citizen_id
    )
    SELECT hit.citizen_id FROM hit JOIN citizen c USING (citizen_id) JOIN household h USING (household_id)
    WHERE h.governorate = :governorate AND <bound> ORDER BY hit.citizen_id LIMIT :limit
    """,
        other="bigint",
    ),
    governorate="h.governorate",
    district="h.district",
)
_BY_CARD = text("SELECT citizen_id FROM card WHERE number_hash = :hash")
_WAITING = text("SELECT id, citizen_id FROM name_pending ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED")
_DONE = text("DELETE FROM name_pending WHERE id = ANY(CAST(:ids AS bigint[]))")
_FORGET = text("DELETE FROM name_token WHERE citizen_id = ANY(CAST(:citizens AS uuid[]))")
_COLUMNS = ("token", "citizen_id", "mask")
_KEEP = text("SELECT set_config('card.names', 'kept', true)")


async def hits(session: AsyncSession, tokens: Sequence[int], most: int) -> dict[int, int]:
    """How many citizens have each token, counted up to `most`."""
    rows = await session.execute(_HITS, {"asked": list(tokens), "most": most})
    return {row[0]: row[1] for row in rows}


async def found(session: AsyncSession, bound: Bound, asked: Mapping[str, object]) -> list[UUID]:
    """The citizens of a governorate who have all tokens and are the caller's, by their ids.

    `asked`: `rarest` of the tokens and each `other`, the `mask` of all, `governorate`, `after`, `limit`.
    """
    return list((await session.execute(*_FOUND.within(bound, asked))).scalars())


async def holder(session: AsyncSession, number_hash: bytes) -> UUID | None:
    """Whose a card is, by the fingerprint of its number."""
    return (await session.execute(_BY_CARD, {"hash": number_hash})).scalar_one_or_none()


async def waiting(session: AsyncSession, limit: int) -> list[tuple[int, UUID]]:
    """The oldest entries of citizens whose names are to be looked at, locked."""
    return [(row.id, row.citizen_id) for row in await session.execute(_WAITING, {"limit": limit})]


async def done(session: AsyncSession, entries: Sequence[int]) -> None:
    """Take entries out."""
    await session.execute(_DONE, {"ids": list(entries)})


async def add(session: AsyncSession, rows: Iterable[TokenRow]) -> None:
    """Write the tokens of citizens who are entered in this transaction, so that the database lets none of them wait.

    From here to the end of the transaction, whoever enters a citizen gives the tokens too.
    """
    await session.execute(_KEEP)
    ordered = sorted(rows, key=itemgetter(0))  # neighbours in the index
    await (await raw(session)).copy_records_to_table("name_token", columns=_COLUMNS, records=ordered)


async def replace(session: AsyncSession, citizens: Sequence[UUID], rows: Sequence[TokenRow]) -> None:
    """Give citizens these tokens (token, citizen, mask) instead of those they had."""
    await session.execute(_FORGET, {"citizens": list(citizens)})
    await (await raw(session)).copy_records_to_table("name_token", columns=_COLUMNS, records=rows)

"""Erasure where the law allows (Law 151 of 2020, article 2): a service erases what it need not keep of a person.

What goes and what stays is said by table (`chassis.records.held`). The key of the person's sealed old and new values
is destroyed: the chain of the record covers the sealed bytes and stays whole.
"""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.connections import SqlConnection
from chassis.db import raw
from chassis.records.held import Held, HeldIn, count_of, ids_of
from chassis.records.keys import PersonKeys
from chassis.records.reading import About
from contracts.privacy import ErasedData, ErasureDecided, KeptData

_BEFORE = text("SELECT outcome FROM erased_person WHERE erasure_id = :erasure_id")
_KEEP = text(
    "INSERT INTO erased_person (erasure_id, citizen_id, erased_at, outcome)"
    " VALUES (:erasure_id, :citizen_id, :erased_at, :outcome)"
)


class Outcome(BaseModel):
    """What a service has erased of a person, what it keeps by which law, how many keys it has destroyed."""

    erased: list[ErasedData]
    kept: list[KeptData]
    keys: int


async def carry_out(session: AsyncSession, keys: PersonKeys, held: Held, told: ErasureDecided) -> Outcome:
    """Erase in the session's transaction; a decision that was carried out before is answered as it was then."""
    known = (await session.execute(_BEFORE, {"erasure_id": told.erasure_id})).scalar_one_or_none()
    if known is not None:
        return Outcome.model_validate_json(known)
    connection = await raw(session)
    households = (told.household_id,) if told.household_id else ()
    about = About(told.citizen_id, tuple(told.card_ids), households)
    counted = {table: await connection.fetchval(count_of(table, one), *ids_of(about)) for table, one in held.items()}
    outcome = Outcome(erased=[], kept=[], keys=int(await keys.destroy(connection, told.citizen_id)))
    for table, one in held.items():
        await _table(connection, table, one, told.citizen_id, counted[table], outcome)
    values = {"erasure_id": told.erasure_id, "citizen_id": told.citizen_id, "erased_at": told.decided_at}
    await session.execute(_KEEP, {**values, "outcome": outcome.model_dump_json()})
    return outcome


async def _table(
    connection: SqlConnection, table: str, one: HeldIn, citizen_id: UUID, rows: int, outcome: Outcome
) -> None:
    """Erase what a table holds and need not keep, and note in the outcome what of it went and what stays."""
    stays = set(one.classes)
    for erasing in one.erases:
        changed = [int((await connection.execute(sql, citizen_id)).split()[-1]) for sql in erasing.statements]
        if any(changed):
            stays -= set() if erasing.partly else set(erasing.classes)
            classes = [str(name) for name in erasing.classes]
            outcome.erased.append(ErasedData(table=table, classes=classes, rows=max(changed)))
    if rows and stays:
        classes = [str(name) for name in one.classes if name in stays]
        outcome.kept.append(KeptData(table=table, classes=classes, rows=rows, basis=one.basis))

"""Noting who is in a file: a record of processing for each row, before the file's owner may fetch it.

Chunk by chunk, each record in the transaction that forgets that it was still to be made: none is lost, none made twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.context import Runtime
from card_service.exports import repository, rows
from card_service.exports.rows import Shown
from card_service.sealing import EXPORT_SHOWN
from chassis.db import raw
from chassis.ids import new_id
from chassis.personal import Personal
from chassis.principal import Principal
from chassis.records.rows import DONE, READ, Record, append
from chassis.records.said import Said

OPERATION: Final = "POST /v1/register-exports"
_KIND: Final = "register-exports"
_CLASSES: Final = " ".join(sorted((Personal.IDENTITY, Personal.CONTACT, Personal.HOUSEHOLD, Personal.CARD)))
_OF_HOUSEHOLD: Final = " ".join(sorted((Personal.CONTACT, Personal.HOUSEHOLD)))


def acting(caller: Principal, purpose: str, said: Said) -> dict[str, str | None]:
    """Who orders a file and what for, as the record will name them."""
    actor = caller.actor
    return {
        "who": actor.who,
        "kind": caller.kind.value,
        "through": actor.through,
        "session": actor.session,
        "office": actor.office,
        "roles": " ".join(caller.roles),
        "purpose": purpose,
        "case_number": said.case_number,
    }


async def note(runtime: Runtime, export_id: UUID) -> None:
    """Note all whom a written file shows, and let it be fetched."""
    async with runtime.sessions() as session:
        one = await repository.find(session, export_id)
    if one is None or one.status != "noting":
        return
    while await _note_chunk(runtime, export_id, one.acting):
        pass
    async with runtime.sessions() as session, session.begin():
        await repository.finish(session, export_id)


async def _note_chunk(runtime: Runtime, export_id: UUID, by: Mapping[str, str | None]) -> bool:
    async with runtime.sessions() as session, session.begin():
        found = await repository.next_shown(session, export_id)
        if found is None:
            return False
        number, sealed = found
        shown = rows.unpacked(runtime.state.dependencies.vault.open(export_id, sealed, EXPORT_SHOWN))
        await _append(session, [_record(export_id, by, one) for one in shown])
        await repository.noted(session, export_id, number, len(shown))
    return True


async def _append(session: AsyncSession, records: list[Record]) -> None:
    await append(await raw(session), records)


def _record(export_id: UUID, by: Mapping[str, str | None], shown: Shown) -> Record:
    return Record(
        record_id=new_id(),
        # allow: wall-clock the record of processing is kept by the machine's clock, as all of it is
        at=datetime.now(UTC),
        who=by["who"] or "",
        kind=by["kind"] or "",
        through=by["through"],
        session=by["session"],
        office=by["office"],
        roles=by["roles"] or "",
        purpose=by["purpose"],
        case_number=by["case_number"],
        request_id=export_id,
        operation=OPERATION,
        action=READ,
        outcome=DONE,
        classes=_CLASSES if shown.citizen_id else _OF_HOUSEHOLD,
        object_kind=_KIND,
        object_id=str(export_id),
        citizen_id=shown.citizen_id,
        household_id=shown.household_id,
        card_id=shown.card_id,
    )

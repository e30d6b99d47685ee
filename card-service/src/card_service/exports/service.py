"""Use cases of exports: ordered, looked at and fetched by their owner alone."""

from __future__ import annotations

import asyncio
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.dependencies import Dependencies
from card_service.exports import noting, repository
from card_service.exports.errors import (
    ExportNotReady,
    ExportPartUnknown,
    ExportTooLarge,
    ExportUnknown,
    TooManyExports,
)
from card_service.exports.models import MOST_ROWS, OPEN_AT_ONCE, Export
from card_service.exports.schemas import ExportIn
from card_service.listings import repository as lists
from card_service.sealing import EXPORT
from chassis.area import Area
from chassis.ids import new_id
from chassis.paging import Paging
from chassis.principal import Principal
from chassis.records.said import Said
from chassis.security import looked_up

_ALARMED: Final = 100_000


async def order(session: AsyncSession, caller: Principal, given: ExportIn, said: Said) -> Export:
    """Order a file of a list of the caller's. Raises OutsideBound, ExportTooLarge or TooManyExports."""
    bound = caller.bound
    # allow: bound-compared-by-hand kept with the file, of whose rows it decides when the caller is long gone
    area = Area(bound.only_governorate, bound.district)
    bound.ensure_covers(area)
    if await repository.count_open(session, caller.subject) >= OPEN_AT_ONCE:
        raise TooManyExports(most=OPEN_AT_ONCE)
    rows, most = await lists.count(session, bound, given.asked), MOST_ROWS[given.format]
    if rows > most:
        raise ExportTooLarge(
            f"{rows} rows; a file of this format has {most} at most.",
            detail_ar=f"عدد الصفوف {rows}، والحد الأقصى لهذا النوع من الملفات {most}.",
            rows=rows,
            most=most,
        )
    asked = given.asked.model_dump(mode="json", exclude_none=True) | {"sort": given.sort}
    at = await repository.now(session)
    made = Export(
        export_id=new_id(), created_by=caller.subject, acting=noting.acting(caller, given.purpose, said),
        governorate=area.governorate, district=area.district, asked=asked, format=given.format,
        language=given.language, status="queued", rows=rows, done=0, noted=0, parts=0, size=0, digest=None,
        attempts=0, created_at=at, as_of=None, finished_at=None,
    )  # fmt: skip
    await repository.create(session, made)
    # A file is a look at everybody in it: more of them than the alarm has room for raise it as one by one would.
    looked_up(caller, ((made.export_id, number) for number in range(min(rows, _ALARMED))))
    return made


async def own(session: AsyncSession, caller: Principal, export_id: UUID) -> Export:
    """An export of the caller's. Raises ExportUnknown, for others' as for none."""
    found = caller.bound.own(await repository.find(session, export_id), ExportUnknown)
    if found.created_by != caller.subject:
        raise ExportUnknown
    return found


async def owned(session: AsyncSession, caller: Principal, page: Paging[UUID]) -> list[Export]:
    """The caller's exports."""
    return await repository.of_owner(session, caller.bound, caller.subject, page)


async def part(session: AsyncSession, deps: Dependencies, caller: Principal, export_id: UUID, number: int) -> bytes:
    """A part of a file, opened. Raises ExportUnknown, ExportNotReady or ExportPartUnknown."""
    one = await own(session, caller, export_id)
    if one.status != "done":
        raise ExportNotReady
    sealed = await repository.part(session, export_id, number)
    if sealed is None:
        raise ExportPartUnknown(f"The file has {one.parts} parts.", detail_ar=f"عدد أجزاء الملف: {one.parts}.")
    return await asyncio.to_thread(deps.vault.open, export_id, sealed, EXPORT)

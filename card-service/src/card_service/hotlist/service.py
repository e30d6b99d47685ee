"""Use cases: the next part of a governorate's hot list, signed."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.dependencies import Dependencies
from card_service.hotlist import repository
from card_service.hotlist.models import Part, Position
from card_service.hotlist.schemas import TYPE, HotListPart
from card_service.keys import HOT_LIST_HOURS
from chassis.paging import FIRST_ID


async def next_part(session: AsyncSession, governorate: str, after: Position | None, most: int) -> Part:
    """What comes behind a position; the whole list from its beginning where it cannot be told by changes.

    That is where rows behind the position are deleted, or the database was restored since.
    """
    if after is None or after.whole:
        return await _of_whole(session, governorate, after, most)
    read = await repository.changed(session, governorate, after, most + 1)
    if not read.goes_on_from(after):
        return await _of_whole(session, governorate, None, most)
    entries, more = read.entries[:most], len(read.entries) > most
    last = read.behind_all(read.horizon)
    if more:
        last = Position(read.era, entries[-1].posted, entries[-1].card_id, whole=False)
    return Part(after, last, entries, more)


async def _of_whole(session: AsyncSession, governorate: str, after: Position | None, most: int) -> Part:
    """What is changed while the whole list is read is told by changes since it was begun."""
    read = await repository.listed(session, governorate, after.card_id if after else FIRST_ID, most + 1)
    if after is not None and not read.goes_on_from(after):
        after, read = None, await repository.listed(session, governorate, FIRST_ID, most + 1)
    begun = after.posted if after else read.horizon
    entries, more = read.entries[:most], len(read.entries) > most
    last = Position(read.era, begun, entries[-1].card_id, whole=True) if more else read.behind_all(begun)
    return Part(after, last, entries, more or begun < read.horizon)


def signed(deps: Dependencies, governorate: str, part: Part) -> str:
    """The part as it travels."""
    now = deps.now()
    content = HotListPart.model_validate(
        {
            "gov": governorate,
            "from": None if part.since is None else str(part.since),
            "to": str(part.until),
            "add": _ids(part, listed=True),
            "remove": _ids(part, listed=False),
            "more": part.more,
            "keys": sorted(deps.credentials.keys),
            "at": int(now.timestamp()),
            "exp": int((now + timedelta(hours=deps.figure(HOT_LIST_HOURS))).timestamp()),
        }
    )
    return deps.hot_list.compact(TYPE, content.model_dump(mode="json", by_alias=True))


def _ids(part: Part, *, listed: bool) -> list[UUID]:
    return [entry.card_id for entry in part.entries if entry.listed is listed]

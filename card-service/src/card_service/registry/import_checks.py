"""Files that are judged before anything is done: started or cancelled by hand; and the list of all imports."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.dependencies import Dependencies
from card_service.registry import import_check_repository as store
from card_service.registry import import_files, imports
from card_service.registry.errors import ImportNotChecked, ImportUnderWay
from card_service.registry.schemas import ImportOut, ImportPage
from card_service.registry.updates.rows import Content
from chassis.paging import Paging
from chassis.principal import Principal

_UNDONE = frozenset({"receiving", "checking", "checked"})


async def start(session: AsyncSession, caller: Principal, import_id: UUID) -> ImportOut:
    """Take in a file whose dry run is done. Raises ImportUnknown or ImportNotChecked."""
    job = await import_files.own(session, caller, import_id)
    if job.status != "checked":
        raise ImportNotChecked
    await store.start(session, import_id)
    return await imports.progress(session, caller, import_id)


async def cancel(session: AsyncSession, deps: Dependencies, caller: Principal, import_id: UUID) -> ImportOut:
    """Give a file up of which nothing has been done, and erase it. Raises ImportUnknown or ImportUnderWay."""
    job = await import_files.own(session, caller, import_id)
    if job.status not in _UNDONE:
        raise ImportUnderWay
    await store.cancel(session, import_id, deps.now())
    return await imports.progress(session, caller, import_id)


async def listed(session: AsyncSession, caller: Principal, page: Paging[UUID]) -> ImportPage:
    """The imports the caller may see, the newest first."""
    contents = [content.value for content in Content if imports.scope_for(content) in caller.scopes]
    found = await store.listed(session, contents, caller.bound, page)
    received = await store.received(session, [job.import_id for job in found if job.status == "receiving"])
    shown = [imports.told(job, received.get(job.import_id, [])) for job in found]
    return ImportPage.of(page, shown, lambda one: one.id)

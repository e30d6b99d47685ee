"""Bulk imports as their senders see them: a file is taken in, sealed; how far it has come; what became of its rows."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import chain
from uuid import UUID

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.context import WithDependencies
from card_service.dependencies import Dependencies
from card_service.registry import import_refused
from card_service.registry import import_repository as store
from card_service.registry.errors import ImportUnknown, NotCsvFile, WrongHeaderLine
from card_service.registry.import_schemas import ImportDeclaration
from card_service.registry.intake import COLUMNS
from card_service.registry.models import ImportJob, ImportStatus
from card_service.registry.reasons import reason
from card_service.registry.schemas import ImportOut, RejectionOut, RejectionPage
from card_service.registry.updates import senders
from card_service.registry.updates.rows import COLUMNS as UPDATE_COLUMNS
from card_service.registry.updates.rows import Content
from card_service.sealing import UPLOAD
from chassis.area import Area
from chassis.ids import new_id
from chassis.paging import Paging
from chassis.principal import Principal
from chassis.problems import PayloadTooLarge, UnsupportedMedia
from chassis.row_files import Form, NotRows, RowFile, WrongColumns, form_of, words_of
from contracts.scopes import Scope


async def limit_body(request: Request, deps: WithDependencies) -> None:
    """A dependency that refuses a body said to be too large, before it is read. Raises PayloadTooLarge."""
    limit = deps.settings.card_import_max_bytes
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length) > limit:
        raise too_large(limit)


def too_large(limit: int) -> PayloadTooLarge:
    """The refusal of a file of more than `limit` bytes."""
    return PayloadTooLarge(f"A file may have {limit} bytes.", detail_ar="قسّم الملف إلى ملفات أصغر.")


async def body_of(request: Request, limit: int) -> tuple[bytes, Form, str | None]:
    """The file in a request, its form, the charset it is said to be in. Raises PayloadTooLarge or UnsupportedMedia."""
    kind = form_of(request.headers.get("content-type", ""))
    if kind is None:
        raise UnsupportedMedia(
            "Send the file as text/csv or application/x-ndjson.",
            detail_ar="أرسل الملف بصيغة text/csv أو application/x-ndjson.",
        )
    body = await request.body()
    if len(body) > limit:
        raise too_large(limit)
    return body, *kind


def scope_for(content: str) -> Scope:
    """What sending a file of this content needs, and reading what became of it."""
    return Scope.CITIZENS_IMPORT if content == Content.CITIZENS else Scope.REQUESTS_WRITE


def check_beginning(body: bytes, form: Form, charset: str | None, content: Content = Content.CITIZENS) -> None:
    """Make sure that a file begins as what it must be. Raises NotCsvFile or WrongHeaderLine."""
    columns = UPDATE_COLUMNS.get(content, COLUMNS)
    expected = ",".join(columns.required)
    try:
        file = RowFile(columns, form=form, charset=charset)
        next(chain(file.feed(body), file.close()), None)
    except NotRows as error:
        english, arabic = words_of(error.found)
        raise NotCsvFile(english, detail_ar=arabic, found=str(error.found)) from error
    except WrongColumns as error:
        raise WrongHeaderLine(
            f"The first line must name these columns, divided by commas (,): {expected}",
            detail_ar=f"يجب أن يذكر السطر الأول هذه الأعمدة مفصولة بفواصل (,): {expected}",
            expected=list(columns.required),
        ) from error


def new_job(deps: Dependencies, caller: Principal, form: Form, charset: str | None, corrects: UUID | None) -> ImportJob:
    """A job of one part that waits for its turn. Raises OutsideBound for who is bound to less than a governorate."""
    governorate = caller.bound.only_governorate
    caller.bound.ensure_covers(Area(governorate))
    return ImportJob(
        import_id=new_id(), status="queued", governorate=governorate, done_row=1, rows=0, accepted=0,
        rejected=0, households=0, warnings=0, attempts=0, created_at=deps.now(), finished_at=None,
        created_by=caller.subject, form=form, charset=charset, parts=1, digest=None, corrects=corrects,
    )  # fmt: skip


def receiving(job: ImportJob, given: ImportDeclaration, caller: Principal) -> ImportJob:
    """The same job, whose file comes in parts; `caller`: as whom the rows of another registry's file are entered."""
    sender = None if given.content is Content.CITIZENS else senders.kept(caller)
    return replace(
        job, status="receiving", parts=given.parts, digest=bytes.fromhex(given.sha256), content=given.content.value,
        sender=sender, dry_run=given.dry_run,
    )  # fmt: skip


async def accept(
    session: AsyncSession,
    deps: Dependencies,
    caller: Principal,
    sent: tuple[bytes, Form, str | None],
    corrects: UUID | None = None,
) -> UUID:
    """Keep a file, sealed, as a job that waits for its turn. Raises ImportUnknown, NotCsvFile or WrongHeaderLine."""
    body, form, charset = sent
    await ensure_corrects(session, caller, corrects)
    await asyncio.to_thread(check_beginning, body, form, charset)
    job = new_job(deps, caller, form, charset, corrects)
    sealed = await asyncio.to_thread(deps.vault.seal, job.import_id, body, UPLOAD)
    await store.create(session, job)
    await store.keep(session, job.import_id, sealed)
    return job.import_id


async def ensure_corrects(session: AsyncSession, caller: Principal, corrects: UUID | None) -> None:
    """Make sure that the import to be corrected is the sender's own. Raises ImportUnknown."""
    if corrects is not None and (await visible(session, caller, corrects)).created_by != caller.subject:
        raise ImportUnknown


async def visible(session: AsyncSession, caller: Principal, import_id: UUID) -> ImportJob:
    """An import the caller may see. Raises ImportUnknown."""
    job = caller.bound.own(await store.find(session, import_id), ImportUnknown)
    if scope_for(job.content) not in caller.scopes:
        raise ImportUnknown
    return job


async def progress(session: AsyncSession, caller: Principal, import_id: UUID) -> ImportOut:
    """How far an import has come. Raises ImportUnknown."""
    job = await visible(session, caller, import_id)
    return told(job, [part.number for part in await store.parts(session, import_id)])


def told(job: ImportJob, received: list[int]) -> ImportOut:
    """An import as its senders see it; `received`: the parts that are here."""
    return ImportOut(
        id=job.import_id,
        content=Content(job.content),
        status=_told(job),
        rows=job.rows,
        accepted=job.accepted,
        rejected=job.rejected,
        households=job.households,
        warnings=job.warnings,
        parts=job.parts,
        received=received,
        sha256=None if job.digest is None else bytes(job.digest).hex(),
        dry_run=job.dry_run,
        total_rows=job.total_rows,
        corrects=job.corrects,
        created_at=job.created_at,
        finished_at=job.finished_at,
    )


def _told(job: ImportJob) -> ImportStatus:
    if job.status == "due":
        return "running" if job.rows else "queued"
    return job.status


async def rejections(
    session: AsyncSession, deps: Dependencies, caller: Principal, import_id: UUID, page: Paging[int]
) -> RejectionPage:
    """A page of the rows that were not taken, or that a dry run has found wrong. Raises ImportUnknown."""
    job = await visible(session, caller, import_id)
    if job.status in {"checking", "checked"}:
        kept = await import_refused.after(session, deps.vault, import_id, page.after, page.limit + 1)
        found = [one.rejection for one in kept]
    else:
        found = await store.rejections(session, import_id, page)
    items = [
        RejectionOut(row=r.row, field=r.field, code=r.code, reason=reason(r.code)[0], reason_ar=reason(r.code)[1])
        for r in found
    ]
    return RejectionPage.of(page, items, lambda rejection: rejection.row)

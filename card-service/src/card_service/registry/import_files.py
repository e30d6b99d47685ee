"""Files that come in parts: declared with their count and digest, sent part by part, taken in when all are there.

A part that was cut off is sent again, a part that came is the same part however often it comes; so an upload goes on
where it stopped.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import re
from uuid import UUID

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.dependencies import Dependencies
from card_service.registry import import_repository as store
from card_service.registry import imports
from card_service.registry.errors import (
    DigestDiffers,
    DigestMissing,
    ImportClosed,
    ImportIncomplete,
    ImportUnknown,
    PartDiffers,
    PartUnknown,
)
from card_service.registry.import_reading import part_purpose
from card_service.registry.import_repository import Part
from card_service.registry.import_schemas import ImportDeclaration, PartOut
from card_service.registry.models import ImportJob
from card_service.registry.schemas import ImportOut
from card_service.registry.updates.rows import Content
from chassis.principal import Principal
from chassis.problems import InsufficientScope
from chassis.row_files.recognition import HEAD_BYTES

_SHA256 = re.compile(r"(?:^|[,\s])sha-256=:([A-Za-z0-9+/]{43}=):")


async def declare(session: AsyncSession, deps: Dependencies, caller: Principal, given: ImportDeclaration) -> ImportOut:
    """Open an import whose file comes in parts. Raises InsufficientScope or ImportUnknown."""
    needed = imports.scope_for(given.content)
    if needed not in caller.scopes:
        raise InsufficientScope(
            f"A file of {given.content} needs the scope {needed}.",
            detail_ar=f"يلزم لهذا الملف الصلاحية {needed}.",
            needed=[needed],
        )
    await imports.ensure_corrects(session, caller, given.corrects)
    job = imports.new_job(deps, caller, given.form, given.charset, given.corrects)
    job = imports.receiving(job, given, caller)
    await store.create(session, job)
    return await imports.progress(session, caller, job.import_id)


def digest_of(request: Request) -> bytes:
    """The SHA-256 a request says its content has (RFC 9530, Content-Digest). Raises DigestMissing."""
    found = _SHA256.search(request.headers.get("content-digest", ""))
    try:
        return base64.b64decode(found[1], validate=True) if found else _missing()
    except binascii.Error:
        return _missing()


def _missing() -> bytes:
    raise DigestMissing(
        "Send the header Content-Digest: sha-256=:…: (RFC 9530).",
        detail_ar="أرسل البصمة في ترويسة الطلب Content-Digest: sha-256=:…: (RFC 9530).",
    )


async def own(session: AsyncSession, caller: Principal, import_id: UUID) -> ImportJob:
    """An import of the caller's own, its row locked. Raises ImportUnknown."""
    await imports.visible(session, caller, import_id)
    job = await store.lock(session, import_id)
    if job is None or job.created_by != caller.subject:
        raise ImportUnknown
    return job


async def take_part(
    session: AsyncSession, deps: Dependencies, caller: Principal, import_id: UUID, number: int, body: bytes, said: bytes
) -> PartOut:
    """Keep a part, sealed. Raises ImportUnknown, PartUnknown, ImportClosed, DigestDiffers or PartDiffers."""
    job = await own(session, caller, import_id)
    if number > job.parts:
        raise PartUnknown(f"The file has {job.parts} parts.", detail_ar=f"عدد أجزاء الملف: {job.parts}.")
    digest = await asyncio.to_thread(lambda: hashlib.sha256(body).digest())
    if digest != said:
        raise DigestDiffers("The part is not what was sent: send it again.", detail_ar="أرسل الجزء مرة أخرى.")
    before = {part.number: part for part in await store.parts(session, import_id)}.get(number)
    if before is not None:
        if before.digest != digest:
            raise PartDiffers(number=number)
        return PartOut.of(before)
    if job.status != "receiving":
        raise ImportClosed
    part = Part(number, digest, len(body))
    sealed = await asyncio.to_thread(deps.vault.seal, import_id, body, part_purpose(number))
    await store.keep_part(session, import_id, part, sealed)
    return PartOut.of(part)


async def complete(session: AsyncSession, deps: Dependencies, caller: Principal, import_id: UUID) -> ImportOut:
    """Take in a file whose parts are all there; again, it is as it is.

    Raises ImportUnknown, ImportIncomplete, DigestDiffers, NotCsvFile or WrongHeaderLine.
    """
    job = await own(session, caller, import_id)
    if job.status == "receiving":
        here = {part.number for part in await store.parts(session, import_id)}
        if missing := [number for number in range(1, job.parts + 1) if number not in here]:
            raise ImportIncomplete(
                f"{len(missing)} parts are missing.",
                detail_ar="بعض أجزاء الملف لم تصل بعد.",
                missing=list(missing[:100]),
            )
        whole, head = hashlib.sha256(), bytearray()
        for number in range(1, job.parts + 1):
            sealed = await store.part(session, import_id, number)
            body = await asyncio.to_thread(deps.vault.open, import_id, sealed, part_purpose(number))
            await asyncio.to_thread(whole.update, body)
            head += body[: max(0, HEAD_BYTES - len(head))]
        if whole.digest() != job.digest:
            raise DigestDiffers(
                "The parts together are not the file that was declared.",
                detail_ar="الأجزاء مجتمعة لا تطابق بصمة الملف المعلنة.",
            )
        await asyncio.to_thread(imports.check_beginning, bytes(head), job.form, job.charset, Content(job.content))
        await store.queue(session, import_id)
    return await imports.progress(session, caller, import_id)

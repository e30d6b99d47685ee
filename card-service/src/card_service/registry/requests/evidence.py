"""Documents of a request: recognised by their content, sealed, each view recorded; or a reference to an archive."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.context import Runtime
from card_service.keys import EVIDENCE_BYTES, EVIDENCE_MOST
from card_service.registry.requests import deciding, desk, evidence_repository
from card_service.registry.requests.errors import (
    EvidenceElsewhere,
    EvidenceKind,
    EvidenceTooLarge,
    EvidenceTooMany,
    EvidenceUnknown,
    RequestState,
)
from card_service.registry.requests.kinds import UNDECIDED, Did
from card_service.registry.requests.models import ChangeRequest, Evidence
from card_service.sealing import EVIDENCE
from chassis.ids import new_id
from chassis.principal import Principal

# How files of these types begin; a PDF's mark may stand behind some bytes (ISO 32000-1, annex H).
_PNG, _JPEG, _PDF, _PDF_WITHIN = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"%PDF-", 1024


def media_type_of(content: bytes) -> str:
    """What a file is by its content, whatever its sender calls it. Raises EvidenceKind."""
    if content.startswith(_PNG):
        return "image/png"
    if content.startswith(_JPEG):
        return "image/jpeg"
    if _PDF in content[:_PDF_WITHIN]:
        return "application/pdf"
    raise EvidenceKind(detail_ar="أرفق ملف PDF أو صورة JPEG أو PNG.")


async def add_file(
    session: AsyncSession, runtime: Runtime, caller: Principal, request_id: UUID, content: bytes
) -> Evidence:
    """Add a file to a request that waits.

    Raises RequestUnknown, RequestState, EvidenceTooLarge, EvidenceKind or EvidenceTooMany.
    """
    deps = runtime.state.dependencies
    request = await _open(session, caller, request_id)
    most = deps.figure(EVIDENCE_BYTES)
    if len(content) > most:
        raise EvidenceTooLarge(f"A document has at most {most} bytes.", detail_ar="صغّر حجم الملف.", most=most)
    media_type = media_type_of(content)
    evidence = Evidence(
        evidence_id=new_id(),
        request_id=request_id,
        media_type=media_type,
        size=len(content),
        archive_reference=None,
        entered_by=caller.subject,
        entered_at=deps.now(),
        mark=deps.vault.fingerprint(content.hex(), EVIDENCE),
    )
    sealed = deps.vault.seal(evidence.evidence_id, content, EVIDENCE)
    return await _add(session, runtime, caller, request, evidence, sealed)


async def add_reference(
    session: AsyncSession, runtime: Runtime, caller: Principal, request_id: UUID, reference: str
) -> Evidence:
    """Say where an outside archive keeps a document. Raises RequestUnknown, RequestState or EvidenceTooMany."""
    request = await _open(session, caller, request_id)
    evidence = desk.reference(runtime.state.dependencies, request_id, caller.subject, reference)
    return await _add(session, runtime, caller, request, evidence, None)


async def read_file(
    session: AsyncSession, runtime: Runtime, caller: Principal, request_id: UUID, evidence_id: UUID
) -> tuple[ChangeRequest, Evidence, bytes]:
    """A file with the request it belongs to; that it was seen is recorded in the same transaction.

    Raises RequestUnknown, EvidenceUnknown or EvidenceElsewhere.
    """
    deps = runtime.state.dependencies
    request = await deciding.request_of(session, caller, request_id)
    found = await evidence_repository.find(session, request_id, evidence_id)
    if found is None:
        raise EvidenceUnknown
    sealed = await evidence_repository.content(session, evidence_id)
    if sealed is None:
        raise EvidenceElsewhere(archive_reference=found.archive_reference)
    await evidence_repository.view(session, evidence_id, caller.actor, deps.now())
    return request, found, deps.vault.open(evidence_id, sealed, EVIDENCE)


async def _open(session: AsyncSession, caller: Principal, request_id: UUID) -> ChangeRequest:
    request = await deciding.request_of(session, caller, request_id, lock=True)
    if request.state not in UNDECIDED:
        raise RequestState(
            f"The request is {request.state}.", detail_ar=f"حالة الطلب: {request.state}.", state=request.state
        )
    return request


async def _add(
    session: AsyncSession,
    runtime: Runtime,
    caller: Principal,
    request: ChangeRequest,
    evidence: Evidence,
    sealed: bytes | None,
) -> Evidence:
    deps = runtime.state.dependencies
    known = await evidence_repository.of_request(session, request.request_id)
    if same := next((one for one in known if one.mark == evidence.mark), None):
        return same
    if len(known) >= deps.figure(EVIDENCE_MOST):
        raise EvidenceTooMany
    await evidence_repository.add(session, evidence, sealed)
    await desk.act(session, deps, request.request_id, Did.EVIDENCE, caller.actor, deps.now())
    # whoever adds a document has made what is decided, and does not decide it
    await deciding.propose_again(session, runtime, caller, request)
    return evidence

"""Restrictions and receipts of erasure in words a citizen understands, English and Arabic."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from approvals.model import State
from card_service.privacy.models import Erasure
from card_service.privacy.repository import Asked
from card_service.privacy.schemas import AskedOut, ErasureOut, Ground, ReceiptLine, RestrictionOut
from card_service.privacy.service import SERVICES
from card_service.privacy.terms import due_at, is_overdue
from chassis.personal import Personal
from chassis.processing.basis import Basis
from contracts.privacy import ErasedData, KeptData
from policybook.book import PolicyBook


def restriction_out(row: Any, today: date) -> RestrictionOut:
    """A restriction as it stands on a day."""
    ground = Ground(row.ground)
    begun = row.starts_on <= today and (row.ends_on is None or row.ends_on > today)
    return RestrictionOut(
        restriction_id=row.restriction_id,
        citizen_id=row.citizen_id,
        ground=ground,
        ground_en=ground.english,
        ground_ar=ground.arabic,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        lifted_at=row.lifted_at,
        in_force=row.lifted_at is None and begun,
    )


def asked_out(row: Asked, citizen_id: UUID, book: PolicyBook, now: datetime) -> AskedOut:
    """What was asked, and by when it is to be decided."""
    return AskedOut(
        request_id=row.proposal_id,
        citizen_id=citizen_id,
        kind=row.kind,
        state=row.state,
        asked_at=row.entered_at,
        due_at=due_at(book, row.entered_at),
        overdue=is_overdue(book, State(row.state), row.entered_at, now),
        decided_by_then=row.expires_at,
        ended_at=row.ended_at,
        answer=row.answer,
    )


def receipt(erasure: Erasure) -> ErasureOut:
    """What was erased, what was kept and why, over all services."""
    parts = erasure.parts
    return ErasureOut(
        erasure_id=erasure.erasure_id,
        citizen_id=erasure.citizen_id,
        state="done" if erasure.done_at else "erasing",
        decided_at=erasure.decided_at,
        done_at=erasure.done_at,
        waiting_for=[name for name in SERVICES if name not in parts],
        erased=[line for name, part in parts.items() for line in _lines(name, part.erased)],
        kept=[line for name, part in parts.items() for line in _lines(name, part.kept)],
        keys=sum(part.keys for part in parts.values()),
    )


def _lines(service: str, told: Iterable[ErasedData]) -> Iterable[ReceiptLine]:
    """The same classes of one service, kept by one basis, are one line."""
    summed: dict[tuple[tuple[str, ...], str | None], int] = {}
    for one in told:
        key = tuple(one.classes), one.basis if isinstance(one, KeptData) else None
        summed[key] = summed.get(key, 0) + one.rows
    for (classes, basis), rows in summed.items():
        known = [Personal(name) for name in classes if name in set(Personal)]
        why = Basis(basis) if basis in set(Basis) else None
        yield ReceiptLine(
            service=service,
            data_en="; ".join(one.english for one in known),
            data_ar="؛ ".join(one.arabic for one in known),
            rows=rows,
            basis_en=why.english if why else None,
            basis_ar=why.arabic if why else None,
        )

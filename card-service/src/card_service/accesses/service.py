"""Who has seen a citizen's record here: from the record of all services, and from the log before there was one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.accesses import repository
from card_service.accesses.models import Access
from card_service.accesses.schemas import AccessOut
from card_service.context import Runtime
from chassis.db import raw
from chassis.isolation import Batches
from chassis.paging import Paging
from chassis.records.reading import About, find
from chassis.records.rows import Record

BATCH = 2000


# What the log calls an operation. New operations are read or changed.
ACTIONS: Mapping[str, str] = {
    "POST /v1/households": "registered",
    # these are no more: what was done by them stays on record
    "POST /v1/households/{household_id}/members": "registered",
    "DELETE /v1/households/{household_id}/members/{citizen_id}": "removed_from_household",
    "PATCH /v1/citizens/{citizen_id}": "changed",
    "POST /v1/citizens/search": "found",
    "POST /v1/citizens/lookup": "found",
    "POST /v1/payee-lookups": "found",
    "PUT /v1/cards/{card_id}/pin": "pin_set",
    "POST /v1/cards/{card_id}/pin-checks": "pin_checked",
    "POST /v1/cards/{card_id}/pin-codes": "pin_code_sent",
    "POST /v1/cards/{card_id}/pin-resets": "pin_reset_asked",
    "POST /v1/holder-proofs": "holder_proof_asked",
    "POST /v1/holder-proof-codes": "holder_code_sent",
    "POST /v1/cards/{card_id}/loss": "card_blocked",
    "POST /v1/cards/{card_id}/found": "card_unblocked",
    "POST /v1/cards/{card_id}/found-codes": "found_code_sent",
    "POST /v1/cards/{card_id}/bread-codes": "bread_code_sent",
    "POST /v1/cards/{card_id}/shown-bread-codes": "bread_code_shown",
    "POST /v1/bread-code-proofs": "bread_code_tried",
    "POST /v1/card-findings": "card_found_with_a_trader",
    "GET /v1/cards/{card_id}": "card_read",
    "GET /v1/cards/{card_id}/history": "card_read",
    "POST /v1/cards/{card_id}/block": "card_blocked",
    "POST /v1/cards/{card_id}/unblock": "card_unblocked",
    "PUT /v1/cards/{card_id}/services/{service}": "service_enabled",
    "DELETE /v1/cards/{card_id}/services/{service}": "service_disabled",
    "POST /v1/cards/{card_id}/replacement": "replacement_ordered",
    "POST /v1/cards/{card_id}/reprint": "card_reprinted",
    "POST /v1/cards/search": "card_found",
    "POST /v1/cards/{card_id}/handover": "card_handed_over",
}


async def of_citizen(session: AsyncSession, citizen_id: UUID, page: Paging[UUID]) -> list[AccessOut]:
    """Who has seen or changed a citizen's record here, the newest first; earlier ones are in the log before."""
    cards = await repository.cards_of(session, citizen_id)
    about = About(citizen_id=citizen_id, card_ids=tuple(cards))
    recorded = await find(await raw(session), about, page.after, page.limit + 1)
    logged = await repository.of_citizen(session, citizen_id, page)
    items = [_of_record(one) for one in recorded] + [AccessOut.model_validate(one) for one in logged]
    return sorted(items, key=lambda one: one.access_id, reverse=True)[: page.limit + 1]


def _of_record(one: Record) -> AccessOut:
    return AccessOut(
        access_id=one.record_id,
        subject=one.who,
        action=ACTIONS.get(one.operation, one.action),
        purpose=one.purpose or "",
        request_id=str(one.request_id),
        accessed_at=one.at,
    )


async def _pending(session: AsyncSession, _: Runtime, limit: int) -> list[Access]:
    return await repository.take(session, limit)


async def _append(session: AsyncSession, _: Runtime, accesses: Sequence[Access]) -> None:
    await repository.append(session, accesses)


# Accesses an earlier version left are taken into their hash chain, batch after batch, one process at a time.
CHAIN = Batches(repository.CHAIN, _pending, _append, lambda access: access.access_id, lambda _: BATCH)

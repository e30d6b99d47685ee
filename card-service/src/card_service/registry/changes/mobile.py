"""A citizen is reached by another mobile."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.dependencies import Dependencies
from card_service.registry import repository
from card_service.registry.changes import members
from card_service.registry.changes.decided import Change, Decided, enter
from card_service.registry.changes.errors import NotInHousehold
from card_service.registry.changes.kinds import ChangeKind
from card_service.sealing import MOBILE
from chassis import outbox
from contracts.card import CitizenUpdated

_NEW_UNTIL = text("UPDATE citizen SET mobile_new_until = :until WHERE citizen_id = :citizen_id")
_IS_NEW = text("SELECT coalesce(mobile_new_until > :now, false) FROM citizen WHERE citizen_id = :citizen_id")


async def is_new(session: AsyncSession, citizen_id: UUID, now: datetime) -> bool:
    """Whether a citizen's number took the place of another so lately that codes to it open nothing yet."""
    found: bool | None = (await session.execute(_IS_NEW, {"citizen_id": citizen_id, "now": now})).scalar_one_or_none()
    return bool(found)


async def apply_mobile(
    session: AsyncSession,
    deps: Dependencies,
    decided: Decided,
    citizen_id: UUID,
    mobile: str | None,
    new_until: datetime | None,
) -> Change:
    """Give a citizen another mobile (E.164), or none. `new_until`: codes to it open neither wallet nor PIN before.

    Raises NotInHousehold, or what entering raises.
    """
    citizen = await repository.find_citizen(session, citizen_id, lock=True)
    if citizen is None or citizen.household_id is None:
        raise NotInHousehold
    change = await enter(session, deps, ChangeKind.MOBILE_CHANGED, decided, citizen.household_id, citizen_id)
    fingerprint = deps.vault.fingerprint(mobile, MOBILE) if mobile else None
    sealed = deps.vault.seal(citizen_id, mobile.encode(), MOBILE) if mobile else None
    await repository.set_mobile(session, citizen_id, fingerprint, sealed)
    await session.execute(_NEW_UNTIL, {"until": new_until, "citizen_id": citizen_id})
    now = await repository.find_citizen(session, citizen_id)
    told = CitizenUpdated(citizen_id=citizen_id, household_id=citizen.household_id, changed=["mobile"])
    contact = [members.contact_of(deps, now, citizen.household_id, now.governorate)] if now else []
    await outbox.add(session, told, *contact)
    return change

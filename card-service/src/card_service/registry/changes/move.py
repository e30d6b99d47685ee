"""A household lives elsewhere; or its card is transferred to another governorate, which a move alone never does."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.dependencies import Dependencies
from card_service.registry import repository
from card_service.registry.changes import members
from card_service.registry.changes.decided import Change, Decided, enter
from card_service.registry.changes.kinds import ChangeKind
from card_service.registry.intake import Residence
from card_service.registry.models import Household
from card_service.registry.months import month_text
from contracts.card import HouseholdMoved

_MOVE = text(
    "UPDATE household SET governorate = :governorate, district = :district, address = :address, issued_in = :issued_in"
    " WHERE household_id = :household_id"
)
_KEEP = text(
    "INSERT INTO former_residence (household_id, change_id, until, governorate, district, address, issued_in)"
    " VALUES (:household_id, :change_id, :until, :governorate, :district, :address, :issued_in)"
)


def _residence(before: Household, change: Change) -> dict[str, object]:
    """Where the household lived until the day of the change."""
    place = {
        name: getattr(before, name) for name in ("household_id", "governorate", "district", "address", "issued_in")
    }
    return place | {"change_id": change.change_id, "until": change.decided.fact_on}


async def apply_move(
    session: AsyncSession,
    deps: Dependencies,
    decided: Decided,
    household_id: UUID,
    residence: Residence,
    *,
    transferred: bool = False,
) -> Change:
    """Let a household live elsewhere; with `transferred` its card is of the new governorate, too.

    Raises NotFound, HouseholdEnded, FactInFuture or EffectiveMonthInvalid.
    """
    before = await members.active(session, household_id)
    kind = ChangeKind.TRANSFERRED if transferred else ChangeKind.MOVED
    change = await enter(session, deps, kind, decided, household_id)
    issued_in = residence.governorate if transferred else before.issued_in
    values = {"household_id": household_id, "issued_in": issued_in, **residence._asdict()}
    await session.execute(_KEEP, _residence(before, change))
    await session.execute(_MOVE, values)
    if issued_in != before.issued_in:
        await deps.transfer_cards(session, household_id, issued_in)
    moved = HouseholdMoved(
        household_id=household_id,
        governorate=residence.governorate,
        district=residence.district,
        former_governorate=before.governorate,
        former_district=before.district,
        governorate_of_issue=issued_in,
        transferred=issued_in != before.issued_in,
        moved_on=decided.fact_on,
        effective_month=month_text(change.month),
        change_id=change.change_id,
    )
    everybody = await repository.members(session, household_id)
    contacts = [members.contact_of(deps, one, household_id, residence.governorate) for one in everybody]
    await members.tell(session, deps, change, [household_id], [moved, *contacts])
    return change

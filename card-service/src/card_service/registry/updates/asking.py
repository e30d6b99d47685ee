"""From a row of another registry's file to the change request that it asks for."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.context import Runtime
from card_service.dependencies import Dependencies
from card_service.keys import UPDATE_PROGRAMMES
from card_service.registry import repository
from card_service.registry.changes.errors import Deceased
from card_service.registry.models import Citizen
from card_service.registry.requests import entering
from card_service.registry.requests.details import (
    Death,
    Details,
    Exclusion,
    Inclusion,
    Marriage,
    Newborn,
    NewPerson,
)
from card_service.registry.requests.models import ChangeRequest
from card_service.registry.updates.errors import BelongsToNoHousehold, NotRegistered, SeveralRegistered
from card_service.registry.updates.rows import Content, Said
from card_service.sealing import NATIONAL_ID
from chassis.national_id import NationalId
from chassis.principal import Principal


async def enter_row(
    session: AsyncSession, runtime: Runtime, caller: Principal, content: Content, said: Said, import_id: UUID
) -> ChangeRequest:
    """Enter what a row asks for; the row itself, and the registry's record that it names, are its evidence.

    Raises NotRegistered, SeveralRegistered, Deceased or BelongsToNoHousehold for whom it is about, and what
    `enter_request` does.
    """
    deps = runtime.state.dependencies
    citizen = await _registered(session, deps, caller, said.national_id)
    if citizen.life == "deceased":
        raise Deceased
    if citizen.household_id is None:
        raise BelongsToNoHousehold
    spouse = None
    if content is Content.MARRIAGES and said.other is not None:
        spouse = (await _registered(session, deps, caller, said.other)).citizen_id
    details = _details(deps, content, said, citizen.household_id, citizen.citizen_id, spouse)
    references = [f"import:{import_id}/{said.row}", *([said.reference] if said.reference else [])]
    return await entering.enter_request(session, runtime, caller, details, references)


async def _registered(session: AsyncSession, deps: Dependencies, caller: Principal, national_id: NationalId) -> Citizen:
    """Who has the number, or had it until it was corrected. Raises NotRegistered or SeveralRegistered."""
    found = await repository.by_national_id(session, deps.vault.fingerprint(national_id.number, NATIONAL_ID))
    mine = [one for one in found if caller.bound.covers(one.area)]
    if not mine:
        raise NotRegistered
    if len(found) > 1:
        raise SeveralRegistered
    return mine[0]


def _details(
    deps: Dependencies, content: Content, said: Said, household_id: UUID, citizen_id: UUID, spouse: UUID | None
) -> Details:
    of: dict[str, Any] = {
        "household_id": household_id,
        "fact_on": said.fact_on,
        "effective_month": said.effective_month,
    }
    match content, said.state:
        case Content.DEATHS, _:
            return Death(kind="death", citizen_id=citizen_id, **of)
        case Content.BIRTHS, _ if said.other is not None and said.name is not None:
            child = NewPerson(national_id=said.other.number, full_name=said.name)
            return Newborn(kind="newborn", person=child, **of)
        case Content.MARRIAGES, _ if spouse is not None:
            return Marriage(kind="marriage", citizen_id=spouse, **of)
        case Content.TRAVEL, "abroad":
            return Exclusion(kind="exclusion", ground="travel", **of, **_of_programmes(deps, content, citizen_id))
        case Content.TRAVEL, _:
            return Inclusion(kind="inclusion", ground="travel", **of, **_of_programmes(deps, content, citizen_id))
        case Content.INCOME, "above_limit":
            return Exclusion(kind="exclusion", ground="income", **of, **_of_programmes(deps, content, citizen_id))
        case Content.INCOME, _:
            return Inclusion(kind="inclusion", ground="income", **of, **_of_programmes(deps, content, citizen_id))
        case Content.TAKAFUL, _:
            return Inclusion(kind="inclusion", citizen_ids=[citizen_id], programmes=["health"], basis=said.state, **of)
        case _:
            raise ValueError(f"no request for a row of {content}")


def _of_programmes(deps: Dependencies, content: Content, citizen_id: UUID) -> dict[str, Any]:
    """Whom it keeps out of, or takes into, which programmes: those that the policy of the day names for the file."""
    programmes = UPDATE_PROGRAMMES.on(deps.policies.book, deps.today(), content=content.value)
    return {"citizen_ids": [citizen_id], "programmes": sorted(programmes)}

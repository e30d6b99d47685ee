"""Routes of the register as a list that people look through: filtered, sorted, counted.

Whoever keeps a copy of the register follows `GET /v1/households` instead, where no change is missed.
"""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from card_service.cards import numbers
from card_service.cards.lifecycle import CardState
from card_service.context import WithDependencies
from card_service.dependencies import Dependencies
from card_service.listings import cursors, repository
from card_service.listings.asked import Asked, CardAsked, Order
from card_service.listings.errors import CursorOfAnotherOrder
from card_service.listings.repository import Row
from card_service.listings.schemas import RegisteredCount, RegisteredHousehold, RegisteredPage
from card_service.registry import sealed_names
from card_service.registry.models import HouseholdStatus
from card_service.sealing import CARD_NUMBER
from chassis.auth import Caller
from chassis.db import Reading, Recording
from chassis.endpoints import OFFICES
from chassis.months import Day
from chassis.paging import Number, Paging, by_text
from chassis.places import DistrictAsked, GovernorateCode
from chassis.routing import router
from contracts.scopes import Scope

routes = router(tags=["citizens"])
READS = (Scope.CITIZENS_READ, Scope.CITIZENS_WRITE)


def _asked(
    governorate: Annotated[GovernorateCode | None, Query()] = None,
    district: Annotated[DistrictAsked | None, Query()] = None,
    status: HouseholdStatus | None = None,
    card_state: Annotated[CardAsked | None, Query()] = None,
    site_id: UUID | None = None,
    size_from: Annotated[Number | None, Query(ge=0, le=1000)] = None,
    size_to: Annotated[Number | None, Query(ge=0, le=1000)] = None,
    registered_from: Annotated[Day | None, Query()] = None,
    registered_to: Annotated[Day | None, Query()] = None,
    changed_from: Annotated[Day | None, Query()] = None,
) -> Asked:
    return Asked(
        governorate=governorate, district=district, status=status, card_state=card_state, site_id=site_id,
        size_from=size_from, size_to=size_to, registered_from=registered_from, registered_to=registered_to,
        changed_from=changed_from,
    )  # fmt: skip


Wanted = Annotated[Asked, Depends(_asked)]


@routes.get(
    "/v1/registered-households",
    scopes=READS,
    callers=OFFICES,
    problems=CursorOfAnotherOrder,
    purpose="household_lookup",
    despite_restriction="of whom it is restricted nothing is shown but that there is a household",
)
async def list_registered(
    asked: Wanted,
    caller: Caller,
    session: Recording,
    deps: WithDependencies,
    page: Annotated[Paging[str], by_text(50, 200, cursors.PATTERN, cursors.read)],
    sort: Order = "-registered",
) -> RegisteredPage:
    """Households with their heads and cards, in an order by what is not sealed."""
    after = cursors.read(page.after)
    if after is not None:
        try:
            after = cursors.of_sort(after, sort)
        except ValueError as error:
            raise CursorOfAnotherOrder from error
    found = await repository.page(session, caller.bound, asked, sort, after, page.limit + 1, deps.today())
    place = {row.household_id: cursors.written(cursors.Cursor(row.place, row.household_id)) for row in found}
    return RegisteredPage.of(page, [_shown(deps, row) for row in found], lambda one: place[one.household_id])


@routes.get("/v1/registered-households/count", scopes=READS, callers=OFFICES)
async def count_registered(asked: Wanted, caller: Caller, session: Reading) -> RegisteredCount:
    """How many households the list has in all its pages."""
    return RegisteredCount(count=await repository.count(session, caller.bound, asked))


def _shown(deps: Dependencies, row: Row) -> RegisteredHousehold:
    head = None if row.restricted else row.citizen_id
    name = sealed_names.opened(deps.vault, head, row.name_kept) if head and row.name_kept else None
    card_id = row.card_id if head else None
    number = (
        deps.vault.open(card_id, row.number_sealed, CARD_NUMBER).decode() if card_id and row.number_sealed else None
    )
    return RegisteredHousehold(
        household_id=row.household_id,
        governorate=row.governorate,
        district=row.district,
        status="ended" if row.status == "ended" else "active",
        members=row.members,
        registered_at=row.registered_at,
        citizen_id=head,
        full_name=name,
        card_id=card_id,
        card_number_masked=numbers.masked(number) if number else None,
        card_state=CardState(row.card_state) if card_id and row.card_state else None,
        site_id=row.site_id if card_id else None,
        restricted=row.restricted,
    )

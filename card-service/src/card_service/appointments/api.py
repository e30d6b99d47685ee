"""Routes of changes of appointments."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from fastapi import Query

from card_service.appointments import service, walk_ins
from card_service.appointments.errors import (
    CardNotWaiting,
    NoAppointment,
    NoRoomToday,
    RebookedOften,
    SlotTooFar,
    SlotTooSoon,
)
from card_service.appointments.models import Change
from card_service.appointments.schemas import AppointmentChanged, AppointmentIn, FreeHour, FreeHours
from card_service.cards.errors import CardUnknown, SiteUnknown
from card_service.context import WithDependencies
from card_service.distribution.errors import SlotFull, SlotUnknown
from card_service.distribution.opening import HOUR
from card_service.handover.errors import CardOnItsWay, NoSite, OtherSite
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.months import Day
from chassis.paging import Paging, by_number
from chassis.routing import router
from contracts.scopes import Scope

routes = router(tags=["distribution"])

_DESKS: Final = (Scope.CARDS_HANDOVER, Scope.CARDS_REPORT)


def _out(change: Change) -> AppointmentChanged:
    starts_at = change.to_starts_at
    return AppointmentChanged(
        card_id=change.card_id,
        kind=change.kind,
        site_id=change.to_site,
        starts_at=starts_at,
        ends_at=starts_at + HOUR if starts_at else None,
        changed_by=change.changed_by,
        changed_at=change.changed_at,
    )


@routes.get(
    "/v1/cards/{card_id}/free-hours",
    scopes=_DESKS,
    problems=(CardUnknown, CardNotWaiting, SiteUnknown),
    purpose="hand_over",
)
async def list_free_hours(
    card_id: UUID,
    caller: Caller,
    session: Reading,
    deps: WithDependencies,
    page: Annotated[Paging[int], by_number(50, 500)],
    site_id: Annotated[UUID | None, Query()] = None,
    first: Day | None = None,
) -> FreeHours:
    """Hours that a card's holder may choose: at its own site, or at `site_id` of its governorate, from `first` on."""
    site, found = await service.free_hours(session, deps, caller, card_id, site_id, first)
    numbered = list(enumerate(found, 1))[page.after : page.after + page.limit + 1]
    items = [
        FreeHour(
            site_id=site.site_id,
            name_ar=site.name_ar,
            name_en=site.name_en,
            starts_at=slot.starts_at,
            ends_at=slot.starts_at + HOUR,
            free=slot.free,
        )
        for _, slot in numbered
    ]
    return FreeHours(
        items=items[: page.limit], next=numbered[page.limit - 1][0] if len(numbered) > page.limit else None
    )


@routes.put(
    "/v1/cards/{card_id}/appointment",
    scopes=_DESKS,
    problems=(
        CardUnknown,
        CardNotWaiting,
        SiteUnknown,
        RebookedOften,
        SlotTooSoon,
        SlotTooFar,
        SlotUnknown,
        SlotFull,
    ),
    purpose="hand_over",
    despite_restriction="the card goes on giving what it gives",
)
async def rebook(
    card_id: UUID, given: AppointmentIn, caller: Caller, session: Work, deps: WithDependencies
) -> AppointmentChanged:
    """Give a card another hour, at its site or at another one, where it travels first; the holder is told by SMS."""
    return _out(await service.rebook(session, deps, caller, card_id, given))


@routes.post(
    "/v1/cards/{card_id}/appointment/cancellation",
    scopes=_DESKS,
    problems=(CardUnknown, CardNotWaiting, NoAppointment),
    purpose="hand_over",
    despite_restriction="the card goes on giving what it gives",
)
async def cancel(card_id: UUID, caller: Caller, session: Work, deps: WithDependencies) -> AppointmentChanged:
    """Call an appointment off; the card stays at its site, the hour is another's."""
    return _out(await service.cancel(session, deps, caller, card_id))


@routes.post(
    "/v1/cards/{card_id}/walk-ins",
    scopes=Scope.CARDS_HANDOVER,
    status_code=201,
    problems=(CardUnknown, CardNotWaiting, NoSite, CardOnItsWay, OtherSite, SiteUnknown, NoRoomToday, SlotFull),
    purpose="hand_over",
    despite_restriction="the card goes on giving what it gives",
)
async def take_walk_in(card_id: UUID, caller: Caller, session: Work, deps: WithDependencies) -> AppointmentChanged:
    """Take somebody who came without an appointment, or with another one, at the caller's site now.

    In this hour where it has room, else within the site's share of walk-ins of the day (`pickup.walk_in_percent`).
    """
    return _out(await walk_ins.take(session, deps, caller, card_id))

"""Routes of the counter where cards are handed over."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import Header, Request, Response

from card_service.cards.errors import CardStateConflict, CardUnknown
from card_service.context import Running
from card_service.dependencies import Dependencies
from card_service.handover import searches, service
from card_service.handover.errors import (
    CardNotCollected,
    CardOnItsWay,
    NationalIdMismatch,
    NoSite,
    OtherHouseCall,
    OtherSite,
    ProxyCollectedMany,
    ProxyUnknown,
)
from card_service.handover.models import Found, Site
from card_service.handover.reasons import Reason
from card_service.handover.schemas import (
    AppointmentOut,
    CardSite,
    CollectionOut,
    FoundCard,
    FoundCards,
    HandedOver,
    HandOverIn,
    NationalIdIn,
    NothingToGive,
)
from card_service.mandates.errors import NotAProxy
from card_service.registry import names, sealed_names
from chassis import idempotency
from chassis.area import Bound
from chassis.auth import Caller
from chassis.db import Recording
from chassis.endpoints import OFFICES
from chassis.records.entries import entry_of
from chassis.routing import router
from contracts.scopes import Scope

routes = router(tags=["cards"])


def _site_out(site: Site | None) -> CardSite | None:
    if site is None:
        return None
    return CardSite(site_id=site.site_id, name_ar=site.name_ar, name_en=site.name_en, address_ar=site.address_ar)


def _found_out(deps: Dependencies, found: Found, bound: Bound) -> FoundCard:
    appointment = None
    if found.starts_at is not None and found.ends_at is not None:
        state = found.appointment_state
        appointment = AppointmentOut(starts_at=found.starts_at, ends_at=found.ends_at, state=state)
    return FoundCard(
        card_id=found.card_id,
        holder_name_masked=names.masked(sealed_names.opened(deps.vault, found.citizen_id, found.name_kept)),
        state=found.state,
        site_id=found.site.site_id if found.site else None,
        site=_site_out(found.site),
        here=found.lies_with(bound),
        appointment=appointment,
        replaces=found.replaces,
    )


def _reason_out(reason: Reason | None) -> NothingToGive | None:
    if reason is None:
        return None
    english, arabic = reason.words
    site = _site_out(reason.site)
    return NothingToGive(code=reason.code, reason=english, reason_ar=arabic, site=site, expected_on=reason.expected_on)


@routes.post(
    "/v1/cards/search",
    scopes=(Scope.CARDS_HANDOVER, Scope.CARDS_REPORT, Scope.CARDS_WRITE),
    purpose="hand_over",
    despite_restriction="the card goes on giving what it gives",
)
async def find_cards(given: NationalIdIn, caller: Caller, runtime: Running, request: Request) -> FoundCards:
    """The open cards of the citizen at the counter, at the desk or on the telephone: where they lie and for when.

    Where none can be handed over to the caller's counter, why not.
    """
    found = await searches.find(runtime, caller, given.national_id)
    entry_of(request).about(citizen_id=found.citizen_id)
    return FoundCards(
        items=[_found_out(runtime.state.dependencies, one, caller.bound) for one in found.cards],
        nothing_to_give=_reason_out(found.reason),
    )


@routes.get(
    "/v1/cards/{card_id}/collection",
    scopes=(Scope.CARDS_READ, Scope.CARDS_WRITE, Scope.CARDS_HANDOVER),
    callers=OFFICES,
    problems=(CardUnknown, CardNotCollected),
    purpose="card_lookup",
)
async def read_collection(card_id: UUID, caller: Caller, session: Recording) -> CollectionOut:
    """Who was given a card: its holder, or a proxy by which mandate; when, at which site, by which clerk."""
    found = await service.collected(session, caller, card_id)
    proxy = None
    if found.proxy_id is not None:
        proxy = {"citizen_id": found.proxy_id, "mandate_id": found.mandate_id, "document": found.document}
    whose = {"holder": {"citizen_id": found.citizen_id}, "proxy": proxy}
    return CollectionOut.model_validate({**asdict(found), **whose, "collected_by": "proxy" if proxy else "holder"})


@routes.post(
    "/v1/cards/{card_id}/handover",
    scopes=Scope.CARDS_HANDOVER,
    response_model=HandedOver,
    problems=(
        CardUnknown,
        NationalIdMismatch,
        CardOnItsWay,
        CardStateConflict,
        OtherSite,
        NoSite,
        ProxyUnknown,
        NotAProxy,
        ProxyCollectedMany,
        OtherHouseCall,
    ),
    purpose="hand_over",
    despite_restriction="the card goes on giving what it gives",
)
async def hand_over(
    card_id: UUID,
    given: HandOverIn,
    caller: Caller,
    request: Request,
    runtime: Running,
    _: Annotated[str | None, Header(alias=idempotency.HEADER)] = None,
) -> Response:
    """Give a card to its holder, at the site where it lies; a replacement ends the card it replaces.

    A proxy (`proxy_national_id`) is given it where a mandate allows to collect (`POST /v1/cards/{card_id}/mandates`);
    `house_call_id` where it was brought home (`GET /v1/house-calls`).
    """
    claim = await idempotency.claim(request)
    record = entry_of(request).handed_on()
    return await service.hand_over(runtime, claim, caller, card_id, given, record)

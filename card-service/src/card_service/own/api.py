"""Routes of a citizen's own card and household."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from fastapi import Query

from card_service.appointments.errors import CardNotWaiting, RebookedOften, SlotTooFar, SlotTooSoon
from card_service.appointments.schemas import AppointmentIn, FreeHour, FreeHours
from card_service.cards import numbers
from card_service.cards.api import CARD
from card_service.cards.errors import CardStateConflict, CardUnknown, SiteUnknown
from card_service.cards.lifecycle import USABLE, WAITING
from card_service.context import WithDependencies
from card_service.dependencies import Dependencies
from card_service.distribution.errors import SlotFull, SlotUnknown
from card_service.distribution.opening import HOUR
from card_service.distribution.public_api import PublicSite
from card_service.own import service
from card_service.own.schemas import OwnAppointment, OwnCard, OwnChange, OwnHousehold, OwnLoss, OwnMember
from card_service.proofs.errors import HolderNumberTooNew
from card_service.registry import names, sealed_names
from card_service.registry.models import Citizen
from card_service.sealing import CARD_NUMBER, MOBILE
from chassis import mobiles
from chassis.auth import Caller
from chassis.db import Reading, Work
from chassis.endpoints import CITIZENS
from chassis.months import Day
from chassis.paging import Paging, by_number
from chassis.problems import NotFound
from chassis.routing import router
from contracts.card import ProgrammeService
from contracts.scopes import Scope

routes = router(prefix="/v1/self", tags=["own card"])
_OWN: Final = "citizens see and do it for themselves"


@routes.get(
    "/card", scopes=Scope.SELF_CARD, callers=CITIZENS, problems=CardUnknown, purpose="own", despite_restriction=_OWN
)
async def read_own_card(caller: Caller, session: Reading, deps: WithDependencies) -> OwnCard:
    """One's own card: where it is, when it is collected, and what one may do."""
    return _card_out(deps, await service.read(session, deps, caller))


@routes.get(
    "/card/free-hours",
    scopes=Scope.SELF_CARD,
    callers=CITIZENS,
    problems=(CardUnknown, CardNotWaiting, SiteUnknown),
    purpose="own",
    despite_restriction=_OWN,
)
async def list_own_free_hours(
    caller: Caller,
    session: Reading,
    deps: WithDependencies,
    page: Annotated[Paging[int], by_number(50, 500)],
    site_id: Annotated[UUID | None, Query()] = None,
    first: Day | None = None,
) -> FreeHours:
    """Hours one may choose: at the card's own site, or at `site_id` of its governorate, from `first` on."""
    site, found = await service.free_hours(session, deps, caller, site_id, first)
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
        for _, slot in numbered[: page.limit]
    ]
    return FreeHours(items=items, next=numbered[page.limit - 1][0] if len(numbered) > page.limit else None)


@routes.put(
    "/card/appointment",
    scopes=Scope.SELF_CARD,
    callers=CITIZENS,
    problems=(CardUnknown, CardNotWaiting, SiteUnknown, RebookedOften, SlotTooSoon, SlotTooFar, SlotUnknown, SlotFull),
    purpose="own",
    despite_restriction=_OWN,
)
async def choose_own_hour(given: AppointmentIn, caller: Caller, session: Work, deps: WithDependencies) -> OwnChange:
    """Choose another hour, at the card's site or at another one, where it travels first; an SMS confirms it."""
    change = await service.choose(session, deps, caller, given)
    starts_at = change.to_starts_at
    ends_at = starts_at + HOUR if starts_at else None
    return OwnChange(card_id=change.card_id, site_id=change.to_site, starts_at=starts_at, ends_at=ends_at)


@routes.post(
    "/card/loss",
    scopes=Scope.SELF_CARD,
    callers=CITIZENS,
    problems=(CardUnknown, CardStateConflict, HolderNumberTooNew),
    rows=CARD,
    purpose="own",
    despite_restriction="it protects the citizen",
)
async def report_own_loss(caller: Caller, session: Work, deps: WithDependencies) -> OwnLoss:
    """Stop one's own lost card at once; a code for bread comes by SMS."""
    reported = await service.report_loss(session, deps, caller)
    card, code = reported.card, reported.code
    return OwnLoss(
        card_id=card.card_id,
        state=card.state,
        blocked_at=card.blocked_at,
        lapses_at=card.lapses_at,
        bread_code_until=code.expires_at if code else None,
        no_bread_code=reported.no_code,
    )


@routes.get(
    "/household", scopes=Scope.SELF_CARD, callers=CITIZENS, problems=NotFound, purpose="own", despite_restriction=_OWN
)
async def read_own_household(caller: Caller, session: Reading, deps: WithDependencies) -> OwnHousehold:
    """One's own household as it is registered."""
    found, citizen, members = await service.household(session, caller)
    return OwnHousehold(
        household_id=found.household_id,
        governorate=found.governorate,
        district=found.district,
        address=found.address,
        mobile_masked=_mobile(deps, citizen),
        members=[_member_out(deps, one, citizen.citizen_id) for one in members],
    )


def _card_out(deps: Dependencies, found: service.Found) -> OwnCard:
    card, waits = found.card, found.card.state in WAITING
    number = deps.vault.open(card.card_id, card.number_sealed, CARD_NUMBER).decode()
    name = sealed_names.opened(deps.vault, found.citizen.citizen_id, found.citizen.name_kept)
    appointment = None
    if found.booked and found.booked_at:
        starts_at = found.booked.starts_at
        site = PublicSite.of(found.booked_at)
        appointment = OwnAppointment(starts_at=starts_at, ends_at=starts_at + HOUR, site=site)
    return OwnCard(
        card_id=card.card_id,
        number_masked=numbers.masked(number),
        holder_name_masked=names.masked(name),
        governorate=card.governorate,
        state=card.state,
        services=[ProgrammeService(one) for one in card.services],
        site=PublicSite.of(found.site) if found.site else None,
        expected_on=card.expected_on,
        issued_at=card.issued_at,
        activated_at=card.activated_at,
        blocked_at=card.blocked_at,
        block_reason=card.block_reason,
        lapses_at=card.lapses_at,
        appointment=appointment,
        may_choose=waits and found.changes_left > 0 and found.site is not None,
        changes_left=found.changes_left,
        may_report_lost=card.state in USABLE,
    )


def _mobile(deps: Dependencies, citizen: Citizen) -> str | None:
    if citizen.mobile_sealed is None:
        return None
    return mobiles.masked(deps.vault.open(citizen.citizen_id, citizen.mobile_sealed, MOBILE).decode(), last=3)


def _member_out(deps: Dependencies, citizen: Citizen, you: UUID) -> OwnMember:
    return OwnMember(
        citizen_id=citizen.citizen_id,
        role=citizen.role,
        full_name=sealed_names.opened(deps.vault, citizen.citizen_id, citizen.name_kept),
        birth_date=citizen.birth_date,
        you=citizen.citizen_id == you,
    )

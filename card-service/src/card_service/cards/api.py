"""Routes of cards."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query

from card_service.cards import counter, numbers, payees, service
from card_service.cards.errors import (
    CardStateConflict,
    CardUnknown,
    LastService,
    PinChecksExceeded,
    PinEnvelopeStale,
    PinEnvelopeUsed,
    PinUnreadable,
    ReplacementWaiting,
    SiteClosed,
    SiteEnded,
    SiteUnknown,
)
from card_service.cards.models import Card
from card_service.cards.schemas import (
    BlockIn,
    CardHistory,
    CardList,
    CardOut,
    CardStep,
    DisableReason,
    PayeeLookup,
    PayeeLookupOut,
    PinCheck,
    PinIn,
    PinKey,
    ReplacementIn,
)
from card_service.context import WithDependencies
from card_service.dependencies import Dependencies
from card_service.keys import PIN_TRIES
from card_service.sealing import CARD_NUMBER
from chassis.auth import Caller
from chassis.db import Recording, Work
from chassis.endpoints import OFFICES, Rate
from chassis.paging import Paging, by_id
from chassis.principal import Principal
from chassis.records.acts import Rows
from chassis.routing import router
from contracts.card import ProgrammeService
from contracts.scopes import Scope

routes = router(tags=["cards"])
CARD = Rows("card", "card_id", without=("number_hash", "pin_salt", "pin_digest"))

Named = Annotated[ProgrammeService, Path(alias="service")]


def card_out(deps: Dependencies, caller: Principal, card: Card, replaced_by: UUID | None = None) -> CardOut:
    """A card as others may see it."""
    number = deps.vault.open(card.card_id, card.number_sealed, CARD_NUMBER).decode()
    pin = counter.pin_state(card, deps.figure(PIN_TRIES))
    return CardOut(
        card_id=card.card_id,
        citizen_id=card.citizen_id,
        household_id=card.household_id,
        governorate=card.governorate,
        number_masked=numbers.masked(number),
        state=card.state,
        services=[ProgrammeService(one) for one in card.services],
        site_id=card.site_id,
        bound_for=card.bound_for,
        expected_on=card.expected_on,
        phase_id=card.phase_id,
        replaces=card.replaces,
        replaced_by=replaced_by,
        issued_at=card.issued_at,
        activated_at=card.activated_at,
        blocked_at=card.blocked_at,
        block_reason=card.block_reason,
        lapses_at=card.lapses_at,
        pin=pin,
        allowed_actions=service.actions(caller, card),
    )


@routes.post(
    "/v1/payee-lookups",
    scopes=Scope.PAYEES_RESOLVE,
    rate=Rate.BULK,
    deadline=30,
    purpose="payout",
    despite_restriction="pensions are paid",
)
async def look_up_payees(
    given: PayeeLookup, caller: Caller, session: Recording, deps: WithDependencies
) -> PayeeLookupOut:
    """Find up to a thousand payees by national id or card number, for a payout."""
    if given.national_ids is not None:
        found = await payees.by_national_ids(session, deps, caller, given.national_ids)
    else:
        found = await payees.by_card_numbers(session, deps, caller, given.card_numbers or [])
    items = [{"position": n, "citizen_id": one} for n, one in enumerate(found) if isinstance(one, UUID)]
    unknown = [{"position": n, "code": one} for n, one in enumerate(found) if isinstance(one, str)]
    return PayeeLookupOut.model_validate({"items": items, "unknown": unknown})


@routes.get("/v1/pin-key", public=True)
async def pin_key(deps: WithDependencies) -> PinKey:
    """The public key terminals encrypt PINs for."""
    return PinKey.model_validate(deps.pins.public_jwk)


@routes.post(
    "/v1/cards/{card_id}/pin-checks",
    scopes=(Scope.CARDS_HANDOVER, Scope.REDEMPTIONS_CREATE),
    problems=(CardUnknown, CardStateConflict, PinUnreadable, PinEnvelopeStale, PinEnvelopeUsed, PinChecksExceeded),
    purpose="pin_check",
    despite_restriction="the card goes on giving what it gives",
)
async def check_pin(card_id: UUID, given: PinIn, caller: Caller, session: Work, deps: WithDependencies) -> PinCheck:
    """Try a PIN; three wrong tries lock it until a desk sets a new one, and many at different cards stop who asks."""
    result, left = await counter.check_pin(session, deps, caller, card_id, given.pin_jwe)
    return PinCheck(card_id=card_id, result=result, tries_left=left)


@routes.get(
    "/v1/cards/{card_id}",
    scopes=(Scope.CARDS_READ, Scope.CARDS_WRITE, Scope.CARDS_HANDOVER),
    problems=CardUnknown,
    purpose="card_lookup",
)
async def read_card(card_id: UUID, caller: Caller, session: Recording, deps: WithDependencies) -> CardOut:
    """A card as it stands and what may be done to it."""
    card, replaced_by = await service.read(session, caller, card_id)
    return card_out(deps, caller, card, replaced_by)


@routes.get(
    "/v1/cards/{card_id}/history",
    scopes=(Scope.CARDS_READ, Scope.CARDS_WRITE, Scope.CARDS_HANDOVER),
    callers=OFFICES,
    problems=CardUnknown,
    purpose="card_lookup",
)
async def read_history(
    card_id: UUID, caller: Caller, session: Recording, page: Annotated[Paging[UUID], by_id(50, 200)]
) -> CardHistory:
    """The steps of a card's life: what was done, when, by whom, at which site and why; the first one first."""
    found = await service.history(session, caller, card_id, page)
    items = [CardStep.model_validate(one, from_attributes=True) for one in found]
    return CardHistory.of(page, items, lambda step: step.step_id)


@routes.get("/v1/citizens/{citizen_id}/cards", scopes=(Scope.CARDS_READ, Scope.CARDS_WRITE), purpose="card_lookup")
async def list_cards_of_citizen(
    citizen_id: UUID, caller: Caller, session: Recording, deps: WithDependencies
) -> CardList:
    """The cards a citizen has and had."""
    return CardList(
        items=[card_out(deps, caller, one) for one in await service.of_citizen(session, caller, citizen_id)]
    )


@routes.get("/v1/households/{household_id}/cards", scopes=(Scope.CARDS_READ, Scope.CARDS_WRITE), purpose="card_lookup")
async def list_cards_of_household(
    household_id: UUID, caller: Caller, session: Recording, deps: WithDependencies
) -> CardList:
    """The cards that members of a household have and had."""
    return CardList(
        items=[card_out(deps, caller, one) for one in await service.of_household(session, caller, household_id)]
    )


@routes.post(
    "/v1/cards/{card_id}/block",
    scopes=Scope.CARDS_WRITE,
    problems=(CardUnknown, CardStateConflict),
    rows=CARD,
    purpose="card_block",
    despite_restriction="it protects the citizen",
)
async def block_card(card_id: UUID, given: BlockIn, caller: Caller, session: Work, deps: WithDependencies) -> CardOut:
    """Refuse a card everywhere from now on."""
    return card_out(deps, caller, await service.block(session, deps, caller, card_id, given.reason))


@routes.post(
    "/v1/cards/{card_id}/unblock",
    scopes=Scope.CARDS_WRITE,
    problems=(CardUnknown, CardStateConflict, ReplacementWaiting),
    rows=CARD,
    purpose="card_found",
    despite_restriction="the card goes on giving what it gives",
)
async def unblock_card(card_id: UUID, caller: Caller, session: Work, deps: WithDependencies) -> CardOut:
    """Let a blocked card be used again."""
    return card_out(deps, caller, await service.unblock(session, deps, caller, card_id))


@routes.put(
    "/v1/cards/{card_id}/services/{service}",
    scopes=Scope.CARDS_WRITE,
    problems=(CardUnknown, CardStateConflict),
    rows=CARD,
    purpose="card_services",
    despite_restriction="the card goes on giving what it gives",
)
async def enable_service(card_id: UUID, named: Named, caller: Caller, session: Work, deps: WithDependencies) -> CardOut:
    """Let an active card be used for one more service, such as health insurance."""
    return card_out(deps, caller, await service.enable(session, caller, card_id, named))


@routes.delete(
    "/v1/cards/{card_id}/services/{service}",
    scopes=Scope.CARDS_WRITE,
    problems=(CardUnknown, CardStateConflict, LastService),
    rows=CARD,
    purpose="card_services",
)
async def disable_service(
    card_id: UUID,
    named: Named,
    caller: Caller,
    session: Work,
    deps: WithDependencies,
    reason: Annotated[DisableReason, Query(description="why it is refused from now on")] = "order",
) -> CardOut:
    """Refuse a service on an active card; its other services stay."""
    return card_out(deps, caller, await service.disable(session, caller, card_id, named, reason))


@routes.post(
    "/v1/cards/{card_id}/replacement",
    scopes=Scope.CARDS_WRITE,
    status_code=201,
    problems=(CardUnknown, SiteUnknown, SiteEnded, SiteClosed, CardStateConflict, ReplacementWaiting),
    rows=CARD,
    purpose="replacement",
    despite_restriction="the card goes on giving what it gives",
)
async def replace_card(
    card_id: UUID, given: ReplacementIn, caller: Caller, session: Work, deps: WithDependencies
) -> CardOut:
    """Order a replacement, to be collected at any site of the governorate; the household's entitlements stay.

    Where a bureau makes the cards of its phase, it comes with the next batch; its holder is invited once it is there.
    """
    return card_out(deps, caller, await service.replace(session, deps, caller, card_id, given.reason, given.site_id))

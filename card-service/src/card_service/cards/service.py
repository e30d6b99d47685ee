"""Use cases of cards in use: looking up, blocking, unblocking, changing services, replacing, closing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards import minting, repository, steps
from card_service.cards.errors import (
    CardStateConflict,
    CardUnknown,
    LastService,
    ReplacementWaiting,
    SiteClosed,
    SiteEnded,
    SiteUnknown,
)
from card_service.cards.lifecycle import (
    BLOCKED_UNTIL_REPLACED,
    USABLE,
    Action,
    CardState,
    IllegalMove,
    after,
    offered,
)
from card_service.cards.models import Card, KeptStep, NewCard, Step
from card_service.dependencies import Dependencies
from card_service.keys import LOST_DAYS
from card_service.registry import repository as register
from chassis import outbox
from chassis.area import Area
from chassis.endpoints import OFFICES
from chassis.paging import Paging
from chassis.principal import Principal
from chassis.problems import NotFound
from contracts.card import (
    CardBlocked,
    CardClosed,
    CardServiceDisabled,
    CardServiceEnabled,
    CardUnblocked,
    ProgrammeService,
)
from contracts.event import Event
from contracts.losses import CardReportedLost
from policybook.calendar import after_working_days

LOST: Final = "lost"
OFFICE: Final = "office"
EXPIRED: Final = "expired"


def move(caller: Principal | None, state: CardState, action: Action, before: CardState | None = None) -> CardState:
    """The state an action leads to. Raises CardStateConflict, which tells the caller what else it might ask for."""
    try:
        return after(state, action, before)
    except IllegalMove as error:
        raise CardStateConflict.of(state, action, callable_by(caller, state) if caller else []) from error


def callable_by(caller: Principal, state: CardState) -> list[Action]:
    """What a caller's scopes open for a card of a state."""
    return offered(state, caller.scopes, office=caller.kind in OFFICES)


def actions(caller: Principal, card: Card) -> list[Action]:
    """What a caller can call for this card: giving it out only where it lies, finding it only where it was lost."""
    beside = set()
    at_its_site = Area(card.governorate, site_id=card.site_id)
    if caller.bound.site_id is None or card.site_id is None or not caller.bound.covers(at_its_site):
        beside.add(Action.HAND_OVER)
    if card.block_reason != LOST:
        beside.add(Action.REPORT_FOUND)
    return [action for action in callable_by(caller, card.state) if action not in beside]


async def card_of(session: AsyncSession, caller: Principal, card_id: UUID, *, lock: bool = False) -> Card:
    """A card the caller may see. Raises CardUnknown."""
    return caller.bound.own(await repository.find(session, card_id, lock=lock), CardUnknown)


async def of_citizen(session: AsyncSession, caller: Principal, citizen_id: UUID) -> list[Card]:
    """The cards of a citizen that the caller may see. Raises NotFound where neither is the caller's."""
    cards = await repository.of_citizen(session, citizen_id)
    citizen = await register.find_citizen(session, citizen_id)
    return _visible(caller, cards, citizen.area if citizen else None)


async def of_household(session: AsyncSession, caller: Principal, household_id: UUID) -> list[Card]:
    """The cards of a household that the caller may see. Raises NotFound where neither is the caller's."""
    cards = await repository.of_household(session, household_id)
    household = await register.find_household(session, household_id)
    return _visible(caller, cards, household.area if household else None)


def _visible(caller: Principal, cards: Sequence[Card], area: Area | None) -> list[Card]:
    """Cards are seen where they are of; whoever sees the person or household learns that there are none."""
    found = [card for card in cards if caller.bound.covers(card.area)]
    if not found and (area is None or not caller.bound.covers(area)):
        raise NotFound
    return found


async def block(session: AsyncSession, deps: Dependencies, caller: Principal, card_id: UUID, reason: str) -> Card:
    """Refuse a card everywhere from now on."""
    card = await card_of(session, caller, card_id, lock=True)
    move(caller, card.state, Action.BLOCK)
    await stop(session, deps, card, Step.of(caller, Action.BLOCK, deps.now(), reason), OFFICE)
    return await card_of(session, caller, card_id)


async def stop(session: AsyncSession, deps: Dependencies, card: Card, step: Step, channel: str) -> None:
    """Block a card whose row is locked; a lost one lapses, unless a replacement is asked for.

    `step.because`: why, a reason for blocking; `channel`: how it was reported. Raises CardStateConflict.
    """
    move(None, card.state, step.action)
    lapses_at = None
    if step.because == LOST and not await repository.has_waiting(session, card.citizen_id):
        lapses_at = after_working_days(deps.policies.book, step.at, deps.figure(LOST_DAYS))
    await _block(session, card, step, channel, lapses_at)


async def _block(session: AsyncSession, card: Card, step: Step, channel: str, lapses_at: datetime | None) -> None:
    reason, now = step.because or "", step.at
    await repository.block(session, card.card_id, step, lapses_at)
    whose = {"card_id": card.card_id, "citizen_id": card.citizen_id, "household_id": card.household_id}
    events: list[Event] = [CardBlocked(**whose, reason=reason, blocked_at=now)]
    if reason == LOST:
        events.append(CardReportedLost(**whose, channel=channel, blocked_at=now, lapses_at=lapses_at))
    await outbox.add(session, *events, at=now)


async def unblock(session: AsyncSession, deps: Dependencies, caller: Principal, card_id: UUID) -> Card:
    """Let a blocked card be used again, unless its replacement waits already."""
    card = await card_of(session, caller, card_id, lock=True)
    move(caller, card.state, Action.UNBLOCK)
    await free(session, card, Step.of(caller, Action.UNBLOCK, deps.now()))
    return await card_of(session, caller, card_id)


async def free(session: AsyncSession, card: Card, step: Step) -> None:
    """Let a blocked card, whose row is locked, be used again. Raises CardStateConflict or ReplacementWaiting."""
    move(None, card.state, step.action, card.state_before_block)
    if await repository.has_waiting(session, card.citizen_id):
        raise ReplacementWaiting(detail_ar="لا يمكن إعادة تشغيل الكارت لوجود كارت بديل في انتظار الاستلام.")
    await repository.unblock(session, card.card_id, step)
    unblocked = CardUnblocked(card_id=card.card_id, citizen_id=card.citizen_id, household_id=card.household_id)
    await outbox.add(session, unblocked, at=step.at)


async def enable(session: AsyncSession, caller: Principal, card_id: UUID, service: ProgrammeService) -> Card:
    """Let an active card be used for one more service; one that is enabled already stays so."""
    card = await card_of(session, caller, card_id, lock=True)
    move(caller, card.state, Action.CHANGE_SERVICES)
    if service in card.services:
        return card
    await repository.set_services(session, card_id, [*card.services, service])
    event = CardServiceEnabled(card_id=card_id, household_id=card.household_id, service=service)
    await outbox.add(session, event)
    return await card_of(session, caller, card_id)


async def disable(
    session: AsyncSession, caller: Principal, card_id: UUID, service: ProgrammeService, reason: str
) -> Card:
    """Refuse a service on an active card; one that is not enabled stays so. Raises LastService for its only one."""
    card = await card_of(session, caller, card_id, lock=True)
    move(caller, card.state, Action.CHANGE_SERVICES)
    if service not in card.services:
        return card
    left = [one for one in card.services if one != service]
    if not left:
        raise LastService(
            "Block the card, or enable another service first.", detail_ar="أوقف الكارت أو فعّل خدمة أخرى أولاً."
        )
    await repository.set_services(session, card_id, left)
    event = CardServiceDisabled(card_id=card_id, household_id=card.household_id, service=service, reason=reason)
    await outbox.add(session, event)
    return await card_of(session, caller, card_id)


async def replace(
    session: AsyncSession, deps: Dependencies, caller: Principal, card_id: UUID, reason: str, site_id: UUID
) -> Card:
    """Order a replacement, ready at a site or, where a bureau makes its phase's cards, made with the next batch.

    A card out of its holder's hands is blocked at once. Raises CardUnknown, CardStateConflict, ReplacementWaiting,
    SiteUnknown, SiteEnded or SiteClosed.
    """
    old = await card_of(session, caller, card_id, lock=True)
    move(caller, old.state, Action.REPLACE)
    if await repository.has_waiting(session, old.citizen_id):
        raise ReplacementWaiting(detail_ar="تم طلب كارت بديل من قبل وهو في انتظار الاستلام.")
    await _ensure_collectable(session, deps, old.governorate, site_id)
    by_bureau = await repository.made_by_bureau(session, old.phase_id)
    now = deps.now()
    if reason in BLOCKED_UNTIL_REPLACED and old.state in USABLE:
        await _block(session, old, Step.of(caller, Action.BLOCK, now, reason), OFFICE, None)
    elif old.lapses_at is not None:
        await repository.stays_blocked(session, card_id)
    (minted,) = await minting.mint(session, deps, 1)
    new = NewCard(
        card_id=minted.card_id,
        citizen_id=old.citizen_id,
        household_id=old.household_id,
        governorate=old.governorate,
        number_hash=minted.number_hash,
        number_sealed=minted.number_sealed,
        site_id=None if by_bureau else site_id,
        phase_id=old.phase_id,
        replaces=card_id,
        bound_for=site_id if by_bureau else None,
    )
    await repository.insert(session, [new], now, caller.subject, reason)
    return await card_of(session, caller, new.card_id)


async def _ensure_collectable(session: AsyncSession, deps: Dependencies, governorate: str, site_id: UUID) -> None:
    """That cards are handed over at a site of the governorate. Raises SiteUnknown, SiteEnded or SiteClosed."""
    site = await repository.site(session, site_id, deps.now())
    if site is None or site.governorate != governorate:
        raise SiteUnknown(detail_ar="اختر مكان استلام في محافظة المواطن.")
    if site.ends_on is not None and site.ends_on < deps.today():
        raise SiteEnded(f"Its last day was {site.ends_on}.", detail_ar="اختر مكان استلام آخر.")
    if site.closed_until is not None:
        until = site.closed_until.isoformat()
        raise SiteClosed(f"Until {until}.", detail_ar="اختر مكان استلام آخر أو أعد المحاولة بعد فتحه.", until=until)


async def close_cards_of(session: AsyncSession, citizen_id: UUID, reason: str, now: datetime, by: str) -> list[UUID]:
    """End all cards of a citizen; which."""
    closed = await repository.close_all(session, citizen_id, Step(Action.CLOSE, now, by, because=reason))
    events = [CardClosed(card_id=card_id, household_id=home, reason=reason) for card_id, home in closed]
    await outbox.add(session, *events)
    return [card_id for card_id, _ in closed]


async def expire(session: AsyncSession, card: Card, now: datetime) -> None:
    """End a card, whose row is locked, with its last day; whoever knows of it is told."""
    step = Step(Action.EXPIRE, now, repository.EXPIRED, because=EXPIRED)
    await repository.end(session, card.card_id, move(None, card.state, Action.EXPIRE), step)
    if card.issued_at is not None:
        await outbox.add(session, CardClosed(card_id=card.card_id, household_id=card.household_id, reason=EXPIRED))


async def read(session: AsyncSession, caller: Principal, card_id: UUID) -> tuple[Card, UUID | None]:
    """A card and the one that replaces it."""
    card = await card_of(session, caller, card_id)
    return card, await repository.replacement_of(session, card_id)


async def history(session: AsyncSession, caller: Principal, card_id: UUID, page: Paging[UUID]) -> list[KeptStep]:
    """The steps of a card's life, the first one first. Raises CardUnknown."""
    await card_of(session, caller, card_id)
    return await steps.of_card(session, card_id, page)

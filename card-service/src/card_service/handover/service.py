"""Handing cards over. Requests that come while a transaction is under way share the next one and its commit."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards import repository as cards
from card_service.cards.errors import CardUnknown
from card_service.cards.lifecycle import Action, CardState, usable_state
from card_service.cards.models import Step
from card_service.cards.service import card_of, move
from card_service.context import Runtime
from card_service.dependencies import Dependencies
from card_service.distribution import repository as appointments
from card_service.handover import collections, repository
from card_service.handover.errors import (
    CardNotCollected,
    CardOnItsWay,
    NationalIdMismatch,
    NoSite,
    OtherHouseCall,
    OtherSite,
)
from card_service.handover.models import Collected, Handed, Waiting, Wish
from card_service.handover.proxies import Proxies
from card_service.handover.schemas import HandedOver, HandOverIn
from card_service.housecalls import repository as housecalls
from card_service.housecalls.models import CallState
from card_service.sealing import NATIONAL_ID
from card_service.settings import Settings
from chassis.clock import business_day
from chassis.group_commit import GroupCommit
from chassis.idempotency import Claim, enter_many
from chassis.principal import Principal
from chassis.problems import Problem
from chassis.records.rows import Record
from chassis.runtime import Resources
from chassis.telemetry import current_traceparent
from chassis.text import normalise_digits
from contracts.card import CardActivated, CardIssued, CardReplaced, ProgrammeService
from contracts.event import Event


def lanes_of(resources: Resources, settings: Settings, deps: Dependencies) -> GroupCommit[Wish, bytes]:
    """The lanes of hand-overs."""

    async def run(_: int, wishes: Sequence[Wish]) -> list[bytes | BaseException]:
        async with resources.sessions() as session, session.begin():
            replies = await carry_out(session, deps, wishes)
        resources.wake_relay()
        return replies

    return GroupCommit(run, lanes=settings.card_handover_lanes, max_batch=settings.card_handover_batch)


async def hand_over(
    runtime: Runtime, claim: Claim, caller: Principal, card_id: UUID, given: HandOverIn, record: Record
) -> Response:
    """Give a card to its holder; the reply, after the commit.

    Raises CardUnknown, NationalIdMismatch, CardOnItsWay, CardStateConflict, OtherSite, NoSite, ProxyUnknown, NotAProxy,
    ProxyCollectedMany, what `idempotency.enter` does, and Unavailable where too many wait.
    """
    if caller.bound.site_id is None:
        raise NoSite("A counter's token names its site.", detail_ar="يتم التسليم من مكان الاستلام فقط.")
    wish = Wish(
        claim=claim,
        caller=caller,
        card_id=card_id,
        national_id=given.national_id,
        proxy_national_id=given.proxy_national_id,
        house_call_id=given.house_call_id,
        now=runtime.clock.now(),
        record=record,
        traceparent=current_traceparent(),
    )
    body = await runtime.state.handovers.submit(card_id.int, wish)
    return Response(body, repository.STATUS, media_type=repository.MEDIA_TYPE)


async def collected(session: AsyncSession, caller: Principal, card_id: UUID) -> Collected:
    """Who was given a card that the caller may see. Raises CardUnknown or CardNotCollected."""
    card = await card_of(session, caller, card_id)
    found = await collections.of_card(session, card.card_id)
    if found is None:
        raise CardNotCollected(detail_ar="الكارت لم يسلم بعد.")
    return found


async def carry_out(session: AsyncSession, deps: Dependencies, wishes: Sequence[Wish]) -> list[bytes | BaseException]:
    """What becomes of each wish, in their order: the reply's body, or what is to be raised."""
    replies: list[bytes | BaseException] = []
    done: list[Handed] = []
    entered = await enter_many(session, [wish.claim for wish in wishes])
    free = [wish.card_id for wish, known in zip(wishes, entered, strict=True) if known is None]
    found = await repository.waiting(session, free) if free else {}
    proxies = await Proxies.named(session, deps, wishes)
    for wish, known in zip(wishes, entered, strict=True):
        if known is not None:
            replies.append(known)
            continue
        try:
            handed = await _decide(session, deps, wish, found.get(wish.card_id), proxies)
        except Problem as problem:
            replies.append(problem)
            continue
        found[wish.card_id] = handed.card  # for whoever wishes for the same card behind this one
        done.append(handed)
        replies.append(handed.body)
    if done:
        await repository.hand_over(session, done)
        elsewhere = [one.card for one in done if one.card.appointment_id is not None and not one.card.keeps]
        await appointments.cancel(session, [card.card_id for card in elsewhere])
        await collections.put(session, done)
        await _end_house_calls(session, deps, done)
    return replies


async def _decide(
    session: AsyncSession, deps: Dependencies, wish: Wish, card: Waiting | None, proxies: Proxies
) -> Handed:
    caller, now = wish.caller, wish.now
    card = caller.bound.own(card, CardUnknown)
    given = deps.vault.fingerprint(normalise_digits(wish.national_id), NATIONAL_ID)
    same = [hmac.compare_digest(given, one) for one in card.national_ids]
    if not any(same):
        raise NationalIdMismatch(detail_ar="تأكد من الرقم القومي لصاحب الكارت.")
    if card.comes_to(caller.bound):
        raise CardOnItsWay.expected(card.expected_on)
    state = move(caller, card.state, Action.HAND_OVER)
    if card.site is None or not card.lies_with(caller.bound):
        raise _other_site(card)
    if wish.house_call_id is not None:
        _at_home(wish.house_call_id, card, business_day(now))
    collection = await proxies.collects(session, wish, card, card.site.site_id)
    events: list[Event] = [
        CardIssued(
            card_id=card.card_id,
            citizen_id=card.citizen_id,
            household_id=card.household_id,
            governorate=card.governorate,
            site_id=card.site.site_id,
            issued_at=now,
            by_proxy=collection is not None,
        )
    ]
    services: list[ProgrammeService] = []
    if card.replaces is not None:
        state, services = await _end_replaced(session, wish, card, card.replaces, events)
    reply = HandedOver(
        card_id=card.card_id,
        citizen_id=card.citizen_id,
        household_id=card.household_id,
        state=state,
        services=services,
        site_id=card.site.site_id,
        issued_at=now,
        by_proxy=collection is not None,
        at_home=wish.house_call_id is not None,
        replaced_card_id=card.replaces,
    )
    return Handed(wish, replace(card, state=state), services, events, reply.model_dump_json().encode(), collection)


def _at_home(call_id: UUID, card: Waiting, today: date) -> None:
    """That the card is brought home today, or was to be before. Raises OtherHouseCall."""
    if card.house_call_id != call_id or card.house_call_day is None or card.house_call_day > today:
        raise OtherHouseCall(detail_ar="راجع قائمة الزيارات لهذا اليوم.")


async def _end_house_calls(session: AsyncSession, deps: Dependencies, done: Sequence[Handed]) -> None:
    """Nobody has to come any more to whom the card was given, at home or at the counter."""
    ended: list[tuple[UUID, CallState, str, datetime]] = []
    spared: list[UUID] = []
    for one in done:
        call_id = one.card.house_call_id
        if call_id is not None:
            at_home = one.wish.house_call_id is not None
            ended.append((call_id, "done" if at_home else "withdrawn", one.wish.caller.subject, one.wish.now))
            spared += [] if at_home else [call_id]
    if ended:
        await housecalls.end(session, ended)
        await housecalls.free(session, spared, deps.today())


def _other_site(card: Waiting) -> OtherSite:
    site = card.site
    if site is None:
        return OtherSite()
    return OtherSite(
        f"It lies at {site.name_en}.",
        detail_ar=f"الكارت موجود في: {site.name_ar}، {site.address_ar}",
        site={
            "site_id": str(site.site_id),
            "name_ar": site.name_ar,
            "name_en": site.name_en,
            "address_ar": site.address_ar,
        },
    )


async def _end_replaced(
    session: AsyncSession, wish: Wish, card: Waiting, old_id: UUID, events: list[Event]
) -> tuple[CardState, list[ProgrammeService]]:
    """Close the card that is replaced; state and services pass to the new one. Adds the events that tell of it."""
    old, now = await cards.find(session, old_id, lock=True), wish.now
    if old is None or old.state in {CardState.CLOSED, CardState.REPLACED}:
        return CardState.ISSUED, []
    if old.state is CardState.EXPIRED:
        state = CardState.ACTIVE if old.activated_at else CardState.ISSUED
    else:
        state = usable_state(old.state, old.state_before_block)
        step = Step.of(wish.caller, Action.SUPERSEDE, now, "replaced")
        await cards.end(session, old_id, move(wish.caller, old.state, Action.SUPERSEDE), step)
    services = [ProgrammeService(service) for service in old.services]
    events.append(
        CardReplaced(
            old_card_id=old_id,
            new_card_id=card.card_id,
            citizen_id=card.citizen_id,
            household_id=card.household_id,
            governorate=card.governorate,
            services=services,
            replaced_at=now,
        )
    )
    if state is CardState.ACTIVE:
        events.append(
            CardActivated(
                card_id=card.card_id,
                citizen_id=card.citizen_id,
                household_id=card.household_id,
                governorate=card.governorate,
                district=card.district,
                members=card.members,
                services=services,
                phase_id=card.phase_id,
                activated_at=now,
            )
        )
    return state, services

"""Use cases of the counter: finding a citizen's card, handing it over, PINs and credentials."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession

from card_service.accesses.service import note, visit
from card_service.cards import pins, repository
from card_service.cards.envelopes import EnvelopeBroken
from card_service.cards.errors import (
    CardUnknown,
    NationalIdMismatch,
    NoSite,
    OtherSite,
    PinMalformed,
    PinUnreadable,
    PinWeak,
)
from card_service.cards.lifecycle import Action, CardState, usable_state
from card_service.cards.models import Card, Found, Waiting
from card_service.cards.service import card_of, move
from card_service.registry.national_id import NationalIdError, normalise_digits, parse
from card_service.sealing import NATIONAL_ID
from card_service.tools import Tools
from chassis.auth import Principal
from contracts.card import CardActivated, CardIssued, CardReplaced, ProgrammeService
from contracts.event import Event


async def find(pool: asyncpg.Pool, tools: Tools, caller: Principal, national_id: str) -> list[Found]:
    """The open cards of the citizen with this national id; none for a number that cannot be one."""
    try:
        number = parse(national_id, tools.today()).number
    except NationalIdError:
        return []
    seen = visit(caller, tools.now(), "card_found", "hand_over")
    fingerprint = tools.vault.fingerprint(NATIONAL_ID, number)
    return await repository.find_by_national_id(pool, fingerprint, caller.governorate, seen)


async def hand_over(
    session: AsyncSession, tools: Tools, caller: Principal, card_id: UUID, national_id: str
) -> tuple[Waiting, CardState, list[ProgrammeService], datetime]:
    """Give a card to its holder: its state and services from now on, and when.

    Raises CardUnknown, NationalIdMismatch, CardStateConflict, OtherSite, NoSite.
    """
    if caller.site_id is None:
        raise NoSite("A counter's token names its site.", detail_ar="يتم التسليم من مكان الاستلام فقط.")
    card = await repository.waiting(session, card_id)
    if card is None or caller.governorate not in (None, card.governorate):
        raise CardUnknown
    given = tools.vault.fingerprint(NATIONAL_ID, normalise_digits(national_id))
    if not hmac.compare_digest(given, card.national_id_hash):
        raise NationalIdMismatch(detail_ar="تأكد من الرقم القومي لصاحب الكارت.")
    state = move(card.state, Action.HAND_OVER)
    if card.site is None or card.site.site_id != caller.site_id:
        raise _other_site(card)
    now = tools.now()
    events: list[Event] = [
        CardIssued(
            card_id=card_id,
            citizen_id=card.citizen_id,
            household_id=card.household_id,
            governorate=card.governorate,
            site_id=card.site.site_id,
            issued_at=now,
        )
    ]
    services: list[ProgrammeService] = []
    if card.replaces is not None:
        state, services = await _end_replaced(session, card, card.replaces, events, now)
    seen = visit(caller, now, "card_handed_over", "hand_over")
    await repository.hand_over(session, card, state, services, seen, events)
    return card, state, services, now


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
    session: AsyncSession, card: Waiting, old_id: UUID, events: list[Event], now: datetime
) -> tuple[CardState, list[ProgrammeService]]:
    """Close the card that is replaced; state and services pass to the new one. Adds the events that tell of it."""
    old = await repository.find(session, old_id, lock=True)
    if old is None or old.state is CardState.CLOSED:
        return CardState.ISSUED, []
    state = usable_state(old.state, old.state_before_block)
    services = [ProgrammeService(service) for service in old.services]
    await repository.close(session, old_id, "replaced", now)
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


def _open_pin(tools: Tools, card_id: UUID, pin_jwe: str) -> str:
    try:
        return tools.pins.open(pin_jwe, card_id)
    except EnvelopeBroken as error:
        raise PinUnreadable(
            "Encrypt it for the key of GET /v1/pin-key, with the card's id inside.",
            detail_ar="أعد إدخال الرقم السري.",
        ) from error


async def set_pin(session: AsyncSession, tools: Tools, caller: Principal, card_id: UUID, pin_jwe: str) -> None:
    """Set or reset the PIN at a desk; a locked PIN is free again. Raises PinUnreadable, PinMalformed, PinWeak."""
    card = await card_of(session, caller, card_id, lock=True)
    move(card.state, Action.SET_PIN)
    pin = _open_pin(tools, card_id, pin_jwe)
    fault = pins.fault(pin, card.birth_year)
    if fault is pins.PinFault.MALFORMED:
        raise PinMalformed
    if fault is pins.PinFault.WEAK:
        raise PinWeak(
            "No repeated digits, no runs, not the year of birth.",
            detail_ar="لا تستخدم أرقاماً مكررة أو متتالية أو سنة الميلاد.",
        )
    await repository.set_pin(session, card_id, pins.stored(tools.pin_key, pin))
    await note(session, caller, tools.now(), "pin_set", "pin_desk", [card.citizen_id])


async def check_pin(
    session: AsyncSession, tools: Tools, caller: Principal, card_id: UUID, pin_jwe: str
) -> tuple[pins.PinResult, int]:
    """Try a PIN: the result and how many tries are left. The count is kept whatever the answer."""
    card = await card_of(session, caller, card_id, lock=True)
    move(card.state, Action.CHECK_PIN)
    pin = _open_pin(tools, card_id, pin_jwe)
    max_tries = tools.figure("pin.max_tries")
    result, failures = pins.attempt(tools.pin_key, card.pin, pin, max_tries)
    if card.pin is not None and failures != card.pin.failures:
        await repository.count_failures(session, card_id, failures)
    return result, max(0, max_tries - failures) if card.pin else 0


async def credential(session: AsyncSession, tools: Tools, caller: Principal, card_id: UUID) -> tuple[str, datetime]:
    """The signed credential of a card in its holder's hands, and when it expires."""
    card = await card_of(session, caller, card_id)
    move(card.state, Action.PROVE)
    expires = (tools.now() + timedelta(days=tools.figure("credential.lifetime"))).replace(microsecond=0)
    return tools.credentials.sign(card_id, card.household_id, card.governorate, expires), expires


def pin_state(card: Card, max_tries: int) -> str:
    """Whether a PIN is set and whether it is locked."""
    if card.pin is None:
        return "not_set"
    return "locked" if card.pin.failures >= max_tries else "set"

"""Use cases of a card in its holder's hands: its PIN. `handover/` finds cards and gives them out."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards import pin_failures, pins, repository
from card_service.cards.errors import PinChecksExceeded, PinMalformed, PinWeak
from card_service.cards.lifecycle import Action
from card_service.cards.models import Card, PinState
from card_service.cards.pin_envelopes import open_once
from card_service.cards.service import card_of, move
from card_service.dependencies import Dependencies
from card_service.keys import CALLER_PIN_MINUTES, CALLER_WRONG_PINS, PIN_TRIES
from chassis import outbox, security
from chassis.principal import Principal
from chassis.security import Happening
from contracts.pins import PinChanged


async def new_pin(session: AsyncSession, deps: Dependencies, caller: Principal, card: Card, pin_jwe: str) -> str:
    """The PIN that a holder has chosen at a desk. Raises PinMalformed, PinWeak, or of its envelope."""
    pin = await open_once(session, deps, caller.subject, pin_jwe, card.card_id, "set")
    fault = pins.fault(pin, card.birth_year)
    if fault is pins.PinFault.MALFORMED:
        raise PinMalformed
    if fault is pins.PinFault.WEAK:
        raise PinWeak(
            "No repeated digits, no runs, not the year of birth.",
            detail_ar="لا تستخدم أرقاماً مكررة أو متتالية أو سنة الميلاد.",
        )
    return pin


async def keep_pin(session: AsyncSession, deps: Dependencies, card: Card, pin: str) -> None:
    """Keep a PIN in the place of any other, and tell the holder; a locked PIN is free again."""
    await repository.set_pin(session, card.card_id, pins.stored(deps.pin_key, pin))
    told = PinChanged(
        card_id=card.card_id, citizen_id=card.citizen_id, household_id=card.household_id, changed_at=deps.now()
    )
    await outbox.add(session, told)


async def check_pin(
    session: AsyncSession, deps: Dependencies, caller: Principal, card_id: UUID, pin_jwe: str
) -> tuple[pins.PinResult, int]:
    """Try a PIN: the result and how many tries are left. The count is kept whatever the answer."""
    await ensure_few_wrong(session, deps, caller)
    card = await card_of(session, caller, card_id, lock=True)
    move(caller, card.state, Action.CHECK_PIN)
    return await tried(
        session, deps, caller, card, await open_once(session, deps, caller.subject, pin_jwe, card_id, "check")
    )


async def tried(
    session: AsyncSession, deps: Dependencies, caller: Principal, card: Card, pin: str
) -> tuple[pins.PinResult, int]:
    """What a PIN of a locked row leads to, and the tries left; counted by card and by who asks."""
    max_tries = deps.figure(PIN_TRIES)
    result, failures = pins.attempt(deps.pin_key, card.pin, pin, max_tries)
    if card.pin is not None and failures != card.pin.failures:
        await repository.count_failures(session, card.card_id, failures)
        if failures > card.pin.failures:
            await pin_failures.add(session, caller.subject, deps.now())
        if failures >= max_tries:
            security.raised(Happening.PIN_LOCKED, card=str(card.card_id), caller=caller.subject)
    return result, max(0, max_tries - failures) if card.pin else 0


async def ensure_few_wrong(session: AsyncSession, deps: Dependencies, caller: Principal) -> None:
    """That whoever asks has not tried many wrong PINs lately, of whatever cards. Raises PinChecksExceeded."""
    minutes = deps.figure(CALLER_PIN_MINUTES)
    wrong = await pin_failures.since(session, caller.subject, deps.now() - timedelta(minutes=minutes))
    if wrong >= deps.figure(CALLER_WRONG_PINS):
        security.raised(Happening.PIN_CHECKS_EXCEEDED, caller=caller.subject, wrong=wrong)
        raise PinChecksExceeded(
            f"Wait {minutes} minutes.",
            detail_ar="انتظر قبل المحاولة مرة أخرى.",
            headers={"Retry-After": str(minutes * 60)},
        )


def pin_state(card: Card, max_tries: int) -> PinState:
    """Whether a PIN is set and whether it is locked."""
    if card.pin is None:
        return "not_set"
    return "locked" if card.pin.failures >= max_tries else "set"

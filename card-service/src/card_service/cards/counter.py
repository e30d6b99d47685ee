"""Use cases of a card in its holder's hands: its PIN and its credential. `handover/` finds cards and gives them out."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards import pin_failures, pins, repository
from card_service.cards.errors import (
    PinChecksExceeded,
    PinMalformed,
    PinUnreadable,
    PinWeak,
)
from card_service.cards.lifecycle import Action
from card_service.cards.models import Card, PinState
from card_service.cards.service import card_of, move
from card_service.envelopes import EnvelopeBroken
from card_service.keys import CALLER_PIN_MINUTES, CALLER_WRONG_PINS, CREDENTIAL_DAYS, PIN_TRIES
from card_service.tools import Tools
from chassis import security
from chassis.principal import Principal
from chassis.security import Happening


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


async def check_pin(
    session: AsyncSession, tools: Tools, caller: Principal, card_id: UUID, pin_jwe: str
) -> tuple[pins.PinResult, int]:
    """Try a PIN: the result and how many tries are left. The count is kept whatever the answer."""
    await _ensure_few_wrong(session, tools, caller)
    card = await card_of(session, caller, card_id, lock=True)
    move(card.state, Action.CHECK_PIN)
    pin = _open_pin(tools, card_id, pin_jwe)
    max_tries = tools.figure(PIN_TRIES)
    result, failures = pins.attempt(tools.pin_key, card.pin, pin, max_tries)
    if card.pin is not None and failures != card.pin.failures:
        await repository.count_failures(session, card_id, failures)
        if failures > card.pin.failures:
            await pin_failures.add(session, caller.subject, tools.now())
        if failures >= max_tries:
            security.raised(Happening.PIN_LOCKED, card=str(card_id), caller=caller.subject)
    return result, max(0, max_tries - failures) if card.pin else 0


async def _ensure_few_wrong(session: AsyncSession, tools: Tools, caller: Principal) -> None:
    """That whoever asks has not tried many wrong PINs lately, of whatever cards. Raises PinChecksExceeded."""
    minutes = tools.figure(CALLER_PIN_MINUTES)
    wrong = await pin_failures.since(session, caller.subject, tools.now() - timedelta(minutes=minutes))
    if wrong >= tools.figure(CALLER_WRONG_PINS):
        security.raised(Happening.PIN_CHECKS_EXCEEDED, caller=caller.subject, wrong=wrong)
        raise PinChecksExceeded(
            f"Wait {minutes} minutes.",
            detail_ar="انتظر قبل المحاولة مرة أخرى.",
            headers={"Retry-After": str(minutes * 60)},
        )


async def credential(session: AsyncSession, tools: Tools, caller: Principal, card_id: UUID) -> tuple[str, datetime]:
    """The signed credential of a card in its holder's hands, and when it expires."""
    card = await card_of(session, caller, card_id)
    move(card.state, Action.PROVE)
    expires = (tools.now() + timedelta(days=tools.figure(CREDENTIAL_DAYS))).replace(microsecond=0)
    return tools.credentials.sign(card_id, card.household_id, card.governorate, expires), expires


def pin_state(card: Card, max_tries: int) -> PinState:
    """Whether a PIN is set and whether it is locked."""
    if card.pin is None:
        return "not_set"
    return "locked" if card.pin.failures >= max_tries else "set"

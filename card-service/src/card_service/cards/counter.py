"""Use cases of the counter: finding a citizen's card, PINs and credentials. `handover/` gives cards out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.accesses.service import note, visit
from card_service.cards import pins, repository
from card_service.cards.envelopes import EnvelopeBroken
from card_service.cards.errors import (
    PinMalformed,
    PinUnreadable,
    PinWeak,
)
from card_service.cards.lifecycle import Action
from card_service.cards.models import Card, Found, Search
from card_service.cards.service import card_of, move
from card_service.registry.national_id import NationalIdError, parse
from card_service.sealing import NATIONAL_ID
from card_service.tools import Tools, tools_of
from chassis.auth import Principal
from chassis.group_commit import GroupCommit
from chassis.runtime import Runtime

_SEARCHES = "card.searches"


@asynccontextmanager
async def searching(runtime: Runtime) -> AsyncIterator[None]:
    """Open the lanes of searches: those that come while one is under way make up the next, with one commit."""
    settings = tools_of(runtime).settings

    async def run(_: int, searches: Sequence[Search]) -> list[list[Found]]:
        return await repository.find_by_national_ids(runtime.pool, searches)

    searches: GroupCommit[Search, list[Found]] = GroupCommit(
        run, lanes=settings.card_handover_lanes, max_batch=settings.card_handover_batch
    )
    runtime.extra[_SEARCHES] = searches
    async with searches.running():
        yield


async def find(runtime: Runtime, caller: Principal, national_id: str) -> list[Found]:
    """The open cards of the citizen with this national id; none for a number that cannot be one."""
    tools = tools_of(runtime)
    try:
        number = parse(national_id, tools.today()).number
    except NationalIdError:
        return []
    seen = visit(caller, tools.now(), "card_found", "hand_over")
    fingerprint = tools.vault.fingerprint(NATIONAL_ID, number)
    searches = cast("GroupCommit[Search, list[Found]]", runtime.extra[_SEARCHES])
    # whose turn it is does not depend on whom they look for: the fingerprint spreads them over the lanes
    return await searches.submit(fingerprint[0], Search(fingerprint, caller.governorate, seen))


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

"""Use cases: the holder of a card, or the head or a proxy for the holder, proves being at a terminal."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards import counter
from card_service.cards import repository as cards
from card_service.cards.errors import CardUnknown
from card_service.cards.lifecycle import Action
from card_service.cards.models import Card
from card_service.cards.pin_envelopes import open_once
from card_service.cards.pins import PinResult
from card_service.cards.service import move
from card_service.dependencies import Dependencies
from card_service.keys import PIN_TRIES, PROOF_BY_CHIP, PROOF_SECONDS
from card_service.mandates import service as mandates
from card_service.mandates.errors import NotAProxy
from card_service.proofs import codes, repository
from card_service.proofs.errors import ChipProofOff, ChipUnknown, NoHeadsCard
from card_service.proofs.models import Operation, ProofResult, SentCode, Tried
from chassis.holder_proofs.form import HolderProof, Kind, moment
from chassis.ids import new_id
from chassis.principal import Principal

_OF_PIN = {
    PinResult.CORRECT: ProofResult.PROVED,
    PinResult.WRONG: ProofResult.WRONG,
    PinResult.LOCKED: ProofResult.LOCKED,
    PinResult.NOT_SET: ProofResult.NOT_SET,
}


async def send_code(session: AsyncSession, deps: Dependencies, caller: Principal, wanted: Operation) -> SentCode:
    """Send a code to the mobile of whoever proves. Raises what `codes.send` and `_shown` raise."""
    await counter.ensure_few_wrong(session, deps, caller)
    shown = await _shown(session, deps, wanted)
    return await codes.send(session, deps, caller, shown, _bound(wanted), wanted.purpose, wanted.max_amount)


async def by_pin(session: AsyncSession, deps: Dependencies, caller: Principal, wanted: Operation, jwe: str) -> Tried:
    """Try a PIN: the proof where it is right; else it is counted, by card and by terminal, whatever the answer."""
    await counter.ensure_few_wrong(session, deps, caller)
    shown = await _shown(session, deps, wanted)
    pin = await open_once(session, deps, caller.subject, jwe, wanted.card_id, wanted.purpose, wanted.max_amount)
    result, left = await counter.tried(session, deps, caller, shown, pin)
    return _tried(deps, caller, wanted, "pin", _OF_PIN[result], left)


async def by_code(session: AsyncSession, deps: Dependencies, caller: Principal, wanted: Operation, code: str) -> Tried:
    """Try a code by SMS. A card whose PIN is locked is locked for codes as well."""
    await counter.ensure_few_wrong(session, deps, caller)
    shown = await _shown(session, deps, wanted)
    if counter.pin_state(shown, deps.figure(PIN_TRIES)) == "locked":
        return Tried(ProofResult.LOCKED, 0)
    result, left = await codes.tried(session, deps, caller, _bound(wanted), code)
    return _tried(deps, caller, wanted, "sms", result, left)


async def by_chip(session: AsyncSession, deps: Dependencies, wanted: Operation) -> Tried:
    """Refuse a chip's answer: no card of this installation has a chip. Raises ChipProofOff or ChipUnknown."""
    if not deps.figure(PROOF_BY_CHIP):
        raise ChipProofOff("Ask for the PIN or send a code.", detail_ar="استخدم الرقم السري أو رمز الرسالة القصيرة.")
    await _shown(session, deps, wanted)
    raise ChipUnknown("Ask for the PIN or send a code.", detail_ar="استخدم الرقم السري أو رمز الرسالة القصيرة.")


async def _shown(session: AsyncSession, deps: Dependencies, wanted: Operation) -> Card:
    """The card by which it is proved, its row locked: the one that is used, the head's or a proxy's; all usable.

    Cards are used at terminals of every governorate, as the policies of their services say. Raises CardUnknown,
    CardStateConflict, NoHeadsCard or NotAProxy.
    """
    card = await cards.find(session, wanted.card_id, lock=True)
    if card is None:
        raise CardUnknown
    move(None, card.state, Action.PROVE)
    if wanted.prover == "holder":
        return card
    if wanted.proxy_card_id is not None:
        return await _proxys(session, deps, card, wanted.proxy_card_id)
    heads = await repository.heads_card(session, card.household_id)
    found = await cards.find(session, heads, lock=True) if heads else None
    if found is None:
        raise NoHeadsCard(detail_ar="يلزم حضور صاحب الكارت.")
    move(None, found.state, Action.PROVE)
    return found


async def _proxys(session: AsyncSession, deps: Dependencies, card: Card, proxy_card_id: UUID) -> Card:
    """The card of one whose mandate holds today. Raises CardStateConflict or NotAProxy, also where there is no card."""
    found = await cards.find(session, proxy_card_id, lock=True)
    if found is None or not await mandates.stands(session, deps, card, found):
        raise NotAProxy(detail_ar="يلزم حضور صاحب الكارت أو وكيله المسجل.")
    move(None, found.state, Action.PROVE)
    return found


def _tried(
    deps: Dependencies, caller: Principal, wanted: Operation, kind: Kind, result: ProofResult, left: int
) -> Tried:
    if result is not ProofResult.PROVED:
        return Tried(result, left)
    expires = (moment() + timedelta(seconds=deps.figure(PROOF_SECONDS))).replace(microsecond=0)
    proof = HolderProof(
        new_id(), wanted.card_id, caller.terminal_id, wanted.purpose, wanted.max_amount, kind, wanted.prover, expires
    )
    return Tried(result, left, proof)


def _bound(wanted: Operation) -> str:
    return f"{wanted.card_id}|{wanted.purpose}|{wanted.max_amount}|{wanted.proxy_card_id or wanted.prover}"

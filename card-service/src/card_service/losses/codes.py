"""Bread codes: made for a card that is blocked as lost, and tried at a terminal in its place."""

from __future__ import annotations

import hmac
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards import counter, pin_failures
from card_service.cards import repository as cards
from card_service.cards.lifecycle import CardState
from card_service.cards.models import Card
from card_service.cards.service import LOST
from card_service.dependencies import Dependencies
from card_service.keys import BREAD_CODE_DAYS, BREAD_CODE_TRIES, BREAD_CODES, PROOF_SECONDS
from card_service.losses import digits, repository
from card_service.losses.errors import BreadCodesTooOften, CardNotLost, CardWasNotActive
from card_service.losses.models import BreadCode, BreadCodeResult, Delivery, Issued, Tried
from card_service.proofs.errors import HolderNotReached, HolderNumberTooNew
from card_service.registry import repository as register
from card_service.sealing import BREAD_CODE
from chassis import outbox
from chassis.contact import seal_code
from chassis.holder_proofs.form import HolderProof, moment
from chassis.ids import new_id
from chassis.principal import Principal
from contracts.losses import BreadCodeIssued

_DAY: Final = timedelta(days=1)
_MOST_DRAWN: Final = 20  # of locators, until one is free


def is_lost(card: Card) -> bool:
    """Whether a card is blocked as lost."""
    return card.state is CardState.BLOCKED and card.block_reason == LOST


async def send(session: AsyncSession, deps: Dependencies, card: Card) -> Issued:
    """Make a code for a card whose row is locked, and send it to the registered mobile.

    Raises HolderNotReached, HolderNumberTooNew, or as `make`.
    """
    citizen = await register.find_citizen(session, card.citizen_id)
    if citizen is None or citizen.mobile_sealed is None or not citizen.mobile_usable:
        raise HolderNotReached(
            "Show it at a counter, to a document.", detail_ar="يُسلَّم الرمز في المكتب بعد الاطلاع على المستند."
        )
    if citizen.mobile_new_until is not None and citizen.mobile_new_until > deps.now():
        raise HolderNumberTooNew(detail_ar="يُسلَّم الرمز في المكتب بعد الاطلاع على المستند.")
    code_id, made = await _make(session, deps, card, "sms")
    told = BreadCodeIssued(
        code_id=code_id,
        card_id=card.card_id,
        citizen_id=card.citizen_id,
        household_id=card.household_id,
        code_sealed=seal_code(deps.contacts, card.citizen_id, made.digits),
        expires_at=made.expires_at,
    )
    await outbox.add(session, told, at=deps.now())
    return made


async def show(session: AsyncSession, deps: Dependencies, card: Card) -> Issued:
    """Make a code for a card whose row is locked, to be shown to the holder. Raises as `_make`."""
    return (await _make(session, deps, card, "shown"))[1]


async def tried(session: AsyncSession, deps: Dependencies, caller: Principal, typed: str, amount: int) -> Tried:
    """What a code leads to: a proof for one draw of bread; a wrong one is counted by code and by terminal."""
    await counter.ensure_few_wrong(session, deps, caller)
    given = digits.read(typed)
    known = await repository.find_code(session, _locator_mark(deps, given.locator)) if given else None
    card = await cards.find(session, known.card_id, lock=True) if known else None
    code = await repository.lock_code(session, known.code_id) if known and card else None
    if given is None or card is None or code is None:
        await pin_failures.add(session, caller.subject, deps.now())
        return Tried(BreadCodeResult.WRONG)
    if code.tries_left <= 0:
        return Tried(BreadCodeResult.LOCKED)
    if not hmac.compare_digest(code.mark, _mark(deps, code.code_id, given.secret)):
        await repository.count_wrong(session, code.code_id)
        await pin_failures.add(session, caller.subject, deps.now())
        return Tried(BreadCodeResult.WRONG if code.tries_left > 1 else BreadCodeResult.LOCKED)
    if not _holds(deps, card, code):
        return Tried(BreadCodeResult.OVER)
    expires = (moment() + timedelta(seconds=deps.figure(PROOF_SECONDS))).replace(microsecond=0)
    proof = HolderProof(new_id(), card.card_id, caller.terminal_id, "bread", amount, "bread_code", "holder", expires)
    return Tried(BreadCodeResult.PROVED, proof)


def _holds(deps: Dependencies, card: Card, code: BreadCode) -> bool:
    """Whether the loss that the code was made for lasts, and the code's own days."""
    return (
        is_lost(card)
        and card.blocked_at is not None
        and code.issued_at >= card.blocked_at
        and deps.now() < code.expires_at
    )


async def _make(session: AsyncSession, deps: Dependencies, card: Card, delivery: Delivery) -> tuple[UUID, Issued]:
    """Keep a new code, by its marks alone. Raises CardNotLost, CardWasNotActive or BreadCodesTooOften."""
    if not is_lost(card):
        raise CardNotLost(detail_ar="يصدر رمز الخبز للكارت الموقوف بسبب الفقد فقط.")
    if card.state_before_block is not CardState.ACTIVE:
        raise CardWasNotActive(detail_ar="لا يصرف الخبز قبل تفعيل الكارت.")
    now = deps.now()
    if await repository.made_since(session, card.card_id, now - _DAY) >= deps.figure(BREAD_CODES):
        raise BreadCodesTooOften(detail_ar="حاول غداً.", headers={"Retry-After": "86400"})
    expires = now + timedelta(days=deps.figure(BREAD_CODE_DAYS))
    for _ in range(_MOST_DRAWN):
        made, code_id = digits.made(), new_id()
        mark = _mark(deps, code_id, made.secret)
        code = BreadCode(code_id, card.card_id, mark, deps.figure(BREAD_CODE_TRIES), now, expires)
        if await repository.put_code(session, code, _locator_mark(deps, made.locator), delivery):
            return code_id, Issued(made.written, expires)
    raise RuntimeError("no bread code is free")


def _locator_mark(deps: Dependencies, locator: str) -> bytes:
    return deps.vault.fingerprint(f"locator|{locator}", BREAD_CODE)


def _mark(deps: Dependencies, code_id: UUID, secret: str) -> bytes:
    return deps.vault.fingerprint(f"{code_id}|{secret}", BREAD_CODE)

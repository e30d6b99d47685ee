"""Codes by SMS to the registered mobile: for a card without a PIN, or for who has forgotten it."""

from __future__ import annotations

import hmac
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards import pin_failures
from card_service.cards.models import Card
from card_service.dependencies import Dependencies
from card_service.keys import PROOF_CODE_MINUTES, PROOF_CODE_TRIES, PROOF_CODES
from card_service.proofs import repository
from card_service.proofs.errors import HolderCodesTooOften, HolderNotReached, HolderNumberTooNew
from card_service.proofs.models import ProofResult, SentCode
from card_service.registry import repository as register
from card_service.sealing import HOLDER_CODE
from chassis import outbox
from chassis.contact import seal_code
from chassis.ids import new_id, random_digits
from chassis.principal import Principal
from chassis.text import normalise_digits
from contracts.pins import HolderCodeIssued

DIGITS = 6
_HOUR = timedelta(hours=1)


async def send(
    session: AsyncSession, deps: Dependencies, caller: Principal, shown: Card, bound: str, purpose: str, amount: int
) -> SentCode:
    """Send a code to the holder of a card, whose row is locked. `bound`: what alone it proves, at which device.

    Raises HolderNotReached, HolderNumberTooNew or HolderCodesTooOften.
    """
    now = deps.now()
    citizen = await register.find_citizen(session, shown.citizen_id)
    if citizen is None or citizen.mobile_sealed is None or not citizen.mobile_usable:
        raise HolderNotReached(
            "Register a mobile, or prove it by PIN.", detail_ar="سجل رقم محمول أو استخدم الرقم السري."
        )
    if citizen.mobile_new_until is not None and citizen.mobile_new_until > now:
        raise HolderNumberTooNew(detail_ar="حاول لاحقاً أو توجه إلى المكتب ومعك بطاقة الرقم القومي.")
    card_mark = deps.vault.fingerprint(str(shown.card_id), HOLDER_CODE)
    if await repository.sent_since(session, card_mark, now - _HOUR) >= deps.figure(PROOF_CODES):
        raise HolderCodesTooOften(detail_ar="حاول بعد ساعة.", headers={"Retry-After": "3600"})
    code, code_id = random_digits(DIGITS), new_id()
    minutes = deps.figure(PROOF_CODE_MINUTES)
    expires = now + timedelta(minutes=minutes)
    marks = (card_mark, _bound_mark(deps, caller, bound), _mark(deps, code_id, code))
    await repository.put_code(session, code_id, marks, deps.figure(PROOF_CODE_TRIES), now, expires)
    issued = HolderCodeIssued(
        code_id=code_id,
        card_id=shown.card_id,
        citizen_id=shown.citizen_id,
        household_id=shown.household_id,
        purpose=purpose,
        max_amount=amount,
        code_sealed=seal_code(deps.contacts, shown.citizen_id, code),
        minutes=minutes,
        expires_at=expires,
    )
    await outbox.add(session, issued)
    return SentCode(code_id, expires)


async def tried(
    session: AsyncSession, deps: Dependencies, caller: Principal, bound: str, code: str
) -> tuple[ProofResult, int]:
    """What a code leads to, and the tries left; a wrong one is counted by code and by who asks."""
    now = deps.now()
    live = await repository.live_code(session, _bound_mark(deps, caller, bound), now)
    if live is None:
        return ProofResult.NOT_SET, 0
    if hmac.compare_digest(live.mark, _mark(deps, live.code_id, normalise_digits(code))):
        await repository.use(session, live.code_id, now)
        return ProofResult.PROVED, live.tries_left
    await repository.count_wrong(session, live.code_id)
    await pin_failures.add(session, caller.subject, now)
    return (ProofResult.WRONG if live.tries_left > 1 else ProofResult.LOCKED), live.tries_left - 1


def _bound_mark(deps: Dependencies, caller: Principal, bound: str) -> bytes:
    return deps.vault.fingerprint(f"{caller.subject}|{bound}", HOLDER_CODE)


def _mark(deps: Dependencies, code_id: UUID, code: str) -> bytes:
    return deps.vault.fingerprint(f"{code_id}|{code}", HOLDER_CODE)

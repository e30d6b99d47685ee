"""Use cases of batches: approved cards go to a bureau, its return is held against them, cards are made again."""

from __future__ import annotations

import asyncio
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards import repository as cards
from card_service.cards.lifecycle import Action, CardState
from card_service.cards.models import Card, Step
from card_service.cards.service import card_of, move
from card_service.context import Runtime
from card_service.keys import BATCH_MOST
from card_service.printing import repository as printing
from card_service.printing.service import face
from card_service.production import bureaus, files, repository
from card_service.production.errors import (
    BatchUnknown,
    NothingToMake,
    NotMadeByBureau,
    ReturnOfAnother,
    ReturnUnreadable,
)
from card_service.production.judging import Judged, Sent, judge, serials_of
from card_service.production.models import Batch
from card_service.production.schemas import BatchIn
from card_service.rollout.repository import find_phase
from card_service.sealing import CARD_NUMBER
from chassis.ids import new_id
from chassis.principal import Principal


async def make_batch(session: AsyncSession, runtime: Runtime, caller: Principal, given: BatchIn) -> Batch:
    """Send a bureau the oldest cards that are approved. Raises BureauUnknown, BureauKeyOver or NothingToMake."""
    deps = runtime.state.dependencies
    bureau = await bureaus.in_force(session, runtime, caller, given.bureau_id)
    limit = min(given.size, deps.figure(BATCH_MOST))
    ids = await repository.to_make(session, bureau.governorate, given.phase_id, limit)
    if not ids:
        raise NothingToMake(detail_ar="وافق على طلب إصدار أولاً.")
    printable = await printing.cards(session, ids)
    batch_id, now = new_id(), deps.now()

    def sealed() -> str:
        faces = [(card_id, face(deps, printable[card_id])) for card_id in ids]
        return files.sealed(deps.batches, bureau.encryption_key, batch_id, now, faces)

    file = await asyncio.to_thread(sealed)
    await repository.make_batch(session, batch_id, bureau, file, ids, now, caller.subject)
    step = Step.of(caller, Action.SEND_TO_BUREAU, now, str(batch_id))
    await cards.move_all(session, ids, CardState.IN_PRODUCTION, step)
    return await batch_of(session, caller, batch_id)


async def batch_of(session: AsyncSession, caller: Principal, batch_id: UUID, *, lock: bool = False) -> Batch:
    """A batch the caller may see. Raises BatchUnknown."""
    return caller.bound.own(await repository.find_batch(session, batch_id, lock=lock), BatchUnknown)


async def take_return(
    session: AsyncSession, runtime: Runtime, caller: Principal, batch_id: UUID, content: str
) -> tuple[UUID, Judged]:
    """Take a bureau's return in: good rows whole, all others reported. The return's id, and what was judged.

    Raises BatchUnknown, ReturnUnreadable or ReturnOfAnother.
    """
    deps = runtime.state.dependencies
    batch = await batch_of(session, caller, batch_id, lock=True)
    keys = await bureaus.signing_keys(session, runtime, batch.bureau_id)
    try:
        given = await asyncio.to_thread(files.opened, content, keys)
    except files.ReturnBroken as error:
        raise ReturnUnreadable(detail_ar="اطلب الملف من جهة الطباعة مرة أخرى.") from error
    if given.batch_id != batch_id:
        raise ReturnOfAnother(detail_ar="أرسل الملف للدفعة الصحيحة.")
    known = {
        card_id: Sent(deps.vault.open(card_id, sealed, CARD_NUMBER).decode(), in_production)
        for card_id, sealed, in_production in await repository.sent(session, batch_id)
    }
    rows = given.rows
    judged = judge(known, rows, await repository.taken(session, serials_of(rows)))
    return_id, now = new_id(), deps.now()
    await repository.settle(session, batch_id, judged.made, judged.spoiled)
    because = str(return_id)
    await cards.take_serials(session, judged.made, Step.of(caller, Action.TAKE_SERIAL, now, because))
    await cards.move_all(session, judged.spoiled, CardState.APPROVED, Step.of(caller, Action.SPOIL, now, because))
    counts = len(judged.made), len(judged.spoiled)
    await repository.keep_return(session, return_id, batch_id, counts, judged.mismatches, now, caller.subject)
    return return_id, judged


async def reprint(session: AsyncSession, runtime: Runtime, caller: Principal, card_id: UUID, reason: str) -> Card:
    """Have a card made again under its number, before it is issued; the serial of before is good no more.

    Raises CardUnknown, CardStateConflict or NotMadeByBureau.
    """
    card = await card_of(session, caller, card_id, lock=True)
    state = move(caller, card.state, Action.REPRINT)
    phase = await find_phase(session, card.phase_id) if card.phase_id else None
    if phase is None or phase.production != "bureau":
        raise NotMadeByBureau("Print it again at its site.", detail_ar="أعد طباعته في مكان الاستلام.")
    await cards.move_all(session, [card_id], state, Step.of(caller, Action.REPRINT, runtime.clock.now(), reason))
    return await card_of(session, caller, card_id)

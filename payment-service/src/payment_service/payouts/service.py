"""Payout batches: declared, received, submitted, approved by another person; or withdrawn before that."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from approvals import repository as acts
from approvals.errors import ProposalChanged
from approvals.model import Act, Did
from approvals.model import State as ProposalState
from approvals.service import Decision
from chassis.clock import business_day
from chassis.ids import new_id
from chassis.paging import Paging
from chassis.principal import Principal
from chassis.problems import NotFound
from contracts.scopes import Scope
from payment_service.context import Runtime
from payment_service.errors import (
    AboveCeiling,
    BatchReferenceUsed,
    BatchState,
    BatchTotalsDiffer,
    NothingToRetry,
    NotPayoutItems,
    SamePerson,
)
from payment_service.funds import service as funds
from payment_service.keys import PAYOUT_BATCH_MOST, PAYOUT_MOST
from payment_service.ownership import acting_for, owns, reads_all
from payment_service.payouts import doubles, payout_file, proposals, repository, rows
from payment_service.payouts.paydays import due
from payment_service.payouts.payees import Asking, resolved
from payment_service.payouts.payout_file import Fault, SentFile
from payment_service.payouts.schemas import (
    DeclarationRequest,
    PayoutBatch,
    PayoutBatches,
    PayoutBatchRequest,
    Received,
    ReceivedFile,
    RetryRequest,
    RowFault,
    State,
)
from payment_service.proposals import PROPOSALS

SHOWN_FAULTS = 50
_WITHIN: dict[str, tuple[str, ...]] = {"approved": ("approved", "due", "booking")}


async def declare(
    runtime: Runtime,
    session: AsyncSession,
    caller: Principal,
    body: PayoutBatchRequest,
    retry_of: UUID | None = None,
) -> PayoutBatch:
    """Enter a batch; it belongs to the authority its maker acts for, where its maker is bound.

    Raises AuthorityNeeded, ProgrammeUnknown, ProgrammeClosed, AboveCeiling, ValueDatePast or BatchReferenceUsed.
    """
    authority = acting_for(caller)
    programme = await funds.usable(session, caller, body.programme)
    now = runtime.clock.now()
    month, value_date = due(runtime.state.policies.book, body.programme, body, business_day(now))
    _ensure_below_ceiling(runtime, body.programme, body.declared_total)
    batch_id = new_id()
    columns = {
        "reference": body.reference,
        "programme": body.programme,
        "declared_count": body.declared_count,
        "declared_total": body.declared_total,
        "fund": programme.fund,
        "fund_id": programme.account_id,
        "made_by": caller.subject,
        "made_at": now,
        "governorate": caller.bound.only_governorate,
        "authority": authority,
        "month": month,
        "value_date": value_date,
        "retry_of": retry_of,
    }
    if not await repository.make(session, batch_id=batch_id, **columns):
        if retry_of is not None and await _is_free(session, caller, body.reference):
            raise NothingToRetry("What failed is being retried already.", detail_ar="تتم إعادة صرف المتعثر بالفعل.")
        raise BatchReferenceUsed(f"A batch {body.reference} exists.", detail_ar=f"توجد دفعة بالمرجع {body.reference}.")
    await proposals.note(session, runtime, caller, await own(session, caller, batch_id))
    return await get(session, caller, batch_id)


async def redeclare(
    runtime: Runtime, session: AsyncSession, caller: Principal, batch_id: UUID, body: DeclarationRequest
) -> PayoutBatch:
    """Declare another count and sum of an open batch. Raises BatchState or AboveCeiling."""
    batch = await opened(session, caller, batch_id)
    _ensure_below_ceiling(runtime, batch.programme, body.declared_total)
    await repository.redeclare(session, batch_id, body.declared_count, body.declared_total)
    await proposals.note(session, runtime, caller, await own(session, caller, batch_id))
    return await get(session, caller, batch_id)


async def receive(runtime: Runtime, session: AsyncSession, asking: Asking, batch_id: UUID, sent: SentFile) -> Received:
    """Add the good rows of a file to an open batch, and note the others.

    Raises BatchState, or NotPayoutItems where it is no file of payouts or no row of it is good.
    """
    caller = asking.caller
    programme = (await get(session, caller, batch_id)).programme
    book, today = runtime.state.policies.book, business_day(runtime.clock.now())
    most = PAYOUT_MOST.on(book, today, programme=programme)
    # In a thread, so that nobody else waits for a large file to be checked.
    found = await asyncio.to_thread(payout_file.read, sent.body, most, sent.form, sent.charset)
    found = await resolved(session, runtime.state.register, asking, found)
    batch = await opened(session, caller, batch_id)
    used = await rows.used(session, batch_id, found.references)
    found = found.without({n: "reference_used" for n, one in enumerate(found.references) if one in used})
    if not found.amounts:
        raise _nothing_good(found.faults)
    number = await rows.add(session, batch_id, found, caller.subject, runtime.clock.now())
    await proposals.note(session, runtime, caller, batch)
    taken = ReceivedFile(
        number=number,
        taken_count=len(found.amounts),
        taken_total=sum(found.amounts),
        faulty_count=len(found.faults),
        faults=[RowFault.of(number, f.row, f.reference, f.code) for f in found.faults[:SHOWN_FAULTS]],
    )
    return Received(**(await get(session, caller, batch_id)).model_dump(), file=taken)


async def submit(runtime: Runtime, session: AsyncSession, caller: Principal, batch_id: UUID) -> PayoutBatch:
    """Close a batch whose payouts are what was declared, look for doubles, and let it be decided.

    Raises BatchState or BatchTotalsDiffer.
    """
    batch = await opened(session, caller, batch_id)
    found = await get(session, caller, batch_id)
    if (found.declared_count, found.declared_total) != (found.received_count, found.received_total):
        raise BatchTotalsDiffer(
            f"Declared {found.declared_count} payouts of {found.declared_total} piastres, received"
            f" {found.received_count} of {found.received_total}.",
            detail_ar=f"المعلن {found.declared_count} بقيمة {found.declared_total} قرشاً،"
            f" والمستلم {found.received_count} بقيمة {found.received_total}.",
            declared_count=found.declared_count,
            declared_total=found.declared_total,
            received_count=found.received_count,
            received_total=found.received_total,
        )
    await funds.usable(session, caller, batch.programme)
    concerned = await doubles.find(session, batch)
    digest = await rows.digest(session, batch_id)
    columns = {"by": caller.subject, "at": runtime.clock.now(), "digest": digest, "doubles": concerned}
    await repository.submit(session, batch_id, authority=batch.owner, largest=found.largest, **columns)
    proposal = await proposals.note(session, runtime, caller, await own(session, caller, batch_id), digest)
    await PROPOSALS.submit(session, runtime, caller, proposal.proposal_id)
    return await get(session, caller, batch_id)


async def reopen(runtime: Runtime, session: AsyncSession, caller: Principal, batch_id: UUID) -> PayoutBatch:
    """Let a submitted batch be changed again; approvals of before do not count. Raises BatchState."""
    await proposals.open_of(session, batch_id)
    _in_state(await own(session, caller, batch_id), "submitted")
    await repository.reopen(session, batch_id)
    await proposals.note(session, runtime, caller, await own(session, caller, batch_id))
    return await get(session, caller, batch_id)


async def approve(
    runtime: Runtime, session: AsyncSession, caller: Principal, batch_id: UUID, seen: str | None
) -> PayoutBatch:
    """Approve a submitted batch, which lets it be booked with the last approval it needs.

    Raises BatchState, SamePerson, and what `Proposals.decide` and `booking.release` raise.
    """
    proposal = await proposals.open_of(session, batch_id)
    batch = await own(session, caller, batch_id)
    _in_state(batch, "submitted")
    makers = {maker.who for maker in proposal.makers} if proposal else set()
    if caller.subject in makers | {batch.made_by, batch.submitted_by}:
        raise SamePerson(
            "Who declared, filled, changed or submitted the batch cannot approve it.",
            detail_ar="من سجل الدفعة أو ملأها أو عدلها أو أرسلها لا يعتمدها.",
        )
    if proposal is None or batch.digest is None or (seen is not None and seen != batch.digest.hex()):
        raise ProposalChanged("The batch is not what you have seen.", detail_ar="اقرأ الدفعة من جديد ثم قرر.")
    decision = Decision(approve=True, seen=proposal.digest)
    await PROPOSALS.decide(session, runtime, caller, proposal.proposal_id, decision)
    return await get(session, caller, batch_id)


async def cancel(
    runtime: Runtime, session: AsyncSession, caller: Principal, batch_id: UUID, reason: str
) -> PayoutBatch:
    """Withdraw a batch that nobody has approved. Raises BatchState; one withdrawn already stays as it is."""
    proposal = await proposals.open_of(session, batch_id)
    batch = await own(session, caller, batch_id)
    if batch.state != "cancelled":
        if batch.state not in {"open", "submitted"}:
            state = _shown(batch.state)
            raise BatchState(
                f"The batch is {state}: it can no longer be withdrawn.",
                detail_ar=f"حالة الدفعة {state}، ولا يمكن سحبها.",
                state=state,
            )
        now = runtime.clock.now()
        if proposal is not None:
            act = Act(Did.WITHDRAWN, caller.actor, now, proposal.digest, reason)
            await acts.act(session, proposal.proposal_id, len(proposal.acts) + 1, act)
            await acts.end(session, proposal.proposal_id, ProposalState.WITHDRAWN, now)
        await repository.cancel(session, batch_id, caller.subject, reason, now)
    return await get(session, caller, batch_id)


async def retry(
    runtime: Runtime, session: AsyncSession, caller: Principal, batch_id: UUID, body: RetryRequest
) -> PayoutBatch:
    """Make a new batch of the payouts of a completed one that failed. Raises BatchState or NothingToRetry."""
    batch = await own(session, caller, batch_id)
    _in_state(batch, "completed")
    count, total = await rows.failed(session, batch_id)
    if not count:
        raise NothingToRetry
    request = PayoutBatchRequest(
        **body.model_dump(), programme=batch.programme, declared_count=count, declared_total=total
    )
    made = await declare(runtime, session, caller, request, batch_id)
    await rows.retry(session, batch_id, made.batch_id)
    return await get(session, caller, made.batch_id)


async def get(session: AsyncSession, caller: Principal, batch_id: UUID) -> PayoutBatch:
    """A batch as it stands. Raises NotFound, also for another authority's."""
    found = await repository.find(session, batch_id)
    if found is None or not (_reads_all(caller) or owns(caller, found.authority, found.governorate)):
        raise NotFound("There is no such batch.", detail_ar="لا توجد هذه الدفعة.")
    return PayoutBatch.model_validate(dict(found._mapping))


async def page(session: AsyncSession, caller: Principal, page: Paging[UUID], **wanted: object) -> PayoutBatches:
    """A page of the batches of the caller's authority; `wanted`: reference, programme, month, states."""
    everybodys = _reads_all(caller)
    if caller.bound.authority is None and not everybodys:
        return PayoutBatches(items=[], next=None)
    owner = {"everybodys": everybodys, "authority": caller.bound.authority}
    found = await repository.page(session, caller.bound, page, **owner, **wanted)
    batches = [PayoutBatch.model_validate(dict(row._mapping)) for row in found]
    return PayoutBatches.of(page, batches, lambda batch: batch.batch_id)


async def own(session: AsyncSession, caller: Principal, batch_id: UUID) -> Row[Any]:
    """A batch of the caller's authority, held until the end of the transaction. Raises NotFound."""
    found = await repository.lock(session, batch_id)
    if found is None or not owns(caller, found.owner, found.governorate):
        raise NotFound("There is no such batch.", detail_ar="لا توجد هذه الدفعة.")
    return found


async def opened(session: AsyncSession, caller: Principal, batch_id: UUID) -> Row[Any]:
    """An open batch of the caller's authority, held with its proposal. Raises NotFound or BatchState."""
    await proposals.open_of(session, batch_id)
    batch = await own(session, caller, batch_id)
    _in_state(batch, "open")
    return batch


def within(state: State | None) -> list[str] | None:
    """The states of the table that callers know by one word."""
    return None if state is None else list(_WITHIN.get(state, (state,)))


def _reads_all(caller: Principal) -> bool:
    return reads_all(caller, Scope.PAYOUTS_READ)


async def _is_free(session: AsyncSession, caller: Principal, reference: str) -> bool:
    wanted = {"reference": reference, "programme": None, "month": None, "states": None}
    return not (await page(session, caller, Paging(UUID(int=2**128 - 1), 1), **wanted)).items


def _ensure_below_ceiling(runtime: Runtime, programme: str, total: int) -> None:
    today = business_day(runtime.clock.now())
    most = PAYOUT_BATCH_MOST.on(runtime.state.policies.book, today, programme=programme)
    if total > most:
        raise AboveCeiling(
            f"A batch of this programme may come to {most} piastres.",
            detail_ar="إجمالي الدفعة يتجاوز الحد المسموح لهذا البرنامج.",
            most=most,
        )


def _nothing_good(faults: Sequence[Fault]) -> NotPayoutItems:
    if not faults:
        return NotPayoutItems("The file holds no payouts.", detail_ar="لا توجد صفوف في الملف.")
    shown = [RowFault.of(0, fault.row, fault.reference, fault.code) for fault in faults[:SHOWN_FAULTS]]
    return NotPayoutItems(
        f"All {len(faults)} rows are wrong; nothing was taken.",
        detail_ar="كل صفوف الملف غير صحيحة ولم يتم قبول أي منها.",
        rows=[one.model_dump(mode="json", exclude={"file"}) for one in shown],
    )


def _in_state(batch: Row[Any], state: str) -> None:
    if batch.state != state:
        shown = _shown(batch.state)
        raise BatchState(
            f"The batch is {shown}, not {state}.", detail_ar=f"حالة الدفعة: {shown}، والمطلوب: {state}.", state=shown
        )


def _shown(state: str) -> str:
    return "approved" if state in _WITHIN["approved"] else state

"""Payments by card: what a terminal may do, and what events bring about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid5

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import idempotency, telemetry
from chassis.area import Area, Bound
from chassis.clock import business_day
from chassis.ids import new_id
from chassis.principal import CallerKind, Principal
from chassis.refusals import IdempotencyKeyReused, Refusal
from contracts.health import CopaymentDue, CopaymentReversed
from payment_service.context import Runtime
from payment_service.errors import CardNotUsable, PaymentNotEnabled, TerminalOnly, TrialApart, WalletUnknown
from payment_service.keys import HOLD_SECONDS, HOLD_SECONDS_MOST
from payment_service.ledger import repository as transfers
from payment_service.ledger.accounts import NAMESPACE
from payment_service.ledger.items import Document, Item, Outcome, Result
from payment_service.ledger.refusals import TransferInvalid, TransferUnknown
from payment_service.ledger.rules import Books, Operation, Order, Refund, Settle, Transfer
from payment_service.merchants import repository as merchants
from payment_service.payments import proofs
from payment_service.payments.events import PAYMENT, Parties, events_of
from payment_service.payments.schemas import AuthorizationRequest
from payment_service.wallets import repository as wallets
from payment_service.wallets import trials
from payment_service.wallets.repository import CardWallet

STATES = {"pending": "held", "posted": "captured", "voided": "voided", "expired": "expired"}


class Request:
    """A terminal's mutation: who and what for, under which key, and what tells it from another."""

    def __init__(self, caller: Principal, key: str | None, method: str, path: str, raw: bytes, acting: str) -> None:
        """Raises IdempotencyKeyMissing, or TerminalOnly where the caller is no terminal of an outlet."""
        if caller.bound.outlet_id is None or caller.kind is not CallerKind.TERMINAL:
            raise TerminalOnly()
        self.terminal_id = caller.terminal_id
        self.outlet_id = caller.bound.outlet_id
        self.bound = caller.bound
        self.caller = caller.subject
        self.acting = acting
        self.key = idempotency.check_key(key)
        self.fingerprint = idempotency.fingerprint(method, path, raw)


async def authorize(runtime: Runtime, request: Request, body: AuthorizationRequest) -> Result:
    """Hold an amount.

    A repeat gets the first answer though the proof is over by then, or the card blocked. Raises WalletUnknown,
    CardNotUsable, PaymentNotEnabled, TrialApart, WalletFrozen, InsufficientFunds, TransferInvalid, or what `proofs`
    raises.
    """
    try:
        order = await _hold(runtime, request, body)
    except Refusal:
        first = await transfers.answer(runtime.pool, request.caller, request.key)
        if first is None:
            raise
        fingerprint, document = first
        if fingerprint != request.fingerprint:
            raise IdempotencyKeyReused(
                "Use a new key for a new operation.", detail_ar="استخدم رقماً جديداً للعملية الجديدة."
            ) from None
        return Result((), document, repeated=True)
    return await _submit(runtime, request, order, _payment)


async def _hold(runtime: Runtime, request: Request, body: AuthorizationRequest) -> Order:
    """What is to be held, permitted by the holder's proof, whose id it has: a proof permits one hold for ever."""
    here = runtime.state
    async with runtime.sessions() as session:  # given back before the lane is waited for
        wallet = await usable_wallet(session, body.card_id)
        of_trial = await merchants.is_trial(session, request.outlet_id)
        if of_trial != await trials.is_trial(session, wallet.household_id):
            raise TrialApart(outlet_is_trial=of_trial)
    now, book = runtime.clock.now(), here.policies.book
    today = business_day(now)
    seconds = body.expires_in or HOLD_SECONDS.on(book, today)
    most = HOLD_SECONDS_MOST.on(book, today)
    if seconds > most:
        raise TransferInvalid(f"A hold lasts at most {most} seconds.", detail_ar=f"مدة الحجز بحد أقصى {most} ثانية.")
    proof = await proofs.of_hold(runtime, request.terminal_id, body.card_id, body.amount, body.holder_proof)
    parties = Parties(wallet.card_id, wallet.citizen_id, wallet.household_id, request.outlet_id)
    hold = Transfer(
        proof.proof_id,
        wallet.wallet_id,
        await here.accounts.one("merchant", str(request.outlet_id)),
        body.amount,
        "pending",
        kind=PAYMENT,
        reference=body.reference,
        expires_at=now + timedelta(seconds=seconds),
        details=parties.dump(),
    )
    return Order(hold, once=True)


async def settle(runtime: Runtime, request: Request, wanted: Settle) -> Result:
    """Capture or void a payment of the terminal's own outlet."""
    await _check_own(runtime, request, wanted.transfer_id)
    return await _submit(runtime, request, wanted, _payment)


async def refund(runtime: Runtime, request: Request, payment_id: UUID, amount: int, reason: str) -> Result:
    """Send back a payment of the terminal's own outlet, or part of it."""
    await _check_own(runtime, request, payment_id)
    return await _submit(runtime, request, Refund(new_id(), payment_id, amount, reason), _refund)


async def _check_own(runtime: Runtime, request: Request, payment_id: UUID) -> None:
    async with runtime.sessions() as session:
        await own_payment(session, request.bound, payment_id)


async def own_payment(session: AsyncSession, bound: Bound, payment_id: UUID) -> Transfer:
    """A payment the caller may see: one at its own outlet, or at one of its governorate. Raises TransferUnknown."""
    found = await transfers.find(session, payment_id)
    if found is None or found.kind != PAYMENT:
        raise TransferUnknown()
    merchant_id = Parties.of(found).merchant_id
    if not bound.covers(Area(None, outlet_id=merchant_id)):  # a terminal needs no second look
        bound.hold(Area(await merchants.governorate(session, merchant_id), outlet_id=merchant_id), TransferUnknown)
    return found


async def usable_wallet(session: AsyncSession, card_id: UUID) -> CardWallet:
    """The wallet behind a card that may pay. Raises WalletUnknown, CardNotUsable or PaymentNotEnabled."""
    wallet = await wallets.of_card(session, card_id)
    if wallet is None:
        raise WalletUnknown()
    if wallet.state != "active":
        raise CardNotUsable("The card is blocked or closed.", detail_ar="تم إيقاف هذا الكارت", state=wallet.state)
    if not wallet.pays:
        raise PaymentNotEnabled()
    return wallet


async def capture_for_sale(runtime: Runtime, payment_id: UUID, amount: int) -> Transfer | Refusal:
    """Take a hold for a sale that is a fact; HoldExpired where the hold has ended without it.

    Carried out once however often it is asked for: the payment's id tells.
    """
    return await _attempt(runtime, Settle(payment_id, "posted", amount, late=True))


async def take_for_sale(runtime: Runtime, session: AsyncSession, payment_id: UUID, amount: int) -> Transfer | Refusal:
    """Take from the balance what a sale's hold no longer holds, once under an id that follows from the payment's."""
    first = await transfers.find(session, payment_id)
    if first is None:
        return TransferUnknown()
    anew = Transfer(
        uuid5(NAMESPACE, f"late:{payment_id}"), first.debit_account_id, first.credit_account_id, amount,
        "posted", kind=PAYMENT, reference=first.reference, details=first.details,
    )  # fmt: skip
    return await _attempt(runtime, Order(anew))


async def refund_for_reversal(runtime: Runtime, reversal_id: UUID, payment_id: UUID, amount: int) -> Transfer | Refusal:
    """Send back what a reversed sale took from the wallet, once."""
    refund_id = uuid5(NAMESPACE, f"refund:{reversal_id}:{payment_id}")
    reference = f"reversal:{reversal_id}"
    outcome = await _attempt(runtime, Refund(refund_id, payment_id, amount, reference))
    late = uuid5(NAMESPACE, f"late:{payment_id}")
    if isinstance(outcome, Transfer):
        return outcome
    again = await _attempt(runtime, Refund(refund_id, late, amount, reference))
    return again if isinstance(again, Transfer) else outcome


async def give_back_copayment(runtime: Runtime, due: CopaymentReversed) -> Transfer | Refusal:
    """Send back the co-payment of a visit that was taken back, once."""
    refund_id = uuid5(NAMESPACE, f"refund:{due.encounter_id}:{due.copayment_id}")
    return await _attempt(runtime, Refund(refund_id, due.copayment_id, due.amount, f"reversal:{due.encounter_id}"))


async def take_copayment(runtime: Runtime, due: CopaymentDue, order: Transfer) -> Transfer | Refusal:
    """Take a co-payment that the card's holder has agreed to, once under the order's own id."""
    try:
        await proofs.of_visit(runtime, due)
    except Refusal as refusal:
        return refusal
    return await _attempt(runtime, Order(order))


async def book(runtime: Runtime, order: Transfer) -> Transfer | Refusal:
    """Book a transfer that is no payment by card, once under its own id."""
    item = Item("", None, b"", [Order(order)], traceparent=telemetry.current_traceparent())
    try:
        (outcome,) = (await runtime.state.ledger.submit(item)).outcomes
    except Refusal as refusal:
        return refusal
    return outcome


async def expire(runtime: Runtime, payment_id: UUID) -> Transfer | Refusal:
    """Give up a hold that has run out."""
    return await _attempt(runtime, Settle(payment_id, "expired"))


async def _attempt(runtime: Runtime, operation: Operation) -> Transfer | Refusal:
    try:
        return await _carry_out(runtime, operation)
    except Refusal as refusal:
        return refusal


async def _carry_out(runtime: Runtime, operation: Operation) -> Transfer:
    item = Item("", None, b"", [operation], traceparent=telemetry.current_traceparent(), events=events_of)
    (outcome,) = (await runtime.state.ledger.submit(item)).outcomes
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


async def _submit(runtime: Runtime, request: Request, operation: Operation, document: Document) -> Result:
    item = Item(
        request.caller, request.key, request.fingerprint, [operation], True, telemetry.current_traceparent(),
        document, events_of, request.acting,
    )  # fmt: skip
    return await runtime.state.ledger.submit(item)


def _payment(outcomes: Sequence[Outcome], books: Books) -> bytes:
    transfer = _only(outcomes)
    available = books.accounts[transfer.debit_account_id].available
    return orjson.dumps(payment_document(transfer) | {"available": available})


def _refund(outcomes: Sequence[Outcome], _: Books) -> bytes:
    made = _only(outcomes)
    document = {
        "refund_id": made.transfer_id,
        "payment_id": made.refund_of,
        "amount": made.posted,
        "reference": made.reference,
    }
    return orjson.dumps(document, default=str)


def payment_document(transfer: Transfer) -> dict[str, object]:
    """A payment as it is shown."""
    return {
        "payment_id": str(transfer.transfer_id),
        "state": STATES[transfer.state],
        "amount": transfer.amount,
        "captured": transfer.posted,
        "refunded": transfer.refunded,
        "reference": transfer.reference,
        "expires_at": transfer.expires_at,
    }


def _only(outcomes: Sequence[Outcome]) -> Transfer:
    (outcome,) = outcomes
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome

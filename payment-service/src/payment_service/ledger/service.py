"""Transfers of ministry systems: one or thousands in a call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import orjson

from chassis import idempotency, telemetry
from chassis.area import OF_THE_NATION
from chassis.ids import new_id
from chassis.principal import Principal
from chassis.refusals import Refusal
from payment_service.context import Runtime
from payment_service.ledger.items import Item, Outcome, Result
from payment_service.ledger.refusals import AccountUnknown, TransferInvalid
from payment_service.ledger.rules import SYSTEMS, Books, Operation, Order, Settle, Transfer
from payment_service.ledger.schemas import TransferRequest, TransfersRequest

TRANSFERS_PATH = "/v1/transfers"


async def carry_out(
    runtime: Runtime, caller: Principal, key: str | None, raw: bytes, body: TransfersRequest, acting: str
) -> Result:
    """The result of a call, after its commit. Raises the refusal of a single or linked one.

    `raw` is the body as it came: a repeat must be the same to the byte. `acting`: who calls and what for.
    """
    wanted = item(runtime, caller, idempotency.check_key(key), raw, body, telemetry.current_traceparent())
    wanted.acting = acting
    return await runtime.state.ledger.submit(wanted)


def item(
    runtime: Runtime, caller: Principal, key: str, raw: bytes, body: TransfersRequest, traceparent: str | None
) -> Item:
    """A call as a lane takes it; the books as such are the nation's. Raises AccountUnknown or TransferInvalid."""
    caller.bound.hold(OF_THE_NATION, AccountUnknown)
    now = runtime.clock.now()
    operations = [_operation(wanted, now) for wanted in body.transfers]
    return Item(
        caller.subject, key, idempotency.fingerprint("POST", TRANSFERS_PATH, raw), operations,
        body.linked or len(operations) == 1, traceparent, document=_document, acting=caller.acting,
    )  # fmt: skip


def _operation(wanted: TransferRequest, now: datetime) -> Operation:
    if wanted.kind in {"post", "void"}:
        if wanted.pending_id is None:
            raise TransferInvalid(
                "To post or void, name the pending_id.", detail_ar="اذكر pending_id للخصم أو للإلغاء."
            )
        return Settle(wanted.pending_id, "posted" if wanted.kind == "post" else "voided", wanted.amount)
    if wanted.debit_account_id is None or wanted.credit_account_id is None or wanted.amount is None:
        raise TransferInvalid(
            "A transfer needs debit_account_id, credit_account_id and amount.",
            detail_ar="يلزم للتحويل حساب مدين وحساب دائن ومبلغ.",
        )
    if wanted.kind == "pending" and wanted.timeout_seconds is None:
        raise TransferInvalid("A pending transfer needs timeout_seconds.", detail_ar="يلزم للحجز timeout_seconds.")
    expires = now + timedelta(seconds=wanted.timeout_seconds or 0) if wanted.kind == "pending" else None
    return Order(
        Transfer(
            wanted.transfer_id or new_id(), wanted.debit_account_id, wanted.credit_account_id, wanted.amount,
            "pending" if expires else "posted", 0 if expires else wanted.amount, 0, SYSTEMS, wanted.reference, expires,
        ),
        wanted.transfer_id is None,
    )  # fmt: skip


def _document(outcomes: Sequence[Outcome], _: Books) -> bytes:
    results = [
        {"transfer_id": None, "state": "refused", "code": outcome.code}
        if isinstance(outcome, Refusal)
        else {"transfer_id": outcome.transfer_id, "state": outcome.state, "code": None}
        for outcome in outcomes
    ]
    return orjson.dumps({"results": results}, default=str)

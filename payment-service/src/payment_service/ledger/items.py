"""What travels through a lane, and what comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.refusals import Refusal
from contracts.event import Event
from payment_service.ledger.rules import Books, Operation, Order, Refund, Transfer

Outcome = Transfer | Refusal

Document = Callable[[Sequence[Outcome], Books], bytes]
Events = Callable[[Transfer], Iterable[Event]]


def no_events(_: Transfer) -> Iterable[Event]:
    """Plain transfers are not published."""
    return ()


def no_document(_: Sequence[Outcome], __: Books) -> bytes:
    """Work that comes from an event has nobody to answer."""
    return b""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a request: each operation's outcome, and the same as the JSON document its caller is given.

    `repeated`: it is the first result under the request's key, given again; of that the document alone is kept.
    """

    outcomes: Sequence[Outcome]
    document: bytes
    repeated: bool = False


@dataclass(slots=True)
class Item:
    """Operations of one request, carried out in turn; `linked`: all of them or none.

    `key` None: the operations' own ids make a repeat harmless, nothing is stored.
    `acting`: who asked for it (`chassis.records.said`), kept with the transfers; None for what an event brings about.
    """

    caller: str
    key: str | None
    fingerprint: bytes
    operations: Sequence[Operation]
    linked: bool = True
    traceparent: str | None = None
    document: Document = no_document
    events: Events = no_events
    acting: str | None = None

    @property
    def lane_key(self) -> int:
        """One account's requests meet in one lane."""
        first = self.operations[0]
        return hash(first.transfer.debit_account_id if isinstance(first, Order) else first.transfer_id)


def transfer_id_of(operation: Operation) -> UUID:
    """The transfer an operation makes or settles."""
    return operation.transfer.transfer_id if isinstance(operation, Order) else operation.transfer_id


def transfer_ids(operations: Iterable[Operation]) -> set[UUID]:
    """Every transfer that must be read: those named, and those refunded. An id made for this order nobody knows."""
    found: set[UUID] = set()
    for operation in operations:
        if not (isinstance(operation, Order) and operation.fresh):
            found.add(transfer_id_of(operation))
        if isinstance(operation, Refund):
            found.add(operation.refund_of)
    return found


def settled_ids(operations: Iterable[Operation]) -> set[UUID]:
    """Transfers whose accounts are not named by the operation."""
    return {
        operation.refund_of if isinstance(operation, Refund) else operation.transfer_id
        for operation in operations
        if not isinstance(operation, Order)
    }


def account_ids(operations: Iterable[Operation]) -> set[UUID]:
    """Accounts that orders name."""
    found: set[UUID] = set()
    for operation in operations:
        if isinstance(operation, Order):
            found.add(operation.transfer.debit_account_id)
            found.add(operation.transfer.credit_account_id)
    return found

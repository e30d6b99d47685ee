"""What travels through a lane, and what comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.hot import Answer
from chassis.problems import Problem
from contracts.event import Event
from payment_service.ledger.rules import Books, Operation, Order, Refund, Transfer

Outcome = Transfer | Problem


Reply = Callable[[Sequence[Outcome], Books], Answer]
Tell = Callable[[Transfer, Books], Iterable[Event]]


def no_events(_: Transfer, __: Books) -> Iterable[Event]:
    """Plain transfers are not told of."""
    return ()


def no_answer(_: Sequence[Outcome], __: Books) -> Answer:
    """Work that comes from an event has nobody to answer."""
    return Answer(200, b"")


@dataclass(slots=True)
class Item:
    """Operations of one request, carried out in turn; `linked`: all of them or none.

    `key` None: the operations' own ids make a repeat harmless, nothing is stored.
    """

    caller: str
    key: str | None
    fingerprint: bytes
    operations: Sequence[Operation]
    linked: bool = True
    traceparent: str | None = None
    reply: Reply = no_answer
    tell: Tell = no_events

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

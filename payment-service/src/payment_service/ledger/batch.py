"""Deciding a batch in memory, and the columns of the one statement that writes it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.clock import business_day
from chassis.hot import Answer
from chassis.ids import new_id
from chassis.problems import IdempotencyKeyReused, Problem
from payment_service.ledger import refusals
from payment_service.ledger.items import Item, Outcome, transfer_id_of
from payment_service.ledger.rules import Account, Books, Transfer

Record = Any  # asyncpg's and SQLAlchemy's rows: both are read by name
Stored = dict[tuple[str, str], tuple[bytes, Answer]]


@dataclass(slots=True)
class Result:
    """What became of a request: each operation's outcome, and the answer."""

    outcomes: Sequence[Outcome]
    answer: Answer


@dataclass(slots=True)
class Batch:
    """One reading of the books and the decisions made on it."""

    now: datetime
    books: Books
    stored: Stored
    before: Books
    answers: list[tuple[Any, ...]] = field(default_factory=list)
    events: list[tuple[Any, ...]] = field(default_factory=list)
    writes: bool = False
    _first: dict[tuple[str, str], tuple[bytes, Result | Problem]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[Record], now: datetime) -> Batch:
        """From the rows of the read."""
        accounts: dict[UUID, Account] = {}
        transfers: dict[UUID, Transfer] = {}
        stored: Stored = {}
        for row in rows:
            if row["what"] == "account":
                accounts[row["id"]] = Account(row["id"], row["kind"], row["flag"], row["n1"], row["n2"], row["n3"])
            elif row["what"] == "transfer":
                transfers[row["id"]] = transfer_of(row)
            else:
                answer = Answer(row["n1"], row["body"], replayed=True)
                stored[(row["caller"], row["kind"])] = (row["fingerprint"], answer)
        return cls(now, Books(dict(accounts), dict(transfers)), stored, Books(accounts, transfers))

    def decide(self, items: Sequence[Item]) -> list[Result | Problem]:
        """What becomes of each request, in order."""
        return [self._once(item) for item in items]

    def _once(self, item: Item) -> Result | Problem:
        if item.key is None:
            return self._carry_out(item)
        name = (item.caller, item.key)
        known = self.stored.get(name)
        if known is not None:
            return Result((), known[1]) if known[0] == item.fingerprint else _reused()
        if name in self._first:
            fingerprint, first = self._first[name]
            if fingerprint != item.fingerprint:
                return _reused()
            return Result((), first.answer._replace(replayed=True)) if isinstance(first, Result) else first
        result = self._carry_out(item)
        self._first[name] = (item.fingerprint, result)
        return result

    def _carry_out(self, item: Item) -> Result | Problem:
        # A refused operation changes nothing; only a linked group must be undone as a whole.
        grouped = item.linked and len(item.operations) > 1
        undo = (dict(self.books.accounts), dict(self.books.transfers)) if grouped else None
        outcomes: list[Outcome] = []
        changed: list[Transfer] = []
        for operation in item.operations:
            known = self.books.transfers.get(transfer_id_of(operation))
            try:
                transfer = self.books.apply(operation, self.now)
            except Problem as problem:
                if not item.linked:
                    outcomes.append(problem)
                    continue
                if undo is None:
                    return problem
                self.books.accounts, self.books.transfers = undo
                return _linked(problem, len(outcomes))
            outcomes.append(transfer)
            if transfer is not known:
                changed.append(transfer)
        answer = item.reply(outcomes, self.books)
        if item.key is not None:
            self.answers.append((item.caller, item.key, item.fingerprint, answer.status, answer.body))
        self.writes = self.writes or bool(changed) or item.key is not None
        for transfer in changed:
            self._tell(item, transfer)
        return Result(outcomes, answer)

    def _tell(self, item: Item, transfer: Transfer) -> None:
        for event in item.tell(transfer, self.books):
            self.events.append(
                (
                    new_id(), event.event_type(), event.TOPIC, event.partition_key(), item.traceparent,
                    event.model_dump_json().encode(),
                )
            )  # fmt: skip

    def parameters(self) -> list[Any]:
        """The columns of the write."""
        accounts, ordered, settled, read = [], [], [], []
        for account_id, after in self.books.accounts.items():
            before = self.before.accounts[account_id]
            if after is not before:
                guarded = None if before.may_overdraw else before.version
                accounts.append((account_id, after.balance - before.balance, after.held - before.held, guarded))
        for transfer_id, transfer in self.books.transfers.items():
            known = self.before.transfers.get(transfer_id)
            if known is None:
                ordered.append(_ordered_row(transfer))
            elif known is not transfer:
                settled.append((transfer_id, transfer.state, transfer.posted, transfer.refunded))
                read.append((known.state, known.posted, known.refunded))
        accounts.sort()
        return [
            *_columns(accounts, 4),
            business_day(self.now),
            self.now,
            *_columns(ordered, 11),
            *_columns(settled, 4),
            *_columns(self.answers, 5),
            *_columns(self.events, 6),
            *_columns(read, 3),
        ]


def transfer_of(row: Record) -> Transfer:
    """A transfer as it was read."""
    return Transfer(
        row["id"], row["debit"], row["credit"], row["n1"], row["state"], posted=row["n2"], refunded=row["n3"],
        kind=row["kind"], reference=row["reference"], expires_at=row["at"], refund_of=row["refund_of"],
        details=row["details"],
    )  # fmt: skip


def _ordered_row(transfer: Transfer) -> tuple[Any, ...]:
    return (
        transfer.transfer_id, transfer.debit_account_id, transfer.credit_account_id, transfer.amount, transfer.state,
        transfer.posted, transfer.kind, transfer.reference, transfer.refund_of, transfer.expires_at, transfer.details,
    )  # fmt: skip


def _columns(rows: list[tuple[Any, ...]], width: int) -> list[Any]:
    return list(zip(*rows, strict=True)) if rows else [()] * width


def _reused() -> IdempotencyKeyReused:
    return IdempotencyKeyReused("Use a new key for a new operation.", detail_ar="استخدم رقماً جديداً لكل عملية")


def _linked(problem: Problem, index: int) -> Problem:
    return refusals.LinkedFailed(
        f"Transfer {index} was refused ({problem.code}); none was carried out.", index=index, reason=problem.code
    )

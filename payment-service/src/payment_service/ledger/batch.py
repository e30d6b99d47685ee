"""Deciding a batch in memory, and the columns of the one statement that writes it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any
from uuid import UUID

from asyncpg.pgproto import pgproto

from chassis.clock import business_day
from chassis.ids import new_id
from chassis.refusals import IdempotencyKeyReused, Refusal
from payment_service.ledger import refusals, statements
from payment_service.ledger.items import Item, Outcome, Result, no_events, transfer_id_of
from payment_service.ledger.rules import Account, Books, Transfer

Record = Any  # asyncpg's and SQLAlchemy's rows: both are read by name
Stored = dict[tuple[str, str], tuple[bytes, bytes]]  # fingerprint and document, by caller and key


@dataclass(slots=True)
class Batch:
    """One reading of the books and the decisions made on it."""

    now: datetime
    books: Books
    stored: Stored
    before: Books
    results: list[Result | Refusal] = field(default_factory=list)
    writes: bool = False
    _keyed: list[tuple[object, ...]] = field(default_factory=list)
    _events: list[tuple[object, ...]] = field(default_factory=list)
    _ordered_as: dict[UUID, UUID] = field(default_factory=dict)
    _settled_as: dict[UUID, UUID] = field(default_factory=dict)
    _acting: dict[UUID, str] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[Record], now: datetime) -> Batch:
        """From the rows of the read."""
        accounts: dict[UUID, Account] = {}
        transfers: dict[UUID, Transfer] = {}
        stored: Stored = {}
        for row in rows:
            if row["what"] == "account":
                accounts[row["id"]] = Account(
                    row["id"], row["kind"], row["flag"], row["n1"], row["n2"], row["n3"], row["state"] is not None
                )
            elif row["what"] == "transfer":
                transfers[row["id"]] = transfer_of(row)
            else:
                stored[(row["caller"], row["kind"])] = (row["fingerprint"], row["body"])
        return cls(now, Books(dict(accounts), dict(transfers)), stored, Books(accounts, transfers))

    def decide(self, items: Sequence[Item]) -> Batch:
        """Decide each request in order; its result stands in `results`."""
        self.results = [self._once(item) for item in items]
        return self

    def _once(self, item: Item) -> Result | Refusal:
        known = None if item.key is None else self.stored.get((item.caller, item.key))
        if known is None:
            return self._carry_out(item)
        return Result((), known[1], repeated=True) if known[0] == item.fingerprint else _reused()

    def _carry_out(self, item: Item) -> Result | Refusal:
        # A refused operation changes nothing; only a linked group must be undone as a whole.
        grouped = item.linked and len(item.operations) > 1
        undo = (dict(self.books.accounts), dict(self.books.transfers)) if grouped else None
        outcomes: list[Outcome] = []
        made: list[Transfer] = []
        settled: list[tuple[Transfer, Transfer]] = []
        for operation in item.operations:
            known = self.books.transfers.get(transfer_id_of(operation))
            try:
                transfer = self.books.apply(operation, self.now)
            except Refusal as refusal:
                if not item.linked:
                    outcomes.append(refusal)
                    continue
                if undo is None:
                    return refusal
                self.books.accounts, self.books.transfers = undo
                return _linked(refusal, len(outcomes))
            outcomes.append(transfer)
            if known is None:
                made.append(transfer)
            elif transfer is not known:
                settled.append((known, transfer))
        document = item.document(outcomes, self.books)
        if item.key is not None:
            self._keyed.append((item.caller, item.key, item.fingerprint, document))
        self.writes = self.writes or bool(made or settled) or item.key is not None
        if (made or settled) and item.acting is not None:
            self._note(item.acting, made, settled)
        if item.events is not no_events:
            for transfer in (*made, *(after for _, after in settled)):
                self._publish(item, transfer)
        return Result(outcomes, document)

    def _note(self, acting: str, made: Iterable[Transfer], settled: Iterable[tuple[Transfer, Transfer]]) -> None:
        """Note whose order a transfer is, or who has settled it; a refund only counts on what it refunds."""
        acting_id = acting_id_of(acting)
        self._acting[acting_id] = acting
        self._ordered_as.update(dict.fromkeys([one.transfer_id for one in made], acting_id))
        for before, after in settled:
            if before.state == "pending" and after.state != "pending":
                self._settled_as[after.transfer_id] = acting_id

    def _publish(self, item: Item, transfer: Transfer) -> None:
        for event in item.events(transfer):
            self._events.append(
                (
                    new_id(), event.event_type(), event.TOPIC, event.partition_key(), item.traceparent,
                    event.model_dump_json().encode(),
                )
            )  # fmt: skip

    @property
    def statement(self) -> str | None:
        """What writes the batch, whole or not at all."""
        return statements.WRITE if self.writes else None

    def outcomes(self, written: Sequence[Record]) -> Sequence[Result | Refusal | None]:
        """The results; None for all where an account or a hold had moved on in between."""
        return self.results if not self.writes or written[0]["yes"] else [None] * len(self.results)

    def parameters(self) -> list[object]:
        """The columns of the write."""
        accounts, ordered, settled, read = [], [], [], []
        fresh: list[UUID] = []
        for account_id, after in self.books.accounts.items():
            before = self.before.accounts[account_id]
            if after is not before:
                guarded = None if before.may_overdraw else before.version
                accounts.append((account_id, after.balance - before.balance, after.held - before.held, guarded))
        for transfer_id, transfer in self.books.transfers.items():
            known = self.before.transfers.get(transfer_id)
            if known is None:
                ordered.append(_ordered_row(transfer))
                fresh.append(transfer_id)
            elif known is not transfer:
                settled_as = self._settled_as.get(transfer_id)
                settled.append((transfer_id, transfer.state, transfer.posted, transfer.refunded, settled_as))
                read.append((known.state, known.posted, known.refunded))
        accounts.sort()
        orders = _columns(ordered, 11)
        one_for_all, ordered_as, at_once = self._ordered_by(fresh)
        *settlements, acted = _columns(settled, 5)
        return [
            *_columns(accounts, 4),
            business_day(self.now),
            self.now,
            *orders,
            *settlements,
            *_columns(self._keyed, 4),
            *_columns(self._events, 6),
            *_columns(read, 3),
            ordered_as,
            at_once,
            acted,
            *_columns(sorted(self._acting.items()), 2),
            one_for_all,
        ]

    def _ordered_by(self, transfer_ids: Sequence[UUID]) -> tuple[UUID | None, Sequence[object], Sequence[object]]:
        """Who has ordered new transfers: once where it is one for all of them, which is usual, or else one by one.

        And who has settled them in the same batch; nothing where nobody has.
        """
        settled_as = [self._settled_as.get(one) for one in transfer_ids] if self._settled_as else ()
        if len(self._acting) == 1 and len(self._ordered_as) == len(transfer_ids):
            return next(iter(self._acting)), (), settled_as
        return None, [self._ordered_as.get(one) for one in transfer_ids], settled_as


@lru_cache(maxsize=1024)
def acting_id_of(acting: str) -> UUID:
    """Under what it is kept who acts, through which client and what for: the same words have the same id.

    An id of the driver's own kind, since it is written with each transfer.
    """
    found: UUID = pgproto.UUID(sha256(acting.encode()).digest()[:16])
    return found


def transfer_of(row: Record) -> Transfer:
    """A transfer as it was read."""
    return Transfer(
        row["id"], row["debit"], row["credit"], row["n1"], row["state"], posted=row["n2"], refunded=row["n3"],
        kind=row["kind"], reference=row["reference"], expires_at=row["at"], refund_of=row["refund_of"],
        details=row["details"],
    )  # fmt: skip


def _ordered_row(transfer: Transfer) -> tuple[object, ...]:
    return (
        transfer.transfer_id, transfer.debit_account_id, transfer.credit_account_id, transfer.amount, transfer.state,
        transfer.posted, transfer.kind, transfer.reference, transfer.refund_of, transfer.expires_at, transfer.details,
    )  # fmt: skip


def _columns(rows: Sequence[tuple[object, ...]], width: int) -> list[object]:
    return list(zip(*rows, strict=True)) if rows else [()] * width


def _reused() -> IdempotencyKeyReused:
    return IdempotencyKeyReused("Use a new key for a new operation.", detail_ar="استخدم رقماً جديداً لكل عملية")


def _linked(refusal: Refusal, index: int) -> Refusal:
    return refusals.LinkedFailed(
        f"Transfer {index} was refused ({refusal.code}); none was carried out.",
        detail_ar=f"رفض التحويل {index} ({refusal.code}) ولم ينفذ أي تحويل.",
        index=index,
        reason=refusal.code,
    )

"""Deciding a batch in memory: each order in turn, each seeing what the ones before it have done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import starmap
from uuid import UUID

from chassis.clock import business_day, month_start
from chassis.ids import new_id
from chassis.refusals import IdempotencyKeyReused, Refusal
from contracts.supply import TenderRedeemed
from supply_service.cards.accounts import Record, account_of, card_of
from supply_service.rules import refusals, tenders
from supply_service.rules.account import Account, month_before
from supply_service.rules.figures import FiguresByDay
from supply_service.rules.remaining import left_of
from supply_service.rules.reverse import reverse
from supply_service.rules.sale import Sale, book_offline, decide
from supply_service.rules.tenders import Hold
from supply_service.sales import events, rendering
from supply_service.sales.orders import Order, ReversalOrder, SaleOrder
from supply_service.sales.outcomes import KeptReply, Outcome, Reversed, Sold
from supply_service.sales.record import ReversalRecord, SaleRecord, record
from supply_service.sales.writes import Writes

Known = Mapping[UUID, Outcome]


@dataclass(slots=True)
class _Held:
    """A household as it was read, and as it stands after the orders decided so far."""

    read: Account
    now: Account
    version: int


class Batch:
    """One reading of the database and the decisions made on it."""

    def __init__(self, now: datetime, figures: FiguresByDay) -> None:
        """`now` is the moment every order of the batch is judged by."""
        self.writes = Writes()
        self._now = now
        self._today = business_day(now)
        self._figures = figures
        self._held: dict[UUID, _Held] = {}
        self._reversed: set[UUID] = set()
        self._used: set[UUID] = set()
        # Each outcome with the household that must have been written for it to hold, if any.
        self._decisions: list[tuple[UUID | None, Outcome | Refusal]] = []

    def decide(self, orders: Sequence[Order], rows: Sequence[Record], known: Known) -> Batch:
        """Decide each order, given the row that was read for it; `known`: what the rows' keys have brought before."""
        for order, row in zip(orders, rows, strict=True):
            try:
                if row["fingerprint"] is not None:
                    self._decisions.append((None, _repeat(order, row, known)))
                else:
                    self._decisions.append(self._decide(order, row))
            except Refusal as refusal:
                self._decisions.append((None, refusal))
        for held in self._held.values():
            if held.now is not held.read:
                self.writes.household(held.read, held.now, held.version)
        return self

    @property
    def statement(self) -> str | None:
        """What writes the batch: those households that are still as they were read, with all that belongs to them."""
        return self.writes.statement()

    def parameters(self) -> Sequence[object]:
        """Of the statement."""
        return self.writes.parameters()

    def outcomes(self, written: Sequence[Record]) -> list[Outcome | Refusal | None]:
        """What became of each order; None where its household had moved."""
        moved = {row["household_id"] for row in written}
        return [outcome if on is None or on in moved else None for on, outcome in self._decisions]

    def _decide(self, order: Order, row: Record) -> tuple[UUID, Outcome]:
        held = self._household(row)
        if isinstance(order, SaleOrder):
            return self._sell(order, held, row)
        if held is None:
            raise refusals.SaleUnknown()
        return self._reverse(order, held, reversed_already=row["reversed"])

    def _sell(self, order: SaleOrder, held: _Held | None, row: Record) -> tuple[UUID, Outcome]:
        card, account = card_of(row), held.now if held else None
        at = order.occurred_at or self._now
        if order.signed is None:
            decided = decide(
                order.lines, card, account, order.place, self._now, self._figures,
                occurred_at=order.occurred_at, expected_amount=order.expected_amount,
                tendered=sum(tender.amount for tender in order.tenders) if order.tenders else 0,
            )  # fmt: skip
            if order.tenders:
                self._use_holds(order, row)
        else:
            decided = book_offline(order.lines, card, account, order.place, at, self._figures, self._now)
        sale = record(
            decided, new_id(), order.card_id, order.place, at, self._figures.on(decided.day), rendering.VERSION,
            offline=order.signed is not None, tenders=order.tenders,
        )  # fmt: skip
        if held is not None:
            held.now = decided.account
        self._write(order, decided, sale)
        return sale.household_id, Sold(sale)

    def _write(self, order: SaleOrder, decided: Sale, sale: SaleRecord) -> None:
        """The sale, and in their order the events around it: pots opened on the way, the sale, what did not fit."""
        writes, household_id, at = self.writes, sale.household_id, sale.occurred_at
        if decided.granted:
            writes.publish(household_id, events.opening(decided), at, order.traceparent)
        writes.sale(decided, sale, order)
        if sale.tenders:
            writes.publish_rendered(TenderRedeemed, sale, order.traceparent)
        if sale.conflict:
            writes.publish(household_id, [events.conflict(sale)], at, order.traceparent)

    def _use_holds(self, order: SaleOrder, row: Record) -> None:
        """Let the holds a sale names pay for it, and for no other. Raises the refusal."""
        holds = {hold.payment_id: hold for hold in starmap(Hold, row["holds"])}
        used = self._used.union(row["used"])
        tenders.check(
            order.tenders, holds, used, order.card_id, order.place.outlet_id, self._now, self._figures.on(self._today)
        )
        self._used.update(tender.payment_id for tender in order.tenders)

    def _reverse(self, order: ReversalOrder, held: _Held, *, reversed_already: bool) -> tuple[UUID, Outcome]:
        sale = order.sale
        done = reverse(
            sale.lines, sale.business_day, held.now, self._now, self._figures,
            reversed_already=reversed_already or sale.sale_id in self._reversed,
        )  # fmt: skip
        reversal = ReversalRecord(
            new_id(), sale, order.place.terminal_id, order.place.outlet_id, done.day, self._now, order.reason,
            left_of(done.account, sale.lines[0].period), rendering.VERSION,
        )  # fmt: skip
        held.now = done.account
        self._reversed.add(sale.sale_id)
        self.writes.reversal(done, reversal, order)
        self.writes.publish(sale.household_id, events.reversal(reversal), self._now, order.traceparent)
        return sale.household_id, Reversed(reversal)

    def _household(self, row: Record) -> _Held | None:
        household_id = row["household_id"]
        if household_id is None or row["version"] is None:
            return None
        held = self._held.get(household_id)
        if held is None:
            account = account_of(row, row["pots"], row["sizes"])
            held = self._held[household_id] = _Held(account, account, row["version"])
        return held


def _repeat(order: Order, row: Record, known: Known) -> Outcome:
    """What the key has brought before. Raises IdempotencyKeyReused."""
    if row["fingerprint"] != order.fingerprint:
        raise IdempotencyKeyReused("Use a new key for a new operation.", detail_ar="استخدم رقماً جديداً لكل عملية")
    return KeptReply(row["body"]) if row["source_id"] is None else known[row["source_id"]]


def periods(orders: Sequence[Order], now: datetime) -> tuple[date, date]:
    """Which pots the batch needs: from the first month on, from the second where that one is opened already.

    A sale of an earlier month may have to open that one behind the present, and needs the month before it.
    """
    today = business_day(now)
    earliest = today
    for order in orders:
        if isinstance(order, ReversalOrder):
            earliest = min(earliest, order.sale.business_day)
        elif order.signed is not None and order.occurred_at is not None:
            earliest = min(earliest, business_day(order.occurred_at))
    period = month_start(today)
    return month_before(month_start(earliest)), period if month_start(earliest) == period else date.max

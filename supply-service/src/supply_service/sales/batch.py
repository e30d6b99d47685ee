"""Deciding a batch in memory: each order in turn, each seeing what the ones before it have done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import starmap
from typing import Final
from uuid import UUID

from chassis.clock import business_day, month_start
from chassis.holder_proofs.form import Asked, HolderProof, moment, permits
from chassis.holder_proofs.once import used
from chassis.holder_proofs.refusals import HolderProofRequired
from chassis.ids import new_id
from chassis.refusals import IdempotencyKeyReused, Refusal
from contracts.supply import TenderRedeemed
from supply_service.cards.accounts import Record, account_of, card_of
from supply_service.rules import refusals, tenders
from supply_service.rules.account import Account, month_before
from supply_service.rules.figures import FiguresByDay
from supply_service.rules.presence import AWAY, Gone, exceeded, had_before, may_go_on
from supply_service.rules.remaining import left_after
from supply_service.rules.reverse import reverse
from supply_service.rules.sale import Sale, book_offline, decide
from supply_service.rules.tenders import Hold
from supply_service.sales import events, rendering
from supply_service.sales.claims import Claim, claim
from supply_service.sales.orders import Order, ReversalOrder, SaleOrder
from supply_service.sales.outcomes import Contested, KeptReply, Outcome, Reversed, Sold
from supply_service.sales.record import ReversalRecord, SaleRecord, record
from supply_service.sales.refused import Refused
from supply_service.sales.unproven import Unproven
from supply_service.sales.writes import Writes

Known = Mapping[UUID, Outcome]

BY_CODE: Final = "bread"  # the purpose of a proof that stands for a lost card
_PURPOSES = frozenset({"sale", BY_CODE})
_WITHOUT = (None, AWAY)


@dataclass(slots=True)
class _Held:
    """A household as it was read, and as it stands after the orders decided so far."""

    read: Account
    now: Account
    version: int


class Batch:
    """One reading of the database and the decisions made on it."""

    def __init__(self, now: datetime, figures: FiguresByDay, unproven: Unproven, refused: Refused) -> None:
        """`now` is the moment every order of the batch is judged by; `unproven` what went without a proof today.

        `refused` counts the sales that are refused.
        """
        self.writes = Writes()
        self._now = now
        self._today = business_day(now)
        self._figures = figures
        self._unproven = unproven
        self._refused = refused
        self._held: dict[UUID, _Held] = {}
        self._reversed: set[UUID] = set()
        self._used: set[UUID] = set()
        self._proofs: set[UUID] = set()
        self._goods: dict[UUID, int] = {}  # of households, without a proof, by the orders decided so far
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
                if isinstance(order, SaleOrder):
                    self._refused.add(self._today, order.caller, refusal.code)
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
        found = [outcome if on is None or on in moved else None for on, outcome in self._decisions]
        for outcome in found:
            if isinstance(outcome, Sold) and not outcome.repeated and outcome.sale.presence in _WITHOUT:
                self._count(outcome.sale)
        return found

    def _count(self, sale: SaleRecord) -> None:
        if not sale.offline:
            away = 1 if sale.presence else 0
            gone = Gone(sale.loaves, sale.bought, away)
            self._unproven.add(sale.business_day, (sale.terminal_id, sale.outlet_id), gone)

    def _decide(self, order: Order, row: Record) -> tuple[UUID | None, Outcome]:
        held = self._household(row)
        if isinstance(order, SaleOrder):
            return self._sell(order, held, row)
        if held is None:
            raise refusals.SaleUnknown()
        return self._reverse(order, held, reversed_already=row["reversed"])

    def _sell(self, order: SaleOrder, held: _Held | None, row: Record) -> tuple[UUID | None, Outcome]:
        card = card_of(row, row["spans"] if order.late is not None else ())
        account = held.now if held else None
        at = order.occurred_at or self._now
        if order.late is None:
            decided = decide(
                order.lines, card, account, order.place, self._now, self._figures,
                occurred_at=order.occurred_at, expected_amount=order.expected_amount,
                tendered=sum(tender.amount for tender in order.tenders) if order.tenders else 0, counted=order.cash,
                by_code=isinstance(order.proof, HolderProof) and order.proof.purpose == BY_CODE,
            )  # fmt: skip
            presence = self._presence(order, decided, account, row)
            if order.tenders:
                self._use_holds(order, row)
        else:
            presence = None
            decided = book_offline(order.lines, card, account, order.place, at, self._figures, self._now, order.late)
            if not decided.lines:
                return None, Contested(decided.account.household_id, decided.day, decided.disputed)
        sale = record(
            decided, new_id(), order.card_id, order.place, at, self._figures.on(decided.day), rendering.VERSION,
            offline=order.late is not None, tenders=order.tenders, presence=presence,
            notices=order.notices,
        )  # fmt: skip
        if held is not None:
            held.now = decided.account
        contested = None
        if decided.disputed and order.signed is not None:
            contested = claim(order, sale.household_id, decided.day, decided.disputed, sale.sale_id)
        self._write(order, decided, sale, contested)
        return sale.household_id, Sold(sale, claim=contested)

    def _write(self, order: SaleOrder, decided: Sale, sale: SaleRecord, contested: Claim | None) -> None:
        """The sale, and in their order the events around it: pots opened on the way, the sale, what did not fit."""
        writes, household_id, at = self.writes, sale.household_id, sale.occurred_at
        if decided.granted or decided.paid:
            writes.publish(household_id, events.opening(decided), at, order.traceparent)
        writes.sale(decided, sale, order)
        if sale.tenders:
            writes.publish_rendered(TenderRedeemed, sale, order.traceparent)
        if sale.conflict:
            writes.publish(household_id, [events.conflict(sale)], at, order.traceparent)
        if contested is not None:
            writes.disputes.append(contested)
            writes.publish(household_id, [contested.event()], at, order.traceparent)

    def _presence(self, order: SaleOrder, sale: Sale, before: Account | None, row: Record) -> str | None:
        """How the holder's presence is proved, where it must be. Raises the refusal."""
        if isinstance(order.proof, Refusal):
            raise order.proof
        whole = sale.cash + sale.bought + sale.wallet
        if (proof := order.proof) is not None:
            permits(proof, Asked(order.card_id, order.place.terminal_id, _PURPOSES, whole), moment())
            if proof.proof_id in self._proofs or proof.proof_id in row["proofs"]:
                raise used(proof)
            self._proofs.add(proof.proof_id)
            return proof.kind
        free, place, household_id = self._figures.on(sale.day).free, order.place, sale.account.household_id
        had = self._goods.get(household_id, row["unproven_goods"] or 0) if sale.bought else 0
        terminal = self._unproven.of(place.terminal_id)
        limit = exceeded(sale, had_before(before, sale, had), terminal, self._unproven.of(place.outlet_id), free)
        if limit is not None and not (order.proof_away and may_go_on(limit, terminal, free)):
            raise HolderProofRequired(
                "Ask for the holder's PIN, or send a code.",
                detail_ar="اطلب الرقم السري أو أرسل رمزاً لصاحب الكارت",
                limit=limit,
                amount=whole,
            )
        if sale.bought:
            self._goods[household_id] = had + sale.bought
        return AWAY if limit is not None else None

    def _use_holds(self, order: SaleOrder, row: Record) -> None:
        """Let the holds a sale names pay for it, and for no other. Raises the refusal."""
        holds = {hold.payment_id: hold for hold in starmap(Hold, row["holds"])}
        used = self._used.union(row["used"])
        tenders.check(
            order.tenders, holds, used, order.card_id, order.place.outlet_id, self._now, self._figures.on(self._today)
        )
        self._used.update(tender.payment_id for tender in order.tenders)

    def _reverse(self, order: ReversalOrder, held: _Held, *, reversed_already: bool) -> tuple[UUID, Outcome]:
        sale, at = order.sale, order.occurred_at or self._now
        done = reverse(
            sale.lines, sale.business_day, held.now, at, self._figures,
            reversed_already=reversed_already or sale.sale_id in self._reversed, sold_at=sale.occurred_at,
            only=order.lines, tendered=bool(sale.tenders),
        )  # fmt: skip
        reversal = ReversalRecord(
            new_id(), sale, order.place.terminal_id, order.place.outlet_id, done.day, at, order.reason,
            left_after(done.account, month_start(sale.business_day), sale.lines), rendering.VERSION,
            tuple(sorted(order.lines)) if order.lines and len(order.lines) < len(sale.lines) else None,
            done.lapsed, done.forfeit, sum(one.piastres for one in done.credited),
        )  # fmt: skip
        held.now = done.account
        self._reversed.add(sale.sale_id)
        self.writes.reversal(done, reversal, order)
        self.writes.publish(sale.household_id, events.reversal(reversal), at, order.traceparent)
        self.writes.publish(sale.household_id, events.credited(sale.household_id, done.credited), at, order.traceparent)
        return sale.household_id, Reversed(reversal)

    def _household(self, row: Record) -> _Held | None:
        household_id = row["household_id"]
        if household_id is None or row["version"] is None:
            return None
        held = self._held.get(household_id)
        if held is None:
            account = account_of(row, row["pots"], row["sizes"], row["lists"], row["grants"])
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
        elif order.late is not None and order.occurred_at is not None:
            earliest = min(earliest, business_day(order.occurred_at))
    period = month_start(today)
    return month_before(month_start(earliest)), period if month_start(earliest) == period else date.max

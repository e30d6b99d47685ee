"""Deciding a batch in memory: each request in turn, each seeing what the ones before it have done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import starmap
from typing import Any
from uuid import UUID

import orjson

from chassis.clock import business_day, month_start
from chassis.hot import Answer
from chassis.ids import new_id
from chassis.refusals import IdempotencyKeyReused, Refusal
from contracts.supply import Redeemed, TenderRedeemed
from supply_service.cards.accounts import Record, account_of, card_of
from supply_service.redemptions import answers
from supply_service.redemptions.effects import Effects
from supply_service.redemptions.items import Item, ReversalItem, SaleItem
from supply_service.rules import refusals, tenders
from supply_service.rules.account import Account, month_before
from supply_service.rules.figures import FiguresByDay
from supply_service.rules.redeem import Sale, book_offline, decide
from supply_service.rules.reverse import reverse
from supply_service.rules.tenders import Hold

Outcome = Answer | Refusal


@dataclass(slots=True)
class _Held:
    """A household as it was read, and as it stands after the requests decided so far."""

    read: Account
    now: Account
    version: int
    opened: date | None


@dataclass(slots=True)
class Pending:
    """A reply that holds once its household's row was written."""

    household_id: UUID
    answer: Answer


@dataclass(slots=True)
class Repeat:
    """A copy of an earlier request of the same batch: it gets that one's outcome."""

    of: int


class Batch:
    """One reading of the database and the decisions made on it."""

    def __init__(self, now: datetime, figures: FiguresByDay) -> None:
        """`now` is the moment every request of the batch is judged by."""
        self.effects = Effects()
        self._now = now
        self._today = business_day(now)
        self._figures = figures
        self._held: dict[UUID, _Held] = {}
        self._keys: dict[tuple[UUID, str], tuple[int, bytes]] = {}
        self._reversed: set[UUID] = set()
        self._used: set[UUID] = set()

    def decide(self, items: Sequence[Item], rows: Sequence[Record]) -> list[Outcome | Pending | Repeat]:
        """What becomes of each request, given the row that was read for it."""
        decisions: list[Outcome | Pending | Repeat] = []
        for index, (item, row) in enumerate(zip(items, rows, strict=True)):
            try:
                decisions.append(self._known(index, item, row) or self._decide(item, row))
            except Refusal as refusal:
                decisions.append(refusal)
        for held in self._held.values():
            if held.now is not held.read:
                self.effects.household(held.read, held.now, held.version, held.opened)
        return decisions

    def _known(self, index: int, item: Item, row: Record) -> Answer | Repeat | None:
        """The first answer under the request's key, in the books or in this batch."""
        if item.key is None:
            return None
        if row["fingerprint"] is not None:
            if row["fingerprint"] != item.fingerprint:
                raise _reused()
            return Answer(row["status"], row["body"], replayed=True)
        first = self._keys.setdefault((item.place.terminal_id, item.key), (index, item.fingerprint))
        if first[0] == index:
            return None
        if first[1] != item.fingerprint:
            raise _reused()
        return Repeat(first[0])

    def _decide(self, item: Item, row: Record) -> Pending | Refusal:
        held = self._household(row)
        if isinstance(item, SaleItem):
            return self._sell(item, held, row)
        if held is None:
            raise refusals.RedemptionUnknown()
        return self._reverse(item, held, reversed_already=row["reversed"])

    def _sell(self, item: SaleItem, held: _Held | None, row: Record) -> Pending:
        card, account = card_of(row), held.now if held else None
        if item.signed is None:
            at = item.occurred_at or self._now
            sale = decide(
                item.lines, card, account, item.place, self._now, self._figures,
                occurred_at=item.occurred_at, expected_amount=item.expected_amount,
                tendered=sum(tender.amount for tender in item.tenders) if item.tenders else 0,
            )  # fmt: skip
            if item.tenders:
                self._use_holds(item, row)
        else:
            at = item.occurred_at or self._now
            sale = book_offline(item.lines, card, account, item.place, at, self._figures)
        item.redemption_id = redemption_id = new_id()
        left = answers.remaining(sale.account, sale.lines[0].period)
        answer = Answer(answers.CREATED, self._sale_body(sale, item, redemption_id, at, left))
        household_id = sale.account.household_id
        if held is not None:
            held.now = sale.account
        self.effects.sale(sale, item, redemption_id, at)
        self.effects.answer(household_id, item, answer, self._today)
        self._tell(sale, item, redemption_id, at, left)
        return Pending(household_id, answer)

    def _use_holds(self, item: SaleItem, row: Record) -> None:
        """Let the holds a sale names pay for it, and for no other. Raises the refusal."""
        holds = {hold.payment_id: hold for hold in starmap(Hold, row["holds"])}
        used = self._used.union(row["used"])
        tenders.check(
            item.tenders, holds, used, item.card_id, item.place.outlet_id, self._now, self._figures.on(self._today)
        )
        self._used.update(tender.payment_id for tender in item.tenders)

    def _tell(self, sale: Sale, item: SaleItem, redemption_id: UUID, at: datetime, left: list[dict[str, Any]]) -> None:
        """The events of a draw: pots opened on the way, the draw, what did not fit."""
        household_id, traceparent, publish = sale.account.household_id, item.traceparent, self.effects.publish
        if sale.granted:
            publish(household_id, answers.opening_events(sale), at, traceparent)
        payload = answers.redeemed(sale, item, redemption_id, at, left)
        self.effects.publish_encoded(household_id, Redeemed, payload, at, traceparent)
        if item.tenders:
            self.effects.publish_encoded(household_id, TenderRedeemed, payload, at, traceparent)
        if reason := sale.conflict:
            publish(household_id, [answers.conflict_event(sale, item, redemption_id, reason)], at, traceparent)

    def _sale_body(
        self, sale: Sale, item: SaleItem, redemption_id: UUID, at: datetime, left: list[dict[str, Any]]
    ) -> bytes:
        if item.signed is None:
            return answers.sale_body(sale, item, redemption_id, at, self._figures.on(sale.day), left)
        return orjson.dumps({"redemption_id": redemption_id, "code": sale.conflict})

    def _reverse(self, item: ReversalItem, held: _Held, *, reversed_already: bool) -> Pending:
        done = reverse(
            item.sale.lines, item.sale.business_day, held.now, self._now, self._figures,
            reversed_already=reversed_already or item.redemption_id in self._reversed,
        )  # fmt: skip
        reversal_id = new_id()
        answer = Answer(answers.CREATED, answers.reversal_body(done, item, reversal_id, self._now))
        household_id = item.sale.household_id
        held.now = done.account
        self._reversed.add(item.redemption_id)
        self.effects.reversal(done, item, reversal_id, self._now)
        self.effects.answer(household_id, item, answer, self._today)
        events = answers.reversal_events(done, item, reversal_id, self._now)
        self.effects.publish(household_id, events, self._now, item.traceparent)
        return Pending(household_id, answer)

    def _household(self, row: Record) -> _Held | None:
        household_id = row["household_id"]
        if household_id is None or row["version"] is None:
            return None
        held = self._held.get(household_id)
        if held is None:
            account = account_of(row, row["pots"])
            held = self._held[household_id] = _Held(account, account, row["version"], row["opened"])
        return held


def periods(items: Sequence[Item], now: datetime) -> tuple[date, date]:
    """Which pots the batch needs: from the first month on, from the second where that one is opened already.

    A sale of an earlier month may have to open that one behind the present, and needs the month before it.
    """
    today = business_day(now)
    earliest = today
    for item in items:
        if isinstance(item, ReversalItem):
            earliest = min(earliest, item.sale.business_day)
        elif item.signed is not None and item.occurred_at is not None:
            earliest = min(earliest, business_day(item.occurred_at))
    period = month_start(today)
    return month_before(month_start(earliest)), period if month_start(earliest) == period else date.max


def _reused() -> IdempotencyKeyReused:
    return IdempotencyKeyReused("Use a new key for a new operation.", detail_ar="استخدم رقماً جديداً لكل عملية")
